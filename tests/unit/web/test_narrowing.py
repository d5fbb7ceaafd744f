from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from web.views.narrowing import RANKS, SORTS, Narrowing, Values, counts, in_order, is_met, narrowing_of

COLUMNS = ("socket", "cores", "maker")
VALUES = ("", "AM5", "8", "a:b.c", "M.2 x4 & “more”")


@dataclass(frozen=True, slots=True)
class Row:
    code: str
    label: str
    status: str
    price_delta_minor: int | None
    days_delta: int | None
    days_proven: bool


some_values = st.sets(st.sampled_from(VALUES), min_size=1, max_size=3)
options = st.lists(
    st.tuples(st.fixed_dictionaries({name: some_values.map(tuple) for name in COLUMNS}), st.booleans()), max_size=20
)
wishes = st.dictionaries(st.sampled_from(COLUMNS), some_values.map(frozenset))
rows = st.lists(
    st.builds(
        Row,
        code=st.text(max_size=3),
        label=st.sampled_from(("a", "B", "b", "C")),
        status=st.sampled_from(sorted(RANKS)),
        price_delta_minor=st.none() | st.integers(-3, 3),
        days_delta=st.none() | st.integers(-2, 2),
        days_proven=st.booleans(),
    ),
    max_size=15,
)
narrowings = st.builds(
    Narrowing,
    st.text(max_size=8).map(str.strip),
    st.dictionaries(
        st.sampled_from(("cpu", "board")),
        st.dictionaries(st.sampled_from(COLUMNS), some_values.map(frozenset), min_size=1),
        min_size=1,
    ),
    st.dictionaries(st.sampled_from(("cpu", "board")), st.sampled_from(SORTS)),
)


@given(options, wishes)
def test_a_value_counts_what_it_alone_would_show(
    listed: list[tuple[Values, bool]], wanted: dict[str, frozenset[str]]
) -> None:
    """Counted one by one: the list with that value alone in its column, the other columns as they are asked for."""
    counted = counts(listed, COLUMNS, wanted)

    for column in COLUMNS:
        for value in VALUES:
            left = [is_free for values, is_free in listed if is_met(values, {**wanted, column: frozenset({value})})]
            assert counted.get((column, value), (0, 0)) == (sum(left), len(left))


@given(rows, st.sampled_from(("", *SORTS)))
def test_no_order_lifts_what_is_ruled_out(listed: list[Row], sort: str) -> None:
    """The choice stands first, what is ruled out last, and nothing is lost."""
    ordered = in_order(listed, sort)

    ranks = [RANKS[row.status] for row in ordered]
    assert ranks == sorted(ranks)
    assert sorted(map(id, ordered)) == sorted(map(id, listed))


@given(rows)
def test_a_price_order_never_falls_and_keeps_equals_as_they_were(listed: list[Row]) -> None:
    ordered = [row for row in in_order(listed, "price") if row.status == "available"]

    prices = [row.price_delta_minor for row in ordered if row.price_delta_minor is not None]
    assert prices == sorted(prices)
    assert [row.price_delta_minor for row in ordered[: len(prices)]] == prices
    for price in {row.price_delta_minor for row in ordered}:
        alike = [row for row in listed if row.status == "available" and row.price_delta_minor == price]
        assert [row for row in ordered if row.price_delta_minor == price] == alike


@given(rows)
def test_a_date_order_has_the_sooner_first_and_the_unknown_last(listed: list[Row]) -> None:
    ordered = [row for row in in_order(listed, "date") if row.status == "available"]

    known = [(row.days_delta, not row.days_proven) for row in ordered if row.days_delta is not None]
    assert known == sorted(known)
    assert all(row.days_delta is None for row in ordered[len(known) :])


@given(narrowings)
def test_an_address_is_read_back(narrowing: Narrowing) -> None:
    """Whatever a value holds, the address of the page says it again."""
    asked = parse_qs(urlsplit(narrowing.address("/drafts/1/core")).query, keep_blank_values=True)

    again = narrowing_of(asked.get("q", [""])[0], asked.get("only", []), asked.get("sort", []))

    assert again == narrowing


@given(narrowings)
def test_lifting_one_after_the_other_leaves_nothing(narrowing: Narrowing) -> None:
    left = narrowing
    for feature, columns in narrowing.wanted.items():
        for column, values in columns.items():
            for value in values:
                left = left.without(feature, column, value)
        left = left.unsorted(feature)

    assert left.wanted == {}
    assert narrowing.without("cpu").wanted == {code: each for code, each in narrowing.wanted.items() if code != "cpu"}
    assert set(left.sorts) <= narrowing.sorts.keys() - narrowing.wanted.keys()


def test_what_cannot_be_read_or_is_not_there_asks_for_nothing() -> None:
    read = narrowing_of(
        "  Ryzen ",
        ["cpu.socket:AM5", "cpu.socket:AM9", "cpu.colour:red", "gone.socket:AM5", "cpu", "cpu.socket", ":", ".a:b"],
        ["cpu:price", "cpu", "gone:name", "gpu:cheapest"],
    )

    kept = read.only_known({"cpu": {"socket": frozenset({"AM4", "AM5"})}})

    assert kept == Narrowing("Ryzen", {"cpu": {"socket": frozenset({"AM5"})}}, {"cpu": "price"})
    assert kept.address("/p") == "/p?q=Ryzen&sort=cpu%3Aprice&only=cpu.socket%3AAM5"
    assert narrowing_of("", ["cpu.socket:AM9"], []).only_known({"cpu": {"socket": frozenset({"AM5"})}}) == Narrowing()
