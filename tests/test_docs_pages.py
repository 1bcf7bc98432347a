"""The pages under docs/: every link leads somewhere, every page can be reached, and nothing that the program says is left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openness.cli.common import FORMATS
from openness.errors import ExitCode, OpennessError
from openness.rules import definitions
from openness.rules.loader import read_yaml

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """The files that a page links to, each with the anchor behind it."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in LINK.findall(text):
        if not target.startswith(("http://", "https://")):
            file, _, anchor = target.partition("#")
            yield ((page.parent / file).resolve() if file else page), anchor


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target, anchor in links(page):
        assert target.exists(), target
        if anchor:
            assert anchor in anchors(target), (target.name, anchor)


def test_every_page_is_linked_from_the_index() -> None:
    reached = {target for target, _ in links(DOCS / "index.md")}
    assert [page.name for page in DOCS.glob("*.md") if page.name != "index.md" and page not in reached] == []


def test_every_schema_is_linked_from_the_page_on_json_and_every_one_linked_is_there() -> None:
    linked = {target for target, _ in links(DOCS / "json.md") if target.suffix == ".json"}
    assert linked == set((DOCS / "schemas").glob("*.json"))


def test_every_exit_code_has_its_row() -> None:
    text = (DOCS / "exit-codes.md").read_text("utf-8")
    assert [code for code in ExitCode if f"| {int(code)} | {code.name} |" not in text] == []


def calls(*names: str) -> Iterator[ast.Call]:
    """Every call in the package of a function of one of these names."""
    for path in sorted((ROOT / "openness").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names:
                yield node


def subclasses(kind: Any) -> Iterator[Any]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def test_every_error_code_is_documented() -> None:
    import importlib
    import pkgutil

    import openness

    for module in pkgutil.walk_packages(openness.__path__, "openness."):  # errors are found where they are defined
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    kinds = [OpennessError, *subclasses(OpennessError)]
    given = calls(*(kind.__name__ for kind in kinds))
    codes = {
        keyword.value.value
        for call in given
        for keyword in call.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
    }
    codes |= {kind.code for kind in kinds}
    assert len(codes) > 20
    text = (DOCS / "json.md").read_text("utf-8")
    assert [code for code in sorted(map(str, codes)) if f"`{code}`" not in text] == []


def constants() -> dict[str, str]:
    """Module constants of the package that hold one word, by name (``BASE_PLACED = "base-name-known"``)."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "openness").rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign):
                target, value = node.targets[0], node.value
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = value.elts if isinstance(value, ast.Tuple) else [value]
                for name, word in zip(names, values, strict=False):
                    if isinstance(name, ast.Name) and isinstance(word, ast.Constant) and isinstance(word.value, str):
                        found[name.id] = word.value
    return found


def test_every_rule_that_a_finding_names_is_documented() -> None:
    known = constants()
    rules = set()
    for call in calls("Finding"):
        if len(call.args) > 1:
            rule = call.args[1]
            if isinstance(rule, ast.Constant):
                rules.add(str(rule.value))
            elif isinstance(rule, ast.Name) and rule.id in known:
                rules.add(known[rule.id])
    lineage = read_yaml(ROOT / "rules" / "lineage.yaml")
    rules |= {
        row["rule"]
        for rows in lineage.values()
        if isinstance(rows, list)
        for row in rows
        if isinstance(row, dict) and "rule" in row
    }
    assert len(rules) > 40
    text = (DOCS / "findings.md").read_text("utf-8")
    assert [rule for rule in sorted(rules) if f"`{rule}`" not in text] == []


def test_every_category_dimension_and_criterion_has_its_row() -> None:
    text = (DOCS / "how-decided.md").read_text("utf-8")
    known = definitions.load()
    ids = [*(row.id for row in (*known.categories.order, *known.categories.sub_labels)), *known.frameworks]
    ids += [row.id for framework in known.frameworks.values() for row in framework.criteria]
    assert [id for id in ids if f"`{id}`" not in text and f"## {id} " not in text] == []
    assert all(f"\n| {row.id} |" in text for row in known.dimensions.dimensions)


def test_every_output_format_is_documented() -> None:
    text = (DOCS / "commands.md").read_text("utf-8")
    assert [name for name in FORMATS if f"`{name}`" not in text] == []


def test_a_recipe_has_at_most_ten_lines() -> None:
    text = (DOCS / "recipes.md").read_text("utf-8")
    recipes = text.split("\n## ")[1:]
    assert [recipe.split("\n")[0] for recipe in recipes] == [
        "Add a license",
        "Add a rule",
        "Add a form of references",
        "Add an output",
    ]
    assert all(len([line for line in recipe.split("\n")[1:] if line.strip()]) <= 10 for recipe in recipes)


def test_the_picture_of_the_path_is_ours_and_says_in_words_what_it_shows() -> None:
    picture = (DOCS / "path.svg").read_text("utf-8")
    assert "<title" in picture and "<desc" in picture
    assert "<script" not in picture and "href" not in picture
    for step in ("Sources", "Evidence", "Rules", "Verdict", "Your policy"):
        assert f">{step}</text>" in picture
