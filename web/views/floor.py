"""The floor's screen: the job at hand, what waits behind it, and what a scan came to, in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from babel.support import NullTranslations

from configurator.model import Answer, Change
from kernel.errors import LotOneError
from modules_catalog.model import ConfigurationModel, FeatureKind
from production.build_sheet.scan_codes import ScanCode
from production.build_sheet.sheet_texts import sheet_texts
from production.floor.model import (
    Action,
    EventKind,
    MeasureLimit,
    OperationState,
    QueueEntry,
    WorkEvent,
    WorkOperation,
    WorkOrder,
    WorkState,
    WorkStatus,
)
from production.plants.model import Plant
from web.views.floor_cards import Command
from web.views.words import Words

MOST_QUEUED = 12
"""How many waiting jobs the screen shows."""
BILLING = "billing"
TEXT_CHECK = "text_"


def _(message: str) -> str:
    return message


ACTION_NAMES: Mapping[Action, str] = {
    Action.KIT: _("Parts gathered"),
    Action.START: _("Start"),
    Action.FINISH: _("Finish"),
    Action.RESUME: _("Go on"),
    Action.PAUSE: _("Pause"),
    Action.FAIL: _("Check failed"),
    Action.REWORK: _("Do it again"),
    Action.SCRAP: _("Scrap"),
    Action.HOLD: _("Put on hold"),
    Action.CONTINUE: _("Take off hold"),
    Action.SHIP: _("Ship"),
}
REASON_NAMES: Mapping[str, str] = {
    "pause:material": _("material is missing"),
    "pause:machine": _("the machine stands"),
    "pause:question": _("a question"),
    "pause:break": _("a break"),
    "scrap:material": _("faulty material"),
    "scrap:work": _("a mistake in the work"),
    "scrap:machine": _("the machine"),
    "scrap:damage": _("damaged"),
}
STATE_NAMES: Mapping[str, str] = {
    "waiting": _("Waiting"),
    "running": _("Running"),
    "paused": _("Paused"),
    "failed": _("Check failed"),
    "finished": _("Finished"),
    "held": _("On hold"),
    "scrapped": _("Scrapped"),
    "cancelled": _("Cancelled"),
    "built": _("Made"),
    "shipped": _("Shipped"),
}
_OF_THE_WHOLE = frozenset({WorkState.HELD, WorkState.SCRAPPED, WorkState.CANCELLED, WorkState.SHIPPED})
_MAIN_ACTIONS: Mapping[str, str] = {
    "waiting": Action.START.value,
    "running": Action.FINISH.value,
    "paused": Action.RESUME.value,
    "failed": Action.REWORK.value,
    "held": Action.CONTINUE.value,
    "built": Action.SHIP.value,
}


@dataclass(frozen=True, slots=True)
class MeasureBox:
    """A measure to be hit, with what was typed and whether it cannot be read."""

    code: str
    label: str
    target_mm: int
    tolerance_mm: int
    typed: str
    problem: bool


@dataclass(frozen=True, slots=True)
class EarlierStep:
    """A step that can be gone back to."""

    label: str
    scan: str


@dataclass(frozen=True, slots=True)
class LotBox:
    """A material of the piece that comes in lots: those recorded, and those it can be made of."""

    material: str
    name: str
    recorded: tuple[str, ...]
    at_hand: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """One operation of one piece, as large as the screen allows."""

    order: str
    piece: int
    pieces: int
    revision: str
    scan: str
    number: int
    name: str
    instruction: str
    recipe: str
    seconds: int
    checks: tuple[str, ...]
    texts: tuple[tuple[str, str], ...]
    measures: tuple[MeasureBox, ...]
    state: str
    main_action: str
    due: datetime
    waits_for: tuple[str, ...]
    failed: tuple[str, ...]
    earlier: tuple[EarlierStep, ...]
    problems: tuple[str, ...]
    picture_href: str
    picture_alt: str
    sheet_href: str
    remake_of: int = 0
    is_kitted: bool = False
    lots: tuple[LotBox, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One job of the queue."""

    order: str
    number: int
    name: str
    href: str
    minutes: str
    state: str
    is_ready: bool
    waits_for: tuple[int, ...]
    due: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What the last scan came to: ``tone`` is fits, check or cant."""

    tone: str
    title: str
    text: str = ""
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class FloorPage:
    """Everything the screen of a work centre shows."""

    line: str
    line_name: str
    work_centre: str
    work_centre_name: str
    href: str
    job: Job | None
    queue: tuple[Waiting, ...]
    ready: int
    armed: str
    told: Told | None
    scan_id: str


def clock_time(seconds: int) -> str:
    """Return seconds as minutes on a stop watch: 390 is ``6:30``."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def measures_to_take(work: WorkOrder, operation: WorkOperation) -> Mapping[str, MeasureLimit]:
    """Return the measures an operation has to hit."""
    return {code: work.measures[code] for code in operation.measures}


