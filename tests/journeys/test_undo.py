"""Taking changes back on the configure page, one after the other, until there is none."""

from tests.journeys.conftest import enter
from tests.journeys.person import Person, words_of
from tests.journeys.test_close_to import answers
from tests.journeys.test_customer_orders import begin
from web.shop import Shop


def ways_back(person: Person) -> list[str]:
    return [words for each in person.all("button") if "Undo" in (words := words_of(each))]


def test_changes_are_taken_back_one_by_one_and_no_more_than_there_are(shop: Shop) -> None:
    """What was taken back is said; a button stands only where it has something to take back."""
    person = enter(shop, htmx=True)
    draft = begin(person, "jeans")
    person.open(f"{draft}/cloth")
    begun = answers(shop, draft)
    assert ways_back(person) == []

    person.press("=stone")
    once = answers(shop, draft)
    person.press("=rinse")
    assert ways_back(person) == ["Undo"]

    person.press("Undo")
    assert answers(shop, draft) == once
    assert person.text(".summary__changed").startswith("Taken back. ")
    assert ways_back(person) == ["Undo one more"]

    person.press("Undo one more")
    assert answers(shop, draft) == begun
    assert person.text(".summary__changed").startswith("Taken back. ")
    assert ways_back(person) == []
