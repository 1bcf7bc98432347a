"""The direction of imports (DESIGN.md, section 2): a module may import what stands to its left, never to its right."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "openness"
ORDER = [
    "records",
    "errors",
    "printable",
    "packaged",
    "sources",
    "refs",
    "store",
    "crawl",
    "evidence",
    "identity",
    "rules",
    "verdict",
    "policy",
    "identifying",
    "gathering",
    "knowledge",
    "sweep",
    "classifying",
    "license_copies",
    "model_terms",
    "model_verdicts",
    "fingerprinting",
    "build_identity",
    "documents_beside",
    "auditing",
    "gate",
    "locking",
    "checking",
    "outputs",
    "cli",
]
#: Foundations import nothing of ours to their right; ``openness`` itself holds only the version.
RANK = {name: rank for rank, name in enumerate(ORDER)}


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*path.relative_to(PACKAGE).parts[:-1]][: len(path.relative_to(PACKAGE).parts) - node.level]
            yield ".".join(["openness", *base, *([node.module] if node.module else [])])
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def layer(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "openness" and len(parts) > 1 and parts[1] in RANK else None


def test_every_module_imports_only_what_stands_to_its_left() -> None:
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if own not in RANK:
            continue
        for module in imports_of(path):
            other = layer(module)
            if other is not None and RANK[other] > RANK[own]:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {module}")
    assert wrong == []


def test_every_folder_of_the_package_has_a_place_in_the_order() -> None:
    found = {p.name for p in PACKAGE.iterdir() if p.is_dir() and not p.name.startswith("_") and p.name != "data"}
    assert found <= set(ORDER)
