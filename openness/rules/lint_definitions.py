"""What is wrong with the files about openness (components, limits, lists, frameworks, dimensions, categories).

JSON Schema says what a schema can say; the rest is checked here: names that lead somewhere, and the direction of every condition,
so that no file can turn evidence of openness into a worse answer.
"""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from openness.errors import RuleError
from openness.packaged import packaged
from openness.rules import lint_changes
from openness.rules.case import MORE_OPEN
from openness.rules.definitions import filled, framework_files
from openness.rules.lint_conditions import Names, condition_problems
from openness.rules.loader import DEFINITIONS, read_yaml
from openness.rules.thresholds import MEASURE_WORDS

#: A definition read longer ago than this should be read again.
STALE_DAYS = 365
Found = tuple[str, str, str]
MODEL_FILES = "evidence/evidence_files.yaml"


def problems(root: Path, clauses: Mapping[str, Any], today: datetime.date) -> Iterator[Found]:
    """(file, severity, message) for each problem under ``root``; nothing for a folder without components.yaml."""
    if not (root / "components.yaml").is_file():
        return
    try:
        files = {name.removesuffix(".yaml"): read_yaml(root / name) for name in sorted(DEFINITIONS)}
        frameworks = {f"frameworks/{path.name}": read_yaml(path) for path in framework_files(root)}
    except RuleError as error:
        yield "components.yaml", "error", error.message
        return
    shapes = list(_shapes(files, frameworks))
    yield from shapes
    if shapes:
        return
    names = Names(files)
    yield from ((f"{name}.yaml", "error", text) for name, text in _tables(files, clauses, names))
    for name, data in frameworks.items():
        yield from ((name, "error", text) for text in _framework(name, data, names))
    yield from _model_files(root, files["components"])
    yield from _dates({**{f"{name}.yaml": data for name, data in files.items()}, **frameworks}, today)


def _shapes(files: Mapping[str, Any], frameworks: Mapping[str, Any]) -> Iterator[Found]:
    for name, data in files.items():
        yield from ((f"{name}.yaml", "error", text) for text in _schema_problems(name, data))
    for name, data in frameworks.items():
        try:
            whole = {key: value for key, value in data.items() if key != "template"}
            whole["criteria"] = [filled(row, data.get("template", {})) for row in data["criteria"]]
        except (KeyError, TypeError, AttributeError) as error:
            yield name, "error", f"a criterion lacks what its template asks for: {error}"
            continue
        yield from ((name, "error", text) for text in _schema_problems("framework", whole))


def _schema_problems(schema: str, data: Any) -> list[str]:
    import jsonschema
    import referencing

    def read(name: str) -> Any:
        return json.loads((packaged("rules") / f"{name}.schema.json").read_text("utf-8"))

    condition = referencing.jsonschema.DRAFT202012.create_resource(read("condition"))
    registry: Any = referencing.Registry().with_resource("urn:openness:rules:condition:1", condition)
    errors = jsonschema.Draft202012Validator(read(schema), registry=registry).iter_errors(data)
    found = sorted(errors, key=lambda error: list(map(str, error.absolute_path)))
    return [f"{'.'.join(map(str, error.absolute_path)) or 'the file'}: {error.message}" for error in found]


def _model_files(root: Path, components: Mapping[str, Any]) -> Iterator[Found]:
    """How model files of the Model Openness Tool are read: its shape, patterns that compile, and every kind of component."""
    if not (root / MODEL_FILES).is_file():
        return
    data = read_yaml(root / MODEL_FILES)
    yield from ((MODEL_FILES, "error", text) for text in _schema_problems(MODEL_FILES.removesuffix(".yaml"), data))
    for field in ("not_included", "unlicensed", "no_origin"):
        try:
            re.compile(str(data.get(field, "")))
        except re.error as error:
            yield MODEL_FILES, "error", f"{field}: not a regular expression: {error}"
    for kind in sorted({row["kind"] for row in components["components"]} - set(data.get("content_types", ()))):
        yield MODEL_FILES, "error", f"content_types lacks the kind {kind}"


def _tables(files: Mapping[str, Any], clauses: Mapping[str, Any], names: Names) -> Iterator[tuple[str, str]]:
    for name, key in (("components", "components"), ("components", "facts"), ("limits", "limits"), ("license_lists", "lists")):
        yield from ((name, text) for text in _repeated(files[name][key]))
    numbers = Counter(row["mof"] for row in files["components"]["components"] if "mof" in row)
    yield from (("components", f"the MOF number {number} stands twice") for number, times in numbers.items() if times > 1)
    for row in files["components"]["components"]:
        tool = {other["id"] for other in files["components"]["components"] if "mof" in other}
        yield from (
            ("components", f"{row['id']}: within {id}, which is none of the tool")
            for id in row.get("within", ())
            if id not in tool
        )
    yield from (("limits", text) for text in _limits(files["limits"]["limits"], clauses))
    known: set[str] = set()
    for row in files["license_lists"]["lists"]:
        unknown = sorted(set(row.get("of", ())) - known)
        yield from (("license_lists", f"{row['id']}: joins {of}, which is no list above it") for of in unknown)
        known.add(row["id"])
    yield from (("dimensions", text) for text in _dimensions(files["dimensions"], names))
    yield from (("categories", text) for text in _categories(files["categories"], names))
    yield from (("would_change", text) for text in lint_changes.problems(files["would_change"], files["categories"], names))


