"""What a draft can be brought close to, and what of it could not be kept, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from configurator.model import Answer
from modules_catalog.model import ConfigurationModel
from orders.drafts.model import DraftView
from orders.lifecycle.ideals import Ideal, IdealKind, KnownIdeal
from web import formats
from web.views.words import Words

CLOSEST = "closest"


@dataclass(frozen=True, slots=True)
class Unlike:
    """One answer that could not be kept; empty is none."""

    question: str
    wanted: str
    now: str


@dataclass(frozen=True, slots=True)
class NearBox:
    """What came of bringing a draft close to something: what could not be kept, and what is no longer made."""

    title: str
    unlike: tuple[Unlike, ...]
    gone: tuple[str, ...]


def goal_choices(ideals: Sequence[Ideal], words: Words, *, is_staff: bool, changes_order: str) -> list[tuple[str, str]]:
    """Return {what is sent, what is shown} of every goal there is for a draft."""
    say = words.translations.gettext
    return [
        (CLOSEST, say("As close to this as can be")),
        *((each.code, ideal_name(each, words, is_staff=is_staff, changes_order=changes_order)) for each in ideals),
        ("cheapest", say("As cheap as can be")),
        ("fastest", say("Ready as soon as can be")),
    ]


def ideal_name(ideal: Ideal, words: Words, *, is_staff: bool, changes_order: str) -> str:
    """Return what something to come close to is called."""
    say = words.translations.gettext
    match ideal.kind:
        case IdealKind.USUAL:
            return say("Close to the customer’s usual") if is_staff else say("Close to my usual")
        case IdealKind.PRESET:
            return say("Close to “%(name)s”") % {"name": ideal.name}
        case IdealKind.ORDER if ideal.key == changes_order:
            return say("Close to what was ordered")
        case IdealKind.ORDER:
            return say("Close to order %(number)s") % {"number": ideal.key}
        case IdealKind.DRAFT if ideal.at is not None:
            return say("Close to the draft of %(moment)s") % {"moment": formats.moment(ideal.at, locale=words.locale)}
        case _:
            return say("Close to what was shared")


def near_box(known: KnownIdeal, view: DraftView, locale: str, *, is_staff: bool) -> NearBox:
    """Return what is told after a draft was brought close to something."""
    words, then = Words(view.model, locale), Words(known.model, locale)
    unlike = tuple(
        Unlike(
            words.feature(each.feature), _said(words, each.feature, each.before), _said(words, each.feature, each.after)
        )
        for each in known.unlike(view.draft.selection)
    )
    gone = tuple(f"{_asked(then, code)}: {_said(then, code, answer)}" for code, answer in known.gone.items())
    name = ideal_name(known.ideal, words, is_staff=is_staff, changes_order=view.draft.changes_order)
    return NearBox(name, unlike, gone)


def _asked(words: Words, code: str) -> str:
    return words.feature(code) if words.model.has_feature(code) else _plain(code)


def _said(words: Words, code: str, answer: Answer | None) -> str:
    """Return an answer as people read it; what the catalog does not have keeps its code, all that is left of it."""
    if answer is None:
        return ""
    if not _is_known(words.model, code, answer):
        options = answer if isinstance(answer, Mapping) else [answer]
        return ", ".join(_plain(str(option)) for option in options)
    return words.answer(words.model.feature(code), answer)


def _is_known(model: ConfigurationModel, code: str, answer: Answer) -> bool:
    if not model.has_feature(code):
        return False
    options = {option.code for option in model.feature(code).options}
    return not options or set(answer if isinstance(answer, Mapping) else [answer]) <= options


def _plain(code: str) -> str:
    return code.replace("_", " ")
