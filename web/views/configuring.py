"""The configure page's values, from a draft as it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from configurator.model import Change, ConflictChoice, FeatureState, OptionState, Repair, State, Status
from configurator.states import options_with
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind, Value
from orders.drafts.days import Days
from orders.drafts.following import asked_features
from orders.drafts.model import DraftView, Refused
from orders.lifecycle.ideals import Ideal, KnownIdeal
from orders.quotes.service import COST_CENTRE
from web import formats
from web.views.facets import FacetTable, ListTools, list_tools
from web.views.limiting import BeyondBox, LimitWay, amount_text, beyond_box, ease_ways, limits_in_force
from web.views.listing import LONG, Listing, known_narrowing, listing, tables_of
from web.views.narrowing import ALL, Narrowing
from web.views.nearing import NearBox, goal_choices, near_box
from web.views.words import LIMIT_REASONS, Words, scaled

NOTHING_TYPED: Mapping[str, str] = MappingProxyType({})
NOTHING_LISTED: Mapping[str, Listing] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One option as shown."""

    code: str
    label: str
    about: str
    status: str
    because: str
    price_delta_minor: int | None
    days_delta: int | None
    days_proven: bool
    date: date | None
    swatch: str
    count: int
    most: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeatureBlock:
    """One question as shown."""

    code: str
    kind: str
    title: str
    what: str
    options: tuple[OptionRow, ...]
    total: int
    query: str
    value: str
    unit: str
    range_text: str
    most_length: int
    can_be_open: bool
    is_answered: bool
    settled: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # a text that is one of these: a company's cost centres
    tools: ListTools | None = None  # of a long list


@dataclass(frozen=True, slots=True)
class StepLink:
    """One step of the page."""

    code: str
    label: str
    href: str
    state: str
    current: bool


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a conflict."""

    label: str
    price_delta_minor: int
    days_delta: int | None
    date: date | None
    attrs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ConflictBox:
    """Why the pressed option cannot be, and the ways out."""

    feature: str
    option: str
    title: str
    reasons: tuple[str, ...]
    ways: tuple[Way, ...]
    eases: tuple[LimitWay, ...]


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One price line as shown."""

    label: str
    amount_minor: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Care:
    """One answer that stands, to say how much it matters."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class SoonerLink:
    """One other answer that would be ready sooner, and the step to give it on."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class ConfigurePage:
    """Everything the configure page shows."""

    draft_id: str
    version: int
    line: str
    line_name: str
    step: str
    step_name: str
    next_step: StepLink | None
    steps: tuple[StepLink, ...]
    features: tuple[FeatureBlock, ...]
    conflict: ConflictBox | None
    changes: tuple[str, ...]
    is_undone: bool
    can_undo: bool
    total_minor: int
    currency: str
    lines: tuple[ShownLine, ...]
    ready: date | None
    binding: str
    sooner: str
    ways_sooner: tuple[SoonerLink, ...]
    dates_proven: bool
    announce: str
    picture_href: str
    picture_alt: str
    notes: tuple[str, ...]
    missing: tuple[str, ...]
    must_confirm: tuple[tuple[str, str], ...]
    can_order: bool
    late: bool
    valid: bool
    need_by: str
    budget: str
    quantity: int
    fit_state: str
    engine: str
    query: str
    is_long: bool
    shown_by: tuple[tuple[str, str], ...]  # what narrows the lists, as fields of a form
    unseen: tuple[tuple[str, str], ...]  # of it, what narrows lists that are not shown
    path: str
    address: str  # the path with what narrows the lists
    changes_order: str
    is_made: bool
    cares: tuple[Care, ...]
    is_best: bool | None
    prices_proven: bool
    in_force: tuple[LimitWay, ...]
    beyond: BeyondBox | None
    today: str
    problem: str
    typed: Mapping[str, str]
    goals: tuple[tuple[str, str], ...]
    near: NearBox | None


