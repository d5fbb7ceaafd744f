"""Use cases of the near-term sequence: rebuild it after events, let the ledger follow the floor, raise alarms."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from kernel.database import Database
from kernel.jobs import JobName, enqueue
from production.errors import BeyondHorizon, CapacityTaken
from production.floor import service as floor
from production.floor.model import OpenPiece, OperationState, SequencedOperation, WorkOperation
from production.model import OperationLoad
from production.plants.model import Plant
from production.promise import service as promises
from production.promise.calendar import epoch_s, local_date, utc
from production.promise.replanning import Replanned, give_back_done, replan
from production.sequencing import repository
from production.sequencing.alarming import Alarm, ways_out
from production.sequencing.improving import Improved, improved_sequence
from production.sequencing.model import Sequence, Step, Work
from production.sequencing.searching import sequence

AT_WORK = frozenset({OperationState.RUNNING, OperationState.PAUSED, OperationState.FAILED})
LEAST_LEFT_S = 60
"""What an operation that has taken its standard time and still runs is taken to need."""

IMPROVE_JOB = JobName("production.improve_sequence")
IMPROVE_S = 60.0
"""What a job gives the solver."""
_log = logging.getLogger(__name__)

PieceId = tuple[str, int]
"""Order number and piece, from 1."""


def is_sequence_stale(db: Session, line: str) -> bool:
    """Return whether anything happened on the floor since the line was sequenced."""
    return floor.newest_event(db, line) > repository.sequenced_event(db, line)


def rebuild_sequence(db: Session, line: str, *, now: datetime) -> Sequence:
    """Return the near-term sequence of a line as the floor is now; its queues follow it.

    Raises:
        PlantNotFound: no plant makes the line.
        BeyondHorizon: the work does not fit into sixty days.
    """
    seen = _seen(db, line, now)
    _keep(db, seen, seen.given)
    repository.save_state(db, line, last_event=seen.last_event)
    return seen.given


def improve_sequence(database: Database, line: str, *, now: datetime, time_s: float) -> tuple[Improved, ...]:
    """Improve the near-term sequence of a line for so many seconds, and return what became of each window.

    Nothing is locked meanwhile. If the floor has gone on by then, its queues follow the new turns as far as they can.

    Raises:
        PlantNotFound, BeyondHorizon: as ``rebuild_sequence``.
    """
    with database.read() as db:
        seen = _seen(db, line, now)
    better, windows = improved_sequence(seen.plant, seen.works, seen.given, epoch_s(now), time_s=time_s)
    with database.write() as db:
        _keep(db, seen, better, as_turns=True)
        if floor.newest_event(db, line) == seen.last_event:
            repository.save_state(db, line, last_event=seen.last_event)
        else:
            give_back_finished(db, line)
            rebuild_sequence(db, line, now=now)
    _log.info("improved the sequence of %s: %s", line, [(one.before, one.after) for one in windows])
    return windows


def ask_to_improve(db: Session, line: str, *, key: str) -> None:
    """Store a job that improves a line's sequence; the same key once."""
    enqueue(db, IMPROVE_JOB, line, key=f"{line}:{key}")


def give_back_finished(db: Session, line: str) -> int:
    """Give back the room of operations finished since the line was sequenced; return of how many pieces.

    Work is often done before its bucket: the next inquiry finds that room.
    """
    pieces = floor.finished_since(db, line, repository.sequenced_event(db, line))
    for order, status in pieces:
        keep = [one.code for one in order.operations if status.operations[one.number] is not OperationState.FINISHED]
        if order.reservation:
            give_back_done(db, order.reservation, order.slot, keep=keep)
    return len(pieces)


def works_of(pieces: Iterable[OpenPiece], now_s: int) -> tuple[Work, ...]:
    """Return what is to be sequenced of the pieces on the floor."""
    works = []
    for piece in pieces:
        steps = tuple(
            _step(piece, one, now_s)
            for one in piece.order.operations
            if piece.status.operations[one.number] is not OperationState.FINISHED and one.seconds > 0
        )
        works.append(Work(_key(piece), epoch_s(piece.order.due_at), steps))
    return tuple(works)


def is_resync_due(db: Session, line: str, *, now: datetime, from_hour: int) -> bool:
    """Return whether the line was not re-synced yet today and the plant's clock shows ``from_hour`` or later."""
    plant = promises.plant_of(db, line)
    today = _today(plant, now)
    is_time = local_date(epoch_s(now) - from_hour * 3600, plant.timezone) >= today
    return is_time and repository.resynced_on(db, line) != today


def pieces_to_resync(db: Session, line: str) -> tuple[PieceId, ...]:
    """Return the pieces on the floor, those promised first before others."""
    pieces = sorted(floor.open_pieces(db, line), key=lambda one: (one.order.due_at, one.order.order_number))
    return tuple((piece.order.order_number, piece.order.piece) for piece in pieces)


def resync_piece(db: Session, line: str, piece_id: PieceId, *, now: datetime) -> Alarm | None:
    """Let the ledger follow one piece, and return the alarm if its promise is at risk now.

    What is done gives its room back; what waits moves up to where there is room. The promise never moves. When another
    writer is quicker or nothing fits, everything stays as it was until the next time.
    """
    try:
        return follow_piece(db, line, piece_id, now=now)
    except (CapacityTaken, BeyondHorizon):
        return None


