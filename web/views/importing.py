"""Words for what is wrong in an imported file."""

from collections.abc import Mapping

from orders.customers.importing import ImportProblem
from web.translations import translations_for


def _(message: str) -> str:
    return message


REASONS: Mapping[str, str] = {
    "not_utf8": _("The file is not UTF-8 text."),
    "empty": _("The file is empty."),
    "unknown_column": _("There is no such column."),
    "twice": _("It stands there twice."),
    "missing": _("It is missing."),
    "too_many": _("More than 20,000 lines: split the file."),
    "cells": _("It has another number of cells than the heading."),
    "not_understood": _("This cannot be right."),
    "not_a_number": _("A whole number of millimetres, please."),
    "impossible": _("No body measures that."),
    "not_a_date": _("A date such as 2026-11-23, please."),
    "in_the_future": _("This day is still to come."),
}


def problem_words(problem: ImportProblem, locale: str) -> str:
    """Return what is wrong, with what stands there."""
    text = translations_for(locale).gettext(REASONS[problem.reason])
    return f"{text} ({problem.value})" if problem.value else text
