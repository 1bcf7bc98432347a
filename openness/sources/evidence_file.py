"""An evidence file: our own ``classify --format json`` export, or a Model Openness Tool model file. Parsed, not yet read.

Hostile input: size, depth and number of values are bounded before anything is built, YAML anchors, aliases and tags are
refused (a few lines of them expand to gigabytes, or call code), a key may stand only once in its mapping.
Shapes: ours has ``schema: openness/classify/<n>`` and ``results``; the tool's has ``release`` with ``components``
(lfai/model_openness_tool, schema/mof_schema.json and models/*.yml, which leave out much of what the schema requires).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from openness.records import Absent
from openness.sources.folder import NotRead, read_regular
from openness.sources.snapshot import EvidenceContent, Reference, RepositorySnapshot, document, nothing

#: An export of ours has some 45 kB and 1,000 values a model: this is enough for a thousand models.
MAX_EVIDENCE_FILE = 64 << 20
MAX_VALUES = 2_000_000
#: YAML is what people write, and slow to read; a Model Openness Tool file has 4 kB.
MAX_YAML = 4 << 20
MAX_YAML_VALUES = 100_000
#: Our deepest export has 8 levels.
MAX_DEPTH = 32
#: 17 components exist; a file may repeat one for each part of a system.
MAX_COMPONENTS = 200
SCHEMA = re.compile(r"openness/classify/\d{1,3}", re.ASCII)


class Malformed(Exception):
    """The file is not an evidence file; the message says what is wrong, without a final period."""


class EvidenceFileSource:
    """Evidence files of this machine; a :class:`openness.sources.snapshot.Source`. Nothing is fetched."""

    def fetch(self, reference: Reference) -> RepositorySnapshot:
        """The snapshot of an ``evidence-file`` reference: one document, and ``evidence`` with its content."""
        path = Path(reference.name)
        try:
            data = read_regular(path, MAX_EVIDENCE_FILE)
            content = parse(data)
        except NotRead as error:
            return nothing(reference, Absent(reference.name, error.reason, error.words))
        except Malformed as error:
            return nothing(reference, Absent(reference.name, "malformed", str(error)))
        found = document(reference.name, "evidence", data)
        return RepositorySnapshot(
            "evidence-file", reference.name, reference.name, url=str(path.absolute()), documents=(found,), evidence=content
        )


def parse(data: bytes) -> EvidenceContent:
    """The content of a file that is JSON or YAML of one of the two shapes. Raises Malformed."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("it is not UTF-8 text") from None
    content, lines = (_json(text), {}) if text.lstrip()[:1] in ("{", "[") else _yaml(text)
    if not isinstance(content, dict):
        raise Malformed("it holds no mapping")
    if isinstance(content.get("schema"), str) and SCHEMA.fullmatch(content["schema"]):
        _check_list(content, "results")
        return EvidenceContent("openness", content, lines)
    release = content.get("release")
    if isinstance(release, dict):
        _check_list(release, "components")
        if len(release["components"]) > MAX_COMPONENTS:
            raise Malformed(f"release.components has more than {MAX_COMPONENTS} entries")
        return EvidenceContent("mot", content, lines)
    raise Malformed("it has neither 'schema: openness/classify/1' with 'results' nor 'release' with 'components'")


def _check_list(mapping: dict[str, Any], key: str) -> None:
    entries = mapping.get(key)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Malformed(f"'{key}' is not a list of mappings")


def _json(text: str) -> Any:
    if text.count(",") + text.count("[") + text.count("{") > 2 * MAX_VALUES:  # before anything is built
        raise Malformed("it has too many values")
    try:
        content = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed("it is not JSON" if isinstance(error, msgspec.DecodeError) else "it is nested too deep") from None
    level, depth, values = [content], 0, 0
    while level:
        depth, values = depth + 1, values + len(level)
        if depth > MAX_DEPTH or values > MAX_VALUES:
            raise Malformed("it is nested too deep" if depth > MAX_DEPTH else "it has too many values")
        inner = [value.values() if isinstance(value, dict) else value for value in level if isinstance(value, (dict, list))]
        level = [value for values_ in inner for value in values_]
    return content


class _Loader(yaml.CSafeLoader):
    """Plain values only. Dates stay the text that they were written as, so that JSON and YAML give the same."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _unique_mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, (str, int, float)):
            raise Malformed(f"line {key_node.start_mark.line + 1}: a key is not a plain word")
        if str(key) in found:
            raise Malformed(f"line {key_node.start_mark.line + 1}: a key stands twice")
        found[str(key)] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _unique_mapping)


def _yaml(text: str) -> tuple[Any, dict[str, int]]:
    """The content, and where each entry of a mapping or list begins: ``release/components/3`` → line."""
    if len(text) > MAX_YAML:
        raise Malformed(f"it is larger than {MAX_YAML} characters of YAML; give it as JSON")
    try:
        _check_events(text)
        loader = _Loader(text)
        node = loader.get_single_node()
        lines: dict[str, int] = {}
        if node is None:
            return None, lines
        _note_lines(node, "", lines)
        return loader.construct_document(node), lines
    except yaml.YAMLError as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        raise Malformed(f"line {mark.line + 1}: not YAML" if mark else "it is not YAML") from None
    except (ValueError, RecursionError, OverflowError):
        raise Malformed("a value cannot be read") from None


def _note_lines(node: yaml.Node, path: str, lines: dict[str, int]) -> None:
    if path:
        lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for index, entry in enumerate(node.value):
            _note_lines(entry, f"{path}/{index}".lstrip("/"), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, entry in node.value:
            if isinstance(key, yaml.ScalarNode):
                _note_lines(entry, f"{path}/{key.value}".lstrip("/"), lines)


def _check_events(text: str) -> None:
    """Bounds, before a single object is built."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise Malformed(f"line {line}: anchors and aliases are not read")
        if getattr(event, "tag", None) is not None:
            raise Malformed(f"line {line}: tags are not read")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or count > 2 * MAX_YAML_VALUES:
            raise Malformed("it is nested too deep" if depth > MAX_DEPTH else "it has too many values")
