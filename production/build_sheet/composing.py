"""From a variant to the data of its build sheet. Pure.

Source: docs/algorithms/build-sheet.md.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping

from modules_catalog.model import ConfigurationModel, Feature, FeatureKind, Locale
from production.build_sheet.model import (
    ChoiceLine,
    MeasureLine,
    PartLine,
    SheetData,
    SheetOrder,
    StepLine,
    TextLine,
    TrimLine,
)
from production.build_sheet.scan_codes import ScanCode
from production.build_sheet.sheet_texts import SheetTexts
from production.exploding import natural_order, option_of
from production.model import Answers, BomItem, FitParts, MaterialKind, Operation, Variant
from production.plants.model import Plant

PACKING_PAGE = "delivery"
INVOICING_PAGE = "billing"
TEXT_SUFFIX = "_text"
PROOF_AT_MOST = 24
"""Longer texts (a gift message) get no 1:1 proof and no list of code points."""


def sheet_data(
    model: ConfigurationModel,
    variant: Variant,
    answers: Answers,
    order: SheetOrder,
    plant: Plant,
    *,
    picture_svg: str = "",
    fit: FitParts | None = None,
    texts: SheetTexts,
    locale: Locale | None = None,
) -> SheetData:
    """Return the data of one sheet in the floor's language.

    Args:
        model: The release the order was made on.
        variant: Its BOM and routing.
        answers: The complete selection, as for ``explode``.
        order: What the floor needs to know of the order.
        plant: Where it is made: order of bins, names of work centres, language.
        picture_svg: The picture that will be printed; only its hash is kept here.
        fit: Pieces, trims and measures of a garment made to measure.
        texts: The sheet's own words in the language.
        locale: The language, the plant's floor language unless given.
    """
    language = locale or plant.floor_locale
    lines = {page: tuple(_choices(model, answers, language, page)) for page in ("", PACKING_PAGE, INVOICING_PAGE)}
    cut_off = variant.routing.cut_off
    return SheetData(
        order=order,
        line=variant.line,
        line_name=model.text("line", language),
        release=variant.release,
        plant=plant.code,
        locale=language,
        scan=str(ScanCode(order.number, order.revision, None, order.piece)),
        choices=lines[""],
        measures=tuple(
            MeasureLine(one.code, texts.word(f"measure.{one.code}"), one.target_mm, one.tolerance_mm)
            for one in (fit.measures if fit else ())
        ),
        trims=tuple(
            TrimLine(one.edge, texts.word(f"trim.{one.edge}"), one.trim_mm) for one in (fit.trims if fit else ())
        ),
        texts=tuple(_texts(model, answers, language)),
        parts=tuple(_parts(model, variant.bom.items, plant, fit, texts, language)),
        steps=tuple(
            _step(model, one, order, plant, language, is_cut_off=cut_off is not None and one.number == cut_off.number)
            for one in variant.routing.operations
        ),
        packing=lines[PACKING_PAGE],
        invoicing=lines[INVOICING_PAGE],
        picture_sha256=hashlib.sha256(picture_svg.encode()).hexdigest() if picture_svg else "",
    )


def _choices(model: ConfigurationModel, answers: Answers, language: Locale, page: str) -> Iterable[ChoiceLine]:
    """Yield what was chosen on one page of the configurator; page "" stands for all but packing and invoicing."""
    for feature in model.features:
        on_page = feature.page if feature.page in (PACKING_PAGE, INVOICING_PAGE) else ""
        answer = answers.get(feature.code)
        if on_page != page or answer is None or (feature.kind is FeatureKind.TEXT and page != INVOICING_PAGE):
            continue
        value = _value(model, feature, answer, language)
        if value:
            yield ChoiceLine(feature.code, model.text(f"feature.{feature.code}", language), value)


def _value(model: ConfigurationModel, feature: Feature, answer: object, language: Locale) -> str:
    match feature.kind:
        case FeatureKind.OPTIONS:
            counts = answer if isinstance(answer, Mapping) else {answer: 1}
            named = [(_option_name(model, feature, code, language), count) for code, count in counts.items() if count]
            return ", ".join(name if count == 1 else f"{count} × {name}" for name, count in named)
        case FeatureKind.OPTION | FeatureKind.BOOLEAN:
            code = {True: "yes", False: "no"}.get(answer, answer) if isinstance(answer, bool) else answer
            return _option_name(model, feature, code, language)
        case FeatureKind.TEXT:
            return str(answer)
        case FeatureKind.DECIMAL if isinstance(answer, int):
            whole, part = divmod(answer, 10**feature.digits)
            number = f"{whole}.{part:0{feature.digits}d}" if feature.digits else str(whole)
            return f"{number} {feature.unit or ''}".rstrip()
        case _:
            return f"{answer} {feature.unit or ''}".rstrip()


def _option_name(model: ConfigurationModel, feature: Feature, code: object, language: Locale) -> str:
    return model.text(f"option.{feature.code}.{code}", language)


def _stock_name(model: ConfigurationModel, code: str, language: Locale) -> str:
    """Return the name of a stocked thing by its code alone."""
    feature, _, option = code.partition(".")
    if option and model.has_feature(feature):
        return model.text(f"option.{feature}.{option}", language)
    part = model.parts.get(code)
    named = part.name.get(language) or part.name.get("en") if part else None
    return named or model.text(f"part.{code}", language)


def _texts(model: ConfigurationModel, answers: Answers, language: Locale) -> Iterable[TextLine]:
    for feature in model.features:
        text = answers.get(feature.code)
        if (
            feature.kind is not FeatureKind.TEXT
            or feature.page == INVOICING_PAGE
            or not isinstance(text, str)
            or not text
        ):
            continue
        placing, letter_mm = _placing(model, feature, answers, language)
        is_long = len(text) > PROOF_AT_MOST
        yield TextLine(
            feature=feature.code,
            name=model.text(f"feature.{feature.code}", language),
            text=text,
            scripts=scripts_of(text),
            code_points=() if is_long else tuple(f"U+{ord(char):04X}" for char in text),
            placing=placing,
            letter_mm=0 if is_long else letter_mm,
        )


def _placing(
    model: ConfigurationModel, text: Feature, answers: Answers, language: Locale
) -> tuple[tuple[str, ...], int]:
    """Return what was chosen for a text's place and thread, and the height of its letters.

    They are the features that share the text's prefix: ``monogram_text`` goes with ``monogram_position``.
    """
    prefix = text.code.removesuffix(TEXT_SUFFIX) + "_"
    names: list[str] = []
    letter_mm = 0
    for feature in model.features:
        answer = answers.get(feature.code)
        if not feature.code.startswith(prefix) or feature.kind is not FeatureKind.OPTION or answer is None:
            continue
        names.append(_option_name(model, feature, answer, language))
        height = option_of(feature, answer).attributes.get("height_mm")
        letter_mm = int(height) if isinstance(height, int) else letter_mm
    return tuple(names), letter_mm


def scripts_of(text: str) -> tuple[str, ...]:
    """Return the scripts a text is written in, by the first word of its letters' Unicode names, in order of use."""
    found: dict[str, None] = {}
    for char in text:
        if unicodedata.category(char).startswith("L"):
            name = unicodedata.name(char, "UNKNOWN").split()[0].split("-")[0]
            found["Han" if name == "CJK" else name.capitalize()] = None
    return tuple(found)


