"""What customers might order: random valid configurations of a demo catalog, as what their routings take of the plant."""

import random
from pathlib import Path

import modules_catalog
from configurator.compiling.compile import compile_model
from configurator.configurator import Configurator
from configurator.cpsat.engine import CpSatEngine
from configurator.model import Goal, Selection
from modules_catalog.loading.catalog import load_catalog
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind
from production.exploding import explode
from production.model import FitParts, FitTrim, OperationLoad, Variant, demand_of

CHOICES = 6
MONOGRAMS = 0.2  # of all orders
MEASURED = 0.5  # of the jeans
TRIMS = ("waist", "hip", "thigh", "hem", "top_front")

Routings = list[tuple[OperationLoad, ...]]


def random_routings(line: str, count: int, seed: int) -> Routings:
    """Return the loads of ``count`` random valid orders: the defaults with up to six other choices, some with a monogram.

    Half of the jeans are made to measure, with one to four trims before sewing.
    """
    return [demand_of(variant).loads for variant in random_variants(line, count, seed)]


def random_variants(line: str, count: int, seed: int) -> list[Variant]:
    """Return the variants of such orders."""
    rng = random.Random(seed)
    model = load_catalog(Path(modules_catalog.__file__).parent / "catalogs" / line)
    compiled = compile_model(model)
    configurator = Configurator(model, engine=CpSatEngine(compiled.problem), compiled=compiled)
    usual = configurator.defaults()
    return [_variant(configurator, model, usual, rng) for _ in range(count)]


def _variant(configurator: Configurator, model: ConfigurationModel, usual: Selection, rng: random.Random) -> Variant:
    wishes = Selection()
    choosable = [feature for feature in model.features if feature.options and "monogram" not in feature.code]
    for feature in rng.sample(choosable, CHOICES):
        wished = _wished(wishes, feature, rng)
        wishes = wished if configurator.can_be_completed(wished) else wishes
    if rng.random() < MONOGRAMS:
        wished = wishes.with_answer("monogram_text", "M" * rng.randint(1, 12))
        wishes = wished if configurator.can_be_completed(wished) else wishes
    fit = None
    if model.has_feature("sizing") and rng.random() < MEASURED:
        wished = wishes.with_answer("sizing", "measured")
        if configurator.can_be_completed(wished):
            wishes = wished
            edges = rng.sample(TRIMS, rng.randint(1, 4))
            fit = FitParts((), tuple(FitTrim(edge, 10, 45) for edge in edges))
    whole = configurator.complete(wishes, Goal.CLOSEST, to=usual)
    return explode(model, whole.answers, fit)


def _wished(wishes: Selection, feature: Feature, rng: random.Random) -> Selection:
    option = rng.choice(feature.options).code
    return wishes.with_answer(feature.code, {option: 1} if feature.kind is FeatureKind.OPTIONS else option)
