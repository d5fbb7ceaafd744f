"""What the API takes and gives, for OpenAPI and for checking requests. Times are UTC, money is in minor units."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from configurator.model import GREATEST_WEIGHT

Code = Annotated[str, Field(max_length=80, examples=["cloth"])]
Minor = Annotated[int, Field(description="In minor units of the currency: 13800 is 138.00.", examples=[13800])]


class Given(BaseModel):
    """A request body; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """An error, as RFC 9457 has it; further members are the facts of its code."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(description="In the language of Accept-Language.")
    status: int
    detail: str
    code: str = Field(description="Stable: the error's class name.", examples=["OptionRuledOut"])


# --- sessions -------------------------------------------------------------------------------------


class SignIn(Given):
    """Who signs in."""

    login_name: str = Field(max_length=64, examples=["store"])
    password: str = Field(max_length=256)
    code: str = Field("", max_length=40, description="Of the second factor, where the person has one.")


class Person(Told):
    """Who signed in."""

    id: str
    display_name: str
    roles: list[str] = Field(examples=[["store"]])
    locale: str


class NewSession(Told):
    """A session; its token is told once."""

    token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme's name
    expires_at: datetime
    user: Person


# --- catalog --------------------------------------------------------------------------------------


class Money(Told):
    """An amount."""

    currency: str = Field(examples=["EUR"])
    total_minor: Minor | None


class Line(Told):
    """A line on offer, as it opens."""

    line: str = Field(examples=["jeans"])
    name: str
    release: str = Field(description="Content-addressed name of the release in force.")
    price: Money
    ready: date | None = Field(description="When one ordered now as it opens would be ready.")


class OptionFact(Told):
    """One option."""

    code: str
    name: str
    price_minor: Minor


class FeatureFact(Told):
    """One question of a line."""

    code: str
    name: str
    kind: Literal["option", "options", "integer", "decimal", "boolean", "text"]
    step: str | None
    unit: str | None
    options: list[OptionFact]


class ReleaseStart(Told):
    """When a release came into force."""

    release: str
    effective_from: datetime
    published_at: datetime


class Catalog(Told):
    """A line's release in force and what came before."""

    line: str
    name: str
    release: str
    currency: str
    steps: list[str]
    features: list[FeatureFact]
    history: list[ReleaseStart]


# --- drafts ---------------------------------------------------------------------------------------


class OpenDraft(Given):
    """What to open."""

    line: str = Field(max_length=80, examples=["jeans"])
    empty: bool = Field(False, description="Start with nothing chosen instead of complete from defaults.")


class Choice(Given):
    """An answer: `option` of a feature with options, `value` of a number or yes/no, `text` of a text."""

    option: str | None = Field(None, max_length=80, examples=["stone"])
    value: int | float | bool | None = Field(None, examples=[820])
    text: str | None = Field(None, max_length=1000, examples=["Ana"])
    count: int | None = Field(None, ge=0, le=1_000_000, description="How many of `option`, in a choose-many feature.")


class Press(Choice):
    """An answer of a feature."""

    feature: Code


class AcceptRepair(Press):
    """A ruled-out answer, and which of its repairs to take."""

    repair: int = Field(0, ge=0, description="Its place in the list, from 0.")


class Complete(Given):
    """How open answers are filled in."""

    goal: Literal["cheapest", "fastest", "closest"] = "cheapest"
    to: dict[str, Any] | None = Field(
        None, description="For `closest`: the usual answers, {feature: answer}; what stands where nothing is said."
    )
    reopen: list[str] = Field([], description="Features whose answers are given up first.")
    weights: dict[str, Annotated[int, Field(ge=1, le=GREATEST_WEIGHT)]] | None = Field(
        None, description="For `closest`: how much each feature matters, 1 where nothing is said."
    )
    like: str | None = Field(
        None,
        max_length=80,
        description="For `closest`, instead of `to`: the code of something of `GET …/ideals`, or `shared:` and a token.",
    )


class SetLimits(Given):
    """What bounds the answer; null lifts a limit."""

    need_by: date | None = Field(None, examples=["2026-12-18"])
    budget_minor: int | None = Field(None, gt=0, description="For one piece.")
    quantity: int = Field(1, ge=1, le=999)


class Confirm(Given):
    """What staff have checked."""

    rule: str = Field(max_length=80)


class Assign(Given):
    """Whose draft it is."""

    customer_id: str = Field(max_length=80)
    profile_id: str | None = Field(None, max_length=80)


