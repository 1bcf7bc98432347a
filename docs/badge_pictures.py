"""The pictures of docs/badges.md and its table of variants, drawn by the program: of the made-up model of corpus/cases/open-base."""

from __future__ import annotations

from pathlib import Path

import msgspec

from openness.classifying import classify_all
from openness.outputs.badge import badge
from openness.outputs.badge_svg import svg
from openness.outputs.looks import looks
from openness.rules import loader
from openness.sources.endpoints import Access
from openness.sources.live import LiveSources
from openness.sources.model_reference import parse
from openness.verdict.classified import Classification

CASES = Path(__file__).parent.parent / "corpus" / "cases"
FOLDER = Path(__file__).parent / "badges"
#: File → model, case, variant and style.
PICTURES = {
    "category.svg": ("heron-lab/heron-60m", "open-base", "category", "flat"),
    "dimensions.svg": ("heron-lab/heron-60m", "open-base", "dimensions", "flat"),
    "license.svg": ("heron-lab/heron-60m", "open-base", "license", "flat"),
    "compact.svg": ("crane-lab/crane-7b", "no-derivatives-base", "category", "compact"),
}


def pictures() -> dict[str, str]:
    """File name → SVG."""
    return {
        name: svg(badge(_result(model, case, variant), variant, style, "2026-11-20"))
        for name, (model, case, variant, style) in PICTURES.items()
    }


def _result(model: str, case: str, variant: str) -> Classification:
    with LiveSources(Access.from_environment({}, offline=True)) as live:
        found = classify_all(parse(str(CASES / case / "model")), live, loader.load())[0].result
    licenses = found.licenses
    if variant == "license":  # as it is where the repository holds the text, which is not ours to keep here
        licenses = tuple(msgspec.structs.replace(license, basis="text") for license in licenses)
    return msgspec.structs.replace(found, model=model, licenses=licenses)


def variants() -> list[str]:
    """The rows of the table."""
    rows = [f"| `{id}` | {variant.label} | {variant.means} |" for id, variant in looks().variants.items()]
    return ["| `--variant` | label | what it shows |", "|---|---|---|", *rows]
