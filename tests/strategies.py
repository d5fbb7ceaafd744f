"""Hypothesis strategies: small random catalogs, selections and limits."""

from collections.abc import Callable
from decimal import Decimal

from hypothesis import strategies as st

from configurator.model import Answer, Limits, Selection
from modules_catalog.expressions.tree import (
    Aggregate,
    Arithmetic,
    Call,
    Comparison,
    Constant,
    Expression,
    Logic,
    Reference,
    SetOf,
    walk,
)
from modules_catalog.model import (
    ConfigurationModel,
    Feature,
    FeatureCode,
    FeatureKind,
    LineCode,
    Option,
    OptionCode,
    Rule,
    RuleId,
    RuleTable,
    Severity,
    Source,
    Surcharge,
    WhenMissing,
)

HERE = Source("random/line.yaml", 1)
TEXTS = ("x", "y", "z")

Draw = Callable[[st.SearchStrategy], object]


def _known_or_not(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(strategy, strategy, strategy, st.none())


@st.composite
def options(draw, codes: tuple[str, ...]) -> tuple[Option, ...]:
    """Options with an integer, a decimal, a text, a set and a yes / no attribute; some values are not known."""
    return tuple(
        Option(
            code=OptionCode(code),
            attributes={
                "n": draw(_known_or_not(st.integers(0, 4))),
                "d": draw(_known_or_not(st.sampled_from([Decimal("0.5"), Decimal("1.25"), Decimal(2)]))),
                "t": draw(_known_or_not(st.sampled_from(TEXTS))),
                "s": draw(_known_or_not(st.frozensets(st.sampled_from(TEXTS), max_size=2))),
                "b": draw(_known_or_not(st.booleans())),
            },
            price_minor=draw(st.integers(0, 9)),
            cost_minor=0,
            source=HERE,
        )
        for code in codes
    )


@st.composite
def features(draw, number: int) -> Feature:
    """A feature of any kind, without ``shown_when``."""
    code = FeatureCode(f"f{number}")
    kind = draw(st.sampled_from([*FeatureKind, FeatureKind.OPTION, FeatureKind.OPTION, FeatureKind.OPTIONS]))
    required = draw(st.booleans())
    common = {"code": code, "kind": kind, "source": HERE, "required": required}
    match kind:
        case FeatureKind.OPTION:
            return Feature(**common, options=draw(options(("o1", "o2", "o3")[: draw(st.integers(1, 3))])))
        case FeatureKind.OPTIONS:
            maximum = draw(st.integers(1, 3))
            return Feature(
                **common,
                options=draw(options(("m1", "m2", "m3")[: draw(st.integers(1, 2 if maximum == 3 else 3))])),
                minimum=draw(st.integers(0, min(2, maximum))),
                maximum=maximum,
                max_each=draw(st.integers(1, maximum)),
            )
        case FeatureKind.BOOLEAN:
            return Feature(**common, price_minor=draw(st.integers(0, 5)))
        case FeatureKind.TEXT:
            return Feature(**common, maximum=draw(st.integers(1, 2)), price_minor=draw(st.integers(0, 5)))
        case FeatureKind.INTEGER:
            return Feature(**common, minimum=draw(st.integers(-1, 1)), maximum=3, price_minor=draw(st.integers(0, 3)))
        case _:
            return Feature(**common, minimum=5, maximum=20, step=5, digits=1)


@st.composite
def numbers(draw, feature: Feature) -> Expression:
    """A number read from one feature."""
    match feature.kind:
        case FeatureKind.OPTIONS:
            name = draw(st.sampled_from(["sum", "sum", "count", "least", "most"]))
            body = None if name == "count" else draw(_plain_number(feature))
            return Aggregate(name, feature.code, body)
        case FeatureKind.BOOLEAN:
            return Call("if", (Reference(feature.code), Constant(draw(st.integers(0, 3))), Constant(0)))
        case _:
            return draw(_plain_number(feature))


@st.composite
def _plain_number(draw, feature: Feature) -> Expression:
    if feature.kind in (FeatureKind.INTEGER, FeatureKind.DECIMAL):
        return Reference(feature.code)
    if feature.kind is FeatureKind.TEXT:
        return Reference(feature.code, "length")
    if feature.kind is FeatureKind.BOOLEAN:
        return Call("if", (Reference(feature.code), Constant(1), Constant(0)))
    n, d = Reference(feature.code, "n"), Reference(feature.code, "d")
    return draw(
        st.sampled_from(
            [
                n,
                n,
                n,
                d,
                Arithmetic("*", Constant(2), n),
                Arithmetic("+", n, d),
                Call("first_known", (n, Call("floor", (d,)))),
                Call("if", (Comparison("==", Reference(feature.code, "t"), Constant("x")), n, Constant(1))),
                Call("size", (Reference(feature.code, "s"),)),
            ]
        )
    )


@st.composite
def facts(draw, feature: Feature) -> Expression:
    """A condition that reads one feature plainly."""
    code = feature.code
    match feature.kind:
        case FeatureKind.BOOLEAN:
            return draw(
                st.sampled_from(
                    [
                        Reference(code),
                        Comparison("==", Reference(code), Constant(False)),
                        Call("chosen", (Reference(code),)),
                    ]
                )
            )
        case FeatureKind.INTEGER | FeatureKind.DECIMAL | FeatureKind.TEXT:
            number = draw(_plain_number(feature))
            operator = draw(st.sampled_from(["<=", ">", "==", "!="]))
            return Comparison(operator, number, Constant(draw(st.integers(0, 3))))
    first, second = feature.options[0].code, feature.options[-1].code
    choices: list[Expression] = [
        Comparison("==", Reference(code), Constant(first)),
        Comparison("!=", Reference(code), Constant(second)),
        Comparison("in", Reference(code), SetOf(frozenset({first, second}))),
        Comparison("==", Reference(code, "t"), Constant(draw(st.sampled_from(TEXTS)))),
        Comparison("in", Constant("x"), Reference(code, "s")),
        Comparison("not in", Reference(code, "t"), SetOf(frozenset({"x", "y"}))),
        Comparison(">=", Reference(code, "n"), Constant(draw(st.integers(0, 4)))),
        Comparison("<", Reference(code, "d"), Constant(Decimal("1.5"))),
        Comparison("==", Call("map", (Reference(code, "t"),), (("x", "y"),)), Constant("y")),
        Reference(code, "b"),
        Call("known", (Reference(code, "n"),)),
        Call("chosen", (Reference(code),)),
        Call("starts_with", (Reference(code, "t"), Constant("x"))),
    ]
    return draw(st.sampled_from(choices))


@st.composite
def relations(draw, one: Feature, other: Feature) -> Expression:
    """A condition between two features."""
    pair = {FeatureKind.OPTION, FeatureKind.OPTIONS}
    both = one.kind in pair and other.kind in pair
    if both and not (one.kind is FeatureKind.OPTIONS and other.kind is FeatureKind.OPTIONS) and draw(st.booleans()):
        return draw(
            st.sampled_from(
                [
                    Comparison("==", Reference(one.code, "t"), Reference(other.code, "t")),
                    Comparison("in", Reference(one.code, "t"), Reference(other.code, "s")),
                    Comparison("<=", Reference(one.code, "n"), Reference(other.code, "n")),
                ]
            )
        )
    return Comparison(draw(st.sampled_from(["<=", "<", ">=", "==", "!="])), draw(numbers(one)), draw(numbers(other)))


@st.composite
def conditions(draw, all_features: tuple[Feature, ...], depth: int = 2) -> Expression:
    """A condition over any of the features; it reads at most one feature with several options plainly."""
    made = draw(_conditions(all_features, depth))
    if len(plainly_many(made, all_features)) > 1:
        return draw(facts(all_features[0]))
    return made


@st.composite
def _conditions(draw, all_features: tuple[Feature, ...], depth: int) -> Expression:
    form = draw(st.sampled_from(["fact", "relation", "sum", "logic", "logic"] if depth else ["fact", "relation"]))
    pick = st.sampled_from(all_features)
    match form:
        case "fact":
            return draw(facts(draw(pick)))
        case "relation":
            return draw(relations(draw(pick), draw(pick)))
        case "sum":
            terms = [draw(numbers(draw(pick))) for _ in range(draw(st.integers(1, 3)))]
            total = terms[0]
            for term in terms[1:]:
                total = Arithmetic(draw(st.sampled_from(["+", "+", "-"])), total, term)
            operator = draw(st.sampled_from(["<=", ">=", "<", "==", ">"]))
            return Comparison(operator, total, Constant(draw(st.integers(0, 6))))
        case _:
            operator = draw(st.sampled_from(["and", "or", "not", "implies", "iff"]))
            count = {"not": 1, "implies": 2, "iff": 2}.get(operator) or draw(st.integers(2, 3))
            return Logic(operator, tuple(draw(_conditions(all_features, depth - 1)) for _ in range(count)))


def plainly_many(node: Expression, all_features: tuple[Feature, ...]) -> frozenset[str]:
    """Return the features with several options that an expression reads plainly."""
    many = {feature.code for feature in all_features if feature.kind is FeatureKind.OPTIONS}
    match node:
        case Reference(feature=code):
            return frozenset({code}) & many
        case Aggregate() | Call(name="chosen"):
            return frozenset()
        case Arithmetic(left=left, right=right) | Comparison(left=left, right=right):
            return plainly_many(left, all_features) | plainly_many(right, all_features)
        case Call(arguments=parts) | Logic(operands=parts):
            return frozenset[str]().union(*(plainly_many(part, all_features) for part in parts))
        case _:
            return frozenset()


@st.composite
def rules(draw, all_features: tuple[Feature, ...], number: int) -> Rule:
    """A rule of any kind, severity and policy for missing values."""
    kind = draw(st.sampled_from(["that", "that", "requires", "excludes", "n_of_m", "table"]))
    common = {
        "id": RuleId(f"r{number}"),
        "kind": kind,
        "source": HERE,
        "severity": draw(st.sampled_from([Severity.BLOCK, Severity.BLOCK, Severity.BLOCK, Severity.WARN])),
        "when_missing": draw(st.sampled_from(list(WhenMissing))),
    }
    if kind == "table":
        return Rule(**common, table=draw(rule_tables(all_features)))
    members = [draw(conditions(all_features, 1)) for _ in range(2 if kind == "requires" else draw(st.integers(2, 3)))]
    match kind:
        case "that":
            whole: Expression = draw(conditions(all_features))
        case "requires":
            whole = Logic("implies", tuple(members))
        case "excludes":
            whole = Logic("not", (Logic("and", tuple(members)),))
        case _:
            counted: Expression = Call("if", (members[0], Constant(1), Constant(0)))
            for member in members[1:]:
                counted = Arithmetic("+", counted, Call("if", (member, Constant(1), Constant(0))))
            whole = Comparison(draw(st.sampled_from(["<=", ">=", "=="])), counted, Constant(draw(st.integers(0, 2))))
    if len(plainly_many(whole, all_features)) > 1:
        whole = draw(facts(all_features[0]))
    return Rule(**common, condition=whole)


@st.composite
def rule_tables(draw, all_features: tuple[Feature, ...]) -> RuleTable:
    """A table over texts, numbers and codes of up to two features."""
    readable = [f for f in all_features if f.kind in (FeatureKind.OPTION, FeatureKind.OPTIONS)]
    columns: list[tuple[str, Expression]] = []
    for feature in readable[:2]:
        if feature.kind is FeatureKind.OPTIONS and any(plainly_many(c, all_features) for _, c in columns):
            continue
        attribute = draw(st.sampled_from(["t", "n"]))
        columns.append((f"c{len(columns)}", Reference(feature.code, attribute)))
    if not columns:
        columns = [("c0", Constant(1))]
    values = [
        st.sampled_from(TEXTS) if isinstance(c, Reference) and c.attribute == "t" else st.integers(0, 4)
        for _, c in columns
    ]
    listed = tuple(draw(st.lists(st.tuples(*values), min_size=1, max_size=8, unique=True)))
    allowed = tuple(row for row in listed if draw(st.booleans()))
    known_by = draw(st.sampled_from([(), (0,)]))
    return RuleTable("table.csv", tuple(columns), allowed, known_by, listed if known_by else ())


@st.composite
def surcharges(draw, all_features: tuple[Feature, ...], number: int) -> Surcharge:
    """A constant under a condition, or an amount of one feature."""
    if draw(st.booleans()):
        when = draw(conditions(all_features, 1))
        read = {part.feature for part in walk(when) if isinstance(part, Reference | Aggregate)}
        each = plainly_many(when, all_features)
        if each and read != set(each):
            when = Constant(True)
        return Surcharge(f"s{number}", Constant(draw(st.integers(1, 9))), HERE, when)
    feature = draw(st.sampled_from(all_features))
    code = feature.code
    match feature.kind:
        case FeatureKind.OPTIONS:
            add: Expression = Aggregate("count", code)
        case FeatureKind.TEXT:
            add = Reference(code, "length")
        case FeatureKind.INTEGER if feature.minimum >= 0:
            add = Reference(code)
        case _:
            add = Constant(1)
    return Surcharge(f"s{number}", Arithmetic("*", Constant(draw(st.integers(1, 3))), add), HERE)


@st.composite
def models(draw, most_features: int = 4) -> ConfigurationModel:
    """A small catalog whose every configuration can be written down."""
    plain = tuple(draw(features(number)) for number in range(draw(st.integers(2, most_features))))
    shown = []
    for position, feature in enumerate(plain):
        others = plain[:position]
        if others and draw(st.integers(0, 3)) == 0:
            condition = draw(conditions(others, 1))
            each = plainly_many(condition, plain)
            read = {part.feature for part in walk(condition) if isinstance(part, Reference | Aggregate)}
            if not each or read == set(each):
                feature = _with_condition(feature, condition)
        shown.append(feature)
    all_features = tuple(shown)
    return ConfigurationModel(
        line=LineCode("random"),
        release="0" * 64,
        currency="EUR",
        features=all_features,
        rules=tuple(draw(rules(all_features, number)) for number in range(draw(st.integers(1, 4)))),
        surcharges=tuple(draw(surcharges(all_features, number)) for number in range(draw(st.integers(0, 2)))),
        bom=(),
        parts={},
        operations=(),
        steps=(),
        scenarios=(),
        texts={},
    )


def _with_condition(feature: Feature, condition: Expression) -> Feature:
    from dataclasses import replace

    return replace(feature, shown_when=condition)


@st.composite
def answers(draw, feature: Feature) -> Answer:
    """Any answer of a feature, possible or not."""
    match feature.kind:
        case FeatureKind.OPTION:
            return draw(st.sampled_from([option.code for option in feature.options]))
        case FeatureKind.OPTIONS:
            code = draw(st.sampled_from([option.code for option in feature.options]))
            return {code: draw(st.integers(1, feature.max_each))}
        case FeatureKind.BOOLEAN:
            return draw(st.sampled_from(["yes", "no"]))
        case FeatureKind.TEXT:
            return "a" * draw(st.integers(1, feature.maximum))
        case _:
            return draw(st.sampled_from(range(feature.minimum, feature.maximum + 1, feature.step)))


@st.composite
def selections(draw, model: ConfigurationModel) -> Selection:
    """Some choices of a model, possible together or not."""
    chosen = draw(st.lists(st.sampled_from(model.features), unique_by=lambda f: f.code, max_size=len(model.features)))
    return Selection({feature.code: draw(answers(feature)) for feature in chosen})


@st.composite
def limits_of(draw, model: ConfigurationModel) -> Limits:
    """A budget near what such catalogs cost, and options that come too late; often none."""
    late = {
        feature.code: frozenset(option.code for option in feature.options if draw(st.booleans()))
        for feature in model.features
        if feature.options and draw(st.integers(0, 4)) == 0
    }
    return Limits(budget_minor=draw(st.none() | st.integers(0, 40)), unavailable=late)
