"""The planning job: from measured people to the table of components a plant stocks (F-20 … F-26)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from modules_catalog.sizing.compiled import compile_table
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.model import SHARED, Component, ComponentKind, ComponentTable
from modules_catalog.sizing.sweep import best_combination
from production.stocking.checking import check_choice
from production.stocking.coverage import covered_permille, pair_counts
from production.stocking.greedy import EMPTY, empty_draft, greedy_cover
from production.stocking.model import (
    Draft,
    Integers,
    Progress,
    StockChoice,
    StockSettings,
    SubsetCheck,
    Use,
    Wearer,
    no_progress,
)
from production.stocking.pieces import dice
from production.stocking.population import SEXES, population_of, smoothed_population
from production.stocking.replacing import remove_and_replace

#: Names of the length classes of one sex, shortest first.
LENGTH_NAMES = {1: ("R",), 2: ("S", "L"), 3: ("S", "R", "L"), 4: ("XS", "S", "L", "XL")}

#: Where fronts, backs and yokes hang, and how many pieces share a rack.
AISLES = {ComponentKind.FRONT: "K", ComponentKind.BACK: "L", ComponentKind.YOKE: "M"}
PIECES_A_RACK = 12


def choose_stock(
    wearers: Sequence[Wearer],
    settings: StockSettings,
    *,
    block: FitBlock = FitBlock.STRAIGHT,
    cloth: ClothFamily = ClothFamily.RIGID,
    start: Draft | None = None,
    progress: Progress = no_progress,
) -> StockChoice:
    """Return the stock that plans as many people as can be found within tolerance.

    The same people and settings give the same table. Takes minutes: a job, not a request.

    Args:
        wearers: Measured people and the targets of this block and cloth.
        settings: How many pieces, and how hard to look for them.
        block: Named in the table; the targets already carry its ease.
        cloth: Named in the table.
        start: A stock to improve instead of a greedy one, for instance another block's, scaled.
        progress: Told every thousand rounds.
    """
    draft, permille = choose_draft(wearers, settings, start=start, progress=progress)
    table = ComponentTable(block=block, cloth=cloth, components=components_of(draft, id_prefix(block, cloth)))
    return StockChoice(
        table=table,
        settings=settings,
        covered_permille=permille,
        uses=expected_uses(table, wearers),
        check=checked(draft, wearers, settings),
    )


def checked(draft: Draft, wearers: Sequence[Wearer], settings: StockSettings) -> SubsetCheck | None:
    """Return what CP-SAT says about a choice for the measured people, or None when it is not asked."""
    if not settings.spare:
        return None
    people = population_of(wearers)
    return check_choice(
        draft, people, spare=settings.spare, state=dice(settings.seed), work_limit=settings.check_limit
    )[1]


def choose_draft(
    wearers: Sequence[Wearer],
    settings: StockSettings,
    *,
    start: Draft | None = None,
    progress: Progress = no_progress,
) -> tuple[Draft, int]:
    """Return (draft, thousandths of the smoothed population it covers)."""
    population = smoothed_population(
        wearers, copies=settings.copies, smoothing_percent=settings.smoothing_percent, seed=settings.seed
    )
    state = dice(settings.seed)
    if start is None:
        draft = empty_draft(population, settings)
        counts = greedy_cover(draft, population, state)
    else:
        draft, counts = start, pair_counts(start, population)
    draft = remove_and_replace(
        draft,
        population,
        counts,
        state,
        rounds=settings.rounds,
        copies=settings.copies,
        progress=progress,
    )
    return draft, covered_permille(pair_counts(draft, population))


def components_of(draft: Draft, prefix: str = "") -> tuple[Component, ...]:
    """Return the components of a draft: fronts, backs, yokes; each by sex, length and size, with ids and bins."""
    numbered = [
        *panels(draft, draft.fronts, ComponentKind.FRONT),
        *panels(draft, draft.backs, ComponentKind.BACK),
        *yokes(draft.yokes),
    ]
    return tuple(replace(component, id=prefix + component.id) for component in numbered)


def id_prefix(block: FitBlock, cloth: ClothFamily) -> str:
    """Return what keeps the ids of a line's tables apart: nothing for straight in rigid cloth, else block and cloth."""
    return "" if (block, cloth) == (FitBlock.STRAIGHT, ClothFamily.RIGID) else f"{block.value}-{cloth.value}-"


def panels(draft: Draft, pieces: Integers, kind: ComponentKind) -> Iterator[Component]:
    """Yield fronts or backs with ids such as ``front-F-S-07``."""
    names = class_names(draft)
    order = sorted(
        (tuple(int(value) for value in piece) for piece in pieces if piece[4] != EMPTY),
        key=lambda piece: (draft.class_sex[piece[4]], draft.class_inseam[piece[4]], piece[1], piece[0], piece),
    )
    seen: Counter[str] = Counter()
    for place, (waist, hip, thigh, depth, length_class) in enumerate(order):
        sex = SEXES[draft.class_sex[length_class]].value
        label = f"{kind.value}-{sex}-{names[length_class]}"
        seen[label] += 1
        yield Component(
            id=f"{label}-{seen[label]:02}",
            kind=kind,
            sex_block=sex,
            length_class=names[length_class],
            waist_mm=waist,
            hip_mm=hip,
            thigh_mm=thigh,
            inseam_mm=int(draft.class_inseam[length_class]),
            depth_mm=depth,
            bin=bin_of(kind, place),
        )


def yokes(rows: Integers) -> Iterator[Component]:
    """Yield yokes with ids such as ``yoke-065-25-00``: side height, wedge, intake."""
    for place, (take, centre, side) in enumerate(sorted(map(tuple, rows), key=lambda row: (row[2], row[1], row[0]))):
        yield Component(
            id=f"yoke-{side:03}-{centre - side:02}-{take:02}",
            kind=ComponentKind.YOKE,
            sex_block=SHARED,
            length_class="",
            side_height_mm=int(side),
            centre_height_mm=int(centre),
            waist_take_mm=int(take),
            bin=bin_of(ComponentKind.YOKE, place),
        )


def class_names(draft: Draft) -> dict[int, str]:
    """Return the name of each length class of a draft."""
    names: dict[int, str] = {}
    for sex in range(len(SEXES)):
        of_sex = [c for c in range(len(draft.class_sex)) if draft.class_sex[c] == sex]
        for name, number in zip(
            LENGTH_NAMES.get(len(of_sex), ()), sorted(of_sex, key=lambda c: draft.class_inseam[c]), strict=True
        ):
            names[number] = name
    return names


def bin_of(kind: ComponentKind, place: int) -> str:
    """Return where a piece hangs: aisle, rack, place in the rack."""
    rack, slot = divmod(place, PIECES_A_RACK)
    return f"{AISLES[kind]}{rack + 1:02}-{slot + 1:02}"


def expected_uses(table: ComponentTable, wearers: Sequence[Wearer]) -> tuple[Use, ...]:
    """Return how often each component is picked when these people are fitted, in table order."""
    picked: Counter[str] = Counter()
    pairs_made = 0
    for sex in SEXES:
        combinations = compile_table(table, sex)
        for wearer in wearers:
            if wearer.sex is not sex:
                continue
            pair, yoke = best_combination(combinations, wearer.target)
            if pair < 0:
                continue
            pairs_made += 1
            picked[combinations.fronts[pair].id] += 1
            picked[combinations.backs[pair].id] += 1
            picked[combinations.yoke_components[yoke].id] += 1
    return tuple(Use(c, picked[c.id] * 1000 // max(1, pairs_made)) for c in table.components)
