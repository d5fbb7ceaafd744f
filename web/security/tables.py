"""Users, their sessions and wrong passwords."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from kernel.schema import UtcDateTime, json_document, text_enum
from web.security.model import LinkKind


class WebUserRow(SQLModel, table=True):
    """A person who can sign in."""

    __tablename__ = "web_user"
    __table_args__ = (
        CheckConstraint("length(login_name) between 2 and 64", name="login_name_length"),
        CheckConstraint("login_name = lower(login_name)", name="login_name_lower"),
        CheckConstraint("length(display_name) between 1 and 100", name="display_name_length"),
    )

    id: str = Field(primary_key=True, max_length=40)
    login_name: str = Field(unique=True, max_length=64)
    display_name: str = Field(max_length=100)
    roles: list[str] = Field(sa_column=Column(json_document(), nullable=False))
    password_hash: str
    is_active: bool
    locale: str = Field(max_length=16)
    created_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    customer_id: str | None = Field(default=None, foreign_key="customer.id", max_length=20, index=True)
    confirmed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True))
    second_factor: bytes | None = None
    second_factor_step: int | None = None


class WebSessionRow(SQLModel, table=True):
    """A session; its token is kept as a hash only."""

    __tablename__ = "web_session"
    __table_args__ = (CheckConstraint("expires_at > created_at", name="expires_later"),)

    token_hash: str = Field(primary_key=True, min_length=64, max_length=64)
    user_id: str = Field(foreign_key="web_user.id", index=True)
    created_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False, index=True))
    awaits_code: bool = False


class WebRecoveryCodeRow(SQLModel, table=True):
    """A code that signs in once when the second factor is lost; kept as a hash only."""

    __tablename__ = "web_recovery_code"

    code_hash: str = Field(primary_key=True, min_length=64, max_length=64)
    user_id: str = Field(foreign_key="web_user.id", index=True)


class WebMailedLinkRow(SQLModel, table=True):
    """A link that was, or will be, mailed and works once; its token is known to the mail only."""

    __tablename__ = "web_mailed_link"

    id: str = Field(primary_key=True, max_length=40)
    user_id: str = Field(foreign_key="web_user.id", index=True)
    kind: LinkKind = Field(sa_column=Column(text_enum(LinkKind), nullable=False))
    asked_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    token_hash: str | None = Field(default=None, unique=True, max_length=64)
    address: str | None = Field(default=None, max_length=64)
    expires_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False, index=True))


class WebLoginFailureRow(SQLModel, table=True):
    """A wrong password, for one login name and one address, both as hashes."""

    __tablename__ = "web_login_failure"
    __table_args__ = (Index("ix_web_login_failure_subject_at", "subject_hash", "failed_at"),)

    id: int | None = Field(default=None, primary_key=True)
    subject_hash: str = Field(min_length=64, max_length=64)
    failed_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