class Note(Told):
    """A warning."""

    rule: str
    missing: bool = Field(description="Said because a value is not known.")
    text: str


class OptionState(Told):
    """One option as of now."""

    status: Literal["chosen", "available", "implied", "ruled_out", "not_known"]
    price_delta_minor: int | None = Field(description="Null for ruled-out options only.")
    days_delta: int | None = Field(description="Filled for the step asked for with `days`.")
    days_proven: bool
    notes: list[Note]


class FeatureState(Told):
    """One feature as of now."""

    kind: str
    required: bool
    chosen: Any = Field(description="A code, counts by code, a value, or null.")
    options: dict[str, OptionState]
    ranges: list[list[float]]


class PriceLine(Told):
    """One line of a price."""

    key: str
    label: str
    count: int
    amount_minor: Minor
    open: bool = Field(description="Not chosen yet: from the best completion.")


class Price(Told):
    """The price of one piece: of the best completion while something is open."""

    currency: str
    total_minor: int | None
    lines: list[PriceLine]


class Binding(Told):
    """What sets a date."""

    kind: str = Field(examples=["work_centre"])
    code: str = Field(examples=["embroidery"])
    waits_until: datetime | None
    sooner: date | None = Field(description="When it would be ready without it.")
    text: str


class Promise(Told):
    """When it would be ready."""

    date: date
    binding: Binding


class Engine(Told):
    """What answered."""

    method: str
    proven: bool
    ms: float


class State(Told):
    """STATE, as `lotone configure` speaks it."""

    complete: bool
    valid: bool
    features: dict[str, FeatureState]
    price: Price
    promise: Promise | None
    must_confirm: list[str]
    engine: Engine


class SoonerAnswer(Told):
    """Another answer to what sets the date, and when it would be ready with it."""

    feature: str
    option: str | None = Field(description="Null for doing without.")
    ready: date


class Ease(Told):
    """Wider limits, to be set by `PUT …/limits`; null where there is to be none."""

    budget_minor: int | None = Field(description="For one piece.")
    need_by: date | None


class Beyond(Told):
    """Choices that keep the rules but not the budget or the need-by date: what they come to, and what helps."""

    total_minor: int | None = Field(description="What one piece costs as chosen.")
    ready: date | None = Field(description="When it would be ready as chosen; null where no plant promises a day.")
    eases: list[Ease] = Field(description="Limits under which the choices can be had: one wider, or both at once.")
    has_other: bool = Field(description="Whether other choices keep the limits: `completion` with `reopen` finds them.")
    least_minor: int | None = Field(description="What the cheapest costs, where the budget is below even that.")


class Ideal(Told):
    """Something a draft can be brought close to."""

    code: str = Field(description="For `like`: `usual`, `preset:…`, `order:…`, `draft:…` or `shared:…`.")
    kind: Literal["usual", "preset", "order", "draft", "shared"]
    name: str | None = Field(description="A preset's name, an order's number.")
    changed_at: str | None = Field(description="When a draft was last changed.")


class Near(Told):
    """What came of bringing a draft close to something."""

    code: str
    unlike: list[dict[str, Any]] = Field(description="Answers that could not be kept: feature, from (wanted), to.")
    gone: dict[str, Any] = Field(description="Answers the draft's release does not have, left out: {feature: answer}.")


class Draft(Told):
    """A draft as it stands."""

    draft_id: str
    draft_key: str | None = Field(description="Only when the draft was opened without a session. Keep it.")
    line: str
    release: str
    version: int
    quantity: int
    need_by: date | None
    budget_minor: int | None
    customer_id: str | None
    profile_id: str | None
    confirmed: list[str]
    late: bool
    can_be_quoted: bool
    is_best: bool | None = Field(description="After a completion: whether nothing is better. Else null.")
    near: Near | None = Field(None, description="After a completion with `like`. Else null.")
    beyond: Beyond | None = Field(description="Null while the choices keep the limits, or break rules.")
    changes: list[dict[str, Any]] = Field(description="What the latest change of choices changed: feature, from, to.")
    sooner: list[SoonerAnswer] = Field(description="What would bring the date forward; filled with `days`.")
    state: State


class ConflictChoice(Told):
    """A choice that takes part."""

    feature: str
    option: Any


class ConflictRule(Told):
    """A rule that takes part."""

    id: str
    reason: str


class Conflict(Told):
    """A minimal set that cannot hold together: dropping any one element resolves it."""

    choices: list[ConflictChoice]
    rules: list[ConflictRule]


class Repair(Told):
    """A way to have the option."""

    changes: list[dict[str, Any]]
    price_delta_minor: int
    days_delta: int | None