def configure_page(
    view: DraftView,
    step: str,
    locale: str,
    *,
    days: Days,
    today: date,
    refused: Refused | None = None,
    narrowing: Narrowing = ALL,
    lists: Mapping[str, Listing] = NOTHING_LISTED,
    problem: str = "",
    typed: Mapping[str, str] = NOTHING_TYPED,
    ideals: Sequence[Ideal] = (),
    near: KnownIdeal | None = None,
    is_staff: bool = False,
) -> ConfigurePage:
    """Return the page of one step of a draft.

    Args:
        view: The draft as it stands.
        step: Code of the step shown.
        locale: The reader's language.
        days: What each option of the step does to the date.
        today: The first day that can still be named.
        refused: The choice that was just refused, if any.
        narrowing: What the reader searches long lists for, and their order.
        lists: The step's long lists, by feature, as far as they are known without days.
        problem: The limit, or the shared link, that could not be read, if any.
        typed: What was typed as such then.
        ideals: What the draft can be brought close to.
        near: What it was brought close to just now, if anything.
        is_staff: Whether the reader serves customers.
    """
    words = Words(view.model, locale, view.plant)
    state, draft = view.state, view.draft
    asked = asked_features(view.model, draft.selection)
    aside = view.beyond.aside if view.beyond else None
    told = aside.state if aside else state  # beyond its limits a draft still has a price and lacks no answer
    steps = _steps(view, told, step, words, asked)
    current = next(each for each in view.model.steps if each.code == step)
    tables = tables_of(view, step, words)
    narrowing = known_narrowing(narrowing, tables)
    query, path = narrowing.query, f"/drafts/{draft.id}/{step}"
    blocks = tuple(
        _feature_block(
            view.model.feature(code),
            state.features[code],
            words,
            days,
            narrowing,
            path,
            tables.get(code),
            None if narrowing.sort_of(code) == "date" else lists.get(code),
            refused.option if refused and refused.feature == code else "",
            is_settled=code in view.locked,
            choices=tuple((each.code, f"{each.code} {each.name}") for each in view.cost_centres)
            if code == COST_CENTRE
            else (),
        )
        for code in current.features
        if code in asked
    )
    shown = tuple(
        block for block in blocks if not query or block.options or (block.tools and block.tools.is_filtered)
    )  # a search shows what it found, and what hid the rest
    at = next(i for i, link in enumerate(steps) if link.current)
    promise = view.promise or (aside.promise if aside else None)
    changes = tuple(_change_text(change, view.model, words) for change in view.changes)
    missing = tuple(words.feature(code) for code, each in told.features.items() if each.needed and each.chosen is None)
    total_minor = (told.total_minor or 0) * draft.quantity
    return ConfigurePage(
        draft_id=draft.id,
        version=draft.version,
        line=draft.line,
        line_name=words.line(),
        step=step,
        step_name=words.step(step),
        next_step=steps[at + 1] if at + 1 < len(steps) else None,
        steps=steps,
        features=shown,
        conflict=_conflict_box(refused, words, days) if refused else None,
        changes=changes,
        is_undone=view.is_undone,
        can_undo=view.can_undo,
        total_minor=total_minor,
        currency=view.model.currency,
        lines=tuple(
            ShownLine(words.price_line(line.key), line.amount_minor * draft.quantity)
            for line in told.lines
            if line.amount_minor
        ),
        ready=promise.date if promise else None,
        binding=words.binding(promise.binding) if promise else "",
        sooner=words.sooner(promise.date, promise.binding) if promise else "",
        ways_sooner=_ways_sooner(view, days, words),
        dates_proven=view.dates_proven,
        announce=_announcement(total_minor, view, changes, words),
        picture_href=f"/drafts/{draft.id}/picture.svg?v={draft.version}",
        picture_alt=_picture_alt(view, words),
        notes=_chosen_notes(view, words),
        missing=missing,
        must_confirm=tuple((rule, words.missing(rule)) for rule in state.must_confirm if rule not in draft.confirmed),
        can_order=view.can_be_quoted,
        late=view.late,
        valid=state.valid,
        need_by=draft.need_by.isoformat() if draft.need_by else "",
        budget=amount_text(draft.budget_minor) if draft.budget_minor else "",
        quantity=draft.quantity,
        fit_state=_fit_state(view),
        engine=state.method,
        query=query,
        shown_by=narrowing.fields(),
        unseen=narrowing.fields([code for code in tables if all(block.code != code for block in shown)]),
        path=path,
        address=narrowing.address(path),
        changes_order=draft.changes_order,
        is_made=view.model.is_made,
        cares=_cares(view, words),
        is_best=view.is_best,
        prices_proven=state.proven,
        in_force=limits_in_force(draft, words),
        beyond=beyond_box(view, words),
        today=today.isoformat(),
        problem=problem,
        typed=typed,
        goals=tuple(goal_choices(ideals, words, is_staff=is_staff, changes_order=draft.changes_order)),
        near=near_box(near, view, locale, is_staff=is_staff) if near else None,
        is_long=bool(query) or any(len(state.features[code].options) > LONG for code in current.features),
    )


def _cares(view: DraftView, words: Words) -> tuple[Care, ...]:
    """Return what is answered, but for what a company has settled and texts, which are the customer's own."""
    found = []
    for code, answer in view.draft.selection.answers.items():
        feature = view.model.feature(code)
        if code in view.locked or feature.kind is FeatureKind.TEXT:
            continue
        found.append(Care(code, f"{words.feature(code)}: {words.answer(feature, answer)}"))
    return tuple(found)


