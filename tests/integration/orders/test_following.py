"""Answers that follow others are dropped and filled with the press, listed, and undone."""

from datetime import datetime
from pathlib import Path

import pytest

from configurator.model import Selection, Status
from kernel.database import Database
from orders.drafts import repository
from orders.drafts import service as drafts
from orders.drafts.model import DraftChangedMeanwhile, DraftNotYours, DraftView, NothingToUndo, Refused
from orders.drafts.service import Reader
from tests.mugs import pottery

ME = Reader("visitor-1")


def test_a_press_drops_what_it_makes_pointless_and_undo_brings_it_back(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    """Custom → standard: the handle's height is not asked any more; Undo restores both."""
    with pottery(database, tmp_path, now=now) as shop:
        tools = (shop.database, shop.configurators)
        draft = drafts.open_draft(*tools, "mug", owner=ME.id, new_id=shop.new_id, now=now)
        custom = drafts.choose_option(*tools, draft, ME, "sizing", "custom", now=now)
        assert isinstance(custom, DraftView)
        assert custom.state.complete
        assert custom.draft.selection.answers["handle_mm"] == 70
        sizing = custom.state.features["sizing"].options["standard"]
        assert (sizing.status, sizing.price_delta_minor) == (Status.AVAILABLE, -300)

        standard = drafts.choose_option(*tools, draft, ME, "sizing", "standard", now=now)
        assert isinstance(standard, DraftView)
        assert "handle_mm" not in standard.draft.selection.answers
        assert [(change.feature, change.before, change.after) for change in standard.changes] == [
            ("sizing", "custom", "standard"),
            ("handle_mm", 70, None),
        ]

        undone = drafts.undo(*tools, draft, ME, now=now)
        assert undone.draft.selection.answers == custom.draft.selection.answers


def test_a_choice_that_rules_forbid_is_refused_and_changes_nothing(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    """An unglazed mug is small: the rule is named, the way out given, the draft as it was."""
    with pottery(database, tmp_path, now=now) as shop:
        tools = (shop.database, shop.configurators)
        draft = drafts.open_draft(*tools, "mug", owner=ME.id, new_id=shop.new_id, now=now)
        drafts.choose_option(*tools, draft, ME, "size", "large", now=now)
        refused = drafts.choose_option(*tools, draft, ME, "glaze", "raw", now=now)

        assert isinstance(refused, Refused)
        assert [rule.id for rule in refused.conflict.rules] == ["raw_small"]
        assert {(each.feature, each.option) for each in refused.conflict.choices} == {
            ("size", "large"),
            ("glaze", "raw"),
        }
        assert [[(c.feature, c.after) for c in repair.changes] for repair in refused.repairs] == [[("size", "small")]]
        with database.read() as db:
            view = drafts.view_draft(db, shop.configurators, draft, ME, now=now)
        assert view.draft.selection.answers["glaze"] == "white"

        mended = drafts.accept_repair(*tools, draft, ME, "glaze", "raw", repair=0, now=now)
        assert isinstance(mended, DraftView)
        assert (mended.draft.selection.answers["glaze"], mended.draft.selection.answers["size"]) == ("raw", "small")
        assert mended.state.total_minor == 1200


def test_somebody_elses_draft_is_neither_shown_nor_changed(database: Database, tmp_path: Path, now: datetime) -> None:
    """Another visitor is refused; staff may open it; what was begun before signing in stays one's own."""
    with pottery(database, tmp_path, now=now) as shop:
        tools = (shop.database, shop.configurators)
        draft = drafts.open_draft(*tools, "mug", owner=ME.id, new_id=shop.new_id, now=now)
        with pytest.raises(DraftNotYours):
            drafts.choose_option(*tools, draft, Reader("visitor-2"), "size", "large", now=now)
        with pytest.raises(NothingToUndo):
            drafts.undo(*tools, draft, ME, now=now)
        for reader in (Reader("user-1", also=ME.id), Reader("clerk", is_staff=True)):
            with database.read() as db:
                view = drafts.view_draft(db, shop.configurators, draft, reader, now=now)
            assert view.draft.selection == Selection({"size": "small", "glaze": "white", "sizing": "standard"})


def test_a_draft_changed_meanwhile_is_not_overwritten(database: Database, tmp_path: Path, now: datetime) -> None:
    """Two decide on one version: the first is kept, the second hears so and leaves no trace, Undo steps included."""
    with pottery(database, tmp_path, now=now) as shop:
        tools = (shop.database, shop.configurators)
        draft_id = drafts.open_draft(*tools, "mug", owner=ME.id, new_id=shop.new_id, now=now)
        with database.read() as db:
            seen = repository.get_draft(db, draft_id)
        drafts.choose_option(*tools, draft_id, ME, "size", "large", now=now)
        late = seen.changed(now, selection=seen.selection.with_answer("glaze", "blue"))
        with pytest.raises(DraftChangedMeanwhile), database.write() as db:
            repository.save_draft(db, late, before=seen)

        with database.read() as db:
            kept = repository.get_draft(db, draft_id)
        assert (kept.selection.answers["size"], kept.selection.answers["glaze"]) == ("large", "white")
        assert drafts.undo(*tools, draft_id, ME, now=now).draft.selection.answers == seen.selection.answers
        with pytest.raises(NothingToUndo):
            drafts.undo(*tools, draft_id, ME, now=now)