class Explanation(Told):
    """Why an option cannot be had, and the ways out, best first; all empty when it can."""

    conflict: Conflict | None
    repairs: list[Repair]
    eases: list[Ease] = Field(description="Wider limits that would let it through, all other choices kept.")


class RefusedChoice(Problem):
    """The problem of a ruled-out choice; the draft is unchanged."""

    feature: str
    option: str
    conflict: Conflict
    repairs: list[Repair]
    eases: list[Ease] = Field(description="Wider limits that would let it through, all other choices kept.")
    state: State


# --- quotes, orders -------------------------------------------------------------------------------


class Tax(Told):
    """The tax in a price."""

    country: str
    rate: str = Field(examples=["0.19"])
    net_minor: int
    tax_minor: int
    category: str = Field(description="`standard`, or why no tax is owed: `intra_community`, `export`.")


class Exchange(Told):
    """How a price of the catalog became one in another currency: times the rate, rounded to the step."""

    catalog: str = Field(examples=["EUR"])
    currency: str = Field(examples=["CHF"])
    rate: str = Field(examples=["0.95"])
    step_minor: int


class OfferedLine(Told):
    """One line of an offered price."""

    key: str
    count: int
    amount_minor: int


class Discount(Told):
    """What is taken off, and why; the amount is negative."""

    kind: Literal["rule", "voucher"]
    code: str
    reason: dict[str, str]
    amount_minor: int


class OfferedPrice(Told):
    """A price as it was offered, for all pieces: the lines, less the discounts, are the total."""

    currency: str
    quantity: int
    lines: list[OfferedLine]
    discounts: list[Discount] = []
    total_minor: int
    tax: Tax
    exchange: Exchange | None = None


class QuoteAsked(Given):
    """What a quote is to take into account."""

    voucher: str = Field("", max_length=80, description="The code of a voucher.", examples=["SPRING-26"])
    currency: str = Field("", max_length=3, description="That of the buyer's country unless given.", examples=["CHF"])


class Quote(Told):
    """An offer: price fixed, date held until it expires."""

    quote_id: str
    number: str = Field(examples=["Q-2026-000001"])
    draft_id: str
    line: str
    release: str
    state: Literal["open", "accepted", "expired", "withdrawn"]
    quantity: int
    price: OfferedPrice
    promise: Promise
    issued_at: datetime
    expires_at: datetime
    customer_id: str | None


class ContactIn(Given):
    """Who somebody is and how to reach them."""

    name: str = Field(max_length=120, examples=["Ana Example"])
    email: str | None = Field(None, max_length=254, examples=["ana@example.org"])
    phone: str | None = Field(None, max_length=40)
    locale: Literal["en", "zh_Hant", "zh_Hans"] = "en"
    country: str = Field("DE", min_length=2, max_length=2)
    kind: Literal["private", "company"] = "private"


class AddressIn(Given):
    """Where a parcel goes, in the contact's country and to their name."""

    street: str = Field(max_length=160, examples=["Ringstraße 1"])
    city: str = Field(max_length=80, examples=["Wien"])
    postcode: str = Field("", max_length=16)
    region: str = Field("", max_length=80)
    company: str = Field("", max_length=120)
    more: str = Field("", max_length=160)


class PlaceOrder(Given):
    """Which quote is accepted, by whom where it names nobody yet, and where what is sent goes."""

    quote_id: str = Field(max_length=80)
    contact: ContactIn | None = None
    address: AddressIn | None = Field(None, description="A new address; needed where none is known.")
    address_id: str = Field("", max_length=20, description="One of the customer's; empty: their default address.")


class Order(Told):
    """An order as it was agreed, and where it is."""

    number: str = Field(examples=["JE-2026-000001"])
    revision: str
    state: str = Field(examples=["released"])
    line: str
    release: str
    quantity: int
    choices: dict[str, Any]
    price: OfferedPrice
    ready: date
    placed_at: datetime
    has_sheet: bool
    address_id: str | None = Field(None, description="Where its parcels go; null for what is fetched.")


class OrderHappening(Given):
    """What happened to an order."""

    event: Literal["hold", "resume", "deliver", "return", "close"]
    reason: str = Field("", max_length=200, description="Needed for `hold` and `return`.")


class ReturnPieces(Given):
    """Which pieces came back, why, and what the customer gets; without pieces all that are with the customer."""

    pieces: list[int] = Field(default_factory=list, max_length=999)
    reason: str = Field(max_length=200)
    remedy: Literal["money_back", "remade"] = Field(
        "money_back", description="`money_back` credits the pieces' share; `remade` lets the invoice stand."
    )


