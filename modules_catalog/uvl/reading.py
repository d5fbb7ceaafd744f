"""UVL files as feature models: a file, and those it imports, as one tree with the constraints of all."""

from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from modules_catalog.model import Source
from modules_catalog.uvl.errors import UvlNotFound, UvlNotValid
from modules_catalog.uvl.model import (
    Call,
    Constraint,
    FeatureModel,
    Group,
    Name,
    Operation,
    Path,
    Placed,
    UvlFeature,
)
from modules_catalog.uvl.parsing import Import, ParsedModel, parse_uvl

MOST_IMPORTED = 200


def read_feature_model(file: FilePath) -> FeatureModel:
    """Return the feature model of a UVL file and of the files it imports.

    ``imports sub.engine as e`` reads ``sub/engine.uvl`` beside the importing file. A feature ``e.Engine`` of the tree
    is the other model's root with all its tree; its constraints come along, its names get the prefix ``e``.

    Raises:
        UvlNotFound: The file is not there.
        UvlNotValid: It, or one it imports, is not understood; with file and line.
    """
    if not file.is_file():
        raise UvlNotFound(file=str(file))
    return _Reading(file.resolve().parent).model(file.resolve(), (), ())


def feature_model_of(text: str, file: str = "model.uvl") -> FeatureModel:
    """Return the feature model of a text that imports nothing.

    Raises:
        UvlNotValid: It is not understood, or imports something.
    """
    parsed = parse_uvl(text, file)
    if parsed.imports:
        raise UvlNotValid(parsed.imports[0].source, "a text by itself has nowhere to import from; give a file")
    return _whole(parsed, {}, file)


@dataclass(slots=True)
class _Reading:
    """Reads a file and, in it, those it imports; no file outside the first one's folder."""

    folder: FilePath
    read: int = 0

    def model(self, file: FilePath, prefix: Path, above: tuple[FilePath, ...]) -> FeatureModel:
        """Return one file's model, every name under the prefix."""
        self.read += 1
        name = file.relative_to(self.folder).as_posix()
        try:
            text = file.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise UvlNotValid(Source(name, line), "this is not UTF-8 text") from None
        parsed = parse_uvl(text, name)
        brought: dict[Path, _Brought] = {}
        for wanted in parsed.imports:
            if wanted.alias in brought:
                raise UvlNotValid(wanted.source, f"two imports are called `{'.'.join(wanted.alias)}`; say `as`")
            target = self._found(file, wanted)
            if target == file or target in above:
                raise UvlNotValid(wanted.source, f"`{'.'.join(wanted.path)}` imports this file in turn")
            if self.read >= MOST_IMPORTED:
                raise UvlNotValid(wanted.source, f"more than {MOST_IMPORTED} files are imported")
            inner = self.model(target, (*prefix, *wanted.alias), (*above, file))
            brought[wanted.alias] = _Brought(inner, wanted)
        return _whole(parsed, brought, name, prefix)

    def _found(self, file: FilePath, wanted: Import) -> FilePath:
        target = file.parent.joinpath(*wanted.path[:-1], f"{wanted.path[-1]}.uvl").resolve()
        if not target.is_relative_to(self.folder) or not target.is_file():
            shown = "/".join(wanted.path)
            raise UvlNotValid(wanted.source, f"there is no file {shown}.uvl beside this one")
        return target


@dataclass(slots=True)
class _Brought:
    """An imported model and whether the tree has a place for it."""

    model: FeatureModel
    wanted: Import
    placed: list[Source] = field(default_factory=list)


def _whole(parsed: ParsedModel, brought: dict[Path, _Brought], file: str, prefix: Path = ()) -> FeatureModel:
    if parsed.root is None:
        raise UvlNotValid(Source(file, 1), "there is no tree: a section `features` with one root feature is wanted")
    root = _grown(parsed.root, brought, prefix)
    constraints = [Placed(_prefixed(one.constraint, prefix, root.path), one.source) for one in parsed.constraints]
    for alias, other in brought.items():
        if not other.placed:
            name = ".".join((*alias, other.model.root.path[-1]))
            raise UvlNotValid(
                other.wanted.source, f"nothing of this import stands in the tree; put `{name}` there or drop the line"
            )
        constraints += other.model.constraints
    return FeatureModel(root, tuple(constraints), parsed.namespace)


def _grown(feature: UvlFeature, brought: dict[Path, _Brought], prefix: Path) -> UvlFeature:
    """Return the feature under the prefix, with imported trees in their places."""
    alias = feature.path[:-1]
    if not alias:
        groups = tuple(_grown_group(group, brought, prefix) for group in feature.groups)
        return replace(feature, path=(*prefix, *feature.path), groups=groups)
    other = brought.get(alias)
    if other is None:
        raise UvlNotValid(
            feature.source,
            f"`{'.'.join(alias)}` is not imported; a name with a dot that is no import stands in double quotes",
        )
    inner = other.model.root
    if inner.path[-1] != feature.path[-1]:
        raise UvlNotValid(
            feature.source,
            f"only the root of an imported model can be placed: `{'.'.join((*alias, inner.path[-1]))}`",
        )
    if other.placed:
        raise UvlNotValid(
            feature.source, f"`{feature.name}` stands in line {other.placed[0].line} already; import it once more `as`"
        )
    other.placed.append(feature.source)
    own = tuple(_grown_group(group, brought, prefix) for group in feature.groups)
    copies = feature.copies if feature.copies is not None else inner.copies
    attributes = {**inner.attributes, **feature.attributes}
    return replace(inner, copies=copies, attributes=attributes, groups=(*inner.groups, *own))


def _grown_group(group: Group, brought: dict[Path, _Brought], prefix: Path) -> Group:
    return replace(group, features=tuple(_grown(member, brought, prefix) for member in group.features))


def _prefixed(constraint: Constraint, prefix: Path, root: Path) -> Constraint:
    """Return an imported model's constraint in the words of the importing one; its sums run over its own tree."""
    if not prefix:
        return constraint
    match constraint:
        case Name(path=path):
            return replace(constraint, path=(*prefix, *path))
        case Call(function="sum" | "avg", below=below):
            path = root if below is None else (*prefix, *below.path)
            return replace(constraint, below=Name(path, constraint.source))
        case Call(of=of):
            return replace(constraint, of=replace(of, path=(*prefix, *of.path)))
        case Operation(operands=operands):
            return replace(constraint, operands=tuple(_prefixed(part, prefix, root) for part in operands))
        case _:
            return constraint
