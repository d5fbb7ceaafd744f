"""Rules compiled by the pattern of an earlier one are what they would be by themselves."""

from dataclasses import replace

import numpy as np

from benchmarks._feature_models import feature_model
from configurator.compiling.compile import compile_model
from configurator.problem import ProblemRule, SumRule, TableRule
from modules_catalog.loading.catalog import read_catalog
from modules_catalog.loading.files import CatalogFiles
from modules_catalog.model import ConfigurationModel
from modules_catalog.uvl.importing import catalog_of
from modules_catalog.uvl.reading import feature_model_of

MORE = """features
	Shop
		optional
			A
			B
			Integer N {min 0, max 3}
		[0..2]
			C
			D
			E
constraints
	A => B
	B => A
	!(C & D)
	!(D & C)
	A => N > 1
	N > 1 => A
	(A | C) => (B <=> D)
	(B | D) => (A <=> C)
"""


def loaded(text: str) -> ConfigurationModel:
    files = {f"model/{name}": own.encode() for name, own in catalog_of(feature_model_of(text)).files.items()}
    return read_catalog(CatalogFiles("model", files)).model


def same(one: ProblemRule, other: ProblemRule) -> bool:
    """Whether two rules have the same name, scope and numbers."""
    if (one.rule, one.scope) != (other.rule, other.scope):
        return False
    if isinstance(one, TableRule) and isinstance(other, TableRule):
        return np.array_equal(one.allowed, other.allowed) and all(map(np.array_equal, one.ids, other.ids))
    if isinstance(one, SumRule) and isinstance(other, SumRule):
        bounds = (one.lower, one.upper) == (other.lower, other.upper)
        return bounds and all(map(np.array_equal, one.amounts, other.amounts))
    return False


def each_alone(model: ConfigurationModel) -> list[ProblemRule]:
    """The problem's rules when every catalog rule is the only one."""
    return [
        part
        for rule in model.rules
        for part in compile_model(replace(model, rules=(rule,))).problem.rules
        if not part.rule.startswith("#")
    ]


def test_rules_of_one_pattern_are_compiled_as_by_themselves() -> None:
    """C-3: whatever stood before a rule, its tables and sums are the same."""
    for text in (MORE, feature_model(60, seed=3).text()):
        model = loaded(text)
        together = [part for part in compile_model(model).problem.rules if not part.rule.startswith("#")]
        alone = each_alone(model)
        assert len(together) == len(alone)
        assert all(same(one, other) for one, other in zip(together, alone, strict=True))
