"""The configurator of one line: statuses, choices, conflicts, repairs and goals, for one published release.

Pure and safe to share between threads; keep one per release. See docs/algorithms/configuring.md.
"""

from collections.abc import Collection, Mapping, Sequence
from time import perf_counter

from configurator import completing
from configurator.around import Around
from configurator.assignment import Assignment, Checker, cost_of
from configurator.compiling.compile import Compiled, compile_model
from configurator.cpsat.engine import CpSatEngine
from configurator.engine import NO_WAY, Answers, Engine, FindsCores, Picks
from configurator.errors import AnswerNotValid, FeatureNotFound, NoCompletion, OptionNotFound
from configurator.explaining import Clash, Element, Explaining, picks_from
from configurator.limits import BUDGET, limit_rules
from configurator.model import (
    NO_LIMITS,
    Answer,
    Change,
    Chosen,
    Conflict,
    ConflictChoice,
    ConflictRule,
    FeatureState,
    Goal,
    Limits,
    PriceLine,
    Refused,
    Repair,
    Selection,
    State,
)
from configurator.narrowing import Narrowing
from configurator.notes import Noting, rules_unsure
from configurator.pricing import price_lines
from configurator.problem import Problem, ProblemRule
from configurator.repairing import WayOut, lightest_ways_out, ways_out
from configurator.satisfying.engine import build_sat_engine
from configurator.satisfying.errors import NotEncodable
from configurator.selections import answer_of, as_it_stands, feature_of, picked_rows, picks_of, selection_of
from configurator.states import StateMaker
from configurator.subproblems import background_of
from configurator.wishes import Weighing, Wish, by_age
from kernel.errors import NotAvailable
from modules_catalog.model import ConfigurationModel, FeatureKind

MOST_REPAIRS = 3