class PiecesReturned(Told):
    """Pieces that came back together."""

    number: int
    pieces: list[int]
    remedy: str
    returned_at: datetime


class OrderMessage(Told):
    """A message to the customer about an order."""

    message_id: str
    kind: str
    about: str = Field(description="The number of the order or the invoice.")
    at: datetime
    state: str = Field(description="`sent`, `sending`, `refused`, or `given_up`: written once more instead.")
    may_be_sent_again: bool


class ShipPieces(Given):
    """Which pieces left, and how; without pieces all that are made."""

    pieces: list[int] = Field(default_factory=list, max_length=999)
    carrier: str = Field("", max_length=60)
    tracking: str = Field("", max_length=60)
    address_id: str = Field("", max_length=20, description="One of the customer's; empty: their default address.")


class Shipment(Told):
    """Pieces that left together."""

    number: int
    pieces: list[int]
    carrier: str
    tracking: str
    shipped_at: datetime
    address_id: str | None = Field(description="Where it went; null for what was fetched, or where none was known.")


class OpenedChange(Told):
    """A change that was begun: change the draft's choices, then look at the change and consent."""

    order: str
    draft_id: str


class AnswerChange(Told):
    """One feature that is answered otherwise."""

    feature: str
    from_: Any = Field(alias="from")
    to: Any


class ChangeProposal(Told):
    """What a change comes to now. With an `obstacle` it cannot be made, and price and date are null."""

    order: str
    draft_id: str
    revision: str = Field(description="The revision it would become.")
    changes: list[AnswerChange]
    obstacle: dict[str, Any] | None = Field(description="Its `code` and facts, as in a problem.")
    price: OfferedPrice | None
    price_delta_minor: int | None
    promise: Promise | None
    days_delta: int | None


class Consent(Given):
    """What you agree to: this price, and this date or an earlier one."""

    total_minor: int = Field(ge=0)
    ready: date


class Revision(Told):
    """What an order said before a change."""

    revision: str
    until: datetime
    choices: dict[str, Any]
    price: OfferedPrice
    ready: date


# --- customers ------------------------------------------------------------------------------------


class Customer(Told):
    """A customer."""

    customer_id: str
    reference: str = Field(description="What the floor sees instead of a name.", examples=["A-17"])
    name: str
    email: str | None
    phone: str | None
    locale: str
    country: str
    kind: str
    since: datetime


class Measurements(Given):
    """Body measures: two readings each, in millimetres."""

    sex: Literal["F", "M"]
    readings: dict[str, list[int]] = Field(examples=[{"hip_circ": [1010, 1014], "thigh_circ": [612]}])
    confirmed: list[str] = Field(default_factory=list, description="Measures that look rare and were checked.")
    method: Literal["tape", "garment", "size"] = Field(
        "tape", description="How they were found: with the tape, from a pair that fits, or from an ordinary size."
    )
    reasons: dict[str, str] = Field(default_factory=dict, description="Why a rare measure is kept all the same.")


class Profile(Told):
    """One set of measures, as taken."""

    profile_id: str
    sex: str
    measures_mm: dict[str, int]
    taken_at: datetime
    is_current: bool
    method: str
    corrections_mm: dict[str, int] = Field(description="What try-ons showed, added to the finished pair.")


# --- floor ----------------------------------------------------------------------------------------


class PieceLot(Told):
    """That a piece holds a lot of a material, in the material's unit."""

    order: str
    piece: int
    material: str
    lot: str
    quantity: int
    at: datetime


class Piece(Told):
    """One piece of an order on the floor; ``remake_of`` is the piece it is made instead of."""

    piece: int
    state: str
    remake_of: int | None
    remade_as: int | None
    waits_for_remake: bool
    lots: list[PieceLot]


class Lot(Told):
    """What was received of a material under a lot's name; `left` is in no piece yet."""

    material: str
    lot: str
    received_at: datetime
    quantity: int
    left: int
    reference: str
    pieces: list[PieceLot]


class AskForPrints(Given):
    """What is to be printed for which day."""

    day: date = Field(examples=["2026-12-02"])
    kind: Literal["sheets", "labels", "tickets", "diffs"]


class PrintRun(Told):
    """A print run: `done` of `total` pieces; `has_pdf` once there is something to fetch."""

    run_id: str
    line: str
    day: date
    kind: str
    done: int
    total: int
    missing: int
    is_over: bool
    has_pdf: bool