def _steps(view: DraftView, state: State, current: str, words: Words, asked: frozenset[str]) -> tuple[StepLink, ...]:
    links = []
    for step in view.model.steps:
        shown = [state.features[code] for code in step.features if code in asked]
        if not shown and step.code != current:
            continue
        is_done = all(each.chosen is not None or not each.needed for each in shown)
        links.append(
            StepLink(
                code=step.code,
                label=words.step(step.code),
                href=f"/drafts/{view.draft.id}/{step.code}",
                state="done" if is_done else "open",
                current=step.code == current,
            )
        )
    return tuple(links)


def _feature_block(
    feature: Feature,
    state: FeatureState,
    words: Words,
    days: Days,
    narrowing: Narrowing,
    path: str,
    table: FacetTable | None,
    known: Listing | None,
    pressed: str,
    *,
    is_settled: bool = False,
    choices: tuple[tuple[str, str], ...] = (),
) -> FeatureBlock:
    chosen = state.chosen
    listed = known or listing(feature, state, words, days, narrowing, table)
    tools = None
    if table is not None:
        counts = (listed.free, len(listed.found))
        has_days = any(of == feature.code for of, _option in days.options)
        tools = list_tools(feature, table.columns, listed.searched, counts, narrowing, path, words, has_days=has_days)
    codes = list(listed.shown)
    if pressed in state.options and pressed not in codes:  # the answer to a press stands where it was pressed
        codes.append(pressed)
    shown = [_option_row(feature, code, state.options[code], state, words, days) for code in codes]
    is_open_value = feature.kind in (FeatureKind.TEXT, FeatureKind.INTEGER, FeatureKind.DECIMAL)
    value = ""
    if is_open_value and chosen is not None:
        value = str(chosen) if feature.kind is FeatureKind.TEXT else scaled(int(str(chosen)), feature)
    return FeatureBlock(
        code=feature.code,
        kind=feature.kind.value,
        title=words.feature(feature.code),
        what=words.help(feature.code),
        options=tuple(shown),
        total=max(len(listed.found), len(shown)),
        query=narrowing.query,
        value=value,
        unit=feature.unit or "",
        range_text=_range_text(feature, state),
        most_length=feature.maximum if feature.kind is FeatureKind.TEXT else 0,
        can_be_open=not state.needed,
        is_answered=chosen is not None,
        settled=words.answer(feature, chosen) if is_settled and chosen is not None else "",
        choices=choices,
        tools=tools,
    )


def _option_row(
    feature: Feature, code: str, option: OptionState, state: FeatureState, words: Words, days: Days
) -> OptionRow:
    chosen = state.chosen
    count = chosen.get(code, 0) if isinstance(chosen, Mapping) else 0
    notes = tuple(words.note(note) for note in option.notes)
    delta = days.of(feature.code, code)
    status = option.status.value
    return OptionRow(
        code=code,
        label=words.option(feature.code, code),
        about=words.about(feature.code, code),
        status=status,
        because=notes[0] if status == "not_known" and notes else "",
        price_delta_minor=option.price_delta_minor,
        days_delta=delta.days if delta else None,
        days_proven=delta.proven if delta else True,
        date=delta.date if delta and delta.days else None,
        swatch=_swatch(feature.option(code).attributes) if feature.has_option(code) else "",
        count=count,
        most=min(feature.max_each, feature.maximum),
        notes=notes,
    )


def _swatch(attributes: Mapping[str, Value]) -> str:
    colour = attributes.get("colour")
    return colour if isinstance(colour, str) and colour.startswith("#") else ""


def _range_text(feature: Feature, state: FeatureState) -> str:
    if feature.kind not in (FeatureKind.INTEGER, FeatureKind.DECIMAL):
        return ""
    parts = [
        scaled(low, feature) if low == high else f"{scaled(low, feature)}–{scaled(high, feature)}"
        for low, high in state.ranges
    ]
    return ", ".join(parts) + (f" {feature.unit}" if feature.unit and parts else "")


def _conflict_box(refused: Refused, words: Words, days: Days) -> ConflictBox:
    feature = words.model.feature(refused.feature)
    pressed = words.option(refused.feature, refused.option) if feature.options else words.feature(refused.feature)
    others = [_told(choice, words) for choice in refused.conflict.choices if choice.feature != refused.feature]
    promise = refused.view.promise
    ways = tuple(
        Way(
            label=_way_label(repair, words),
            price_delta_minor=repair.price_delta_minor,
            days_delta=later,
            date=promise.date + timedelta(days=later) if promise and later else None,
            attrs={"name": "repair", "value": str(number)},
        )
        for number, repair in enumerate(refused.repairs)
        for later in (days.of_repair(number),)
    )
    reasons = tuple(words.reason(rule) for rule in refused.conflict.rules)
    eases = ease_ways(refused.view.draft, refused.eases, words)
    title = _conflict_title(refused, pressed, others, words)
    return ConflictBox(refused.feature, refused.option, title, reasons, ways, eases)


