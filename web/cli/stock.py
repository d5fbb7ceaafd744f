"""Choose the components a plant stocks, from a table of measured people; takes minutes.

``python -m web.cli.stock jeans --people FILE.csv --out components.csv``
"""

from pathlib import Path
from typing import Annotated

import typer

from kernel.errors import LotOneError
from modules_catalog.sizing.components_file import read_components, write_components
from modules_catalog.sizing.constants import ClothFamily, FitBlock
from modules_catalog.sizing.model import Body
from modules_catalog.sizing.people_file import read_people
from modules_catalog.sizing.targets import target_for
from production.stocking.choosing import choose_stock
from production.stocking.model import Progress, StockSettings, Wearer
from production.stocking.scaling import scaled_draft
from web.cli.fit import WRONG_USAGE, refusal, stocked

app = typer.Typer(add_completion=False)

STRAIGHT_RIGID = (FitBlock.STRAIGHT, ClothFamily.RIGID)

DEFAULTS = StockSettings()

#: Rounds between two lines of progress, as a share of all.
REPORTED_EVERY = 0.1


@app.command()
def stock(
    line: Annotated[str, typer.Argument(help="The line, or its catalog folder.")],
    people: Annotated[Path, typer.Option(help="CSV: one measured person a row.")],
    out: Annotated[Path, typer.Option(help="CSV to write: the components.")],
    components: Annotated[int, typer.Option(min=20, max=200, help="Pieces in the table.")] = DEFAULTS.components,
    rounds: Annotated[int, typer.Option(min=1, help="Remove-and-replace steps.")] = DEFAULTS.rounds,
    block: Annotated[FitBlock, typer.Option(help="Fit block.")] = FitBlock.STRAIGHT,
    cloth: Annotated[ClothFamily, typer.Option(help="Cloth family.")] = ClothFamily.RIGID,
    scaled: Annotated[bool, typer.Option("--scaled", help="Start from the line's straight rigid table.")] = False,
    spare: Annotated[int, typer.Option(min=0, help="Spare pieces for the check by CP-SAT; 0: no check.")] = 0,
    use: Annotated[Path | None, typer.Option(help="CSV to write: expected use per component.")] = None,
) -> None:
    """Choose the stocked components that plan most of these people within tolerance."""
    try:
        bodies = [person.body for person in read_people(people)]
        start = scaled_draft(read_components(stocked(line, *STRAIGHT_RIGID)), block, cloth) if scaled else None
    except LotOneError as wrong:
        raise refusal(wrong.facts["findings"], as_json=False) from None
    except OSError as unreadable:
        raise refusal([f"{unreadable.filename}:1: {unreadable.strerror}"], as_json=False) from None
    wearers = [
        Wearer(body.sex, target_for(body, block=block, cloth=cloth).measures)
        for body in bodies
        if isinstance(body, Body)
    ]
    if not wearers:
        typer.echo(f"{people}:1: nobody to choose for", err=True)
        raise typer.Exit(WRONG_USAGE)
    settings = StockSettings(components=components, rounds=rounds, spare=spare)
    choice = choose_stock(wearers, settings, block=block, cloth=cloth, start=start, progress=told())
    write_components(out, choice.table.components)
    if use is not None:
        rows = "".join(f"{u.component.id},{u.per_thousand}\n" for u in choice.uses)
        use.write_text("id,per_thousand\n" + rows, encoding="utf-8")
    print(f"{len(choice.table.components)} components; {choice.covered_permille / 10} % of the smoothed population")
    if choice.check is not None:
        found = choice.check
        verdict = "proven" if found.proven else f"at most {found.bound}"
        print(f"check: {found.chosen} of {len(wearers)} served; of {found.pool} pieces {found.best} found, {verdict}")


def told() -> Progress:
    """Return a progress that prints every tenth of the work."""
    next_tenth = [REPORTED_EVERY]

    def tell(done: float, covered: float) -> None:
        if done >= next_tenth[0]:
            next_tenth[0] += REPORTED_EVERY
            print(f"{done:4.0%} done, {covered:.1%} covered", flush=True)

    return tell


if __name__ == "__main__":
    app()
