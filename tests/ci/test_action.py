"""The GitHub Action and the example for GitLab: their shell steps run here as far as they can, their files fit the schemas."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.test_pre_commit import NO_INDEX
from tests.cli.project import Project, load, project

ROOT = Path(__file__).parents[2]
ACTION, GITLAB = ROOT / "action.yml", ROOT / "docs" / "ci" / "gitlab-ci.yml"


def action() -> Any:
    return yaml.safe_load(ACTION.read_text("utf-8"))


def step(name: str) -> Any:
    return next(each for each in action()["runs"]["steps"] if each.get("name") == name)


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Project]:
    with project(tmp_path) as made:
        made.python(load("acme/open"), load("acme/nc"))
        made.lock()
        yield made


def run_step(name: str, repo: Project, **inputs: str) -> tuple[subprocess.CompletedProcess[str], str, str]:
    """A step as the runner starts it, with the inputs in its environment: what it did, its outputs, and the summary."""
    temp = repo.home / "runner"
    (temp / "openness" / "bin").mkdir(parents=True, exist_ok=True)
    program = temp / "openness" / "bin" / "openness"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m openness "$@"\n', "utf-8")
    program.chmod(0o755)
    defaults = {key: row["default"] for key, row in action()["inputs"].items()}
    given = {"inputs." + key: value for key, value in {**defaults, **{k.replace("_", "-"): v for k, v in inputs.items()}}.items()}
    given["github.action_path"] = str(ROOT)
    variables = {
        key: re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: given[match[1]], value) for key, value in step(name)["env"].items()
    }
    output, summary = temp / "output", temp / "summary"
    output.write_text("", "utf-8")
    summary.write_text("", "utf-8")
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(repo.home),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "RUNNER_TEMP": str(temp),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
        **variables,
    }
    script = repo.home / "step.sh"
    script.write_text(step(name)["run"], "utf-8")
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    done = subprocess.run(command, cwd=repo.folder, env=env, capture_output=True, text=True, timeout=200, check=False)
    return done, output.read_text("utf-8"), summary.read_text("utf-8")


def test_a_denied_model_fails_the_step_with_an_annotation_and_a_summary(repo: Project) -> None:
    done, output, summary = run_step("Check", repo)
    assert done.returncode == 1, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("::error")][:1]
    assert "file=app.py,line=3," in line and "acme/nc may not be used for product" in line
    assert "exit-code=1" in output
    assert "acme/nc" in summary and summary.startswith("## openness check")


def test_permitted_models_pass(repo: Project) -> None:
    repo.python(load("acme/open"))
    done, output, _ = run_step("Check", repo, format="text")
    assert (done.returncode, output) == (0, "exit-code=0\n"), done.stderr


def test_a_doubt_fails_unless_warnings_are_enough(repo: Project) -> None:
    repo.python(load("acme/unknown"))
    assert run_step("Check", repo)[0].returncode == 3
    assert run_step("Check", repo, warn_only="true")[0].returncode == 0
    repo.python(load("acme/nc"))
    assert run_step("Check", repo, warn_only="true")[0].returncode == 1


def test_sarif_is_written_where_it_is_asked_for(repo: Project) -> None:
    done, output, _ = run_step("Check", repo, sarif="true", sarif_file="out.sarif")
    assert done.returncode == 1
    assert "sarif-file=out.sarif" in output
    assert '"version": "2.1.0"' in (repo.folder / "out.sarif").read_text("utf-8")


def test_paths_are_lines_and_never_options_or_commands(repo: Project) -> None:
    repo.python(load("acme/open"))
    repo.python(load("acme/nc"), name="a b/$(touch hacked).py")
    done, _, _ = run_step("Check", repo, paths="app.py\na b/$(touch hacked).py\n")
    assert done.returncode == 1
    assert not (repo.folder / "hacked").exists()
    done, _, _ = run_step("Check", repo, paths="--write-baseline")
    assert done.returncode == 4
    assert "baseline" not in (repo.folder / "openness.toml").read_text("utf-8")


def test_the_install_step_installs_this_checkout(repo: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(repo.home / "runner", ignore_errors=True)
    name = "Install openness"
    # the package alone: its dependencies are those that the hook's environment gets
    text = step(name)["run"].replace("install --quiet", "install --no-deps --quiet")
    script = repo.home / "install.sh"
    script.write_text(text, "utf-8")
    temp = repo.home / "runner"
    temp.mkdir()
    env = {**os.environ, "RUNNER_TEMP": str(temp), "VERSION": "", "ACTION_PATH": str(ROOT)}
    env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
    done = subprocess.run(["bash", "-eo", "pipefail", script], env=env, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode and any(word in done.stdout + done.stderr for word in NO_INDEX):
        pytest.skip("pip reaches no package index, from which the build backend comes")
    assert done.returncode == 0, done.stderr
    assert (temp / "openness" / "bin" / "openness").is_file()


def test_no_step_puts_an_expression_into_a_script() -> None:
    for each in action()["runs"]["steps"]:
        assert "${{" not in each.get("run", ""), each
        if "run" in each:
            assert each["shell"] == "bash"


def test_every_input_is_used_and_every_one_that_is_used_exists() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", ACTION.read_text("utf-8")))
    assert used == set(action()["inputs"])
    assert all(row["description"] for row in action()["inputs"].values())


@pytest.mark.parametrize(("file", "schema"), [(ACTION, "vendor.github-actions"), (GITLAB, "vendor.gitlab-ci")])
def test_the_files_fit_the_published_schemas(file: Path, schema: str) -> None:
    pytest.importorskip("check_jsonschema", reason="check-jsonschema is not installed (the extra dev has it)")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["Install openness", "Check"])
def test_shellcheck_finds_nothing_in_the_steps(name: str, tmp_path: Path) -> None:
    program = shutil.which("shellcheck")
    if program is None:
        pytest.skip("shellcheck is not installed")
    script = tmp_path / "step.sh"
    script.write_text(f"#!/usr/bin/env bash\n{step(name)['run']}", "utf-8")
    done = subprocess.run([program, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("model", "code"), [("acme/open", 0), ("acme/nc", 1), ("acme/unknown", 3)])
def test_the_script_of_the_gitlab_job_gives_junit_and_the_code_of_the_check(repo: Project, model: str, code: int) -> None:
    repo.python(load(model))
    job = yaml.safe_load(GITLAB.read_text("utf-8"))["openness"]
    program = repo.folder / ".venv" / "bin" / "openness"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m openness "$@"\n', "utf-8")
    program.chmod(0o755)
    env = {"PATH": os.environ["PATH"], "HOME": str(repo.home), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    command = ["sh", "-ec", "\n".join(job["script"])]
    done = subprocess.run(command, cwd=repo.folder, env=env, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == code, done.stderr
    assert "<testsuites>" in (repo.folder / job["artifacts"]["reports"]["junit"]).read_text("utf-8")
    assert (code in job["allow_failure"]["exit_codes"]) == (code == 3)