def job_of(
    work: WorkOrder,
    status: WorkStatus,
    operation: WorkOperation,
    events: Sequence[WorkEvent],
    answers: Mapping[str, Answer],
    words: Words,
    *,
    typed: Mapping[str, str] | None = None,
    unread: frozenset[str] = frozenset(),
    lots: tuple[LotBox, ...] = (),
) -> Job:
    """Return one operation of one piece as the screen shows it.

    Args:
        work: The piece.
        status: What it is now.
        operation: One of its operations.
        events: All that happened to it.
        answers: What was ordered.
        words: Texts of the order's release in the reader's language.
        typed: Measures as typed, {code: text}, to be shown again.
        unread: Measures that could not be read.
        lots: What of its material comes in lots.
    """
    model = words.model
    state = _job_state(status, operation)
    scan = ScanCode(work.order_number, work.revision, operation.number, work.piece)
    boxes = measures_to_take(work, operation) if state == "running" else {}
    missing = [one for one in operation.after if status.operations[one] is not OperationState.FINISHED]
    return Job(
        order=work.order_number,
        piece=work.piece,
        pieces=work.pieces,
        revision=work.revision,
        scan=str(scan),
        number=operation.number,
        name=operation_name(operation.code, words),
        instruction=words.maybe(f"operation.{operation.code}.instruction"),
        recipe=operation.recipe,
        seconds=operation.seconds,
        checks=tuple(model.text(f"check.{check}", words.locale) for check in _checks(model, operation.code)),
        texts=_customer_texts(model, operation.code, answers, words),
        measures=tuple(
            MeasureBox(
                code,
                measure_name(code, words.locale),
                limit.target_mm,
                limit.tolerance_mm,
                (typed or {}).get(code, ""),
                code in unread,
            )
            for code, limit in boxes.items()
        ),
        state=state,
        main_action="" if state == "waiting" and missing else _MAIN_ACTIONS.get(state, ""),
        due=work.due_at,
        waits_for=tuple(step_name(work.operation(one), words) for one in missing),
        failed=_failed_measures(work, operation, events, words) if state == "failed" else (),
        earlier=_earlier(work, status, operation, words) if state == "failed" else (),
        problems=_problems(state),
        picture_href=f"/orders/{work.order_number}/picture.svg",
        picture_alt=words.line(),
        sheet_href=sheet_href(work.order_number, work.piece),
        remake_of=work.remake_of,
        is_kitted=status.is_kitted,
        lots=lots,
    )


def sheet_href(number: str, piece: int) -> str:
    """Return where the sheet of a piece is."""
    return f"/orders/{number}/build-sheet.pdf" + (f"?piece={piece}" if piece > 1 else "")


def waiting_jobs(
    entries: Sequence[QueueEntry], place_href: str, words: Words, *, skip: str = ""
) -> tuple[tuple[Waiting, ...], int]:
    """Return the queue as shown, what can be started first, and how many of all are ready.

    Args:
        entries: What waits or runs, as planned.
        place_href: The work centre's screen.
        words: Texts of the line's present release.
        skip: The scan code of the job that is shown large.
    """
    rows = [
        Waiting(
            order=entry.order_number,
            number=entry.number,
            name=operation_name(entry.code, words),
            href=f"{place_href}?job={code}",
            minutes=clock_time(entry.seconds),
            state=entry.state.value,
            is_ready=entry.is_ready,
            waits_for=entry.waits_for,
            due=entry.due_at,
        )
        for entry in entries
        if (code := entry_scan(entry)) != skip
    ]
    rows.sort(key=lambda row: not row.is_ready)
    return tuple(rows[:MOST_QUEUED]), sum(row.is_ready for row in rows)


