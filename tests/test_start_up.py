"""A cold audit imports nothing that it does not need: no network, template, table or expression code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from openness.store.snapshots import Store
from tests.cli.command import tiny_build

HEAVY = ("socket", "ssl", "http.client", "huggingface_hub", "httpx2", "jinja2", "rich", "rapidfuzz", "license_expression",
         "jsonschema", "spdx_tools", "xllamacpp", "numpy", "gguf", "subprocess", "multiprocessing", "asyncio")  # fmt: skip


@pytest.mark.parametrize(
    "words", [["--version"], ["--help"], ["audit", "tiny.gguf", "--use", "product"], ["license", "show", "mit"]]
)
@pytest.mark.parametrize("stored", [False, True])
def test_cold_start_imports_no_heavy_module(tmp_path: Path, words: list[str], stored: bool) -> None:
    tiny_build(tmp_path, {"license": "apache-2.0"})
    if stored:
        with Store(tmp_path / "openness.db"):
            pass
    script = f"""
import sys
sys.argv = ["openness", *{words!r}]
from openness.cli import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
loaded = [name for name in {HEAVY!r} if name in sys.modules]
sys.exit(f"loaded: {{loaded}}" if loaded else 0)
"""
    env = {**os.environ, "OPENNESS_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


LATE = ("openness.rules.loader", "openness.store.database", "openness.classifying", "openness.auditing", "sqlite3", "yaml")


@pytest.mark.parametrize("policy", ["", 'use = ["internal"]\n'])
def test_a_cold_check_reads_references_policy_and_lock_and_nothing_else(tmp_path: Path, policy: str) -> None:
    from openness.policy.lock import Lock, LockedLicense, LockedModel, LockedPolicy, LockedQuestion, LockedUse, write
    from openness.policy.stated import load
    from openness.records import Permission

    (tmp_path / "openness.toml").write_text(policy)
    (tmp_path / "app.py").write_text('A = AutoModel.from_pretrained("acme/open")\n')
    model = LockedModel(
        "model", "acme/open", None, "2026-11-29", "0" * 40, category="source-available",
        licenses=(LockedLicense("mit", "MIT", "card"),), uses={"internal": LockedUse(Permission.PERMITTED)},
    )  # fmt: skip
    digest = load(tmp_path / "openness.toml").names_digest
    write(tmp_path / "openness.lock", Lock("1", LockedQuestion(("internal",)), LockedPolicy(digest), (model,)))
    script = f"""
import sys
sys.argv = ["openness", "check", "app.py"]
from openness.cli import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
loaded = [name for name in {(*HEAVY, *LATE)!r} if name in sys.modules]
sys.exit(f"loaded: {{loaded}}" if loaded else 0)
"""
    env = {**os.environ, "OPENNESS_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
