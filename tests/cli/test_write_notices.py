"""``audit --write-notices DIR``: each duty has its file or its line, texts are the user's own, and nothing is overwritten."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from openness.printable import printable
from tests.builds import gemma3, smollm2
from tests.cli.command import Done, openness, tiny_build
from tests.shared import license_text


def audit(build: Path, target: Path, *words: str, home: Path) -> Done:
    return openness("audit", build, *words, "--write-notices", target, "--format", "json", home=home)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def duties_of(done: Done) -> set[str]:
    return {duty["text"] for result in done.json["results"] for use in result["uses"] for duty in use["duties"]}


def plain(text: str) -> str:
    """Markdown read back as text."""
    return re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), text)


def test_a_build_with_its_license_text_gets_that_very_text(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "apache-2.0"})
    text = license_text("apache-2.0").read_bytes()
    (tmp_path / "LICENSE").write_bytes(text)
    (tmp_path / "NOTICE").write_bytes(b"Copyright 2026 Heron Lab\r\n")
    done = audit(build, tmp_path / "out", "--use", "redistribute-quantized", home=tmp_path)
    assert done.code == 0
    assert names(tmp_path / "out") == ["ATTRIBUTION.txt", "CHANGES.txt", "DUTIES.md", "LICENSE-apache-2.0.txt", "NOTICE"]
    assert (tmp_path / "out" / "LICENSE-apache-2.0.txt").read_bytes() == text
    assert (tmp_path / "out" / "NOTICE").read_bytes() == b"Copyright 2026 Heron Lab\r\n"
    assert "missing" not in done.err


def test_a_text_that_the_user_has_not_is_asked_for_and_never_made_up(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "mit"})
    done = audit(build, tmp_path / "out", "--use", "redistribute", home=tmp_path)
    (missing,) = (tmp_path / "out").glob("*.MISSING.txt")
    said = missing.read_text("utf-8")
    assert "No copy of it was found" in said and "https://" in said
    assert "Permission is hereby granted" not in said
    assert "a license text is missing" in done.err and missing.name in done.err
    assert f"put the text in place of `{missing.name}`" in (tmp_path / "out" / "DUTIES.md").read_text("utf-8")


def test_llama_terms_give_notice_display_and_name(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "llama3.1"})
    text = license_text("llama-3.1").read_bytes()
    (tmp_path / "LICENSE").write_bytes(text)
    done = audit(
        build, tmp_path / "out", "--use", "release-finetune", "--declare", "mau_at_release=1000", "name=Llama-Heron", home=tmp_path
    )  # fmt: skip
    out = tmp_path / "out"
    assert (out / "LICENSE-llama-3.1.txt").read_bytes() == text
    assert (out / "Notice").read_text("utf-8").startswith("Llama 3.1 is licensed under the Llama 3.1 Community License")
    display = (out / "DISPLAY.txt").read_text("utf-8")
    assert '"Built with Llama"' in display and "Begin the name of what you publish" in display and '"Llama"' in display
    checklist = plain((out / "DUTIES.md").read_text("utf-8"))
    assert duties_of(done)
    assert [text for text in duties_of(done) if f"- [ ] {text}" not in checklist] == []


def test_every_duty_names_its_file_or_says_who_does_it(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "llama3.1"})
    audit(build, tmp_path / "out", "--use", "redistribute", "--declare", "mau_at_release=1", home=tmp_path)
    lines = (tmp_path / "out" / "DUTIES.md").read_text("utf-8").splitlines()
    tasks = [number for number, line in enumerate(lines) if line.startswith("- [ ] ")]
    assert tasks
    for number in tasks:
        assert lines[number + 1].startswith("  - asked by ")
        assert re.match(
            r"  - (see|MISSING: put the text in place of) `[^`/]+`|  - (to be done by you|no NOTICE of)", lines[number + 2]
        )
        named = re.findall(r"`([^`]+)`", lines[number + 2])
        assert all((tmp_path / "out" / name).is_file() for name in named)


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "mit"})
    assert audit(build, tmp_path / "out", "--use", "redistribute", home=tmp_path).code == 0
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (tmp_path / "out").iterdir()}
    assert audit(build, tmp_path / "out", "--use", "redistribute", home=tmp_path).code == 0
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (tmp_path / "out").iterdir()} == before


@pytest.mark.parametrize("as_link", [False, True])
def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path, as_link: bool) -> None:
    build = tiny_build(tmp_path, {"license": "mit"})
    (tmp_path / "out").mkdir()
    mine = tmp_path / "mine.md"
    mine.write_text("mine")
    if as_link:
        os.symlink(mine, tmp_path / "out" / "DUTIES.md")
    else:
        (tmp_path / "out" / "DUTIES.md").write_text("mine")
    done = audit(build, tmp_path / "out", "--use", "redistribute", home=tmp_path)
    assert done.code == 2
    assert "DUTIES.md is there already" in done.err
    assert names(tmp_path / "out") == ["DUTIES.md"]
    assert mine.read_text() == "mine"


def test_a_denied_use_leaves_no_duties(tmp_path: Path) -> None:
    build = tiny_build(tmp_path, {"license": "cc-by-nc-4.0"})
    done = audit(build, tmp_path / "out", "--use", "product", home=tmp_path)
    assert done.code == 1
    assert names(tmp_path / "out") == ["DUTIES.md"]
    assert "- product: denied" in (tmp_path / "out" / "DUTIES.md").read_text("utf-8")
    assert "denied, so that there are no duties" in done.err


def test_several_builds_get_a_folder_each(tmp_path: Path) -> None:
    builds = [tiny_build(tmp_path, {"license": license}, f"{license}.gguf") for license in ("mit", "apache-2.0")]
    done = openness("audit", *builds, "--use", "redistribute", "--write-notices", tmp_path / "out", home=tmp_path)
    assert done.code == 0
    assert [re.sub("-[0-9a-f]{8}$", "", name) for name in names(tmp_path / "out")] == ["apache-2.0.gguf", "mit.gguf"]


@pytest.mark.parametrize("name", ["<script>.gguf", "a\x1b[2Jb.gguf", "..gguf", "-rf.gguf", "\u202egguf.exe.gguf", "` # x\n.gguf"])
def test_hostile_names_are_harmless(tmp_path: Path, name: str) -> None:
    build = tiny_build(tmp_path, {"license": "mit", "name": "x\n[a](javascript:b)", "author": "<script>\x1b[2J"}, name)
    target = tmp_path / "out"
    done = openness(
        "audit", f"./{name}", "--use", "redistribute-quantized", "--write-notices", target, home=tmp_path, cwd=build.parent
    )
    assert done.code == 0, done.err
    for path in target.iterdir():
        assert re.fullmatch(r"[A-Z][A-Za-z0-9.-]+", path.name)
        text = path.read_text("utf-8")
        assert "\x1b" not in text and "\u202e" not in text
        assert "<script" not in text or path.suffix == ".txt"


@pytest.mark.real
def test_the_real_smollm2_build(tmp_path: Path) -> None:
    done = audit(smollm2(), tmp_path / "out", "--use", "redistribute-quantized", home=tmp_path)
    assert done.code == 0
    assert names(tmp_path / "out") == ["ATTRIBUTION.txt", "CHANGES.txt", "DUTIES.md", "LICENSE-apache-2.0.MISSING.txt"]
    assert "210 Q4_1" in (tmp_path / "out" / "CHANGES.txt").read_text("utf-8")
    assert [text for text in duties_of(done) if text not in plain((tmp_path / "out" / "DUTIES.md").read_text("utf-8"))] == []


@pytest.mark.real
def test_the_real_gemma_build(tmp_path: Path) -> None:
    done = audit(gemma3(), tmp_path / "out", "--use", "redistribute-quantized", home=tmp_path)
    assert done.code == 0
    notice = (tmp_path / "out" / "Notice").read_text("utf-8")
    assert notice == "Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms\n"
    (missing,) = (tmp_path / "out").glob("LICENSE-gemma-*.MISSING.txt")
    assert "https://ai.google.dev/gemma/terms" in missing.read_text("utf-8")
    assert printable(str(missing)) in done.err