def entry_scan(entry: QueueEntry) -> str:
    """Return the scan code of a queue's entry."""
    return str(ScanCode(entry.order_number, entry.revision, entry.number, entry.piece))


def told_of_job(job: Job, translations: NullTranslations) -> Told:
    """Return what to say after a scan that worked, from what the operation is now."""
    say = translations.gettext
    title = say("%(step)s: %(state)s") % {
        "step": f"{job.number} {job.name}",
        "state": say(STATE_NAMES.get(job.state, job.state)),
    }
    tones = {"failed": "cant", "held": "check", "paused": "check", "scrapped": "cant", "cancelled": "cant"}
    return Told(tones.get(job.state, "fits"), title, job.order)


def command_words(command: Command) -> tuple[str, str]:
    """Return what a card does and why, not yet translated; the reason is empty where it has none."""
    if command.action is None:
        return _("Print the sheet once more"), ""
    return ACTION_NAMES[command.action], REASON_NAMES.get(str(command), "")


def told_of_lot(lot: str, translations: NullTranslations) -> Told:
    """Return that a lot was noted for the piece on the screen."""
    return Told("fits", translations.gettext("Lot noted"), lot)


def told_of_copy(scanned: ScanCode, translations: NullTranslations) -> Told:
    """Return that a sheet may be printed once more, and where it is."""
    say = translations.gettext
    href = sheet_href(scanned.order, scanned.piece)
    return Told("fits", say("Noted: the sheet is printed once more"), scanned.order, href, say("Print it (PDF)"))


def told_of_error(
    error: LotOneError, translations: NullTranslations, *, steps: Sequence[str] = (), place: tuple[str, str] = ("", "")
) -> Told:
    """Return why a scan was refused and what to do about it.

    Args:
        error: What the service raised.
        translations: The reader's language.
        steps: Names of the steps that come first, for one out of sequence; what changed, for an obsolete sheet.
        place: (address, name) of the work centre a step belongs to, for one scanned elsewhere.
    """
    say, facts = translations.gettext, error.facts
    order = str(facts.get("order", ""))
    sheet = f"/orders/{order}/build-sheet.pdf"
    match error.code:
        case "ScanNotUnderstood":
            return Told("cant", say("This is no code of ours"), str(facts["scanned"]))
        case "SheetObsolete":
            title = say("This sheet is obsolete: revision %(current)s is valid") % {"current": facts["current"]}
            text = say("You scanned revision %(scanned)s of %(order)s.") % {
                "scanned": facts["scanned"],
                "order": order,
            }
            return Told("cant", title, " ".join((text, *steps)), sheet, say("Get the valid sheet (PDF)"))
        case "OutOfSequence":
            return Told("check", say("Not yet. First comes:"), say("; ").join(steps))
        case "WrongWorkCentre":
            title = say("This step is done at: %(place)s") % {"place": place[1]}
            return Told("check", title, order, place[0], say("Open that work centre"))
        case "ActionNotPossible":
            state = say(STATE_NAMES.get(str(facts["state"]), str(facts["state"])))
            return Told("check", say("That cannot be done now"), say("It is: %(state)s") % {"state": state})
        case "MeasuresMissing":
            return Told("check", say("Measure first, then scan again"), say("Every measure of this step is needed."))
        case "LotNotKnown":
            title = say("No such lot was received for this piece")
            return Told("cant", title, say("Book the delivery in under its lot first, then scan again."))
        case "LotNotClear":
            title = say("This lot came of several materials: choose which")
            return Told("check", title, ", ".join(facts["materials"]))
        case "SheetNotFound":
            return Told("check", say("The sheet is still being made"), order)
        case "WorkOrderNotFound" | "OperationNotFound":
            return Told("cant", say("This is not on the floor"), order)
        case _:
            return Told("check", say("Please scan once more"))