def _repeated(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return (f"the id {id} stands twice" for id, times in Counter(row["id"] for row in rows).items() if times > 1)


def _limits(rows: Iterable[Mapping[str, Any]], clauses: Mapping[str, Any]) -> Iterator[str]:
    params = {kind["id"]: set(kind["params"]) for kind in clauses["types"]}
    for row in rows:
        for sign in row["when"]:
            if sign["clause"] not in params:
                yield f"{row['id']}: no such clause type {sign['clause']}"
                continue
            unknown = set(sign.get("if", {})) - params[sign["clause"]]
            yield from (f"{row['id']}: {sign['clause']} has no parameter {name}" for name in sorted(unknown))
            measures = set(sign.get("measures", ())) - set(MEASURE_WORDS) - {"business"}
            yield from (f"{row['id']}: nothing measures {name}" for name in sorted(measures))


def _dimensions(data: Mapping[str, Any], names: Names) -> Iterator[str]:
    yield from _repeated(data["dimensions"])
    for row in data["dimensions"]:
        yield from (f"{row['id']}: no such component {id}" for id in sorted(set(row["parts"]) - names.components))
        for field in ("open", "partial"):
            yield from (f"{row['id']}, {field}: {text}" for text in condition_problems(row[field], names, openness=1))
    for table, more_open in (("values", MORE_OPEN), ("license_factors", MORE_OPEN)):
        for less in data[table]:
            for more in more_open.get(less, ()):
                if data[table].get(more, 1) < data[table][less]:
                    yield f"{table}: {more} counts less than {less}"


def _categories(data: Mapping[str, Any], names: Names) -> Iterator[str]:
    """More openness may lead out of every row but that of the most open category, and into that one."""
    yield from _repeated(data["order"])
    for rows in (data["order"], data["sub_labels"]):
        if not rows or "when" in rows[-1]:
            yield "the last row must hold for all: it has no `when`"
    for row in data["order"]:
        direction = 1 if row["category"] == "fully-open" else -1
        yield from (f"{row['id']}: {text}" for text in condition_problems(row.get("when"), names, openness=direction))
    for row in data["sub_labels"]:
        yield from (f"{row['id']}: {text}" for text in condition_problems(row.get("when"), names, openness=1))
    yield from (f"documented: {text}" for text in condition_problems(data["documented"], names, openness=1))
    asked = [part for row in data["order"] if row["category"] == "fully-open" for part in (row.get("when") or {}).get("all", ())]
    if any(part not in asked for part in data["documented"].get("all", ())):
        yield "documented: a base is asked for something that a fully open model is not"


def _framework(name: str, data: Mapping[str, Any], names: Names) -> Iterator[str]:
    if name != f"frameworks/{data['id']}.yaml":
        yield f"the file is not named after its id {data['id']}"
    yield from _repeated(data["criteria"])
    ids = {row["id"] for row in data["criteria"]}
    for row in (filled(row, data.get("template", {})) for row in data["criteria"]):
        for field, direction in (("pass", 1), ("open", 1), ("partial", 1), ("fail", -1)):
            found = condition_problems(row.get(field), names, openness=direction)
            yield from (f"{row['id']}, {field}: {text}" for text in found)
        if "note" in row:
            yield from (f"{row['id']}, note: {text}" for text in condition_problems(row["note"]["when"], names, openness=0))
        if not row.get("judge"):
            yield f"{row['id']}: it does not say what a person has to judge where evidence does not decide"
        if row.get("instead", row["id"]) not in ids:
            yield f"{row['id']}: what stands in for it, {row['instead']}, is no criterion"
        if row.get("class") and row["class"] not in {rank["id"] for rank in data.get("classes", ())}:
            yield f"{row['id']}: no such class {row['class']}"
    labels = data.get("labels", ())
    for label in labels:
        unknown = {*label["needs"], *label.get("unless_failed", ())} - ids
        yield from (f"{label['id']}: no such criterion {id}" for id in sorted(unknown))
    unknown = set(data.get("passing", ())) - {label["id"] for label in labels}
    yield from (f"passing: no such label {id}" for id in sorted(unknown))


def _dates(files: Mapping[str, Any], today: datetime.date) -> Iterator[Found]:
    for name, data in files.items():
        age = (today - datetime.date.fromisoformat(data["verified"])).days
        if age > STALE_DAYS:
            yield name, "warning", f"last verified {age} days ago; read the source again"
        elif age < 0:
            yield name, "error", "verified on a day that has not come"
