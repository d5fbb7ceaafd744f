"""The options of a feature as a list: searched, filtered and put in order, before those shown are put into words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from configurator.model import FeatureState, Status
from configurator.states import OptionStates, statuses_and_prices
from modules_catalog.model import Feature
from orders.drafts.days import NO_DAYS, Days
from orders.drafts.following import asked_features
from orders.drafts.model import DraftView
from web.views.facets import FacetTable, facet_table
from web.views.narrowing import RANKS, Narrowing, Values, in_order, is_met
from web.views.words import Words

MOST_SHOWN = 40
"""How many options of one feature are shown before the reader searches."""
LONG = 12
"""From how many options on a list can be searched, and folds away what cannot be had."""


class Entry(NamedTuple):
    """One option, as much of it as tells its place in a list; ``label`` only where a name does."""

    code: str
    label: str
    status: Status
    price_delta_minor: int | None
    days_delta: int | None
    days_proven: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as asked for: the codes of all that is found, in order, and how many of them can be had (``free``).

    ``searched`` are the options the words searched for leave, each with its values and whether it can be had.
    """

    found: Sequence[str]
    searched: Sequence[tuple[Values, bool]]
    free: int

    @property
    def shown(self) -> Sequence[str]:
        """The options shown before the reader searches."""
        few = len(self.found) <= MOST_SHOWN + MOST_SHOWN // 4  # a handful more is no reason to have somebody search
        return self.found if few else self.found[:MOST_SHOWN]


def listing(
    feature: Feature, state: FeatureState, words: Words, days: Days, narrowing: Narrowing, table: FacetTable | None
) -> Listing:
    """Return the list of a feature's options; ``table`` is there where it is long enough to be filtered."""
    sort, query = narrowing.sort_of(feature.code), narrowing.query.lower()
    wanted = narrowing.of(feature.code)
    if table is not None and not (sort or query or wanted) and isinstance(state.options, OptionStates):
        return _whole(state.options, table)
    entries = []
    named = bool(query) or sort == "name"
    dated = {option: delta for (of, option), delta in days.options.items() if of == feature.code}
    for code, status, price_minor in statuses_and_prices(state.options):
        label = words.option(feature.code, code) if named else ""
        if query and query not in f"{label} {words.about(feature.code, code)}".lower():
            continue
        delta = dated.get(code)
        days_delta, proven = (delta.days, delta.proven) if delta else (None, True)
        entries.append(Entry(code, label, status, price_minor, days_delta, proven))
    searched: list[tuple[Values, bool]] = []
    if table is not None:
        values = table.values
        searched = [(values[each.code], each.status is not Status.RULED_OUT) for each in entries]
        if wanted:
            entries = [each for each, (own, _free) in zip(entries, searched, strict=True) if is_met(own, wanted)]
    if len(state.options) > MOST_SHOWN // 4 or feature.table is not None:
        entries = in_order(entries, sort)
    free = sum(each.status is not Status.RULED_OUT for each in entries)
    return Listing([each.code for each in entries], searched, free)


def _whole(options: OptionStates, table: FacetTable) -> Listing:
    """Return a long list of which nothing was asked, without a value for each of thousands of options."""
    free = options.can_be_had()
    searched = [(table.values[code], is_free) for code, is_free in zip(options.codes, free, strict=True)]
    return Listing(options.in_order(RANKS), searched, sum(free))


def tables_of(view: DraftView, step: str, words: Words) -> dict[str, FacetTable]:
    """Return what the long lists of a step are filtered by, {feature: columns and values}."""
    asked = asked_features(view.model, view.draft.selection)
    return {
        code: facet_table(view.model.feature(code), words)
        for each in view.model.steps
        if each.code == step
        for code in each.features
        if code in asked and code not in view.locked and len(view.state.features[code].options) > LONG
    }


def known_narrowing(narrowing: Narrowing, tables: Mapping[str, FacetTable]) -> Narrowing:
    """Return what is asked of these lists, without what they have not."""
    return narrowing.only_known(
        {code: {name: frozenset(each) for name, each in table.columns.items()} for code, table in tables.items()}
    )


def lists_of(view: DraftView, step: str, locale: str, narrowing: Narrowing) -> dict[str, Listing]:
    """Return a step's long lists before anything is said of days, by feature."""
    words = Words(view.model, locale)
    tables = tables_of(view, step, words)
    narrowing = known_narrowing(narrowing, tables)
    return {
        code: listing(view.model.feature(code), view.state.features[code], words, NO_DAYS, narrowing, table)
        for code, table in tables.items()
    }


def options_to_date(lists: Mapping[str, Listing], narrowing: Narrowing) -> dict[str, tuple[str, ...]]:
    """Return the options of long lists whose day is wanted, {feature: options}.

    Those the page shows; of a list asked for by date all that are found, for which of them are shown is told by their days.
    """
    return {
        code: tuple(listed.found if narrowing.sort_of(code) == "date" else listed.shown)
        for code, listed in lists.items()
    }
