"""What a draft wished for in vain: the answer that was refused, a day or a price that cannot be met. Pure."""

from collections.abc import Iterable

from configurator.limits import BUDGET
from configurator.model import Conflict
from orders.drafts.model import DraftView, Refused
from orders.wishes.model import Lacked, Wish, WishKind
from production.model import BindingKind

_OF_LIMITS = {
    "capacity": Lacked.CAPACITY,
    "material": Lacked.PART,
    "panels": Lacked.PART,
    "need_by": Lacked.TIME,
    BUDGET: Lacked.BUDGET,
}
_OF_BINDINGS = {BindingKind.PART: Lacked.PART, BindingKind.WORK_CENTRE: Lacked.CAPACITY}


def refused_wish(refused: Refused) -> Wish:
    """Return the wish for an answer that was refused: what it lacked are the rules of its conflict."""
    listed = refused.view.model.feature(refused.feature).options
    subject = f"{refused.feature}.{refused.option}" if listed else refused.feature
    return Wish(WishKind.OPTION, subject, lacked_in(refused.conflict), _rules(refused.conflict))


def unmet_limits(view: DraftView) -> Iterable[Wish]:
    """Yield the wish for a need-by date that is too early, and for a budget nothing complete stays within."""
    draft = view.draft
    if draft.need_by is not None and view.late and view.promise is not None:
        binding = view.promise.binding
        because = (binding.code,) if binding.code else ()
        lacked = _OF_BINDINGS.get(binding.kind, Lacked.TIME)
        yield Wish(WishKind.NEED_BY, "", lacked, because, draft.need_by.isoformat())
    if draft.budget_minor is not None and not view.state.valid and not view.late:
        yield Wish(WishKind.BUDGET, "", Lacked.BUDGET, (), str(draft.budget_minor))


def _rules(conflict: Conflict) -> tuple[str, ...]:
    return tuple(sorted(rule.id for rule in conflict.rules))


def lacked_in(conflict: Conflict) -> Lacked:
    """Return what stood in the way: a limit before the catalog's rules, for without it they could be kept."""
    kinds = {rule.id.partition(":")[0] for rule in conflict.rules}
    return next((lacked for kind, lacked in _OF_LIMITS.items() if kind in kinds), Lacked.RULES)
