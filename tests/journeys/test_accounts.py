"""A customer's own account: asked for, confirmed by mail, the password reset, the draft gone on with elsewhere."""

import json
import re
import zipfile
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from io import BytesIO

import pyotp
import pytest

from kernel.jobs import run_pending
from orders.audit.model import Actor
from orders.customers import repository as customers
from orders.customers.model import Contact, KnownFact, Purpose
from orders.customers.service import register_customer
from tests.journeys.conftest import do_jobs, enter
from tests.journeys.person import HOME, Person
from tests.serving import app_of
from web.demo.people import DEMO_PASSWORD
from web.jobs import job_functions
from web.security import accounts, administration, repository, second_factor, service
from web.security.model import LastAdmin, LinkNotValid
from web.security.roles import Role
from web.settings import Settings
from web.shop import Shop

PASSWORD = "a pair of jeans"
MIA = {"name": "Mia Roth", "email": "Mia@example.org", "password": PASSWORD, "country": "at"}


def links(shop: Shop, to: str = "mia@example.org") -> list[str]:
    """Return the links mailed to an address, oldest first, after the worker did its jobs."""
    do_jobs(shop)
    found = []
    for path in sorted(shop.outbox.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns):
        mail = message_from_bytes(path.read_bytes(), policy=default)
        if mail["To"] == to:
            found += re.findall(r"http://\S+(/links/\S+)", mail.get_content())
    return found


def registered(shop: Shop, *, htmx: bool = False) -> Person:
    person = Person(app_of(shop), htmx=htmx)
    person.open("/register").press("Create the account", **MIA)
    assert "Look into your mail" in person.text()
    (link,) = links(shop)
    person.open(link).press("Confirm and sign in")
    assert person.path == "/account", person.text()
    return person


def test_a_new_customer_confirms_by_mail_and_signs_in(shop: Shop, htmx: bool) -> None:
    """The account opens nothing before the mailed link was followed, and the link works once."""
    person = Person(app_of(shop), htmx=htmx)
    person.open("/register").press("Create the account", **{**MIA, "password": "short"})
    assert person.status == 422
    assert "At least ten characters, please." in person.text()
    assert next(person.all("[name=email]")).get("value") == "Mia@example.org"
    person.press("Create the account", **MIA)
    person.open("/login").press("Sign in", login_name="mia@example.org", password=PASSWORD)
    assert person.status == 422
    (link,) = links(shop)
    person.open(link).press("Confirm and sign in")
    assert person.path == "/account"
    assert person.open(link).status == 404
    with shop.database.read() as db:
        (mia,) = customers.find_customers(db, "mia@example.org", purpose=Purpose.SALE)
    assert (mia.contact.name, mia.contact.country) == ("Mia Roth", "AT")
    person.press("Sign out")
    person.open("/login").press("Sign in", login_name="MIA@example.org", password=PASSWORD)
    assert person.status == 200


def test_nobody_learns_who_has_an_account(shop: Shop) -> None:
    """Registering again and resetting an unknown address answer alike; the owner is told by mail."""
    registered(shop)
    stranger = Person(app_of(shop))
    stranger.open("/register").press("Create the account", **{**MIA, "password": "something else"})
    first = stranger.text()
    stranger.open("/register").press("Create the account", **{**MIA, "email": "nobody@example.org"})
    assert stranger.text() == first
    stranger.open("/password-resets").press("Mail me a link", email="never@example.org")
    assert stranger.text() == first
    assert links(shop, "never@example.org") == []
    assert len(links(shop)) == 2
    stranger.open("/login").press("Sign in", login_name="mia@example.org", password="something else")
    assert stranger.status == 422


def test_a_forgotten_password_is_set_by_a_mailed_link_once(shop: Shop) -> None:
    """Sessions opened with the old password end; a second press of the link's button does nothing."""
    person = registered(shop)
    other = Person(app_of(shop))
    other.open("/password-resets").press("Mail me a link", email="mia@example.org")
    link = links(shop)[-1]
    other.open(link).press("Set the password", password="short")
    assert other.status == 422
    other.press("Set the password", password="another pair")
    assert other.path == "/login"
    assert other.send_again() == 404
    assert person.open("/account").path == "/login?next=/account"
    other.press("Sign in", login_name="mia@example.org", password="another pair")
    assert other.status == 200


def test_a_link_expires_and_a_letter_box_is_not_flooded(shop: Shop) -> None:
    registered(shop)
    with shop.database.write() as db:
        for _ in range(6):
            accounts.ask_for_reset(db, "mia@example.org", new_id=shop.new_id, now=shop.now())
    mailed = links(shop)
    assert len(mailed) == 1 + accounts.LINKS_PER_WINDOW  # the first one confirmed the address and was used up
    token = mailed[-1].rpartition("/")[2]
    with shop.database.read() as db:
        accounts.who_follows(db, token, now=shop.now())
        with pytest.raises(LinkNotValid):
            accounts.who_follows(db, token, now=shop.now() + timedelta(hours=1))


