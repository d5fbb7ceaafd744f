"""Expressions in catalog files: parsed, checked against the line's features, mistakes placed by file and line."""

from collections.abc import Callable
from dataclasses import dataclass

from modules_catalog.expressions.errors import ExpressionNotValid
from modules_catalog.expressions.parser import Names, parse_with_positions
from modules_catalog.expressions.tree import Expression, features_read
from modules_catalog.expressions.types import Schema, ValueType, each_read, resolved_with_type
from modules_catalog.loading.problems import Mistake
from modules_catalog.loading.yaml_nodes import Entry
from modules_catalog.wording import said


@dataclass(frozen=True, slots=True)
class ExpressionReader:
    """Reads expressions over the features of one schema."""

    schema: Schema
    names: Names

    @classmethod
    def over(cls, schema: Schema) -> "ExpressionReader":
        """Return a reader of expressions over all features of a line."""
        return cls(schema, Names(frozenset(schema)))

    def read(self, entry: Entry, wanted: ValueType | None = None) -> Expression:
        """Return the expression that stands in a YAML value.

        Raises:
            Mistake: It is none, or makes no sense for the features it reads.
        """
        return self.read_with_type(entry, wanted)[0]

    def read_with_type(self, entry: Entry, wanted: ValueType | None = None) -> tuple[Expression, ValueType]:
        """Return the expression that stands in a YAML value, and the kind of its value."""
        text = entry.text()
        try:
            return resolved_with_type(parse_with_positions(text, self.names), self.schema, wanted=wanted)
        except ExpressionNotValid as error:
            problem = error.problem
            if text.strip():
                problem = said(
                    "%(problem)s (character %(place)s of `%(text)s`)",
                    problem=problem,
                    place=error.position + 1,
                    text=_shortened(text),
                )
            raise Mistake(entry.source_at(error.position), problem, code="expression") from None

    def condition(self, entry: Entry) -> Expression:
        """Return a condition: something that is true or false."""
        return self.read(entry, ValueType.BOOLEAN)

    def amount(self, entry: Entry, *, each_of: str = "") -> Expression:
        """Return a number that speaks of no single piece, unless of those of the feature ``each_of``."""
        expression = self.read(entry, ValueType.INTEGER)
        each = each_read(expression, self.schema) - {each_of}
        if each:
            feature = min(each)
            raise entry.mistake(
                said(
                    "`%(feature)s` may be chosen several times: say sum(%(feature)s. …) or count(%(feature)s)",
                    feature=feature,
                )
            )
        return expression

    def refuse_more_than_one_feature(
        self, entry: Entry, parts: tuple[Expression, ...], saying: Callable[[str], str]
    ) -> None:
        """Refuse parts that read more than one feature each.

        Raises:
            Mistake: One does; ``saying`` makes the message from the features' names.
        """
        for part in parts:
            read = sorted(features_read(part))
            if len(read) > 1:
                raise entry.mistake(saying(", ".join(read)))


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else flat[:77] + "…"
