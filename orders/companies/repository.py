"""Reading and writing company accounts."""

from sqlalchemy import delete
from sqlmodel import Session, col, select

from kernel.database import changed_rows
from kernel.ids import CustomerId, DraftId
from orders.companies.model import (
    Company,
    CompanyNotFound,
    CostCentre,
    Member,
    Preset,
    PresetNotFound,
)
from orders.companies.tables import CompanyRow, CostCentreRow, DraftLockRow, MemberRow, PresetRow


def save_company(db: Session, company: Company) -> None:
    """Store an account, replacing the one there was."""
    db.merge(CompanyRow(customer_id=company.customer_id, alone_up_to_minor=company.alone_up_to_minor))
    db.flush()
    changed_rows(db, delete(CostCentreRow).where(col(CostCentreRow.customer_id) == company.customer_id))
    db.add_all(
        CostCentreRow(customer_id=company.customer_id, code=each.code, name=each.name) for each in company.cost_centres
    )
    db.flush()


def get_company(db: Session, customer_id: CustomerId) -> Company:
    """Return a company's account.

    Raises:
        CompanyNotFound: the customer has none.
    """
    found = find_company(db, customer_id)
    if found is None:
        raise CompanyNotFound(customer_id=customer_id)
    return found


def find_company(db: Session, customer_id: CustomerId) -> Company | None:
    """Return a company's account, or ``None``."""
    row = db.get(CompanyRow, customer_id, populate_existing=True)
    if row is None:
        return None
    centres = db.exec(
        select(CostCentreRow).where(CostCentreRow.customer_id == customer_id).order_by(col(CostCentreRow.code))
    )
    return Company(
        customer_id=CustomerId(row.customer_id),
        alone_up_to_minor=row.alone_up_to_minor,
        cost_centres=tuple(CostCentre(each.code, each.name) for each in centres),
    )


def cost_centres_of(db: Session, customer_id: CustomerId | None) -> tuple[CostCentre, ...]:
    """Return whom a customer's purchases may be charged to, by code; nothing for whoever is no company."""
    company = find_company(db, customer_id) if customer_id is not None else None
    return company.cost_centres if company is not None else ()


def save_member(db: Session, member: Member) -> None:
    """Let somebody buy for a company; whoever bought for another does so no longer."""
    db.merge(MemberRow(user_id=member.user_id, customer_id=member.customer_id, role=member.role))
    db.flush()


def remove_member(db: Session, customer_id: CustomerId, user_id: str) -> bool:
    """Return whether the person bought for the company and does so no longer."""
    statement = delete(MemberRow).where(col(MemberRow.user_id) == user_id, col(MemberRow.customer_id) == customer_id)
    return changed_rows(db, statement) == 1


def members_of(db: Session, customer_id: CustomerId) -> list[Member]:
    """Return who buys for a company."""
    rows = db.exec(select(MemberRow).where(MemberRow.customer_id == customer_id).order_by(col(MemberRow.user_id)))
    return [_member(row) for row in rows]


def find_member(db: Session, user_id: str) -> Member | None:
    """Return for which company somebody buys; ``None`` where they buy for themselves."""
    row = db.get(MemberRow, user_id, populate_existing=True)
    return None if row is None else _member(row)


def save_preset(db: Session, preset: Preset) -> None:
    """Store a preset, replacing the one of its id."""
    db.merge(
        PresetRow(
            id=preset.id,
            customer_id=preset.customer_id,
            line=preset.line,
            name=preset.name,
            answers=dict(preset.answers),
            locked=sorted(preset.locked),
        )
    )
    db.flush()


def remove_preset(db: Session, customer_id: CustomerId, preset_id: str) -> bool:
    """Return whether the company had this preset; drafts begun from it keep what is settled in them."""
    statement = delete(PresetRow).where(col(PresetRow.id) == preset_id, col(PresetRow.customer_id) == customer_id)
    return changed_rows(db, statement) == 1


def presets_of(db: Session, customer_id: CustomerId) -> list[Preset]:
    """Return a company's presets, by name."""
    rows = db.exec(
        select(PresetRow).where(PresetRow.customer_id == customer_id).order_by(col(PresetRow.name), col(PresetRow.id))
    )
    return [_preset(row) for row in rows]


def get_preset(db: Session, customer_id: CustomerId, preset_id: str) -> Preset:
    """Return one preset of a company.

    Raises:
        PresetNotFound: the company has none of this id.
    """
    row = db.get(PresetRow, preset_id)
    if row is None or row.customer_id != customer_id:
        raise PresetNotFound(preset_id=preset_id)
    return _preset(row)


def lock_draft(db: Session, draft_id: DraftId, preset: Preset) -> None:
    """Settle in a draft what its preset settles."""
    db.add(DraftLockRow(draft_id=draft_id, preset_id=preset.id, locked=sorted(preset.locked)))
    db.flush()


def locked_in(db: Session, draft_id: DraftId) -> frozenset[str]:
    """Return the features that are settled in a draft."""
    row = db.get(DraftLockRow, draft_id)
    return frozenset() if row is None else frozenset(row.locked)


def forget_company(db: Session, customer_id: CustomerId) -> bool:
    """Drop a company's account with its people, cost centres and presets, and return whether there was one."""
    for table in (PresetRow, MemberRow, CostCentreRow):
        changed_rows(db, delete(table).where(col(table.customer_id) == customer_id))
    return changed_rows(db, delete(CompanyRow).where(col(CompanyRow.customer_id) == customer_id)) == 1


def _member(row: MemberRow) -> Member:
    return Member(row.user_id, CustomerId(row.customer_id), row.role)


def _preset(row: PresetRow) -> Preset:
    return Preset(
        id=row.id,
        customer_id=CustomerId(row.customer_id),
        line=row.line,
        name=row.name,
        answers=row.answers,
        locked=frozenset(row.locked),
    )
