"""Long lists on the configure page: filtered by columns, counted, put in order, and kept so over a press."""

import re
from collections.abc import Mapping
from dataclasses import replace

from kernel.ids import DraftId
from modules_catalog.model import FeatureKind
from orders.drafts import service as drafts
from orders.drafts.following import after_press
from orders.drafts.promising import days_of_step, inquired_promise
from orders.drafts.service import Reader
from tests.journeys.conftest import enter
from tests.journeys.person import Person, words_of
from tests.journeys.test_customer_orders import begin
from web.shop import Shop
from web.views.listing import lists_of, options_to_date
from web.views.narrowing import narrowing_of

STAFF = Reader("clerk", is_staff=True)


def listed(person: Person, feature: str) -> list[tuple[str, str]]:
    """Return the options of a list as they stand, as (name, status)."""
    found = []
    for button in person.all("button"):
        if (button.get("id") or "").startswith(f"option-{feature}-"):
            label = next(each for each in button.iter("span") if each.get("class") == "option__label")
            found.append((words_of(label), button.get("data-status") or ""))
    return found


def codes(person: Person, feature: str) -> list[tuple[str, str]]:
    """Return the options of a list as they stand, as (code, status)."""
    return [
        (button.get("value") or "", button.get("data-status") or "")
        for button in person.all("button")
        if (button.get("id") or "").startswith(f"option-{feature}-")
    ]


def value_count(person: Person, only: str) -> str:
    """Return the count that stands at a value."""
    label = next(
        each
        for each in person.all("label")
        if any(field.get("value") == only for field in each.iter("input") if field.get("name") == "only")
    )
    return next(words_of(each) for each in label.iter("span") if "narrow__count" in (each.get("class") or ""))


def chips(person: Person, feature: str) -> list[str]:
    section = next(person.all(f"#feature-{feature}"))
    lists = [each for each in section.iter("ul") if each.get("class") == "in-force"]
    return [words_of(next(item.iter("span"))) for each in lists for item in each.iter("li")]


def show(person: Person, feature: str, *only: str, sort: str = "") -> Person:
    """Tick values of one list, choose its order, and press its button."""
    return person.press("Show", within=f"#feature-{feature}", only=list(only), sort=[sort] if sort else [])


def test_a_list_shows_what_was_asked_and_a_press_keeps_it(shop: Shop, htmx: bool) -> None:
    """Counts are those of the list; values of a column are alternatives; what goes with the choices comes first."""
    person = enter(shop, htmx=htmx)
    draft = begin(person, "pc")
    person.open(f"{draft}/core")
    boards = listed(person, "motherboard")
    assert value_count(person, "motherboard.form_factor:Mini-ITX") == "4 of 11"

    show(person, "motherboard", "motherboard.form_factor:Mini-ITX", sort="motherboard:price")

    few = listed(person, "motherboard")
    assert len(few) == 11
    assert {name for name, _status in few} < {name for name, _status in boards}
    assert [status for _name, status in few] == ["available"] * 4 + ["ruled_out"] * 7
    assert "11 found; 4 can be had with your choices." in person.text("#feature-motherboard")
    assert chips(person, "motherboard") == ["Size: Mini-ITX", "Sorted: Price, lowest first"]
    assert value_count(person, "motherboard.form_factor:ATX") != "0"
    assert len(listed(person, "cpu")) == 41  # the other lists stay as they are

    pressed = next(
        each
        for each in person.all("[data-status=available]")
        if (each.get("id") or "").startswith("option-motherboard")
    )
    person.press(f"={pressed.get('value')}")

    assert person.status == 200
    assert htmx or person.path.endswith("#feature-motherboard")  # one does not begin at the top again
    assert listed(person, "motherboard")[0][1] == "chosen"
    assert len(listed(person, "motherboard")) == 11
    assert chips(person, "motherboard") == ["Size: Mini-ITX", "Sorted: Price, lowest first"]
    person.press("Undo")
    assert len(listed(person, "motherboard")) == 11
    lift = [each for each in person.all("a") if each.get("href", "").endswith("#feature-motherboard")]
    person.open(lift[0].get("href") or "")
    assert chips(person, "motherboard") == ["Sorted: Price, lowest first"]
    assert len(listed(person, "motherboard")) == len(boards)


def test_what_is_found_for_somebody_keeps_what_was_asked_of_a_list(shop: Shop, htmx: bool) -> None:
    """Choosing the rest and finding by a goal are presses like others; what changed is undone in one place."""
    person = enter(shop, htmx=htmx)
    draft = begin(person, "pc")
    asked = f"{draft}/core?q=b&only=motherboard.form_factor:Mini-ITX&sort=motherboard:name"
    person.open(asked)
    shown = listed(person, "motherboard")

    person.press("Find it", goal="cheapest")

    assert person.text(".notice").startswith("Nothing better is possible")
    assert chips(person, "motherboard") == ["Size: Mini-ITX", "Sorted: Name"]
    assert {name for name, _status in listed(person, "motherboard")} == {name for name, _status in shown}
    assert next(person.all("[name=q]")).get("value") == "b"
    assert [words_of(each) for each in person.all("button")].count("Undo") == 1

    empty = person.client.post(
        "/configure/pc", data={"csrf_token": next(person.all("[name=csrf_token]")).get("value") or "", "empty": "yes"}
    ).headers["location"]
    person.open(f"{empty}/core?only=motherboard.form_factor:Mini-ITX")
    person.press("Choose the rest for me")
    assert person.status == 200
    assert chips(person, "motherboard") == ["Size: Mini-ITX"]


