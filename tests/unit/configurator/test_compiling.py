"""What rules become: tables, sums, helpers; and limits as rules with names."""

from pathlib import Path

import numpy as np
import pytest

from configurator.compiling.compile import Compiled, compile_model
from configurator.configurator import Configurator
from configurator.limits import limit_rules
from configurator.model import CapacityCap, Limits, Refused, Selection, Status
from configurator.problem import SumRule, TableRule
from modules_catalog.loading.catalog import load_catalog

CATALOG = Path(__file__).parents[2] / "data" / "catalogs" / "small"


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    return compile_model(load_catalog(CATALOG))


@pytest.fixture(scope="module")
def configurator(compiled: Compiled) -> Configurator:
    return Configurator(compiled.model, compiled=compiled)


def rules_named(compiled: Compiled, rule: str) -> list[TableRule | SumRule]:
    return [one for one in compiled.problem.rules if one.rule == rule]


def features(compiled: Compiled, rule: TableRule | SumRule) -> list[str]:
    return [compiled.problem.domains[index].feature for index in rule.scope]


def test_a_comparison_of_two_attributes_is_a_table_of_different_values(compiled: Compiled) -> None:
    """C-3: sockets A and B, however many parts have them."""
    (socket,) = rules_named(compiled, "socket")

    assert isinstance(socket, TableRule)
    assert features(compiled, socket) == ["cpu", "motherboard"]
    assert socket.allowed.shape == (2, 2)
    assert socket.allowed.sum() == 2
    assert socket.certain is None


def test_a_sum_over_chosen_options_is_a_sum_rule_that_missing_values_free(compiled: Compiled) -> None:
    """C-4, C-6: `psu.w >= cpu.tdp + sum(gpu.tdp) + 50`; the third CPU's draw is not known."""
    (power,) = rules_named(compiled, "power")

    assert isinstance(power, SumRule)
    assert features(compiled, power) == ["cpu", "gpu", "psu"]
    assert [amounts.tolist() for amounts in power.amounts] == [[-65, -100, 0], [-150, -250], [300, 500, 700]]
    assert (power.lower, power.upper) == (50, None)
    assert power.free is not None
    assert [rows.tolist() for rows in power.free] == [[False, False, True], [False, False], [False, False, False]]


def test_a_count_inside_a_condition_becomes_a_helper_with_two_rows(compiled: Compiled) -> None:
    """C-5: `count(gpu) == 0 implies known(cpu.igpu)`."""
    (display,) = rules_named(compiled, "display")
    helper = compiled.problem.domains[display.scope[1]]

    assert helper.hidden
    assert len(helper.rows) == 2
    ties = rules_named(compiled, helper.feature)
    assert [(tie.lower, tie.upper) for tie in ties if isinstance(tie, SumRule)] == [(None, 0), (0, None)]


def test_ask_is_told_from_allowed_by_a_second_table(compiled: Compiled) -> None:
    (fits,) = rules_named(compiled, "cooler_fits")

    assert isinstance(fits, TableRule)
    assert fits.certain is not None
    assert (fits.allowed & ~fits.certain).any()
    assert not (fits.certain & ~fits.allowed).any()


def test_warnings_are_kept_apart(compiled: Compiled) -> None:
    assert not rules_named(compiled, "headroom")
    assert {rule.rule for rule in compiled.problem.warnings} == {"headroom"}
    assert "cooler_fits" in {rule.rule for rule in compiled.problem.missing}


def test_a_surcharge_over_two_features_is_a_hidden_domain_with_a_price(compiled: Compiled) -> None:
    hidden = compiled.problem.domains[compiled.problem.index["#surcharge:heavy"]]

    assert hidden.hidden
    assert hidden.cost_minor.tolist() == [0, 7]
    assert compiled.problem.domains[compiled.problem.index["text"]].cost_minor.tolist() == [0, 10, 20, 30, 40, 50]


def test_limits_are_rules_with_names(compiled: Compiled, configurator: Configurator) -> None:
    """C-7: seconds of 30 a graphics card, 10 free: no card, and the conflict says which work centre."""
    cap = CapacityCap("assembly", available_s=110, fixed_s=100, seconds={"gpu": (30, 30)})
    limits = Limits(budget_minor=1_000, caps=(cap,), unavailable={"case": frozenset({"k1"})})

    assert [rule.rule for rule in limit_rules(compiled.problem, limits)] == [
        "material:case",
        "capacity:assembly",
        "budget",
    ]
    state = configurator.state(Selection(), limits)
    assert {code: told.status for code, told in state.features["gpu"].options.items()} == {
        "g1": Status.RULED_OUT,
        "g2": Status.RULED_OUT,
    }
    refused = configurator.choose(Selection(), "gpu", "g1", limits)
    assert isinstance(refused, Refused)
    assert [rule.id for rule in refused.conflict.rules] == ["capacity:assembly"]
    late = configurator.why_not(Selection(), "case", "k1", limits)
    assert late is not None
    assert [rule.id for rule in late.rules] == ["material:case"]


def test_states_tell_options_from_arrays(configurator: Configurator) -> None:
    """Large features are written from arrays; both ways say the same."""
    options = configurator.state(Selection({"cpu": "c2"})).features["motherboard"].options

    assert list(options) == ["b1", "b2"]
    assert np.array_equal(options.statuses, [3, 2])  # type: ignore[attr-defined]
    assert options["b1"].status is Status.RULED_OUT
    assert options["b1"].price_delta_minor is None
    assert options["b2"].status is Status.IMPLIED
    with pytest.raises(KeyError):
        options["b9"]