def test_no_token_stands_in_a_table_or_a_job(shop: Shop) -> None:
    """A mail written twice, because its worker died, makes the first link worthless, not both useful."""
    Person(app_of(shop)).open("/register").press("Create the account", **MIA)
    functions = job_functions(shop)
    link_id = run_pending(shop.database, functions)[0].job_id.rpartition(":")[2]
    functions[accounts.MAIL_LINK_JOB](link_id)
    tokens = [link.rpartition("/")[2] for link in links(shop)]
    assert len(tokens) == 2
    with shop.database.read() as db:
        works = []
        for token in tokens:
            try:
                accounts.who_follows(db, token, now=shop.now())
                works.append(token)
            except LinkNotValid:
                continue
    assert works == tokens[-1:]


def test_a_draft_begun_as_a_visitor_goes_on_on_another_device(shop: Shop) -> None:
    """Signing in makes it the account's; the other device lists it, changes it, and orders without being asked who."""
    begun = Person(app_of(shop))
    begun.open("/configure/jeans").press("Make yours")
    draft = begun.path.rpartition("/")[0]
    stranger = Person(app_of(shop))
    assert stranger.open(draft).status == 403
    begun.open("/register").press("Create the account", **MIA)
    (link,) = links(shop)
    begun.open(link).press("Confirm and sign in")

    tablet = Person(app_of(shop))
    tablet.open("/login").press("Sign in", login_name="mia@example.org", password=PASSWORD)
    tablet.open("/account")
    assert draft in [each.get("href") for each in tablet.all("a")]
    tablet.open(draft)
    assert tablet.status == 200
    assert stranger.open(draft).status == 403


def test_the_account_shows_corrects_and_hands_out_what_is_known(shop: Shop) -> None:
    person = registered(shop)
    person.open("/account/data").press("Keep", within="#contact", name="Mia Roth-Berg", phone="+43 1 5550 101")
    assert person.status == 200
    person.press("Keep", within="#contact", phone="12")
    assert person.status == 422
    assert "This is no telephone number." in person.text()
    person.open("/account/data").press("Keep the address", name="Mia Roth", street="Ring 1", city="Wien", country="AT")
    assert "Ring 1" in person.text("#addresses")
    assert "offered first" in person.text("#addresses")
    person.press("Keep", within="#consents", purpose=["marketing"])
    answer = person.client.get("/account/export.zip")
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        told = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    assert told["customer.json"]["name"] == "Mia Roth-Berg"
    assert told["customer.json"]["phone"] == "+43 1 5550 101"
    assert told["addresses.json"] == [
        {"name": "Mia Roth", "street": "Ring 1", "city": "Wien", "country": "AT", "is_default": True}
        | dict.fromkeys(("postcode", "region", "company", "more"), "")
    ]
    assert [each["purpose"] for each in told["consents.json"]] == ["marketing"]
    assert told["account.json"]["login_name"] == "mia@example.org"


# --- the second factor ----------------------------------------------------------------------------


def enrolled(shop: Shop, person: Person) -> tuple[str, list[str]]:
    """Return the secret and the recovery codes of the second factor the person sets up."""
    person.open("/account/second-factor")
    secret = str(next(person.all("[name=secret]")).get("value"))
    wrong = pyotp.TOTP(pyotp.random_base32()).at(shop.now())
    person.press("Set it up", code=wrong, password=DEMO_PASSWORD)
    assert person.status == 422
    assert next(person.all("[name=secret]")).get("value") == secret
    person.press("Set it up", code=pyotp.TOTP(secret).at(shop.now()), password=DEMO_PASSWORD)
    codes = re.findall(r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}", person.text())
    assert len(codes) == second_factor.RECOVERY_CODES
    return secret, codes


def test_staff_sign_in_with_password_and_code(shop: Shop, htmx: bool) -> None:
    """Between password and code nothing opens; a code, and a recovery code, is good once."""
    secret, codes = enrolled(shop, enter(shop, login_name="store"))
    now = shop.now()
    person = Person(app_of(shop), htmx=htmx)
    person.open("/login?next=/customers").press("Sign in", login_name="store", password=DEMO_PASSWORD)
    assert person.path.startswith("/login/code")
    waiting = person.client.cookies["lotone-session"]
    assert person.client.get("/customers").status_code == 303
    person.press("Sign in", code=pyotp.TOTP(secret).at(now))
    assert person.status == 422  # used up by enrolling
    person.press("Sign in", code=pyotp.TOTP(secret).at(now + timedelta(seconds=30)))
    assert person.path == "/customers"
    assert person.client.cookies["lotone-session"] != waiting

    again = Person(app_of(shop))
    again.open("/login").press("Sign in", login_name="store", password=DEMO_PASSWORD)
    again.press("Sign in", code=codes[0].upper())
    assert again.path == "/"
    again.open("/account/security")
    assert "9 recovery codes are left." in again.text()
    third = Person(app_of(shop))
    third.open("/login").press("Sign in", login_name="store", password=DEMO_PASSWORD)
    third.press("Sign in", code=codes[0])
    assert third.status == 422


