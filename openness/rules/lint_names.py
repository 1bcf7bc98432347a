"""What is wrong with the data that names are read by: spellings, addresses, SPDX ids, and the addresses of licenses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from openness.packaged import packaged
from openness.rules import spelling
from openness.rules.license_urls import Sites, address_key
from openness.rules.loader import read_yaml

FILES = ("spellings", "license_urls", "spdx_ids")


def name_files(base: Path) -> dict[str, dict[str, Any]]:
    """The contents of the files, of the packaged ones where ``base`` has none."""
    roots = {name: base if (base / f"{name}.yaml").is_file() else packaged("rules") for name in FILES}
    return {name: read_yaml(root / f"{name}.yaml") for name, root in roots.items()}


def problems(files: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """(file, severity, message) of each problem. The files are checked further only when their shape is right."""
    wrong = [(f"{name}.yaml", "error", text) for name in FILES for text in _shape(name, files[name])]
    yield from wrong
    if not wrong:
        yield from (("spellings.yaml", "error", text) for text in _spellings(files["spellings"]))
        yield from (("license_urls.yaml", "error", text) for text in _forms(files["license_urls"]))
        yield from (("spdx_ids.yaml", *found) for found in _spdx(files["spdx_ids"]))


def address_problems(licenses: Mapping[str, Mapping[str, Any]], sites: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(license id, message) of each alias that is given as an address and is none."""
    forms = Sites.of(sites)
    for id, data in licenses.items():
        for url in data.get("aliases", {}).get("urls", ()):
            if address_key(url, forms) is None or re.search(r"\s", url):
                yield id, f"aliases.urls: {url} is not a web address"


def _shape(name: str, data: Mapping[str, Any]) -> Iterator[str]:
    import jsonschema

    schema = json.loads((packaged("rules") / "names.schema.json").read_text("utf-8"))
    validator = jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})
    for error in validator.iter_errors(data):
        yield f"{'.'.join(map(str, error.absolute_path)) or 'the file'}: {error.message}"


def _spellings(data: Mapping[str, Any]) -> Iterator[str]:
    for phrase in (*data["drop"], *data["before_numbers"], *data["same"], *data["same"].values()):
        if " ".join(spelling.cut(phrase)) != phrase:
            yield f"{phrase} is not written as a name is cut: {' '.join(spelling.cut(phrase))}"
    for word in data["exact"]:
        if word in data["drop"]:
            yield f"{word} cannot both say nothing and be exact"


def _forms(data: Mapping[str, Any]) -> Iterator[str]:
    for form in (*data["rewrite"], *data["sites"]):
        try:
            groups = set(re.compile(form["path"]).groupindex)
        except re.error as error:
            yield f"{form['path']}: not a regular expression ({error})"
            continue
        used = {field for _, field, _, _ in Formatter().parse(form.get("to") or form["name"]) if field is not None}
        if used - groups:
            yield f"{form['path']}: the pattern names no {', '.join(sorted(used - groups))}"


def _spdx(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    import license_expression

    listed = {id.casefold() for id in (*data["licenses"], *data["exceptions"])}
    for old, new in data["replaced"].items():
        if unknown := [id for id in new if id not in data["licenses"]]:
            yield "error", f"replaced.{old}: {', '.join(unknown)} is not among the licenses"
    index = [str(row["spdx_license_key"]) for row in license_expression.get_license_index() if row.get("spdx_license_key")]
    missing = [id for id in index if not id.startswith("LicenseRef-") and id.casefold() not in listed]
    if missing:
        yield "warning", f"the installed license-expression knows SPDX ids that are missing: {', '.join(missing)}"