class Configurator:
    """Answers every question about one configuration model.

    Args:
        model: The line's catalog, loaded and whole.
        engine: What answers for statuses and prices; by default ``best_engine``.
        compiled: The model compiled already, when the caller has it.
    """

    def __init__(
        self, model: ConfigurationModel, *, engine: Engine | None = None, compiled: Compiled | None = None
    ) -> None:
        self.model = model
        self.compiled = compiled or compile_model(model)
        self.problem: Problem = self.compiled.problem
        self.judge = CpSatEngine(self.problem)
        self._last_resort = CpSatEngine(self.problem, most_priced=MOST_PRICED)
        self.engine: Engine = engine or best_engine(self.problem)
        self._checker = Checker(self.problem)
        self._noting = Noting(self.compiled)
        self._background = background_of(self.problem)
        self._defaults: Selection | None = None
        self._row_answers: dict[str, tuple[Answer | None, ...]] = {}
        self._limiting: tuple[Limits, tuple[ProblemRule, ...]] = (NO_LIMITS, ())

    @property
    def method(self) -> str:
        """What answers for statuses and prices: ``plan``, ``sat`` or ``cp-sat``."""
        return self.engine.method

    def state(
        self, selection: Selection, limits: Limits = NO_LIMITS, *, features: Collection[str] | None = None
    ) -> State:
        """Return everything there is to say after these choices.

        Args:
            selection: The choices, perhaps none.
            limits: Budget, capacity, parts that come too late.
            features: Only these features' states; by default all.

        Raises:
            FeatureNotFound, OptionNotFound, AnswerNotValid: the selection has an answer that does not exist.
        """
        picks = picks_of(self.compiled, selection)
        begun = perf_counter()
        answers, method = self._answers(picks, limits)
        whole = self._whole(picks, limits)
        complete = whole is not None
        standing = whole if whole is not None else self._standing(picks)
        base = answers.best_minor if answers.best_minor < NO_WAY else _least(answers)
        maker = StateMaker(self.compiled, self._noting, answers, picks, standing, base)
        total, lines = self._price(answers, whole, picks)
        asked = None if features is None else set(features)
        states: dict[str, FeatureState] = {
            domain.feature: maker.feature_state(index, selection.answers.get(domain.feature))
            for index, domain in enumerate(self.problem.domains)
            if not domain.hidden and (asked is None or domain.feature in asked)
        }
        ms = (perf_counter() - begun) * 1000
        return State(
            features=states,
            complete=complete,
            valid=bool(answers.best_minor < NO_WAY),
            total_minor=total,
            lines=lines,
            must_confirm=rules_unsure(self.problem.rules, whole) if whole is not None else (),
            method=method,
            proven=answers.proven and answers.priced,
            ms=ms,
        )

    def is_complete(self, selection: Selection, limits: Limits = NO_LIMITS) -> bool:
        """Return whether every needed feature is answered and all rules hold; far cheaper than a state.

        Raises:
            FeatureNotFound, OptionNotFound, AnswerNotValid: the selection has an answer that does not exist.
        """
        return self._whole(picks_of(self.compiled, selection), limits) is not None

    def choose(
        self, selection: Selection, feature: str, answer: Answer, limits: Limits = NO_LIMITS
    ) -> Chosen | Refused:
        """Return the selection with one more choice, or why it cannot be made and the ways out.

        In a feature with several options an option's code adds one piece of it; a mapping sets all counts.

        Raises:
            FeatureNotFound, OptionNotFound, AnswerNotValid: there is no such answer.
        """
        answer = self.pressed(selection, feature, answer)
        pressed = selection.with_answer(feature, answer)
        if self.can_be_completed(pressed, limits):
            return Chosen(pressed)
        conflict = self._conflict(selection, feature, answer, limits)
        if conflict is None:
            return Chosen(pressed)
        return Refused(conflict, self.repairs(selection, feature, answer, limits))

    def knows(self, feature: str, answer: Answer) -> bool:
        """Return whether there is such a feature and it takes such an answer, whatever the rules say."""
        try:
            picks_of(self.compiled, Selection({feature: answer}))
        except (FeatureNotFound, OptionNotFound, AnswerNotValid):
            return False
        return True

    def can_be_completed(self, selection: Selection, limits: Limits = NO_LIMITS) -> bool:
        """Return whether some complete valid configuration has all these choices.

        Raises:
            FeatureNotFound, OptionNotFound, AnswerNotValid: the selection has an answer that does not exist.
        """
        return self._completion(picks_of(self.compiled, selection), limits) is not None

    def row_answers(self, feature: str) -> tuple[Answer | None, ...]:
        """Return the answer each row of a feature stands for, in the order of its rows; ``None``: not chosen.

        Texts stand for all texts of their length, an option of a feature with several for one piece of it.

        Raises:
            FeatureNotFound: there is no such feature.
        """
        kind = feature_of(self.compiled, feature).kind
        if feature not in self._row_answers:
            domain = self.problem.domains[self.compiled.rows[feature].index]
            index, rows = self.problem.index[feature], range(len(domain.rows))
            if kind is FeatureKind.TEXT:
                self._row_answers[feature] = tuple("x" * int(row) if row else None for row in domain.rows)
            else:
                self._row_answers[feature] = tuple(answer_of(self.compiled, index, {row: 1}) for row in rows)
        return self._row_answers[feature]

    def around(self, selection: Selection, limits: Limits = NO_LIMITS) -> Around | None:
        """Return what becomes of a complete selection when one answer of it changes; ``None`` where it is not complete.

        Raises:
            FeatureNotFound, OptionNotFound, AnswerNotValid: the selection has an answer that does not exist.
        """
        whole = self._whole(picks_of(self.compiled, selection), limits)
        if whole is None:
            return None
        return Around(self.compiled, self._checker, selection, whole, self._limit_rules(limits))

    def steady_prices(self, selection: Selection, feature: str, limits: Limits = NO_LIMITS) -> Mapping[str, int]:
        """Return ``Around.steady_prices`` of one feature, empty for an incomplete selection.

        Raises:
            FeatureNotFound, OptionNotFound, AnswerNotValid: the selection has an answer that does not exist.
        """
        around = self.around(selection, limits)
        return {} if around is None else around.steady_prices(feature)

    def steady_options(self, selection: Selection, feature: str, limits: Limits = NO_LIMITS) -> frozenset[str]:
        """Return ``Around.steady_options`` of one feature, empty for an incomplete selection.

        Raises:
            FeatureNotFound, OptionNotFound, AnswerNotValid: the selection has an answer that does not exist.
        """
        around = self.around(selection, limits)
        return frozenset() if around is None else around.steady_options(feature)

    def pressed(self, selection: Selection, feature: str, answer: Answer) -> Answer:
        """Return the answer a press comes to: one more piece where the feature takes several options."""
        kind = feature_of(self.compiled, feature).kind
        if kind is FeatureKind.OPTIONS and isinstance(answer, str):
            before = selection.answers.get(feature, {})
            given = dict(before) if isinstance(before, Mapping) else {}
            answer = {**given, answer: given.get(answer, 0) + 1}
        elif kind is FeatureKind.BOOLEAN and isinstance(answer, bool):
            answer = "yes" if answer else "no"
        picked_rows(self.compiled, feature, answer)
        return answer

    def why_not(
        self, selection: Selection, feature: str, answer: Answer, limits: Limits = NO_LIMITS
    ) -> Conflict | None:
        """Return the minimal conflict an answer would cause, ``None`` when it can be had.

        Raises:
            FeatureNotFound, OptionNotFound, AnswerNotValid: there is no such answer.
        """
        return self._conflict(selection, feature, self.pressed(selection, feature, answer), limits)

    def _conflict(self, selection: Selection, feature: str, answer: Answer, limits: Limits) -> Conflict | None:
        elements = self._elements(selection, feature, answer)
        clash = self._clash(elements, limits)
        return None if clash is None else self._told(clash, selection.with_answer(feature, answer), limits)

    def _clash(self, elements: Sequence[Element], limits: Limits) -> Clash | None:
        if isinstance(self.engine, Weighing):
            try:
                return self._narrowing(self.engine, limits).clash(elements)
            except NotAvailable:
                pass
        start = self._completion(picks_from(elements[:-1]), limits)
        return self._explained(elements, limits, start)

    def _explained(self, elements: Sequence[Element], limits: Limits, start: Picks | None) -> Clash | None:
        """Return a minimal conflict, from the engine itself where it finds cores, else rule by rule."""
        if isinstance(self.engine, FindsCores):
            try:
                core = self.engine.core([(element.domain, element.row) for element in elements], limits)
            except NotAvailable:
                pass
            else:
                return None if core is None else Clash(tuple(elements[at] for at in core.choices), core.rules)
        return self._explaining(limits).clash(elements, start)

    def _elements(self, selection: Selection, feature: str, answer: Answer) -> list[Element]:
        """Return the choices one by one, oldest first; what is pressed stands last."""
        found = []
        pressed = selection.with_answer(feature, answer)
        for code, given in pressed.answers.items():
            index = self.compiled.rows[code].index if code in self.compiled.rows else -1
            found += [Element(index, row, n) for row, n in picked_rows(self.compiled, code, given).items()]
        return found

    def _told(self, clash: Clash, selection: Selection, limits: Limits) -> Conflict:
        chosen: dict[int, dict[int, int]] = {}
        for element in clash.choices:
            chosen.setdefault(element.domain, {})[element.row] = element.count
        choices = tuple(
            ConflictChoice(self.problem.domains[e.domain].feature, self._spoken(e, selection)) for e in clash.choices
        )
        rules = tuple(
            ConflictRule(rule, self._over_budget(clash, selection, limits))
            if rule == BUDGET
            else ConflictRule(rule, self._noting.values(rule, chosen))
            for rule in clash.rules
        )
        return Conflict(choices, rules)

    def _over_budget(self, clash: Clash, selection: Selection, limits: Limits) -> dict[str, str]:
        """Return by how much the budget is passed: all choices completed at least cost, or just those that clash."""
        found = self._completion(picks_of(self.compiled, selection), limits, dropped_rules=frozenset({BUDGET}))
        if found is None:
            named = {rule.rule for rule in (*self.problem.rules, *self._limit_rules(limits))}
            others = frozenset(rule for rule in named if not rule.startswith("#")) - set(clash.rules) | {BUDGET}
            found = self._completion(picks_from(clash.choices), limits, dropped_rules=others)
        if found is None or limits.budget_minor is None:
            return {}
        return {"over_minor": str(cost_of(self.problem, found) - limits.budget_minor)}

    def _spoken(self, element: Element, selection: Selection) -> str:
        domain = self.problem.domains[element.domain]
        feature = feature_of(self.compiled, domain.feature)
        if feature.kind is FeatureKind.TEXT:
            return str(selection.answers.get(domain.feature, ""))
        return domain.rows[element.row]

    def repairs(
        self, selection: Selection, feature: str, answer: Answer, limits: Limits = NO_LIMITS
    ) -> tuple[Repair, ...]:
        """Return up to three ways to have an answer, best first; none when it cannot be had at all.

        Raises:
            FeatureNotFound, OptionNotFound, AnswerNotValid: there is no such answer.
        """
        answer = self.pressed(selection, feature, answer)
        index = self.compiled.rows[feature].index
        pressed = picked_rows(self.compiled, feature, answer)
        wishes = [
            (self.compiled.rows[code].index, picked_rows(self.compiled, code, given))
            for code, given in selection.answers.items()
            if code != feature
        ]
        wishes = [(at, rows) for at, rows in wishes if rows]
        found = self._ways_out({index: pressed}, by_age(wishes), limits, MOST_REPAIRS)
        if not found and self.problem.domains[index].many:
            found = self._own_ways_out(selection, index, pressed, wishes, limits)
        before = picks_of(self.compiled, selection)
        was_whole = self._whole(before, limits)
        was = self._price_of(before, was_whole, limits)
        return tuple(self._repair(way, selection, feature, answer, was_whole is not None, was) for way in found)

    def _own_ways_out(
        self,
        selection: Selection,
        index: int,
        pressed: Mapping[int, int],
        wishes: list[tuple[int, dict[int, int]]],
        limits: Limits,
    ) -> list[WayOut]:
        """Return ways out that also give up other pieces of the pressed feature itself."""
        before = selection.answers.get(self.problem.domains[index].feature, {})
        had = picked_rows(self.compiled, self.problem.domains[index].feature, before)
        new = {row: count for row, count in pressed.items() if count > had.get(row, 0)}
        kept = [(index, {row: count}) for row, count in pressed.items() if row not in new]
        return self._ways_out({index: new}, by_age([*kept, *wishes]), limits, MOST_REPAIRS)

    def _repair(self, way: WayOut, selection: Selection, feature: str, answer: Answer, fill: bool, was: int) -> Repair:
        domains = self.problem.domains
        own = self.compiled.rows[feature].index
        kept = self._kept(way, selection) | {own}
        assignment = completing.without_needless(self.problem, self._checker, way.assignment, kept)
        if own in way.changed:
            answer = answer_of(self.compiled, own, assignment[own]) or answer
        answers: dict[str, Answer] = {}
        for code, given in selection.answers.items():
            if code == feature:
                continue
            at = self.compiled.rows[code].index
            if at not in way.changed:
                answers[code] = given
                continue
            after = answer_of(self.compiled, at, assignment[at])
            if after is not None and (fill or not _may_be_open(self.problem, at)):
                answers[code] = after
        answers[feature] = answer
        if fill:
            for at, domain in enumerate(domains):
                if not domain.hidden and domain.feature not in answers:
                    new = answer_of(self.compiled, at, assignment[at])
                    if new is not None:
                        answers[domain.feature] = new
        changes = tuple(
            Change(domain.feature, selection.answers.get(domain.feature), answers.get(domain.feature))
            for domain in domains
            if domain.feature != feature and selection.answers.get(domain.feature) != answers.get(domain.feature)
        )
        # What is left open is completed as in the assignment: a cheapest one of fewer choices, so of these as well.
        return Repair(feature, answer, changes, cost_of(self.problem, assignment) - was, Selection(answers))

    def _kept(self, way: WayOut, selection: Selection) -> frozenset[int]:
        return frozenset(self.compiled.rows[code].index for code in selection.answers) - frozenset(way.changed)

    def complete(
        self,
        selection: Selection,
        goal: Goal = Goal.CHEAPEST,
        limits: Limits = NO_LIMITS,
        *,
        to: Selection | None = None,
        weights: Mapping[str, int] | None = None,
        with_texts: bool = False,
    ) -> Selection:
        """Return the best complete selection that keeps all choices. Texts it asks for are the customer's to write.

        Args:
            selection: What must be kept.
            goal: What is best.
            limits: What bounds the answer.
            to: For ``closest``: the configuration to come close to.
            weights: For ``closest``: how much each feature matters, 1 where nothing is said.
            with_texts: Write such texts as so many letters ``x``, for asking what the whole would take.

        Raises:
            NoCompletion: there is none.
            FeatureNotFound, OptionNotFound, AnswerNotValid: an answer does not exist.
        """
        picks = picks_of(self.compiled, selection)
        wanted = {} if to is None else picks_of(self.compiled, to)
        found = self._completed(picks, goal, limits, wanted, weights or {})
        if found is None:
            raise NoCompletion(goal=goal.value)
        if goal is Goal.CHEAPEST:
            found = self._wordless(picks, limits, found)
        whole = completing.without_needless(self.problem, self._checker, found, frozenset(picks) | frozenset(wanted))
        texts = Selection({**(to.answers if to is not None else {}), **selection.answers})
        told = selection_of(self.compiled, whole, texts)
        if with_texts:
            told = Selection({**self._written(whole), **told.answers})
        order = [*selection.answers, *(code for code in told.answers if code not in selection.answers)]
        return Selection({code: told.answers[code] for code in order if code in told.answers})

    def _written(self, whole: Picks) -> dict[str, Answer]:
        """Return for each text of an assignment one of its length."""
        found: dict[str, Answer] = {}
        for feature in self.model.features:
            domain = self.problem.domains[self.problem.index[feature.code]]
            if feature.kind is FeatureKind.TEXT:
                (row,) = whole[self.problem.index[feature.code]]
                if domain.rows[row]:
                    found[feature.code] = "x" * int(domain.rows[row])
        return found

    def _completed(
        self, picks: Picks, goal: Goal, limits: Limits, wanted: Picks, weights: Mapping[str, int]
    ) -> Picks | None:
        match goal:
            case Goal.CHEAPEST:
                return self._completion(picks, limits)
            case Goal.FASTEST:
                return completing.fastest(self.compiled, self._completion, picks, limits)
            case Goal.CLOSEST:
                wishes = completing.wishes_to_be_close(self.problem, picks, wanted, weights)
                ways = self._ways_out(picks, wishes, limits, 1)
                return ways[0].assignment if ways else None

    def _ways_out(self, fixed: Picks, wishes: Sequence[Wish], limits: Limits, most: int) -> list[WayOut]:
        engine, budget = self.engine, limits.budget_minor

        def completion(picks: Picks) -> Picks | None:
            return self._completion(picks, limits)

        def is_affordable(assignment: Picks) -> bool:
            return budget is None or cost_of(self.problem, assignment) <= budget

        if isinstance(engine, Weighing):

            def closest(picks: Picks, wished: Sequence[Wish]) -> Picks | None:
                return engine.closest(picks, wished, limits)

            try:
                narrowing = self._narrowing(engine, limits)
                return lightest_ways_out(
                    fixed, wishes, closest, completion, narrowing.fewer_choices, is_affordable, most
                )
            except NotAvailable:
                pass
        start = self._completion({}, limits)

        def explain(elements: Sequence[Element]) -> Sequence[Element] | None:
            clash = self._explained(elements, limits, start)
            return None if clash is None else clash.choices

        return ways_out(fixed, wishes, completion, explain, most)

    def _narrowing(self, engine: Weighing, limits: Limits) -> Narrowing:
        rules = self._limit_rules(limits)
        return Narrowing(self.problem, self._background, limits, rules, self._completion, engine.least, engine.lifted)

    def _explaining(self, limits: Limits) -> Explaining:
        return Explaining(self.problem, self._background, self._checker, self._limit_rules(limits))

    def _wordless(self, picks: Picks, limits: Limits, found: Picks) -> Picks:
        """Return a completion as cheap as ``found`` that asks for no further text, where there is one.

        A text is the customer's to write: an answer that needs one would leave the selection incomplete.
        """
        texts = (self.compiled.rows[each.code].index for each in self.model.features if each.kind is FeatureKind.TEXT)
        rows = {index: self.problem.domains[index].none_row for index in texts if index not in picks}
        silent = {index: {row: 1} for index, row in rows.items() if row is not None}
        if all(found[index] == rows for index, rows in silent.items()):
            return found
        other = self._completion({**picks, **silent}, limits)
        return other if other is not None and cost_of(self.problem, other) == cost_of(self.problem, found) else found

    def defaults(self, limits: Limits = NO_LIMITS) -> Selection:
        """Return a complete start: the model's defaults, or the closest configuration that is possible.

        Raises:
            NoCompletion: the limits leave nothing.
        """
        if limits == NO_LIMITS and self._defaults is not None:
            return self._defaults
        wanted = completing.default_selection(self.compiled)
        found = self.complete(Selection(), Goal.CLOSEST, limits, to=wanted)
        if limits == NO_LIMITS:
            self._defaults = found
        return found

    def _answers(self, picks: Picks, limits: Limits) -> tuple[Answers, str]:
        """Return the engine's answers, CP-SAT's where the plan is too narrow for this one question."""
        try:
            return self.engine.answers(picks, limits), self.engine.method
        except NotAvailable:
            return self._last_resort.answers(picks, limits), self._last_resort.method

    def _completion(self, picks: Picks, limits: Limits, *, dropped_rules: frozenset[str] = frozenset()) -> Picks | None:
        try:
            return self.engine.completion(picks, limits, dropped_rules=dropped_rules)
        except NotAvailable:
            return self.judge.completion(picks, limits, dropped_rules=dropped_rules)

    def _whole(self, picks: Picks, limits: Limits) -> Assignment | None:
        """Return the picks as a complete valid assignment, or ``None`` when something is open or broken."""
        visible = as_it_stands(self.compiled, picks)
        if visible is None:
            return None
        whole = self._checker.completed(visible)
        if whole is None or not self._checker.is_valid(whole, self._limit_rules(limits)):
            return None
        return whole

    def _limit_rules(self, limits: Limits) -> tuple[ProblemRule, ...]:
        """Return the limits as rules, made once for the many questions asked under the same ones."""
        known = self._limiting
        if known[0] is not limits:
            known = self._limiting = (limits, limit_rules(self.problem, limits))
        return known[1]

    def _standing(self, picks: Picks) -> Assignment:
        """Return the picks with those helpers that read nothing else."""
        return self._checker.following(picks)

    def _price(
        self, answers: Answers, whole: Assignment | None, picks: Picks
    ) -> tuple[int | None, tuple[PriceLine, ...]]:
        if whole is not None:
            return cost_of(self.problem, whole), price_lines(self.compiled, whole, frozenset(range(len(whole))))
        if answers.witness is None:
            return None, ()
        return answers.best_minor, price_lines(self.compiled, answers.witness, frozenset(picks))

    def _price_of(self, picks: Picks, whole: Assignment | None, limits: Limits) -> int:
        if whole is not None:
            return cost_of(self.problem, whole)
        found = self._completion(picks, limits) or self._completion(picks, limits, dropped_rules=frozenset({BUDGET}))
        return 0 if found is None else cost_of(self.problem, found)


