"""Which files ``openness check`` reads, from where, and the weight files among them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.checked import locked, one, rules
from tests.cli.command import tiny_build
from tests.cli.project import POLICY, Project, load


def test_a_missing_path_is_named_and_the_rest_is_checked(repo: Project) -> None:
    locked(repo, load("acme/nc"))
    alone = repo.run("check", "absent.py")
    assert (alone.code, alone.out) == (4, "")
    assert "There is no file or folder absent.py" in alone.err
    both = repo.check("absent.py", "app.py")
    assert both.code == 1
    assert both.json["errors"][0]["input"] == "absent.py"
    repo.python(load("acme/open"))
    assert repo.check("absent.py", "app.py").code == 3


def test_a_file_that_is_not_read_is_nothing_to_check(repo: Project) -> None:
    (repo.folder / "a.bin").write_bytes(bytes(range(256)))
    (repo.folder / "b.py").write_bytes(b"\x00\x01 from_pretrained('acme/nc')")
    assert repo.check("a.bin").code == 4
    done = repo.check("b.py")
    assert (done.code, rules(done)) == (4, ["not-read"])
    assert repo.run("check", "a.bin", "--nothing-ok").code == 0
    assert repo.run("check", "absent", "--nothing-ok").code == 4


def test_a_file_without_models_passes(repo: Project) -> None:
    repo.write("plain.py", "print(1)\n")
    done = repo.run("check", "plain.py")
    assert (done.code, done.out) == (0, "No model is named in 1 file read.\n")


def test_a_check_from_a_subfolder_uses_the_policy_above(repo: Project) -> None:
    repo.python(load("acme/nc"), name="sub/a.py")
    repo.write("openness.toml", POLICY + '[check]\nexclude = ["sub/skip/*"]\n')
    repo.python(load("acme/nc"), name="sub/skip/b.py")
    repo.lock()
    done = repo.check(cwd=repo.folder / "sub")
    assert (done.code, one(done)["reference"]["file"]) == (1, "a.py")
    assert repo.run("check", "--write-baseline", cwd=repo.folder / "sub").code == 0
    assert 'file = "sub/a.py"' in (repo.folder / "openness.toml").read_text("utf-8")
    assert repo.check().code == 0


def test_references_of_less_confidence_can_be_left_out(repo: Project) -> None:
    locked(repo, policy='[check]\nconfidence = "high"\n')
    repo.write("notes.md", "---\nbase_model: acme/nc\n---\n")
    repo.write("a.yaml", "model: acme/nc\n")
    with_all = repo.run("check", "--policy", "other.toml") if (repo.folder / "other.toml").exists() else None
    assert with_all is None
    assert {row["reference"]["confidence"] for row in repo.check().json["results"]} <= {"high"}


def test_a_weight_file_is_checked_by_its_digest(repo: Project) -> None:
    build = tiny_build(repo.folder, {"license": "apache-2.0"})
    (repo.folder / "LICENSE").write_bytes((Path(__file__).parents[2] / "LICENSE").read_bytes())
    repo.lock()
    done = repo.check()
    assert (done.code, one(done)["verdict"]) == (0, "permitted-with-duties")
    (repo.folder / "LICENSE").write_text("Other terms.\n")
    assert (repo.check().code, one(repo.check())["rule"]) == (1, "license-changed")
    build.write_bytes(build.read_bytes() + b"\x00")
    done = repo.check()
    assert (done.code, one(done)["rule"]) == (3, "unknown-build")


def test_a_weight_file_that_is_not_here_is_said(repo: Project) -> None:
    repo.write("run.sh", "llama-cli -m models/a.gguf -p hi\n")
    repo.lock()
    done = repo.check()
    assert (done.code, one(done)["verdict"], one(done)["hits"][0]["rule"]) == (0, "unknown", "unknown-build")
    repo.write("openness.toml", 'unverified = "deny"\n')
    repo.lock()
    assert repo.check().code == 1


def test_many_files_are_read_by_several_processes_in_order(repo: Project) -> None:
    for number in range(620):
        repo.python(load("acme/open"), name=f"m{number:03}.py") if number % 100 == 0 else repo.write(
            f"m{number:03}.py", "x = 1\n"
        )
    repo.lock()
    done = repo.check()
    assert done.code == 0
    assert [row["reference"]["file"] for row in done.json["results"]] == [f"m{n:03}.py" for n in range(0, 620, 100)]
    assert done.json["files"] == 620


def test_a_name_full_of_control_characters_cannot_reach_the_terminal(repo: Project) -> None:
    repo.write("\x1b[31mevil.py", 'AutoModel.from_pretrained("acme/nc")  # \x1b]0;title\x07\n')
    done = repo.run("check")
    assert "\x1b" not in done.out + done.err