def test_the_secret_is_sealed_and_wrong_codes_are_counted(shop: Shop) -> None:
    secret, codes = enrolled(shop, enter(shop, login_name="store"))
    with shop.database.read() as db:
        store = repository.find_user(db, "store")
        assert store is not None
        sealed, _step = repository.second_factor(db, store.id)
    assert sealed is not None
    assert secret.encode() not in sealed
    person = Person(app_of(shop))
    person.open("/login").press("Sign in", login_name="store", password=DEMO_PASSWORD)
    for _ in range(service.ATTEMPTS_PER_NAME):
        person.press("Sign in", code="000000")
        assert person.status == 422
    person.press("Sign in", code=codes[0])
    assert person.status == 429


def test_where_it_is_required_staff_can_do_nothing_but_enrol(shop: Shop) -> None:
    settings = Settings(staff_second_factor="required")
    clerk = Person(app_of(shop, settings))
    clerk.sign_in("store", DEMO_PASSWORD)
    assert clerk.open("/customers").path == "/account/second-factor"
    visitor = Person(app_of(shop, settings))
    visitor.open("/configure/jeans").press("Make yours")
    assert clerk.open(visitor.path).status == 403  # also where no role is asked for, they are nobody special
    ana = Person(app_of(shop, settings))
    ana.sign_in("ana", DEMO_PASSWORD)
    assert ana.open("/orders").path == "/orders"
    enrolled(shop, clerk)
    assert clerk.open("/customers").path == "/customers"