def told_changes(changes: Sequence[Change], words: Words) -> tuple[str, ...]:
    """Return what a newer revision says otherwise, such as ``Hem: Plain → Chain stitch``, one sentence each."""

    def said(feature: str, answer: Answer | None) -> str:
        return "–" if answer is None else words.answer(words.model.feature(feature), answer)

    return tuple(
        f"{words.feature(one.feature)}: {said(one.feature, one.before)} → {said(one.feature, one.after)}."
        for one in changes
    )


def step_name(operation: WorkOperation, words: Words) -> str:
    """Return a step as people call it: ``10 Cut``."""
    return f"{operation.number} {operation_name(operation.code, words)}"


def operation_name(code: str, words: Words) -> str:
    """Return the name of an operation."""
    return words.model.text(f"operation.{code}", words.locale)


def measure_name(code: str, locale: str) -> str:
    """Return the name of a finished measure, as on the sheet."""
    return sheet_texts(locale).word(f"measure.{code}")


def place_name(plant: Plant, work_centre: str, locale: str) -> str:
    """Return the name of a work centre."""
    return plant.work_centre(work_centre).name(locale)


def _job_state(status: WorkStatus, operation: WorkOperation) -> str:
    if status.state in _OF_THE_WHOLE:
        return status.state.value
    state = status.operations[operation.number]
    if state is OperationState.FINISHED and status.state is WorkState.BUILT:
        return WorkState.BUILT.value
    return state.value


def _problems(state: str) -> tuple[str, ...]:
    """Return the actions behind the problem button: at most four, only what can be done now."""
    if state == "running":
        return (Action.PAUSE.value, Action.FAIL.value, Action.SCRAP.value, Action.HOLD.value)
    if state in ("waiting", "paused", "failed"):
        return (Action.SCRAP.value, Action.HOLD.value)
    return (Action.SCRAP.value,) if state == "held" else ()


def _checks(model: ConfigurationModel, operation: str) -> tuple[str, ...]:
    return next((one.checks for one in model.operations if one.code == operation), ())


def _customer_texts(
    model: ConfigurationModel, operation: str, answers: Mapping[str, Answer], words: Words
) -> tuple[tuple[str, str], ...]:
    """Return the customer's own text, place and thread for an operation that checks a text (``text_…``)."""
    if not any(check.startswith(TEXT_CHECK) for check in _checks(model, operation)):
        return ()
    prefixes = tuple(
        feature.code.removesuffix("_text") + "_"
        for feature in model.features
        if feature.kind is FeatureKind.TEXT and feature.page != BILLING and feature.code.endswith("_text")
    )
    return tuple(
        (words.feature(feature.code), words.answer(feature, answers[feature.code]))
        for feature in model.features
        if feature.code in answers and feature.code.startswith(prefixes)
    )


def _failed_measures(
    work: WorkOrder, operation: WorkOperation, events: Sequence[WorkEvent], words: Words
) -> tuple[str, ...]:
    failures = [one for one in events if one.operation == operation.number and one.kind is EventKind.FAILED_CHECK]
    if not failures:
        return ()
    latest = failures[-1]
    return tuple(
        f"{measure_name(code, words.locale)} {value_mm} mm ({limit.target_mm} ± {limit.tolerance_mm})"
        for code, value_mm in latest.measured_mm.items()
        if (limit := work.measures.get(code)) and abs(value_mm - limit.target_mm) > limit.tolerance_mm
    )


def _earlier(work: WorkOrder, status: WorkStatus, operation: WorkOperation, words: Words) -> tuple[EarlierStep, ...]:
    return tuple(
        EarlierStep(step_name(one, words), str(ScanCode(work.order_number, work.revision, one.number, work.piece)))
        for one in work.operations
        if one.number < operation.number and status.operations[one.number] is OperationState.FINISHED
    )
