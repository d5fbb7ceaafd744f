"""Differences of pictures: which look changed, or, where that cannot be said, which file did."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from kernel.canonical import content_hash
from modules_catalog.comparing.model import CatalogChange, Kind, Subject
from modules_catalog.comparing.things import Facts, Things, thing_changes
from modules_catalog.loading.files import CatalogFiles
from modules_catalog.pictures.spec import FILE

_FOLDER = "pictures/"


def picture_changes(before: CatalogFiles, after: CatalogFiles) -> Iterator[CatalogChange]:
    """Yield looks that came, went or changed, and picture files of which nothing finer can be said."""
    was, now = _files(before), _files(after)
    for name in dict.fromkeys((*was, *now)):
        if name not in was or name not in now:
            yield CatalogChange(Subject.PICTURE, Kind.ADDED if name in now else Kind.REMOVED, name)
        elif content_hash(was[name]) != content_hash(now[name]):
            looks = list(_look_changes(was[name], now[name])) if name.endswith(f"/{FILE}") else []
            yield from looks or (CatalogChange(Subject.PICTURE, Kind.CHANGED, name),)


def _files(files: CatalogFiles) -> dict[str, bytes]:
    prefixes = tuple(f"{folder}/{_FOLDER}" for folder in files.folders)
    return {name: content for name, content in files.files.items() if name.startswith(prefixes)}


def _look_changes(was: bytes, now: bytes) -> Iterator[CatalogChange]:
    """Yield looks that differ; nothing where a file cannot be read, or says something else besides that changed."""
    (before, rest_before), (after, rest_after) = _looks(was), _looks(now)
    if rest_before == rest_after:
        yield from thing_changes(Things(Subject.LOOK, before, after))


def _looks(content: bytes) -> tuple[dict[str, Facts], Any]:
    """Return {feature.look: its properties}, and what else a file says."""
    try:
        read = yaml.safe_load(content)
        features = dict(read.get("features", {}))
        looks: dict[str, Facts] = {
            f"{feature}.{look}": {str(name): str(value) for name, value in properties.items()}
            for feature, said in features.items()
            for look, properties in said["looks"].items()
        }
        defaults = {feature: {**said, "looks": None} for feature, said in features.items()}
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError, ValueError):
        return {}, content
    others: Mapping[str, Any] = {**read, "features": defaults}
    return looks, others