def follow_piece(db: Session, line: str, piece_id: PieceId, *, now: datetime) -> Alarm | None:
    """Do as ``resync_piece``, and say so when it cannot be done.

    Raises:
        CapacityTaken, BeyondHorizon: another writer was quicker, or nothing fits; everything stands as it was.
    """
    piece = next(iter(floor.open_pieces(db, line, only=piece_id)), None)
    if piece is None or not piece.order.reservation:
        return None
    at_work = [one for one in piece.order.operations if piece.status.operations[one.number] in AT_WORK]
    waiting = [
        one
        for one in piece.order.operations
        if piece.status.operations[one.number] is OperationState.WAITING and one.seconds > 0
    ]
    keep = [one.code for one in at_work]
    order = piece.order
    if not waiting:
        give_back_done(db, order.reservation, order.slot, keep=keep)
        return _judged(db, piece, None, now=now)
    earliest_s = max(epoch_s(now) + _left_s(piece, one, epoch_s(now)) for one in at_work) if at_work else epoch_s(now)
    moved = replan(
        db,
        order.reservation,
        order.slot,
        _loads(piece, waiting),
        [one.number for one in waiting],
        keep=keep,
        earliest=max(utc(earliest_s), promises.material_at(db, order.reservation)),
    )
    starts = {one.number: moved.starts[one.code] for one in waiting}
    floor.keep_planned_starts(db, order.order_number, order.piece, starts)
    return _judged(db, piece, moved, now=now)


def end_resync(db: Session, line: str, *, now: datetime) -> int:
    """Note that a line was re-synced today, and clear the alarms of pieces that left the floor; return how many."""
    there = set(pieces_to_resync(db, line))
    gone = [one for one in repository.find_alarms(db, line) if (one.order_number, one.piece) not in there]
    for alarm in gone:
        repository.clear_alarm(db, alarm.order_number, alarm.piece, now=now)
    repository.save_state(db, line, day=_today(promises.plant_of(db, line), now))
    return len(gone)


def alarms(db: Session, line: str, *, with_cleared: bool = False) -> tuple[Alarm, ...]:
    """Return the promises of a line that are at risk, the first one due before others."""
    return repository.find_alarms(db, line, with_cleared=with_cleared)


def _judged(db: Session, piece: OpenPiece, moved: Replanned | None, *, now: datetime) -> Alarm | None:
    order = piece.order
    if moved is None or moved.finish_at <= order.due_at:
        repository.clear_alarm(db, order.order_number, order.piece, now=now)
        return None
    waits = [one for one in order.operations if one.work_centre in moved.delayed and one.code in moved.starts]
    first = waits[0] if waits else next(one for one in order.operations if one.code in moved.starts)
    centre = first.work_centre if waits else ""
    plant = promises.plant_of(db, order.line)
    others = floor.open_pieces(db, order.line)
    alarm = Alarm(
        line=order.line,
        order_number=order.order_number,
        piece=order.piece,
        promised_at=order.due_at,
        expected_at=moved.finish_at,
        operation=first.code,
        work_centre=centre,
        ways_out=ways_out(plant, piece, centre, moved.starts[first.code], others),
        raised_at=now,
    )
    repository.keep_alarm(db, alarm)
    return alarm


@dataclass(frozen=True, slots=True)
class _Seen:
    """A line's floor at a moment, and its sequence by the gap search."""

    plant: Plant
    last_event: int
    ids: Mapping[str, PieceId]
    works: tuple[Work, ...]
    given: Sequence


def _seen(db: Session, line: str, now: datetime) -> _Seen:
    plant = promises.plant_of(db, line)
    last_event = floor.newest_event(db, line)
    pieces = floor.open_pieces(db, line)
    works = works_of(pieces, epoch_s(now))
    ids = {_key(piece): (piece.order.order_number, piece.order.piece) for piece in pieces}
    return _Seen(plant, last_event, ids, works, sequence(plant, works, epoch_s(now)))


def _keep(db: Session, seen: _Seen, found: Sequence, *, as_turns: bool = False) -> None:
    placed = [SequencedOperation(*seen.ids[one.key], one.number, one.place, utc(one.start_s)) for one in found.placed]
    floor.keep_sequence(db, placed, as_turns=as_turns)


def _step(piece: OpenPiece, one: WorkOperation, now_s: int) -> Step:
    rank = one.planned_start_at or piece.order.due_at
    runs = piece.status.operations[one.number] is OperationState.RUNNING
    return Step(
        number=one.number,
        work_centre=one.work_centre,
        seconds=_left_s(piece, one, now_s),
        rank_s=epoch_s(rank),
        after=one.after,
        recipe=one.recipe or one.setup_for,
        turn_s=None if one.turn_at is None else epoch_s(one.turn_at),
        setup_s=0 if runs else one.setup_s,
        is_running=runs,
    )


def _left_s(piece: OpenPiece, one: WorkOperation, now_s: int) -> int:
    started_at = piece.started_at.get(one.number)
    if started_at is None:
        return one.seconds
    return max(min(one.seconds, LEAST_LEFT_S), one.seconds - max(0, now_s - epoch_s(started_at)))


def _loads(piece: OpenPiece, waiting: list[WorkOperation]) -> tuple[OperationLoad, ...]:
    """Return the loads of what waits; what waits for an operation of no time waits for what that one waits for."""
    numbers = {one.number: place for place, one in enumerate(waiting)}
    before: dict[int, frozenset[int]] = {}
    loads = []
    for one in piece.order.operations:
        after = frozenset[int]().union(*(before[number] for number in one.after))
        if one.number in numbers:
            loads.append(
                OperationLoad(one.code, one.work_centre, one.seconds, tuple(sorted(after)), one.recipe or None)
            )
            after = frozenset({numbers[one.number]})
        before[one.number] = after
    return tuple(loads)


def _key(piece: OpenPiece) -> str:
    return f"{piece.order.order_number}/{piece.order.piece}"


def _today(plant: Plant, now: datetime) -> date:
    return local_date(epoch_s(now), plant.timezone)
