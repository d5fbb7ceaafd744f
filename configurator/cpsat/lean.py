"""CP-SAT with little set-up: most questions are small, and the usual preparations cost more than they save.

Measured in docs/algorithms/configuring.md, C-8.
"""

from functools import cache
from typing import Any


@cache
def _model_class() -> Any:
    from ortools.sat.python import cp_model, cp_model_helper

    class LeanModel(cp_model.CpModel):
        """A model without the old camel-case methods, whose making takes longer than most of our solving."""

        def __init__(self) -> None:
            cp_model_helper.CpBaseModel.__init__(self, None)

    return LeanModel


def new_model() -> Any:
    """Return an empty model."""
    return _model_class()()


def copied(model: Any) -> Any:
    """Return a model with the same variables, at the same positions, and the same constraints."""
    copy = new_model()
    copy.proto.copy_from(model.proto)
    copy.rebuild_constant_map()
    return copy


def weighted_sum(parts: list[tuple[Any, int]]) -> Any:
    """Return ``Σ coefficient x variable``."""
    from ortools.sat.python import cp_model

    return cp_model.LinearExpr.weighted_sum([variable for variable, _ in parts], [weight for _, weight in parts])


def lean_solver(effort: float, *, optimizing: bool) -> Any:
    """Return a solver for small questions; ``effort`` bounds its deterministic time.

    A least price needs the linear relaxation and pays for presolving; any solution at all needs neither.
    """
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = 1
    parameters.random_seed = 1
    parameters.use_sat_inprocessing = False
    parameters.cp_model_probing_level = 0
    parameters.symmetry_level = 0
    parameters.cp_model_presolve = optimizing
    parameters.linearization_level = 1 if optimizing else 0
    parameters.max_deterministic_time = effort
    return solver
