"""What a build's own header claims: license, base models, sources, names. The standing is the converter's: metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openness.printable import printable
from openness.records import Fact, Place, Standing

CLAIMS = (
    (re.compile(r"general\.license"), "license"),
    (re.compile(r"general\.license\.name"), "license-name"),
    (re.compile(r"general\.license\.link"), "license-link"),
    (re.compile(r"general\.base_model\.\d+\.(repo_url|name|url)"), "base-model"),
    (re.compile(r"general\.source\.(repo_url|url|huggingface\.repository)"), "source"),
    (re.compile(r"general\.(name|basename|finetune)"), "name"),
    (re.compile(r"general\.quantized_by"), "quantized-by"),
)


def facts_of(claims: Mapping[str, Any], path: str, sha256: str | None) -> Iterator[Fact]:
    """One fact for each key of the header that says where the build comes from or under which terms."""
    for key, value in claims.items():
        claim = next((word for pattern, word in CLAIMS if pattern.fullmatch(key)), None)
        if claim is None or not isinstance(value, (bytes, str, tuple, list)):
            continue
        text = printable(value, 500) if isinstance(value, (bytes, str)) else [printable(v, 200) for v in value]
        quote = printable(f"{key} = {text}", 200)
        yield Fact(f"build:{key}", claim, text, quote, Standing.METADATA, Place(path, sha256=sha256))


def shown_claims(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The header's ``general.*`` claims, safe to print."""
    shown: dict[str, Any] = {}
    for key, value in claims.items():
        if isinstance(value, (bytes, str)):
            shown[printable(key, 100)] = printable(value, 500)
        elif isinstance(value, (tuple, list)):
            shown[printable(key, 100)] = [printable(v, 200) if isinstance(v, (bytes, str)) else v for v in value]
        else:
            shown[printable(key, 100)] = value
    return shown