class RemakePiece(Given):
    """Why a piece is made again."""

    reason: str = Field(min_length=1, max_length=200, examples=["the zip came off"])


class CopySheet(Given):
    """Which sheet is printed once more, and why."""

    revision: str = Field(pattern="^[A-Z]$", examples=["A"])
    reason: Literal["damaged", "unreadable", "lost"]


class RecordLot(Given):
    """The lot a piece is made of; `material` only where lots of that name came of several."""

    lot: str = Field(min_length=1, max_length=80, examples=["R-2291"])
    material: str = Field("", max_length=120)


class Scan(Given):
    """One scan. `scan_id` names it for ever: sent again, it changes nothing."""

    code: str = Field(max_length=80, examples=["L1:JE-2026-000001:A:10"])
    action: Literal[
        "next", "kit", "start", "pause", "resume", "finish", "fail", "rework", "scrap", "hold", "continue", "ship"
    ] = "next"
    scan_id: str = Field(min_length=8, max_length=80)
    reason: str = Field("", max_length=120)
    measured_mm: dict[str, int] = Field(default_factory=dict)
    at: AwareDatetime | None = Field(
        None, description="When it was done, for a scan sent late: at most seven days ago. Now unless given."
    )


class Scanned(Told):
    """What a scan did."""

    order: str
    piece: int
    revision: str
    operation: int | None
    event: str = Field(examples=["started"])
    operation_state: str | None
    work_state: str
    is_repeat: bool
    out_of_tolerance: list[str]


class Waiting(Told):
    """One operation at a work centre."""

    order: str
    piece: int
    revision: str
    operation: int
    code: str
    scan: str
    seconds: int
    state: str
    is_ready: bool
    waits_for: list[int]
    due_at: datetime
    planned_start_at: datetime | None


# --- wishes ---------------------------------------------------------------------------------------


class SayWish(Given):
    """What somebody missed."""

    text: str = Field(min_length=1, max_length=300, examples=["A pocket for a folding rule"])


class KeptWish(Told):
    """What is kept of a wish."""

    text: str


class WishCount(Told):
    """How often something could not be had, and what it lacked."""

    line: str
    kind: Literal["option", "need_by", "budget", "words"]
    subject: str = Field(description="`feature.option`; empty for a day and a price.")
    lacked: Literal["rules", "capacity", "part", "budget", "time", "module"]
    because: list[str] = Field(description="Rules, the part or the work centre that stood in the way.")
    count: int
    last_day: date


class WishWords(Told):
    """A wish in words."""

    line: str
    release: str
    day: date
    text: str


class Wishes(Told):
    """What could not be met in a period."""

    since: date = Field(alias="from")
    until: date = Field(alias="to")
    counts: list[WishCount]
    words: list[WishWords]


# --- publishing -----------------------------------------------------------------------------------


class Candidate(Told):
    """A catalog somebody wants to publish."""

    candidate: str = Field(description="The name its release would have: the SHA-256 of its content.")
    line: str
    added_at: datetime
    state: str = Field(description="checking, passed or refused")
    stage: str = Field(
        description="What a running check is at: reading, compiling, choices, rules, scenarios, agreement, impact."
    )
    done: int = Field(description="Rules weighed, or choices tried so far, while the check runs.")
    total: int
    review: dict[str, Any] | None = Field(
        description="compared_with, checked_at, findings, impact, took_s; null while it runs."
    )


class Publish(Given):
    """From when the release is in force."""

    effective_from: AwareDatetime | None = Field(default=None, description="A moment with its zone; by default now.")


class Published(Told):
    """The release a candidate became."""

    release: str


class CatalogDocument(Told):
    """A catalog in one document: each file as `columns` and `rows`, as `text`, or as `base64`."""

    format: str
    line: str
    release: str
    files: dict[str, dict[str, Any]]


class CatalogDifference(Told):
    """One difference between two catalogs."""

    subject: str
    kind: str
    code: str
    what: str
    before: str
    after: str
    count: int
    text: str


class OfferDate(Given):
    """Another day a customer is asked about."""

    day: date
    promised: date = Field(description="The promise that was looked at; refused when it has moved.")
    reason: str = Field(default="", max_length=200, description="For the record.")


class AnswerDate(Given):
    """What the customer says to another day."""

    accepts: bool


class DateOffer(Told):
    """A day a customer was asked about, and what they said."""

    number: int
    promised: date
    day: date
    state: Literal["open", "accepted", "declined", "replaced"]
    offered_at: datetime
    answered_at: datetime | None