def _conflict_title(refused: Refused, pressed: str, others: Sequence[str], words: Words) -> str:
    say = words.translations.gettext
    kinds = {rule.id.partition(":")[0] for rule in refused.conflict.rules}
    if kinds == {"budget"}:
        return say("%(option)s is beyond your budget.") % {"option": pressed}
    if others:
        return say("%(option)s does not go with %(others)s.") % {"option": pressed, "others": say(", ").join(others)}
    need_by = refused.view.draft.need_by
    if need_by is not None and kinds and kinds <= LIMIT_REASONS.keys() - {"budget", "panels"}:
        day = formats.date(need_by, locale=words.locale)
        return say("%(option)s cannot be ready by %(date)s.") % {"option": pressed, "date": day}
    return say("%(option)s cannot be had as things stand.") % {"option": pressed}


def _told(choice: ConflictChoice, words: Words) -> str:
    """Return a choice with the question it answers: Copper may be a thread or a rivet."""
    if not words.model.feature(choice.feature).options:
        return words.feature(choice.feature)
    told = {"option": words.option(choice.feature, choice.option), "feature": words.feature(choice.feature)}
    return words.translations.gettext("%(option)s (%(feature)s)") % told


def _way_label(repair: Repair, words: Words) -> str:
    say = words.translations.gettext
    parts = []
    for change in repair.changes:
        feature = words.model.feature(change.feature)
        if change.after is None:
            text = say("leave “%(feature)s” open") if change.before is not None else say("set “%(feature)s”")
            parts.append(text % {"feature": words.feature(change.feature)})
        else:
            parts.append(
                say("use %(option)s for “%(feature)s”")
                % {"option": words.answer(feature, change.after), "feature": words.feature(change.feature)}
            )
    label = say("; ").join(parts) or say("take it as it is")
    return label[:1].upper() + label[1:]


def _ways_sooner(view: DraftView, days: Days, words: Words) -> tuple[SoonerLink, ...]:
    say = words.translations.gettext
    links = []
    for each in days.sooner:
        step = next((step.code for step in view.model.steps if each.feature in step.features), "")
        told = {"feature": words.feature(each.feature), "date": formats.date(each.date, locale=words.locale)}
        if each.option is None:
            text = say("Without “%(feature)s”: ready %(date)s.") % told
        else:
            told["option"] = words.option(each.feature, each.option)
            text = say("With %(option)s for “%(feature)s”: ready %(date)s.") % told
        links.append(SoonerLink(text, f"/drafts/{view.draft.id}/{step}#feature-{each.feature}"))
    return tuple(links)


def _change_text(change: Change, model: ConfigurationModel, words: Words) -> str:
    say = words.translations.gettext
    feature = model.feature(change.feature)
    if change.after is None:
        return say("%(feature)s is open again.") % {"feature": words.feature(change.feature)}
    return say("%(feature)s: %(answer)s.") % {
        "feature": words.feature(change.feature),
        "answer": words.answer(feature, change.after),
    }


def _announcement(total_minor: int, view: DraftView, changes: Sequence[str], words: Words) -> str:
    price = formats.money(total_minor, view.model.currency, locale=words.locale)
    promise = view.promise or (view.beyond.aside.promise if view.beyond else None)
    if promise is None:
        return " ".join([*changes, price])
    ready = formats.date(promise.date, locale=words.locale)
    return " ".join(
        [*changes, words.translations.gettext("%(price)s, ready %(date)s.") % {"price": price, "date": ready}]
    )


def _picture_alt(view: DraftView, words: Words) -> str:
    named = [
        words.answer(view.model.feature(code), answer)
        for code, answer in list(view.draft.selection.answers.items())
        if view.model.feature(code).kind is FeatureKind.OPTION
    ]
    return f"{words.line()}: {', '.join(named[:5])}"


def _chosen_notes(view: DraftView, words: Words) -> tuple[str, ...]:
    """Return the warnings of what is chosen, each once."""
    notes: dict[str, None] = {}
    for feature in view.state.features.values():
        for code in options_with(feature.options, (Status.CHOSEN, Status.IMPLIED)):
            notes.update(dict.fromkeys(words.note(note) for note in feature.options[code].notes))
    return tuple(notes)


def _fit_state(view: DraftView) -> str:
    if view.fit is None:
        return ""
    return "needs_measures" if view.fit.fit is None else view.fit.fit.verdict.value