def test_a_program_signs_in_with_the_code(shop: Shop) -> None:
    _secret, codes = enrolled(shop, enter(shop, login_name="store"))
    client = Person(app_of(shop)).client
    body = {"login_name": "store", "password": DEMO_PASSWORD}
    refused = client.post("/api/v1/sessions", json=body)
    assert (refused.status_code, refused.json()["code"]) == (401, "CodeNeeded")
    wrong = client.post("/api/v1/sessions", json={**body, "code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "WrongPassword")
    assert client.post("/api/v1/sessions", json={**body, "code": codes[3]}).status_code == 201


# --- limits ---------------------------------------------------------------------------------------


def test_too_many_requests_are_told_when_to_come_back(shop: Shop) -> None:
    person = Person(app_of(shop, Settings(api_per_minute=3)))
    for _ in range(5):
        person.open("/password-resets").press("Mail me a link", email="x@example.org")
        assert person.status == 200
    person.open("/password-resets").press("Mail me a link", email="x@example.org")
    assert person.status == 429
    assert "Please wait a moment" in person.text()
    answers = [person.client.get("/api/v1/lines") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].json()["code"] == "TooManyRequests"
    other_key = {"X-Draft-Key": "k" * 43}
    assert person.client.get("/api/v1/lines", headers=other_key).status_code == 200


# --- looking after accounts -----------------------------------------------------------------------


def test_an_admin_adds_changes_and_closes_accounts(shop: Shop, htmx: bool) -> None:
    admin = enter(shop, htmx=htmx, login_name="admin")
    admin.open("/users").press(
        "Add", login_name="kim", display_name="Kim", password="first password", role=["store", "floor"]
    )
    page = admin.path
    assert page.startswith("/users/user-")
    kim = Person(app_of(shop))
    kim.sign_in("kim", "first password")
    assert kim.open("/customers").status == 200
    admin.press("Set the roles", role=["floor"])
    assert kim.open("/customers").path == "/login?next=/customers"
    kim.sign_in("kim", "first password")
    assert kim.open("/customers").status == 403
    admin.open(page).press("Close the account")
    assert kim.open("/floor").path == "/login?next=/floor"
    admin.open("/users").press("Add", login_name="kim", password="first password", role=["store"])
    assert admin.status == 422
    assert "Somebody has this login name." in admin.text()


def test_the_last_admin_stays(shop: Shop) -> None:
    admin = enter(shop, login_name="admin")
    with shop.database.read() as db:
        ada = repository.find_user(db, "admin")
    assert ada is not None
    admin.open(f"/users/{ada.id}").press("Set the roles", role=["store"])
    assert admin.status == 409
    assert "Nobody would be left" in admin.text()
    admin.open(f"/users/{ada.id}").press("Close the account")
    assert admin.status == 409
    with shop.database.write() as db:
        service.user_add(
            db,
            login_name="second",
            display_name="S",
            password="x" * 12,
            roles=frozenset({Role.ADMIN}),
            now=shop.now(),
        )
        actor = Actor(ada.id, "admin")
        administration.set_roles(db, ada.id, frozenset({Role.STORE}), actor=actor, now=shop.now())
        second = repository.find_user(db, "second")
        assert second is not None
        with pytest.raises(LastAdmin):
            administration.set_active(db, second.id, is_active=False, actor=actor, now=shop.now())


def test_an_admin_takes_a_lost_second_factor_away(shop: Shop) -> None:
    clerk = enter(shop, login_name="store")
    enrolled(shop, clerk)
    with shop.database.read() as db:
        store = repository.find_user(db, "store")
    assert store is not None
    enter(shop, login_name="admin").open(f"/users/{store.id}").press("Take the second factor away")
    assert clerk.open("/customers").path == "/login?next=/customers"
    clerk.sign_in("store", DEMO_PASSWORD)
    assert clerk.open("/customers").status == 200


def test_a_card_of_the_store_is_offered_to_whoever_confirmed_its_address(shop: Shop) -> None:
    """Never joined by itself; taken with one press, parted with another; no other card, and no account, is offered."""
    actor = Actor("clerk", "store")
    with shop.database.write() as db:
        cards = [
            register_customer(db, Contact("M. Roth", email, phone), new_id=shop.new_id, actor=actor, now=shop.now())
            for email, phone in [("MIA@example.org", None), ("eva@example.org", "+49 30 5550199")]
        ]
        customers.remember(db, cards[0].id, [KnownFact("jeans.fit", "slim", "store", shop.now())])
    person = registered(shop)
    assert "Is this you, too?" in person.text()
    assert cards[0].reference in person.text()
    assert cards[1].reference not in person.text()
    with shop.database.read() as db:
        (mia,) = customers.find_customers(db, "mia roth", purpose=Purpose.SALE)
        assert customers.known_facts(db, mia.id, purpose=Purpose.SALE) == {}
    forged = person.client.post(
        "/account/joins",
        data={"other": cards[1].id, "csrf_token": next(person.all("[name=csrf_token]")).get("value")},
        headers={"Origin": HOME, "Sec-Fetch-Site": "same-origin"},
    )
    assert forged.status_code == 409
    person.press("It is mine: keep it here")
    assert f"{cards[0].reference} is kept here, too." in person.text()
    with shop.database.read() as db:
        assert set(customers.known_facts(db, mia.id, purpose=Purpose.SALE)) == {"jeans.fit"}
    person.press("Part them again")
    assert "Is this you, too?" in person.text()
    person.press("Not mine: do not ask again")
    assert person.status == 200
    assert "Is this you, too?" not in person.open("/account").text()
    with shop.database.read() as db:
        assert customers.known_facts(db, mia.id, purpose=Purpose.SALE) == {}


def told_of_the_move(shop: Shop) -> list[str]:
    """Return the notes to the address that was the account's."""
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(shop.outbox.glob("*.eml"))]
    wanted = "Lot One: Your account has another e-mail address"
    return [each.get_content() for each in mails if (each["Subject"], each["To"]) == (wanted, "mia@example.org")]


def test_the_address_changes_only_when_the_new_one_is_confirmed(shop: Shop) -> None:
    """A wrong password mails nothing; a taken address answers alike; following the link ends the other sessions."""
    person = registered(shop)
    other = enter(shop)
    other.open("/login").press("Sign in", login_name="mia@example.org", password=PASSWORD)
    person.open("/account/data").press("Mail me the link", email="mia@new.example", password="wrong wrong")
    assert (person.status, links(shop, "mia@new.example")) == (422, [])
    person.open("/account/data").press("Mail me the link", email="no address", password=PASSWORD)
    assert person.status == 422
    person.open("/account/data").press("Mail me the link", email="Mia@new.example", password=PASSWORD)
    (link,) = links(shop, "mia@new.example")
    other.open("/account")
    assert other.path == "/account"
    person.open(link)
    assert "mia@new.example" in person.text()
    person.press("Confirm and sign in")
    assert person.path == "/account"
    assert other.open("/account").path == "/login?next=/account"
    assert told_of_the_move(shop) == []
    do_jobs(shop)
    (note,) = told_of_the_move(shop)
    assert "/links/" not in note
    assert "signs in no longer" in note
    with shop.database.read() as db:
        assert [
            each.contact.name for each in customers.find_customers(db, "mia@new.example", purpose=Purpose.SALE)
        ] == ["Mia Roth"]
    other.open("/login").press("Sign in", login_name="mia@example.org", password=PASSWORD)
    assert other.status == 422
    other.press("Sign in", login_name="mia@new.example", password=PASSWORD)
    assert other.status == 200
