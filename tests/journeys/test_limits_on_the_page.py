"""Budget, need-by date and pieces on the configure page: what is in force, what is beyond it, and the ways out."""

from tests.journeys.conftest import enter
from tests.journeys.person import Person, words_of
from tests.journeys.test_customer_orders import begin
from web.shop import Shop


def buttons(person: Person, within: str) -> list[str]:
    """Return the words of the buttons within an element."""
    return [words_of(button) for place in person.all(within) for button in place.iter("button")]


def set_limits(person: Person, *, need_by: str = "", budget: str = "", quantity: str = "1") -> Person:
    return person.press("Apply", within="#limits", need_by=need_by, budget=budget, quantity=quantity)


def test_choices_over_the_budget_keep_their_price_and_have_ways_out(shop: Shop, htmx: bool) -> None:
    """Nothing is shown as free of charge, and one press leads on: within the budget, or to another one."""
    person = enter(shop, htmx=htmx)
    begin(person, "jeans")
    price = person.text(".summary__price")

    set_limits(person, budget="125.50")

    assert person.text(".summary__price") == price == "€148.90"
    assert "What you chose costs €148.90; your budget is €125.50." in person.text(".notice--check")
    assert buttons(person, ".notice--check") == ["Find the closest within them", "Raise the budget to €148.90"]
    assert person.text(".in-force") == "Budget €125.50 Lift"
    assert next(person.all("#field-budget")).get("value") == "125.50"
    person.press("Find the closest within them")
    assert person.text(".notice--check") == ""
    assert float(person.text(".summary__price").removeprefix("€")) <= 125.5
    person.press("Lift")
    assert person.text(".in-force") == ""


def test_a_budget_below_everything_is_told_with_the_least_possible(shop: Shop) -> None:
    person = enter(shop)
    begin(person, "jeans")

    set_limits(person, budget="40")

    assert "The least one can cost is €118.00." in person.text(".notice--check")
    assert buttons(person, ".notice--check") == ["Raise the budget to €148.90"]
    person.press("Raise the budget to €148.90")
    assert person.text(".notice--check") == ""


def test_an_option_beyond_a_limit_is_one_press_away(shop: Shop, htmx: bool) -> None:
    """Where no other choice helps, the limit itself does: it is widened and the option taken."""
    person = enter(shop, htmx=htmx)
    draft = begin(person, "jeans")
    set_limits(person, budget="160")
    person.open(f"{draft}/cloth")

    person.press("=raw_21")
    assert (next(person.all(".conflict")).get("autofocus") is None) == htmx  # scripts lead there by themselves

    assert person.status == 409
    assert person.text(".conflict__title") == "Raw selvedge 21 oz is beyond your budget."
    assert person.text(".conflict__reasons") == "It would be €23.90 over your budget."
    person.press("Raise the budget to €183.90", within=".conflict")
    assert person.status == 200
    assert next(person.all("#option-cloth-raw_21")).get("data-status") == "chosen"
    assert person.text(".in-force") == "Budget €183.90 Lift"


def test_limits_that_cannot_be_read_stay_typed_beside_their_message(shop: Shop, htmx: bool) -> None:
    """A past day, a word for a price and no number of pieces change nothing."""
    person = enter(shop, htmx=htmx)
    begin(person, "jeans")
    for field, value, message in (
        ("budget", "cheap", "Please give an amount, such as 149.90."),
        ("need_by", "2026-11-22", "Please give a day from today on."),
        ("quantity", "0", "Please give a number from 1 to 999."),
    ):
        set_limits(person, **{field: value})

        assert person.status == 422
        assert person.text(".field__error") == message
        assert next(person.all(f"#field-{field.replace('_', '-')}")).get("value") == value
        assert person.text(".in-force") == ""
        set_limits(person)
        assert person.status == 200


def test_what_a_search_found_is_explained_where_it_was_pressed(shop: Shop, htmx: bool) -> None:
    """The list stays as it was searched, and an option beyond the first forty has its reasons, too."""
    person = enter(shop, htmx=htmx)
    draft = begin(person, "pc")
    person.open(f"{draft}/core?q=Ryzen")
    pressed = next(each for each in person.all("[data-status=ruled_out]"))

    person.press(f"={pressed.get('value')}")

    assert person.status == 409
    assert person.text(".conflict__title") != ""
    assert next(each for each in person.all("input") if each.get("type") == "search").get("value") == "Ryzen"


def test_one_more_of_what_has_no_room_is_explained(shop: Shop) -> None:
    """The reason stands below the drive whose number was raised once too often."""
    person = enter(shop)
    draft = begin(person, "pc")
    person.open(f"{draft}/drives")
    for count in range(2, 9):
        person.press(f"={count}", within=".count")
        if person.status == 409:
            break

    assert person.status == 409
    assert person.text(".conflict__reasons") != ""


def test_authors_read_what_was_lacking_by_its_name(shop: Shop) -> None:
    """Neither the code of a part nor that of a limit is shown."""
    person = enter(shop)
    draft = begin(person, "jeans")
    set_limits(person, budget="160").open(f"{draft}/cloth").press("=raw_21")
    assert person.status == 409
    person.open(f"{draft}/cloth")
    set_limits(person, need_by="2026-11-27").open(f"{draft}/cloth").press("=raw_21")
    assert person.status == 409

    author = enter(shop, login_name="author").open("/wishes")

    because = [words_of(cell) for cell in author.all("td") if cell.get("data-label") == "Because"]
    assert sorted(because) == ["It would cost more than your budget.", "Raw selvedge 21 oz"]


def test_a_phone_has_sum_and_order_of_a_quote_in_one_place(shop: Shop) -> None:
    """The bar's button sends the same form as the one below the address; without a name that is asked for."""
    person = enter(shop)
    begin(person, "jeans")
    person.press("Order")

    assert person.text(".bar").startswith("€148.90 ready Mon 23 Nov")
    person.press("Order and pay")
    assert person.status == 422
    assert "Please enter a name." in person.text("#order")


def test_a_number_that_is_not_at_hand_is_no_question_mark(shop: Shop) -> None:
    """The processor takes no part in the conflict: what it needs is left out, not shown as unknown."""
    person = enter(shop)
    draft = begin(person, "pc")
    person.open(f"{draft}/graphics?q=5090").press("=947dd804-e941-43d3-abdb-8b0258b284f0")

    assert person.status == 409
    assert person.text(".conflict__reasons") == (
        "The power supply gives 650 W; processor, cards and 50 W for the rest need more."
    )


def test_a_search_without_a_find_says_so(shop: Shop) -> None:
    person = enter(shop)
    draft = begin(person, "pc")

    person.open(f"{draft}/core?q=zzz")

    assert person.text(".empty__title") == "Nothing found for “zzz”"
    assert list(person.all(".feature")) == []


def test_the_cheapest_changes_nothing_that_costs_the_same(shop: Shop) -> None:
    """Who buys and how is paid stay as they were: other answers are no cheaper."""
    person = enter(shop)
    draft = begin(person, "pc")
    before = {each.get("id") for each in person.open(f"{draft}/billing").all("[data-status=chosen]")}

    person.press("Find it", goal="cheapest")

    assert {each.get("id") for each in person.open(f"{draft}/billing").all("[data-status=chosen]")} == before
