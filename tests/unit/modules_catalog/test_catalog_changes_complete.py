"""Nothing that changed is left out: each field of each thing of a catalog is changed, and has to be told in words."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from modules_catalog.comparing.catalogs import catalog_changes
from modules_catalog.expressions.tree import Constant
from modules_catalog.loading.catalog import LoadedCatalog, read_catalog
from modules_catalog.loading.files import read_files
from modules_catalog.model import (
    BomLine,
    ConfigurationModel,
    Feature,
    FeatureKind,
    Operation,
    Option,
    Part,
    Rule,
    RuleTable,
    Scenario,
    Severity,
    Step,
    Surcharge,
    WhenMissing,
)
from web.translations import LOCALES
from web.views.catalog_changes import change_texts

DESK = Path(__file__).parents[2] / "data" / "catalogs" / "desk"

#: What each thing's fields are changed to; {thing: {field: new value}}.
NEW: dict[type, dict[str, Any]] = {
    Option: {
        "code": "fir", "attributes": {"weight_kg": 99}, "price_minor": 31234, "cost_minor": 12345, "lead_time_days": 77,
        "bin": "Z9", "price_known": False,
    },
    Feature: {
        "code": "board", "kind": FeatureKind.OPTIONS, "options": (), "required": False, "minimum": 7, "maximum": 77,
        "max_each": 7, "step": 7, "unit": "in", "scripts": frozenset({"Cyrillic"}), "shown_when": Constant(True),
        "default": "stone", "table": "desk/boards.csv", "price_minor": 777,
    },
    Rule: {
        "id": "heft", "kind": "requires", "condition": Constant(True), "severity": Severity.WARN,
        "when_missing": WhenMissing.BLOCK,
    },
    RuleTable: {
        "file": "desk/screws.csv", "columns": (("frame", Constant("ash")), ("top", Constant("wood"))),
        "allowed": (("ash", "glass"),), "known_by": (0,), "listed": (("ash", "glass"),), "where": ("rating",),
    },
    Surcharge: {"id": "words", "add": Constant(777), "when": Constant(True)},
    BomLine: {"feature": "lamp", "part": "bolt", "quantity": Constant(7), "unit": "ml", "when": Constant(True)},
    Part: {"code": "bolt", "unit": "g", "cost_minor": 77, "bin": "Z9", "lead_time_days": 7, "name": {"en": "Bolt"}},
    Operation: {
        "code": "cut", "work_centre": "hall", "setup_s": 77, "run_s": Constant(7), "when": Constant(True), "after": (),
        "irreversible": True, "recipe": Constant("a"), "setup_for": Constant("a"), "checks": ("flat",),
    },
    Step: {"code": "board", "features": ("top", "width_cm")},
    Scenario: {
        "name": "another", "choices": (("top", "stone"),), "valid": False, "total_minor": 777,
        "because": frozenset({"weight"}), "notes": frozenset({"one_extra"}),
    },
    ConfigurationModel: {
        "currency": "CHF", "uses": ("parcels", "crates"), "settings": {"spare_buckets": 7},
        "texts": {"en": {"line": "Table"}}, "features": (), "rules": (), "surcharges": (), "bom": (), "parts": {},
        "operations": (), "steps": (), "scenarios": (),
    },
}  # fmt: skip
#: Fields that say nothing to an author, and why.
SILENT = {
    "source": "where it stands in the file",
    "declared_in": "which folder declares it; the folders are told as libraries",
    "release": "the name of the content",
    "line": "two lines are not compared",
    "page": "which step asks it is told of the step",
    "digits": "told with the bounds and the step",
    "table": "a rule's table is told field by field",
    "components": "told in test_catalog_changes",
    "_by_code": "made from the features",
    "many": "made from the features",
}
#: Where the first thing of a kind stands.
PLACES: dict[type, Callable[[ConfigurationModel, Any], ConfigurationModel]] = {
    Option: lambda model, new: replace(
        model,
        features=(replace(model.features[0], options=(new, *model.features[0].options[1:])), *model.features[1:]),
    ),
    Feature: lambda model, new: replace(model, features=(new, *model.features[1:])),
    Rule: lambda model, new: replace(model, rules=(new, *model.rules[1:])),
    RuleTable: lambda model, new: replace(
        model, rules=tuple(replace(rule, table=new) if rule.table is not None else rule for rule in model.rules)
    ),
    Surcharge: lambda model, new: replace(model, surcharges=(new, *model.surcharges[1:])),
    BomLine: lambda model, new: replace(model, bom=(*model.bom[:3], new, *model.bom[4:])),
    Part: lambda model, new: replace(model, parts={new.code: new}),
    Operation: lambda model, new: replace(model, operations=(*model.operations[:2], new, *model.operations[3:])),
    Step: lambda model, new: replace(model, steps=(new, *model.steps[1:])),
    Scenario: lambda model, new: replace(model, scenarios=(new, *model.scenarios[1:])),
    ConfigurationModel: lambda _, new: new,
}
FIRST: dict[type, Callable[[ConfigurationModel], Any]] = {
    Option: lambda model: model.features[0].options[0],
    Feature: lambda model: model.features[0],
    Rule: lambda model: model.rules[0],
    RuleTable: lambda model: next(rule.table for rule in model.rules if rule.table is not None),
    Surcharge: lambda model: model.surcharges[0],
    BomLine: lambda model: model.bom[3],
    Part: lambda model: model.parts["screw"],
    Operation: lambda model: model.operations[2],
    Step: lambda model: model.steps[0],
    Scenario: lambda model: model.scenarios[0],
    ConfigurationModel: lambda model: model,
}


@pytest.fixture(scope="module")
def desk() -> LoadedCatalog:
    return read_catalog(read_files(DESK))


def cases() -> Iterator[tuple[type, str]]:
    for thing, news in NEW.items():
        for field in news:
            yield thing, field


def test_every_field_is_changed_here_or_silent_for_a_reason() -> None:
    left_out = {
        f"{thing.__name__}.{field.name}"
        for thing in NEW
        for field in fields(thing)
        if field.name not in NEW[thing] and field.name not in SILENT
    }
    assert left_out == set()


@pytest.mark.parametrize(("thing", "field"), list(cases()), ids=[f"{t.__name__}.{f}" for t, f in cases()])
def test_a_changed_field_is_told_in_words(desk: LoadedCatalog, thing: type, field: str) -> None:
    """In each language there is a sentence, without minor units, and the same way back."""
    old = FIRST[thing](desk.model)
    if getattr(old, field) == NEW[thing][field]:
        pytest.fail("the new value is the old one")
    after = replace(desk, model=PLACES[thing](desk.model, replace(old, **{field: NEW[thing][field]})))

    for one, other in ((desk, after), (after, desk)):
        changes = catalog_changes(one, other)
        assert changes
        for locale in LOCALES:
            for change, text in zip(changes, change_texts(changes, one.model, other.model, locale), strict=True):
                assert text
                assert "_minor" not in text
                assert (
                    change.what not in ("price_minor", "cost_minor", "total_minor") or change.after not in text.split()
                )


def test_the_order_of_steps_and_of_options_is_told(desk: LoadedCatalog) -> None:
    top = desk.model.features[0]
    turned = replace(desk.model, steps=desk.model.steps[1:] + desk.model.steps[:1], features=(
        replace(top, options=(top.options[1], top.options[0], *top.options[2:])), *desk.model.features[1:]
    ))  # fmt: skip
    after = replace(desk, model=turned)

    assert list(change_texts(catalog_changes(desk, after), desk.model, turned, "en")) == [
        "The line, the order of the steps: now What stands below, Marking, Delivery, The top, before The top, "
        "What stands below, Marking, Delivery.",
        "“Top”: the order of the options is now Beech, steamed, Oak, Stone; it was Oak, Beech, steamed, Stone.",
    ]


def test_what_an_operation_waits_for_is_told_also_where_only_the_list_says_it(desk: LoadedCatalog) -> None:
    """An operation without `after` waits for the one before it in the list."""
    saw, engrave, *rest = desk.model.operations
    turned = replace(desk.model, operations=(engrave, saw, *rest))

    told = change_texts(catalog_changes(desk, replace(desk, model=turned)), desk.model, turned, "en")

    assert list(told) == [
        "The work step “Saw the top”: waits for is now Engrave; it was nothing.",
        "The work step “Engrave”: waits for is now nothing; it was Saw the top.",
    ]


def test_numbers_are_told_as_they_are_written(desk: LoadedCatalog) -> None:
    features = tuple(
        replace(each, default=Decimal("1.8")) if each.kind is FeatureKind.DECIMAL else each
        for each in desk.model.features
    )
    after = replace(desk, model=replace(desk.model, features=features))

    assert list(change_texts(catalog_changes(desk, after), desk.model, after.model, "en")) == [
        "“Thickness”: what it opens with is now 1.8; it was 2.2."
    ]