def _parts(
    model: ConfigurationModel,
    items: Iterable[BomItem],
    plant: Plant,
    fit: FitParts | None,
    texts: SheetTexts,
    language: Locale,
) -> Iterable[PartLine]:
    roles = {piece.code: piece.role for piece in (fit.pieces if fit else ())}
    zones = {zone: place for place, zone in enumerate(plant.bins)}

    def walk(item: BomItem) -> tuple[bool, int, list[tuple[int, int | str]], str]:
        zone = next((name for name in sorted(zones, key=len, reverse=True) if (item.bin or "").startswith(name)), "")
        return item.bin is None, zones.get(zone, len(zones)), natural_order(item.bin or ""), item.code

    for item in sorted(items, key=walk):
        kind, name = "", str(item.code)
        if item.kind is MaterialKind.COMPONENT:
            kind = texts.word(f"piece.{roles.get(item.code, '')}")
        elif item.feature is None:
            name = _stock_name(model, item.code, language)
        else:
            kind = model.text(f"feature.{item.feature}", language)
            name = model.text(f"option.{item.feature}.{item.option}", language)
        if item.stands_for:
            kind = " ".join(
                filter(
                    None,
                    [kind, texts.word("instead_of").format(material=_stock_name(model, item.stands_for, language))],
                )
            )
        yield PartLine(item.bin or "", item.code, kind, name, item.quantity, item.unit)


def _step(
    model: ConfigurationModel,
    operation: Operation,
    order: SheetOrder,
    plant: Plant,
    language: Locale,
    *,
    is_cut_off: bool,
) -> StepLine:
    instruction = f"operation.{operation.code}.instruction"
    has_instruction = any(instruction in model.texts.get(one, {}) for one in (language, "en"))
    return StepLine(
        number=operation.number,
        code=operation.code,
        name=model.text(f"operation.{operation.code}", language),
        work_centre=operation.work_centre,
        work_centre_name=plant.work_centre(operation.work_centre).name(language),
        seconds=operation.seconds,
        instruction=model.text(instruction, language) if has_instruction else "",
        recipe=operation.recipe or "",
        checks=tuple(model.text(f"check.{check}", language) for check in operation.checks),
        is_cut_off=is_cut_off,
        scan=str(ScanCode(order.number, order.revision, operation.number, order.piece)),
    )