def test_facets_must_all_be_met_and_an_empty_list_says_so(shop: Shop) -> None:
    """A search goes on over what is filtered; nothing found leads back."""
    person = enter(shop)
    draft = begin(person, "pc")
    person.open(f"{draft}/graphics")
    total = {}
    for maker in ("MSI", "ASUS"):
        person.open(f"{draft}/graphics?only=gpu.maker:{maker}")
        total[maker] = len(listed(person, "gpu"))
    assert total["MSI"] > 0
    assert total["ASUS"] > 0

    show(person, "gpu", "gpu.maker:MSI", "gpu.maker:ASUS", "gpu.memory_gb:16", sort="gpu:name")
    both = listed(person, "gpu")
    assert 0 < len(both) < sum(total.values())
    names = [name.casefold() for name, status in both if status == "available"]
    assert names == sorted(names)
    shown = int(re.findall(r"\d+", value_count(person, "gpu.memory_gb:16"))[-1])
    chosen_is_shown = any("option--counted" in (each.get("class") or "") for each in person.all("div"))
    assert shown == len(both) + chosen_is_shown

    filtered = person.path
    person.press("Search", q="zzz")
    assert "Nothing in this list is as you asked." in person.text("#feature-gpu")
    cleared = next(each for each in person.open(filtered).all("a") if words_of(each) == "Clear filters")
    person.open(cleared.get("href") or "")
    assert chips(person, "gpu") == ["Sorted: Name"]
    assert len(listed(person, "gpu")) > len(both)


def test_what_no_list_has_is_not_asked_for(shop: Shop) -> None:
    """An address somebody made up shows the page as it is; one that is too long is refused."""
    person = enter(shop)
    draft = begin(person, "pc")
    plain = listed(person.open(f"{draft}/core"), "cpu")

    person.open(f"{draft}/core?only=cpu.socket:AM99&only=cpu.price_minor:1&only=nonsense&sort=cpu:colour&sort=os:price")

    assert person.status == 200
    assert listed(person, "cpu") == plain
    assert chips(person, "cpu") == []
    assert person.open(f"{draft}/core?only=cpu.socket:{'A' * 300}").status == 422


def test_a_list_by_date_dates_all_that_is_found(shop: Shop) -> None:
    """Also what stands far down as listed; what cannot be had has no day."""
    person = enter(shop)
    draft = begin(person, "pc")

    person.open(f"{draft}/core?sort=memory:date&only=memory.speed_mts:6000")

    with shop.database.read() as db:
        view = drafts.view_draft(db, shop.configurators, DraftId(draft.split("/")[2]), STAFF, now=shop.now())
        wanted = narrowing_of("", ["memory.speed_mts:6000"], ["memory:date"])
        asked = options_to_date(lists_of(view, "core", "en", wanted), wanted)
        days = days_of_step(
            db, shop.configurators.of(db, view.draft.release), view, "core", shown=asked, now=shop.now()
        )
    found = [code for code, status in codes(person, "memory") if status == "available"]
    assert 0 < len(found) < len(view.model.feature("memory").options)
    told = [days.of("memory", code) for code in found]
    assert [each.date for each in told if each] == sorted(each.date for each in told if each)
    assert None not in told


def test_the_day_shown_is_that_of_the_press(shop: Shop) -> None:
    """N-6: options asked about together are each ready on the day the plant promises for that one press alone."""
    person = enter(shop)
    seen = set()
    drafts_of = {line: DraftId(begin(person, line).split("/")[2]) for line in ("pc", "jeans")}
    for line, step in (("pc", "core"), ("pc", "drives"), ("pc", "housing"), ("jeans", "cloth"), ("jeans", "details")):
        draft = drafts_of[line]
        with shop.database.read() as db:
            view = drafts.view_draft(db, shop.configurators, draft, STAFF, now=shop.now())
            configurator = shop.configurators.of(db, view.draft.release)
            days = days_of_step(db, configurator, view, step, now=shop.now())
            for (feature, option), told in days.options.items():
                is_many = view.model.feature(feature).kind is FeatureKind.OPTIONS
                had = view.draft.selection.answers.get(feature)
                counts = dict(had) if isinstance(had, Mapping) else {}
                answer = {**counts, option: counts.get(option, 0) + 1} if is_many else option
                after = after_press(configurator, view.draft.selection, feature, answer, view.limits)
                assert after is not None, (feature, option)
                pressed = replace(view.draft, selection=after)
                promise = inquired_promise(db, configurator, pressed, view.fit, view.limits, now=shop.now())
                assert promise is not None
                assert told.date <= promise.date if not told.proven else told.date == promise.date, (feature, option)
                assert view.promise is not None
                assert told.days == (told.date - view.promise.date).days
                seen.add((told.days, told.proven))
    assert len({days for days, proven in seen if proven}) > 2


def test_cloths_are_filtered_by_what_the_catalog_names(shop: Shop) -> None:
    """Weight, stretch and selvedge; not the measures a cutter needs."""
    person = enter(shop)
    draft = begin(person, "jeans")

    person.open(f"{draft}/cloth")

    assert [words_of(each) for each in person.all("legend")] == ["Weight", "Stretch", "Selvedge"]
    person.open(f"{draft}/cloth?only=cloth.selvedge:yes")
    assert chips(person, "cloth") == ["Selvedge: Yes"]
    assert 0 < len(listed(person, "cloth")) < 14
