"""Options without a price of their own."""

from collections.abc import Iterator

from modules_catalog.checking.listing import some_of
from modules_catalog.findings import Finding, FindingSeverity
from modules_catalog.loading.catalog import LoadedCatalog
from modules_catalog.wording import said


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
                said(
                    "%(count)s of %(all)s options of `%(feature)s` have no price, such as %(options)s; prices made from their "
                    "ids stand in: fill the column price_minor, 0 means free of charge",
                    count=len(unpriced),
                    all=len(feature.options),
                    feature=feature.code,
                    options=some_of(codes, 2),
                ),
                (feature.code,),
            )
            continue
        for option in unpriced:
            yield Finding(
                "missing_price",
                FindingSeverity.ERROR,
                str(option.source),
                said("`%(option)s` has no price: fill price_minor; 0 means free of charge", option=option.code),
                (f"{feature.code}.{option.code}",),
            )
