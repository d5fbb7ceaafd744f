"""Options without a price of their own."""

from collections.abc import Iterator

from modules_catalog.checking.listing import some_of
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.loading.catalog import LoadedCatalog


def price_findings(loaded: LoadedCatalog) -> Iterator[Finding]:
    """Yield an error for each option without a price, or one summary a table where the table states none at all.

    With stood-in tables, which are tried out and never published, one warning a table.
    """
    for feature in loaded.model.features:
        unpriced = [option for option in feature.options if not option.price_known]
        if not unpriced:
            continue
        stood_in = (feature.table or "").startswith(f"{loaded.files.tables_folder}/") and bool(loaded.files.tables)
        if stood_in or len(unpriced) == len(feature.options):
            codes = [option.code for option in unpriced]
            yield Finding(
                "missing_price",
                FindingSeverity.WARNING if stood_in else FindingSeverity.ERROR,
                f"{feature.table}:1",
                f"{len(unpriced)} of {len(feature.options)} options of `{feature.code}` have no price_minor, such as "
                f"{some_of(codes, 2)}; prices made from their ids stand in",
                (feature.code,),
            )
            continue
        for option in unpriced:
            yield Finding(
                "missing_price",
                FindingSeverity.ERROR,
                str(option.source),
                f"`{option.code}` has no price_minor; 0 means free of charge",
                (f"{feature.code}.{option.code}",),
            )
