"""Catalogs as feature models: the tree their rules describe, options as alternative features, rules as constraints.

What UVL cannot say exactly is left out and listed; docs/uvl.md says what that is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from modules_catalog.expressions.tree import Reference
from modules_catalog.model import ConfigurationModel, Feature, FeatureKind, Rule, Severity
from modules_catalog.uvl.enumerating import tried
from modules_catalog.uvl.growing import Grown, grown
from modules_catalog.uvl.model import (
    AttributeValue,
    Constraint,
    FeatureModel,
    Group,
    GroupKind,
    Number,
    Placed,
    UvlFeature,
    UvlType,
)
from modules_catalog.uvl.model import Call as UvlCall
from modules_catalog.uvl.saying import HERE, NUMBERS, ONE, NotSaid, Saying, name, operation
from modules_catalog.uvl.writing import written_model


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """UVL text, and what of the catalog it does not say: ``file:line: message``.

    ``left_out`` are rules without which there are more products; ``silent`` are warnings, which change none.
    """

    text: str
    left_out: tuple[str, ...]
    silent: tuple[str, ...]


def exported(model: ConfigurationModel) -> ExportedModel:
    """Return a catalog as UVL; warnings, prices, routing and texts other than names have no place in it."""
    return _Exporting(model).model()


@dataclass(slots=True)
class _Branch:
    """A feature of the model being made."""

    name: str
    type: UvlType = UvlType.BOOLEAN
    copies: tuple[int, int] | None = None
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
    groups: list[tuple[GroupKind, int, int, list["_Branch"]]] = field(default_factory=list)

    def frozen(self) -> UvlFeature:
        groups = tuple(
            Group(kind, least, most, tuple(member.frozen() for member in members), HERE)
            for kind, least, most, members in self.groups
            if members
        )
        return UvlFeature((self.name,), HERE, self.type, self.copies, self.attributes, groups)

    def add(self, kind: GroupKind, member: "_Branch") -> None:
        """Put a feature into the one mandatory or optional group."""
        for own, _, _, members in self.groups:
            if own is kind:
                members.append(member)
                return
        self.groups.append((kind, 0, 0, [member]))


class _Exporting:
    def __init__(self, model: ConfigurationModel) -> None:
        self.catalog = model
        self.features = {str(feature.code): feature for feature in model.features}
        self.left_out: list[str] = []
        self.constraints: list[Constraint] = []
        self._taken: set[str] = set()
        carriers = {code: owner for code, feature in self.features.items() if (owner := self._owner(feature))}
        booleans = [code for code, feature in self.features.items() if feature.kind is FeatureKind.BOOLEAN]
        self.plain = frozenset(code for code in booleans if self.features[code].shown_when is None)
        ordered = [code for code in self.features if code not in carriers]
        self.names = {code: self._unique(model.text(f"feature.{code}", "en") or code) for code in ordered}
        self.carriers = {code: self.names[owner] for code, owner in carriers.items()}
        self.owners = carriers
        texts = {code: self._texts(self.features[code]) for code in carriers if self.features[code].options}
        self.options = {
            (code, str(option.code)): self._unique(f"{self.names[code]}={option.code}")
            for code in ordered
            for option in self.features[code].options
        }
        self.saying = Saying(self.features, self.names, self.carriers, texts, set(), self.options)

    def model(self) -> ExportedModel:
        blocking = [rule for rule in self.catalog.rules if rule.severity is Severity.BLOCK]
        tree = grown(blocking, self.plain)
        branches = {code: _Branch(self.names[code]) for code in self.names}
        for code, owner in self.owners.items():
            self._carry(self.features[code], branches[owner])
        for code, branch in branches.items():
            self._fill(self.features[code], branch)
        root = self._root(tree, branches)
        for rule in blocking:
            if rule.id not in tree.used:
                self._say(rule, root.name)
        for code in self.saying.counted:
            branches[code].attributes[ONE] = 1
        silent = tuple(
            f"{rule.source}: the rule `{rule.id}` only warns; UVL knows no warnings"
            for rule in self.catalog.rules
            if rule.severity is not Severity.BLOCK
        )
        placed = tuple(Placed(constraint, HERE) for constraint in self.constraints)
        return ExportedModel(written_model(FeatureModel(root.frozen(), placed)), tuple(self.left_out), silent)

    # --- names

    def _unique(self, text: str) -> str:
        plain = " ".join(text.replace('"', "'").replace(".", "_").split()) or "feature"
        found, number = plain, 2
        while found in self._taken:
            found, number = f"{plain} {number}", number + 1
        self._taken.add(found)
        return found

    def _owner(self, feature: Feature) -> str:
        """Return the yes / no feature that carries this one as its value, or an empty text."""
        shown = feature.shown_when
        if not isinstance(shown, Reference) or shown.attribute is not None or not feature.required:
            return ""
        owner = self.features.get(shown.feature)
        if owner is None or owner.kind is not FeatureKind.BOOLEAN or owner.shown_when is not None:
            return ""
        endings = ("value", "copies")
        is_value = any(feature.code in (f"{owner.code}_{ending}",) for ending in endings)
        return str(owner.code) if is_value and feature.kind is not FeatureKind.OPTIONS else ""

    def _texts(self, feature: Feature) -> dict[str, str]:
        """Return {option: text}, each text once."""
        found: dict[str, str] = {}
        for option in feature.options:
            text = self.catalog.text(f"option.{feature.code}.{option.code}", "en").replace("'", '"')
            found[option.code] = str(option.code) if text in found.values() else text
        return found

    def _leave(self, source: object, message: str) -> None:
        self.left_out.append(f"{source}: {message}")

    # --- the tree

    def _root(self, tree: Grown, branches: dict[str, _Branch]) -> _Branch:
        """Return the root with everything below it; a feature of every product that can be one, else the line."""
        first = next((code for code in self.names if code in tree.mandatory and code not in tree.parents), None)
        first = first if first in self.plain and first not in tree.grouped else None
        title = self.catalog.text("line", "en") or self.catalog.line
        root = branches[first] if first is not None else _Branch(self._unique(title))
        for parent, kind, least, most, members in tree.groups:
            above = root if parent is None else branches[parent]
            above.groups.append((kind, least, most, [branches[member] for member in members]))
        alternatives = {member for _, _, _, _, members in tree.groups for member in members}
        for code, branch in branches.items():
            if branch is root or code in alternatives:
                continue
            above = branches[tree.parents[code]] if code in tree.parents else root
            above.add(GroupKind.MANDATORY if self._is_mandatory(code, tree) else GroupKind.OPTIONAL, branch)
            self._say_shown(self.features[code], root.name)
        return root

    def _is_mandatory(self, code: str, tree: Grown) -> bool:
        feature = self.features[code]
        if feature.kind is FeatureKind.BOOLEAN:
            return code in tree.mandatory
        return feature.required and feature.shown_when is None

    def _say_shown(self, feature: Feature, root: str) -> None:
        if feature.shown_when is None:
            return
        try:
            shown = replace(self.saying, absent_is_false=True).condition(feature.shown_when)
        except NotSaid as what:
            self._leave(feature.source, f"when `{feature.code}` is shown cannot be said in UVL: {what}")
            return
        asked = "<=>" if feature.required and feature.kind is not FeatureKind.BOOLEAN else "=>"
        self.constraints.append(operation(asked, name(self.names[str(feature.code)]), shown))

    def _carry(self, feature: Feature, branch: _Branch) -> None:
        """Make the owner a typed feature."""
        if feature.kind in NUMBERS:
            self._number(feature, branch)
        elif feature.kind is FeatureKind.TEXT:
            self._text(feature, branch)
        else:
            branch.type = UvlType.STRING
            branch.attributes["values"] = tuple(self.saying.texts[str(feature.code)].values())

    def _number(self, feature: Feature, branch: _Branch) -> None:
        branch.type = UvlType.INTEGER if feature.kind is FeatureKind.INTEGER else UvlType.REAL
        scale = 10**feature.digits
        bounds = {"min": feature.minimum, "max": feature.maximum, "step": feature.step}
        branch.attributes.update({key: Fraction(value, scale) for key, value in bounds.items()})

    def _text(self, feature: Feature, branch: _Branch) -> None:
        branch.type = UvlType.STRING
        length = UvlCall("len", name(branch.name), HERE)
        self.constraints.append(operation("<=", length, Number(Fraction(feature.maximum))))

    def _fill(self, feature: Feature, branch: _Branch) -> None:
        """Put what the feature offers below it."""
        if feature.kind in NUMBERS:
            self._number(feature, branch)
        elif feature.kind is FeatureKind.TEXT:
            self._text(feature, branch)
        elif feature.options:
            many = feature.kind is FeatureKind.OPTIONS
            members = [self._option(feature, code) for code, _ in self._own(feature)]
            if not many:
                branch.groups.append((GroupKind.ALTERNATIVE, 1, 1, members))
                return
            least = min(max(1, feature.minimum), len(members)) if feature.max_each == 1 else 1
            most = min(feature.maximum, len(members))
            branch.groups.append((GroupKind.CARDINALITY, least, most, members))
            if feature.max_each > 1:
                pieces = UvlCall("sum", name("piece"), HERE, name(branch.name))
                self.constraints.append(operation("<=", pieces, Number(Fraction(feature.maximum))))
                enough = operation(">=", pieces, Number(Fraction(max(1, feature.minimum))))
                self.constraints.append(operation("=>", name(branch.name), enough))

    def _own(self, feature: Feature) -> Iterator[tuple[str, str]]:
        for option in feature.options:
            yield str(option.code), self.options[str(feature.code), str(option.code)]

    def _option(self, feature: Feature, code: str) -> _Branch:
        option = next(option for option in feature.options if option.code == code)
        attributes: dict[str, AttributeValue] = {}
        for key, value in option.attributes.items():
            if isinstance(value, Decimal):
                attributes[key] = Fraction(value)
            elif isinstance(value, bool | int | str):
                attributes[key] = value
            elif isinstance(value, frozenset):
                attributes[key] = tuple(sorted(value))
        many = feature.kind is FeatureKind.OPTIONS
        if many:
            attributes["piece"] = 1
        copies = (1, feature.max_each) if many and feature.max_each > 1 else None
        return _Branch(self.options[str(feature.code), code], copies=copies, attributes=attributes)

    # --- rules

    def _say(self, rule: Rule, root: str) -> None:
        try:
            if rule.condition is None:
                raise NotSaid("a table over more than a few options")
            self.constraints.append(self.saying.condition(rule.condition))
        except NotSaid as what:
            told = tried(rule, self.features)
            if told is None:
                self._leave(rule.source, f"the rule `{rule.id}` cannot be said in UVL: it reads {what}")
                return
            read, refused = told
            self.constraints += [
                self._not_together(read, combination, root) for combination in sorted(refused, key=str)
            ]

    def _not_together(self, read: tuple[str, ...], answers: tuple[str | None, ...], root: str) -> Constraint:
        parts: list[Constraint] = []
        for code, answer in zip(read, answers, strict=True):
            own = name(self.names[code])
            if self.features[code].kind is FeatureKind.BOOLEAN:
                parts.append(own if answer == "yes" else operation("!", own))
            elif answer is None:
                parts.append(operation("!", own))
            else:
                parts.append(name(self.options[code, answer]))
        whole = operation("&", *parts) if len(parts) > 1 else parts[0] if parts else name(root)
        return operation("!", whole)
