"""The second factor: a code that an app shows for half a minute, and recovery codes for when the app is lost.

The secret is sealed by the master key; a code is good once.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

import pyotp
import segno
from sqlmodel import Session

from kernel.vault import vault_of
from web.security import repository
from web.security.model import CodeNotValid, User

ISSUER = "Lot One"
STEP_S = 30
#: Codes of the step before and after are good too: clocks differ, and people type slowly.
DRIFT_STEPS = 1
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What is shown once while enrolling: the secret as text and as a QR code for the app."""

    secret: str
    qr_svg: str


def new_enrolment(user: User, secret: str = "") -> Enrolment:
    """Return a new secret for a user, or the one they are enrolling with, drawn for the app; nothing is stored."""
    secret = secret if is_secret(secret) else pyotp.random_base32()
    address = pyotp.TOTP(secret).provisioning_uri(name=user.login_name, issuer_name=ISSUER)
    qr = segno.make(address, error="m", micro=False)
    return Enrolment(secret, qr.svg_inline(scale=4, border=2, dark="#1c1f26", light="#ffffff", svgclass="qr"))


def is_secret(text: str) -> bool:
    """Return whether the text could be a secret of ours."""
    return len(text) == 32 and set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def enrol(db: Session, user: User, secret: str, code: str, *, now: datetime) -> tuple[str, ...]:
    """Keep the secret, if the app shows its code, and return the recovery codes, told this once.

    Raises:
        CodeNotValid: the code is not the secret's; nothing is kept.
    """
    step = _step_of(secret, code, now) if is_secret(secret) else None
    if step is None:
        raise CodeNotValid(field="code")
    sealed = vault_of(db).wrap(secret.encode(), _place(user.id))
    repository.change_user(db, user.id, second_factor=sealed, second_factor_step=step)
    return new_recovery_codes(db, user)


def new_recovery_codes(db: Session, user: User) -> tuple[str, ...]:
    """Return new recovery codes in place of the old ones; only their hashes are kept."""
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    repository.replace_recovery_codes(db, user.id, [_hash(user.id, code) for code in codes])
    return codes


def drop(db: Session, user_id: str) -> None:
    """Take a user's second factor away: the next sign-in asks for the password alone."""
    repository.change_user(db, user_id, second_factor=None, second_factor_step=None)
    repository.replace_recovery_codes(db, user_id, [])


def is_right(db: Session, user_id: str, code: str, *, now: datetime) -> bool:
    """Return whether it is the app's code of now, unused, or an unused recovery code; either is used up by it."""
    typed = "".join(code.split()).lower().replace("-", "")
    sealed, _last = repository.second_factor(db, user_id)
    if sealed is None or not typed:
        return False
    if len(typed) > 6:
        return repository.use_recovery_code(db, user_id, _hash(user_id, typed))
    step = _step_of(vault_of(db).unwrap(sealed, _place(user_id)).decode(), typed, now)
    return step is not None and repository.use_step(db, user_id, step)


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the half minute whose code this is, among those that are good now."""
    present = int(now.timestamp()) // STEP_S
    typed = "".join(code.split())
    app = pyotp.TOTP(secret)
    steps = range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1)
    return next((step for step in steps if compare_digest(app.at(step * STEP_S), typed)), None)


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _hash(user_id: str, code: str) -> str:
    plain = code.replace("-", "").lower()
    return hashlib.sha256(f"recovery:{user_id}:{plain}".encode()).hexdigest()


def _place(user_id: str) -> str:
    return f"web_user:{user_id}:second_factor"
