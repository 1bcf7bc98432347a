"""docs/references.md and the tests cover every form."""

from __future__ import annotations

import re
from pathlib import Path

from openness.refs.tables import table

ROOT = Path(__file__).parent.parent.parent
#: The forms that have no row of their own in the data: a weight file can turn out to be a pointer.
FORMS = {*(row["form"] for row in table("forms")["forms"]), "lfs-pointer"}


def test_every_form_has_a_row_in_the_docs_and_the_docs_have_no_other() -> None:
    text = (ROOT / "docs" / "references.md").read_text("utf-8")
    section = text.split("## Forms", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^\| ([a-z-]+) \|", section, re.MULTILINE)) - {"form"} == FORMS


def test_every_form_has_a_test() -> None:
    tested = "".join(path.read_text("utf-8") for path in (ROOT / "tests" / "refs").glob("test_*.py"))
    examples = {
        "python": "a.py",
        "notebook": "a.ipynb",
        "shell": "a.sh",
        "makefile": "Makefile",
        "dockerfile": "Dockerfile",
        "compose": "docker-compose.yml",
        "modelfile": "Modelfile",
        "yaml": "a.yaml",
        "json": "config.json",
        "toml": "a.toml",
        "dotenv": ".env",
        "javascript": "a.ts",
        "source": "a.rs",
        "markdown": "README.md",
        "weight-file": "one.safetensors",
        "lfs-pointer": "one.Q4_K_M.gguf",
        "dvc": "one.gguf.dvc",
    }
    assert set(examples) == FORMS
    assert [form for form, name in examples.items() if f'{name}"' not in tested.replace("/" + name, name)] == []
