"""What makes a demand late, as limits for every answer that comes to as much.

See docs/algorithms/need-by.md, N-4 and N-5.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from configurator.configurator import Configurator
from configurator.model import CapacityCap, Exclusion, Selection
from modules_catalog.model import FeatureKind
from orders.drafts.fit_by_answers import FitByAnswers
from orders.drafts.refusing import Bound, at_least, capped, counts_of, together
from orders.drafts.slack import Slack
from orders.drafts.strands import NOT_RUSHED, NOTHING, Level, RowAnswers, Strand, StrandKey, strand_of
from production.model import Demand

MOST_TOGETHER = 3
"""How many operations and materials may be late only together."""

NEED_BY = "need_by"
NOT_SOON_ENOUGH = "need_by:rush"
"""What conflicts call it when only a rush order is in time."""


@dataclass(slots=True)
class Learner:
    """Finds what makes demands late by asking the plant about weaker ones (``late_of``).

    ``batches`` are the work centres that work in batches; ``fits`` is what somebody's measures add to a demand.
    """

    configurator: Configurator
    rows: RowAnswers
    late_of: Callable[[Sequence[Demand]], list[bool]]
    batches: frozenset[str] = frozenset()
    fits: FitByAnswers | None = None
    _strands: dict[StrandKey, Strand | None] = field(init=False, default_factory=dict)

    def strand(self, key: StrandKey) -> Strand | None:
        """Return a strand of the line, with what the measures add; ``None`` where it reads too many answers."""
        if key not in self._strands:
            self._strands[key] = strand_of(self.configurator, self.rows, key, self.fits)
        return self._strands[key]

    def reasons(self, slack: Slack, selection: Selection) -> list[Exclusion | CapacityCap]:
        """Return limits for the smallest sets of strands that make it late with all others at their least."""
        if self.late_of([slack.at(())]) == [True]:
            feature = next(each.code for each in self.configurator.model.features if each.kind is FeatureKind.OPTION)
            return [Exclusion(NEED_BY, {feature: (0,) * len(self.rows[feature])}, frozenset({(0,)}))]
        active = slack.active
        if self.late_of([slack.at(active)]) == [False]:
            return []
        for size in range(1, min(MOST_TOGETHER, len(active)) + 1):
            sets = list(combinations(active, size))
            late = self.late_of([slack.at(chosen) for chosen in sets])
            tried = (
                self._limit(slack, chosen, selection) for chosen, is_late in zip(sets, late, strict=True) if is_late
            )
            found = [limit for limit in tried if limit is not None]
            if found:
                return found
        needed = list(active)
        for key in active:
            fewer = [other for other in needed if other != key]
            if self.late_of([slack.at(fewer)]) == [True]:
                needed = fewer
        limit = self._limit(slack, needed, selection)
        return [] if limit is None else [limit]

    def _limit(self, slack: Slack, chosen: Sequence[StrandKey], selection: Selection) -> Exclusion | CapacityCap | None:
        """Return that the strands of a set cannot all come to as much as they do; ``None`` where no limit can say it."""
        strands: dict[StrandKey, Strand] = {}
        for key in chosen:
            read = self.strand(key)
            if read is None:
                return None
            strands[key] = read
        given = {key: slack.levels[key][0] for key in chosen}
        sums = []
        for key, strand in strands.items():
            tabled = {**given, key: strand.level(selection.answers, self.rows)}
            if tabled[key] == given[key] or self.late_of([slack.at(chosen, tabled)]) == [True]:
                given = tabled
            elif strand.by_sum:
                sums.append(key)
            else:  # it grows with pieces, and nothing says how
                return None
        if sums:  # a table of pieces cannot be a condition of a sum
            sums = [key for key in chosen if key in sums or (key[0] and strands[key].by_sum)]
        if len(sums) > 1:
            return self._limit_of_pieces(slack, given, selection, strands, sums)
        if len(chosen) == 1 and not sums:
            given = {chosen[0]: self._least_that_is_late(slack, chosen[0], given[chosen[0]])}
        tables = [
            (strands[key], at_least(given[key], same=self._by_recipe(slack, key))) for key in chosen if key not in sums
        ]
        name = _name(slack, chosen)
        if sums:
            fixed, added = strands[sums[0]].by_sum or (0, {})
            bound = Bound(fixed, added, self._first_late(slack, chosen, given, sums[0]))
            centre = name.removeprefix("capacity:")
            return capped(self.configurator.model, self.rows, selection, bound, tables, centre)
        kinds, refused = together(tables)
        many = {each.code for each in self.configurator.model.features if each.kind is FeatureKind.OPTIONS}
        if not refused or len(many & kinds.keys()) > 1:
            return None
        return Exclusion(name, kinds, refused)

    def _limit_of_pieces(
        self,
        slack: Slack,
        given: Mapping[StrandKey, Level],
        selection: Selection,
        strands: Mapping[StrandKey, Strand],
        sums: Sequence[StrandKey],
    ) -> CapacityCap | None:
        """Return that there are fewer pieces of one option, or of its feature, where several strands grow with them."""
        bare = {key: NOTHING if key[0] else strands[key].level(selection.answers, self.rows) for key in sums}
        tables = [
            (strands[key], at_least(level, same=self._by_recipe(slack, key)))
            for key, level in {**given, **bare}.items()
            if bare.get(key) != NOTHING
        ]
        name = _name(slack, list(given)).removeprefix("capacity:")
        for feature, option in _pieces(selection):
            counts = counts_of(self.configurator.model, self.rows, selection, feature, option)
            grown = [
                {
                    key: (level + strands[key].adds(counts.feature, counts.option, *at), recipe)
                    for key, (level, recipe) in bare.items()
                }
                for at in counts.points
            ]
            late = self.late_of([slack.at(list(given), {**given, **each}) for each in grown])
            bound = counts.bound(dict(zip(counts.points, late, strict=True)))
            if bound is not None:
                return capped(self.configurator.model, self.rows, selection, bound, tables, name)
        return None

    def _first_late(
        self, slack: Slack, chosen: Sequence[StrandKey], given: Mapping[StrandKey, Level], key: StrandKey
    ) -> int:
        """Return the least a sum comes to that is late, the rest of a set as given."""
        low, (high, recipe) = slack.levels[key][1][0], given[key]
        while low + 1 < high:
            middle = (low + high) // 2
            if self.late_of([slack.at(chosen, {**given, key: (middle, recipe)})]) == [True]:
                high = middle
            else:
                low = middle
        return high

    def _least_that_is_late(self, slack: Slack, key: StrandKey, level: Level) -> Level:
        strand = self.strand(key)
        if strand is None or self._by_recipe(slack, key):
            return level
        lower = sorted({one for one in strand.levels.values() if NOTHING < one < level})
        late = self.late_of([slack.at((key,), {key: one}) for one in lower])
        return next((one for one, is_late in zip(lower, late, strict=True) if is_late), level)

    def _by_recipe(self, slack: Slack, key: StrandKey) -> bool:
        return not key[0] and key != NOT_RUSHED and slack.work_centre(key[1]) in self.batches


def _name(slack: Slack, chosen: Sequence[StrandKey]) -> str:
    """Return what conflicts call a set of strands: the first work centre of it, else a material."""
    found = sorted((key for key in chosen if key != NOT_RUSHED), key=lambda key: key[0])
    if not found:
        return NOT_SOON_ENOUGH
    is_material, code = found[0]
    return f"material:{code}" if is_material else f"capacity:{slack.work_centre(code)}"


def _pieces(selection: Selection) -> Iterator[tuple[str, str]]:
    """Yield each chosen option of features that take several."""
    for feature, answer in selection.answers.items():
        if isinstance(answer, Mapping):
            yield from ((feature, code) for code in answer)
