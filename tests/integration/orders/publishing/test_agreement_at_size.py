"""The gate on feature models: a few answers are held against CP-SAT and against the rules, in bounded time."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks._feature_models import feature_model
from configurator.configurator import Configurator
from configurator.engine import NO_WAY, Answers, Picks
from configurator.model import NO_LIMITS, Limits
from configurator.satisfying.engine import SatEngine
from modules_catalog.loading.catalog import read_catalog
from modules_catalog.loading.files import CatalogFiles
from modules_catalog.uvl.importing import catalog_of
from modules_catalog.uvl.reading import feature_model_of
from orders.publishing.agreement import agreement_findings


class Lying:
    """An engine that is wrong about every open option: it takes the possible for impossible, or the other way round."""

    method = "lying"

    def __init__(self, honest: SatEngine, says: int) -> None:
        self._honest, self._says = honest, says

    def answers(self, picks: Picks, limits: Limits = NO_LIMITS) -> Answers:
        honest = self._honest.answers(picks, limits)
        rows = tuple(np.full_like(own, self._says) for own in honest.with_row)
        return replace(honest, with_row=rows, certain_row=rows)

    def completion(
        self, picks: Picks, limits: Limits = NO_LIMITS, *, dropped_rules: frozenset[str] = frozenset()
    ) -> Picks | None:
        return self._honest.completion(picks, limits, dropped_rules=dropped_rules)


@pytest.fixture(scope="module")
def configurator() -> Configurator:
    """An imported model of 200 features."""
    catalog = catalog_of(feature_model_of(feature_model(200, seed=4).text()))
    files = {f"model/{name}": text.encode() for name, text in catalog.files.items()}
    return Configurator(read_catalog(CatalogFiles("model", files)).model)


def test_the_solver_agrees_with_cp_sat(configurator: Configurator) -> None:
    assert configurator.method == "sat"
    assert list(agreement_findings(configurator, samples=3)) == []


@pytest.mark.parametrize("says", [0, int(NO_WAY)])
def test_a_method_that_answers_otherwise_is_found(configurator: Configurator, says: int) -> None:
    """Options wrongly shown are as bad as options wrongly hidden: either refuses the release."""
    assert isinstance(configurator.engine, SatEngine)
    other = Configurator(configurator.model, compiled=configurator.compiled, engine=Lying(configurator.engine, says))
    found = list(agreement_findings(other, samples=1))
    assert [finding.code for finding in found] == ["engines_differ"]
    assert "lying and cp-sat differ on F" in found[0].message
