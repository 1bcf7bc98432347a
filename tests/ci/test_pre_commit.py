"""The real pre-commit with the hooks of this repository. An environment is built once, by pip, as for a user."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from openness.refs.files import form_of
from tests.cli.project import Project, load, project

ROOT = Path(__file__).parents[2]
PRE_COMMIT = [sys.executable, "-m", "pre_commit"]
#: What pip says when no index answers, or none has what the package needs.
NO_INDEX = ("Could not find a version", "No matching distribution", "Connection", "Network is unreachable", "Temporary failure")


def hooks() -> dict[str, dict[str, object]]:
    return {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}


def run(command: list[str | Path], folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT"))}
    return subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**clean, "GIT_CONFIG_GLOBAL": os.devnull, "PYTHONDONTWRITEBYTECODE": "1", **env},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def git(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    names = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    return run(["git", *names, *words], folder, **env)


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of this checkout, as they are, committed in a repository of their own."""
    pytest.importorskip("pre_commit", reason="pre-commit is not installed (the extra dev has it)")
    folder = tmp_path_factory.mktemp("openness-repository")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is no git checkout, and a hook is installed from one")
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("tests/", "benchmarks/")):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "--no-verify", "-m", "as it is")):
        done = git(folder, *words)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory, clone: Path) -> str:
    """The folder in which pre-commit keeps the environment of the hooks, installed from the clone."""
    home = str(tmp_path_factory.mktemp("pre-commit-home"))
    folder = tmp_path_factory.mktemp("empty")
    git(folder, "init", "-q")
    configure(folder, clone)
    done = run([*PRE_COMMIT, "install-hooks"], folder, PRE_COMMIT_HOME=home)
    if done.returncode and any(word in done.stdout + done.stderr for word in NO_INDEX):
        pytest.skip("pip reaches no package index, from which pre-commit installs a hook")
    assert done.returncode == 0, done.stdout + done.stderr
    return home


def configure(folder: Path, clone: Path) -> None:
    """A configuration that takes both hooks of the clone, and the git hook itself."""
    revision = git(clone, "rev-parse", "HEAD").stdout.strip()
    entry = {"repo": str(clone), "rev": revision, "hooks": [{"id": "openness"}, {"id": "openness-all", "stages": ["manual"]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [entry]}), "utf-8")


@pytest.fixture
def repo(tmp_path: Path, clone: Path, store: str) -> Iterator[Project]:
    """A locked repository that uses the hook at each commit."""
    with project(tmp_path) as made:
        made.python(load("acme/open"), load("acme/nc"))
        made.lock()
        (made.folder / "app.py").unlink()
        git(made.folder, "init", "-q")
        configure(made.folder, clone)
        done = run([*PRE_COMMIT, "install"], made.folder, PRE_COMMIT_HOME=store)
        assert done.returncode == 0, done.stdout
        yield made


def commit(repo: Project, store: str) -> subprocess.CompletedProcess[str]:
    git(repo.folder, "add", "-A")
    return git(repo.folder, "commit", "-m", "x", PRE_COMMIT_HOME=store)


def test_a_commit_that_adds_a_forbidden_model_is_blocked_with_place_and_reason(repo: Project, store: str) -> None:
    repo.python(load("acme/nc"))
    done = commit(repo, store)
    assert done.returncode == 1
    shown = " ".join((done.stdout + done.stderr).split())
    assert "--> app.py:2:32" in shown
    assert "acme/nc may not be used for product: cc-by-nc-4.0" in shown
    assert "policy: openness.toml:1" in shown
    assert git(repo.folder, "rev-parse", "--verify", "HEAD").returncode != 0


def test_a_commit_with_a_permitted_model_passes(repo: Project, store: str) -> None:
    repo.python(load("acme/open"))
    done = commit(repo, store)
    assert done.returncode == 0, done.stdout + done.stderr
    assert git(repo.folder, "rev-parse", "--verify", "HEAD").returncode == 0


def test_a_commit_of_files_that_name_no_model_passes(repo: Project, store: str) -> None:
    repo.write("notes.bin", "\0\1")
    done = commit(repo, store)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hook_for_the_whole_repository_sees_files_that_are_not_in_the_commit(repo: Project, store: str) -> None:
    repo.python(load("acme/nc"), name="old/app.py")
    git(repo.folder, "add", "-A")
    git(repo.folder, "commit", "--no-verify", "-m", "x")
    whole = [*PRE_COMMIT, "run", "--hook-stage", "manual", "openness-all", "--files", "openness.toml"]
    done = run([*whole], repo.folder, PRE_COMMIT_HOME=store)
    assert done.returncode == 1
    assert "old/app.py:2" in done.stdout


def test_try_repo_on_this_repository_passes(clone: Path, store: str) -> None:
    done = run([*PRE_COMMIT, "try-repo", clone, "openness-all", "--all-files"], clone, PRE_COMMIT_HOME=store)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


def test_this_repository_holds_its_own_policy() -> None:
    configured = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    (own,) = [hook for entry in configured for hook in entry["hooks"] if hook["id"] == "openness-all"]
    assert own["entry"] == hooks()["openness-all"]["entry"]
    done = run([sys.executable, "-m", *str(own["entry"]).split()], ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (ROOT / "openness.lock").is_file()


def test_the_hooks_say_what_they_need() -> None:
    assert set(hooks()) == {"openness", "openness-all"}
    for hook in hooks().values():
        assert hook["require_serial"] is True
        assert str(hook["entry"]).startswith("openness check")
        assert hook["language"] == "python"
    assert hooks()["openness"].get("pass_filenames", True) is True
    assert hooks()["openness-all"]["pass_filenames"] is False


def test_the_types_of_the_hook_reach_every_form_of_file(tmp_path: Path) -> None:
    tags_from_path = pytest.importorskip("identify.identify", reason="identify comes with pre-commit").tags_from_path
    wanted = hooks()["openness"]["types_or"]
    assert isinstance(wanted, list)
    for name in ("a.py", "n.ipynb", "Modelfile", "compose.yaml", "Dockerfile", ".env", "a.ts", "Makefile", "m.gguf", "x.toml"):
        assert form_of(name) is not None
        path = tmp_path / name
        path.write_bytes(b"GGUF\0\1" if name.endswith("gguf") else b"x\n")
        assert set(wanted) & tags_from_path(str(path)), name
