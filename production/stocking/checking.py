"""CP-SAT as check: could as many pieces of a larger pool serve more people? (F-25).

The pool holds the chosen pieces and spare ones drawn for people nobody serves. CP-SAT starts from the choice;
it answers whether the choice is the best of its pool, or a better one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from production.stocking.coverage import count_piece
from production.stocking.greedy import EMPTY
from production.stocking.model import Draft, Integers, Population, SubsetCheck
from production.stocking.pieces import class_for, draw, piece_for

#: Work CP-SAT may do, in its own deterministic seconds.
WORK_LIMIT = 60.0

#: Draws after which a spare piece is given up.
DRAWS_PER_SPARE = 200


@dataclass(frozen=True)
class Pool:
    """Fronts and backs to choose from; the first ``chosen_fronts`` and ``chosen_backs`` are the choice."""

    draft: Draft
    chosen_fronts: int
    chosen_backs: int


def check_choice(
    draft: Draft, people: Population, *, spare: int, state: Integers, work_limit: float = WORK_LIMIT
) -> tuple[Draft, SubsetCheck]:
    """Return (the best draft found, what was proven) for a choice and some people.

    Args:
        draft: The choice; at least one front and one back.
        people: Who is to be served; a few hundred, or the model grows large.
        spare: Pieces drawn beside the chosen ones, half fronts and half backs.
        state: The generator of ``pieces.dice``.
        work_limit: CP-SAT's deterministic time limit.
    """
    pool = pool_around(draft, people, spare=spare, state=state)
    served_by = pairs_serving(pool.draft, people)
    return best_subset(pool, served_by, work_limit=work_limit)


def pool_around(draft: Draft, people: Population, *, spare: int, state: Integers) -> Pool:
    """Return the chosen pieces with spare ones, each drawn with a chosen partner for someone not served."""
    fronts = [row for row in draft.fronts if row[4] != EMPTY]
    backs = [row for row in draft.backs if row[4] != EMPTY]
    chosen_fronts, chosen_backs = len(fronts), len(backs)
    counts = np.zeros(len(people), dtype=np.int16)
    for pair_index in pairs_serving(draft, people).values():
        counts[pair_index] += 1
    unserved = np.flatnonzero(counts == 0)
    wanting = unserved if len(unserved) else np.arange(len(people))
    for _ in range(DRAWS_PER_SPARE * spare):
        if len(fronts) + len(backs) == chosen_fronts + chosen_backs + spare:
            break
        person = wanting[draw(state, len(wanting))]
        sex = 0 if person < people.bounds[1] else 1
        length_class = class_for(state, sex, people.targets[person, 3], draft.class_sex, draft.class_inseam)
        wants_front = len(fronts) - chosen_fronts <= len(backs) - chosen_backs
        partners = backs[:chosen_backs] if wants_front else fronts[:chosen_fronts]
        other = partners[draw(state, len(partners))]
        piece = np.zeros(5, dtype=np.int64)
        if length_class < 0 or other[4] != length_class:
            continue
        if piece_for(state, people.targets[person], length_class, other, draft.yokes, piece):
            (fronts if wants_front else backs).append(piece)
    larger = Draft(np.array(fronts), np.array(backs), draft.class_sex, draft.class_inseam, draft.yokes)
    return Pool(larger, chosen_fronts, chosen_backs)


def pairs_serving(draft: Draft, people: Population) -> dict[tuple[int, int], Integers]:
    """Return {(front row, back row): rows of the people that pair covers} for pairs that cover anyone."""
    serving = {}
    counts = np.zeros(len(people), dtype=np.int16)
    for f, front in enumerate(draft.fronts):
        for b in range(len(draft.backs)):
            if front[4] == EMPTY or draft.backs[b, 4] != front[4]:
                continue
            counts[:] = 0
            count_piece(
                front,
                True,
                draft.backs[b : b + 1],
                draft.class_sex,
                draft.class_inseam,
                draft.yokes,
                people.columns,
                people.bounds,
                counts,
                1,
            )
            rows = np.flatnonzero(counts)
            if len(rows):
                serving[f, b] = rows
    return serving


def best_subset(
    pool: Pool, serving: dict[tuple[int, int], Integers], *, work_limit: float
) -> tuple[Draft, SubsetCheck]:
    """Return the best choice of as many pieces of the pool as were chosen, and what is proven about it."""
    fronts, backs = len(pool.draft.fronts), len(pool.draft.backs)
    model = cp_model.CpModel()
    stock_front = [model.new_bool_var(f"front {f}") for f in range(fronts)]
    stock_back = [model.new_bool_var(f"back {b}") for b in range(backs)]
    model.add(sum(stock_front) + sum(stock_back) <= pool.chosen_fronts + pool.chosen_backs)
    pairs_of: dict[int, list[cp_model.IntVar]] = {}
    chosen_people = set()
    for (f, b), rows in serving.items():
        both = model.new_bool_var(f"pair {f} {b}")
        model.add_implication(both, stock_front[f])
        model.add_implication(both, stock_back[b])
        is_chosen = f < pool.chosen_fronts and b < pool.chosen_backs
        model.add_hint(both, is_chosen)
        for row in rows:
            pairs_of.setdefault(int(row), []).append(both)
            if is_chosen:
                chosen_people.add(int(row))
    served = {}
    for person, pairs in pairs_of.items():
        served[person] = model.new_bool_var(f"person {person}")
        model.add_bool_or([*pairs, served[person].negated()])
        model.add_hint(served[person], person in chosen_people)
    hint_choice(model, stock_front, pool.chosen_fronts)
    hint_choice(model, stock_back, pool.chosen_backs)
    model.maximize(sum(served.values()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = work_limit
    status = solver.solve(model)
    people_in_reach = len(pairs_of)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE) or round(solver.objective_value) < len(chosen_people):
        kept = rows_of(pool.draft, range(pool.chosen_fronts), range(pool.chosen_backs))
        return kept, SubsetCheck(
            people_in_reach, fronts + backs, len(chosen_people), len(chosen_people), people_in_reach, False
        )
    best = rows_of(
        pool.draft,
        [f for f in range(fronts) if solver.boolean_value(stock_front[f])],
        [b for b in range(backs) if solver.boolean_value(stock_back[b])],
    )
    return best, SubsetCheck(
        people=people_in_reach,
        pool=fronts + backs,
        chosen=len(chosen_people),
        best=round(solver.objective_value),
        bound=int(solver.best_objective_bound + 1e-6),
        proven=status == cp_model.OPTIMAL,
    )


def hint_choice(model: cp_model.CpModel, stock: Sequence[cp_model.IntVar], chosen: int) -> None:
    """Start CP-SAT from the choice."""
    for place, variable in enumerate(stock):
        model.add_hint(variable, place < chosen)


def rows_of(draft: Draft, fronts: Sequence[int], backs: Sequence[int]) -> Draft:
    """Return a draft of some rows of another."""
    return Draft(draft.fronts[list(fronts)], draft.backs[list(backs)], draft.class_sex, draft.class_inseam, draft.yokes)