MOST_PRICED = 600
"""Classes up to which CP-SAT, where it has to answer, finds all prices; beyond that it tells what is possible."""
MANY_FEATURES = 150
"""Without prices a solver answers models of so many features as fast as a plan, and is ready in a second."""


def best_engine(problem: Problem) -> Engine:
    """Return what answers a problem best.

    The compiled plan, where there is one; satisfiability for feature models: many features without prices, or too widely
    tied for a plan; CP-SAT for what is left.
    """
    from configurator.planning.engine import build_plan_engine
    from configurator.planning.limits import NoPlan

    if len(problem.domains) >= MANY_FEATURES:
        try:
            return build_sat_engine(problem)
        except NotEncodable:
            pass
    try:
        return build_plan_engine(problem)
    except NoPlan:
        pass
    try:
        return build_sat_engine(problem)
    except NotEncodable:
        return CpSatEngine(problem, most_priced=MOST_PRICED)


def _least(answers: Answers) -> int:
    """Return the least cost of anything possible, 0 when nothing is."""
    costs = [int(part.min()) for part in answers.with_row if len(part)]
    return min((cost for cost in costs if cost < NO_WAY), default=0)


def _may_be_open(problem: Problem, index: int) -> bool:
    domain = problem.domains[index]
    return domain.may_be_empty if domain.many else domain.none_row is not None
