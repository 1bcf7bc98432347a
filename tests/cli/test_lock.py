"""``openness lock`` as a user runs it: the real client in a child process against the loopback Hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

from tests.cli.command import tiny_build
from tests.cli.project import Project, add, load
from tests.shared import license_text
from tests.test_docs import validate

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "openness-lock.schema.json").read_text("utf-8"))


def entry(repo: Project, model: str) -> dict[str, Any]:
    (found,) = [row for row in repo.locked["models"] if row["model"] == model]
    return dict(found)


def test_every_model_is_in_the_lock_with_license_category_and_verdict(repo: Project) -> None:
    repo.python(load("acme/open"), load("acme/nc"))
    repo.write("data.py", 'from datasets import load_dataset\nd = load_dataset("acme/data")\n')
    done = repo.lock()
    assert (done.code, done.err) == (0, "")
    jsonschema.validate(repo.locked, SCHEMA)
    assert [row["model"] for row in repo.locked["models"]] == ["acme/data", "acme/nc", "acme/open"]
    row = entry(repo, "acme/nc")
    assert (row["category"], row["uses"]["product"]["verdict"]) == ("research-only", "denied")
    assert row["revision"] == repo.server.world.repositories["models", "acme/nc"].sha
    (license,) = row["licenses"]
    assert (license["id"], license["basis"], license["card"]["line"]) == ("cc-by-nc-4.0", "card", 2)
    assert entry(repo, "acme/data")["licenses"][0]["id"] == "cc-by-4.0"


def test_a_text_at_the_revision_is_kept_by_its_hash(repo: Project) -> None:
    text = license_text("cc-by-nc-4.0").read_bytes()
    add(repo.server.world, "acme/text", "license: cc-by-nc-4.0", LICENSE=text)
    repo.python(load("acme/text"))
    repo.lock()
    (license,) = entry(repo, "acme/text")["licenses"]
    assert (license["basis"], license["text"]["document"]) == ("text", "LICENSE")
    import hashlib

    assert license["text"]["sha256"] == hashlib.sha256(text).hexdigest()


def test_the_difference_is_printed_and_an_unchanged_lock_keeps_its_bytes(repo: Project) -> None:
    repo.python(load("acme/open"))
    first = repo.lock()
    assert "+ acme/open" in first.out
    assert "source-available (open-weights); apache-2.0; product: permitted-with-duties" in first.out
    before = (repo.folder / "openness.lock").read_bytes()
    again = repo.lock()
    assert (again.code, again.out) == (0, "openness.lock is unchanged: 1 model.\n")
    assert (repo.folder / "openness.lock").read_bytes() == before
    repo.python(load("acme/nc"))
    changed = repo.lock()
    assert "- acme/open" in changed.out
    assert "+ acme/nc" in changed.out


def test_a_changed_license_is_said_on_refresh(repo: Project) -> None:
    repo.python(load("acme/open"))
    repo.lock()
    add(repo.server.world, "acme/open", "license: cc-by-nc-4.0")
    assert "unchanged" in repo.lock().out  # what is stored is fresh
    done = repo.lock("--refresh")
    assert "~ acme/open" in done.out
    assert "category: source-available → research-only" in done.out
    assert "licenses: apache-2.0 → cc-by-nc-4.0" in done.out
    assert "product: permitted-with-duties → denied" in done.out


def test_a_model_that_is_not_there_is_in_the_lock_as_such(repo: Project) -> None:
    repo.python(load("acme/absent"), load("acme/open"))
    done = repo.lock()
    assert done.code == 3
    assert "acme/absent: not resolved: missing" in done.err
    assert entry(repo, "acme/absent")["absent"] == "missing"
    assert entry(repo, "acme/open")["category"] == "source-available"


def test_offline_what_is_not_stored_is_unreachable_and_what_is_locked_stays(repo: Project) -> None:
    repo.python(load("acme/open"))
    assert repo.lock("--offline").code == 6
    assert entry(repo, "acme/open")["absent"] == "offline"
    assert repo.lock().code == 0
    before = (repo.folder / "openness.lock").read_bytes()
    requests = len(repo.server.log)
    for path in repo.home.rglob("openness.db*"):
        path.unlink()
    assert repo.lock("--offline").code == 0
    assert (repo.folder / "openness.lock").read_bytes() == before
    assert len(repo.server.log) == requests


def test_a_pinned_revision_is_asked_for_and_locked_beside_the_branch(repo: Project) -> None:
    sha = repo.server.world.repositories["models", "acme/open"].sha
    repo.python(load("acme/open", f', revision="{sha}"'), load("acme/open"))
    repo.lock()
    assert [(row["asked"], row["revision"]) for row in repo.locked["models"]] == [(None, sha), (sha, sha)]


def test_names_of_other_catalogs_are_not_resolved_and_not_asked_for(repo: Project) -> None:
    repo.write("run.sh", "ollama run llama3.2:1b\n")
    done = repo.lock()
    assert done.code == 3
    assert entry(repo, "llama3.2:1b")["absent"] == "ollama-catalog"
    assert repo.server.log == []


def test_models_behind_an_api_are_no_part_of_the_lock(repo: Project) -> None:
    repo.write("a.py", 'client.chat.completions.create(model="gpt-4o", messages=[])\n')
    assert repo.lock().code == 0
    assert repo.locked["models"] == []


def test_the_policy_itself_names_nothing(repo: Project) -> None:
    table = '[[exceptions]]\nmodel = "acme/open"\nallow = ["product"]\nreason = "r"\n'
    repo.write("openness.toml", table)
    repo.write("sub/pyproject.toml", '[tool.other]\nmodel_name_or_path = "acme/open"\n')
    repo.lock()
    assert [row["model"] for row in repo.locked["models"]] == ["acme/open"]
    (repo.folder / "openness.toml").unlink()
    repo.write("sub/pyproject.toml", table.replace("[[exceptions]]", "[[tool.openness.exceptions]]"))
    repo.run("lock", cwd=repo.folder / "sub")
    assert json.loads((repo.folder / "sub" / "openness.lock").read_text())["models"] == []


def test_the_uses_and_facts_of_the_policy_are_asked(repo: Project) -> None:
    repo.python(load("acme/llama"))
    repo.write("openness.toml", 'use = ["product"]\n')
    repo.lock()
    verdict = entry(repo, "acme/llama")["uses"]["product"]
    assert verdict["verdict"] == "needs-answer"
    assert (verdict["asks"], verdict["reasons"][0]["clause"]) == (["mau_at_release"], "SCALE_THRESHOLD")
    jsonschema.validate(repo.locked, SCHEMA)
    repo.write("openness.toml", 'use = ["product"]\n[declare]\nmau_at_release = 5\n')
    done = repo.lock()
    assert "product: needs-answer → permitted-with-duties" in done.out


def test_demanded_evidence_counts(repo: Project) -> None:
    repo.python(load("acme/open"))
    repo.write("openness.toml", 'use = ["product"]\n[evidence]\nproduct = "text"\n')
    repo.lock()
    verdict = entry(repo, "acme/open")["uses"]["product"]
    assert verdict["verdict"] == "unknown"
    assert verdict["reasons"][0]["clause"] == "STRENGTH"


def test_a_text_that_a_person_read_counts(repo: Project) -> None:
    import hashlib

    text = (
        b"Pond License\n\nAnyone may skip this stone across any pond, provided that each skip is counted aloud by two people.\n"
    )
    add(repo.server.world, "acme/pond", "license: other", LICENSE=text)
    repo.python(load("acme/pond"))
    repo.lock()
    assert entry(repo, "acme/pond")["category"] == "unverified"
    pin = f'files = [{{ path = "LICENSE", sha256 = "{hashlib.sha256(text).hexdigest()}" }}]'
    repo.write("openness.toml", f'use = ["product"]\n[[clarify]]\nmodel = "acme/pond"\nlicense = "mit"\n{pin}\nreason = "read"\n')
    repo.lock()
    row = entry(repo, "acme/pond")
    assert (row["category"], row["uses"]["product"]["verdict"]) == ("source-available", "permitted-with-duties")
    assert row["clarified"] == [hashlib.sha256(text).hexdigest()]


def test_paths_add_to_the_lock_and_keep_the_rest(repo: Project) -> None:
    repo.python(load("acme/open"))
    repo.lock()
    repo.python(load("acme/nc"), name="more/b.py")
    assert repo.lock("more").code == 0
    assert [row["model"] for row in repo.locked["models"]] == ["acme/nc", "acme/open"]


def test_a_path_that_is_not_there_is_said_and_the_rest_is_locked(repo: Project) -> None:
    repo.python(load("acme/open"))
    done = repo.lock(".", "absent")
    assert done.code == 4
    assert "There is no file or folder absent" in done.err
    assert entry(repo, "acme/open")


def test_a_weight_file_is_audited_and_a_pointer_is_known_by_its_digest(repo: Project) -> None:
    tiny_build(repo.folder, {"license": "apache-2.0"})
    import hashlib

    weights = b"weights that are somewhere else"
    add(repo.server.world, "acme/gguf", "license: mit", **{"model.Q4_0.gguf": weights})
    digest = hashlib.sha256(weights).hexdigest()
    repo.run("classify", "acme/gguf")
    repo.write("m.gguf", f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(weights)}\n")
    done = repo.lock()
    assert done.code == 0, done.err
    pointed, audited = sorted(repo.locked["builds"], key=lambda row: str(row["file"]))
    assert (pointed["file"], pointed["model"], pointed["basis"], pointed["licenses"][0]["id"]) == (
        "m.gguf",
        "acme/gguf",
        "sha256",
        "mit",
    )
    assert (audited["file"], audited["licenses"][0]["id"], audited["strength"]) == ("tiny.gguf", "apache-2.0", "metadata")
    jsonschema.validate(repo.locked, SCHEMA)


def test_a_lock_that_was_edited_is_written_anew_with_a_warning(repo: Project) -> None:
    repo.python(load("acme/nc"))
    repo.lock()
    path = repo.folder / "openness.lock"
    path.write_text(path.read_text().replace("research-only", "fully-open"))
    done = repo.lock()
    assert "was changed by hand" in done.err
    assert entry(repo, "acme/nc")["category"] == "research-only"


def test_a_wrong_policy_stops_it_before_anything_is_asked(repo: Project) -> None:
    repo.python(load("acme/open"))
    repo.write("openness.toml", 'use = ["prodct"]\n')
    done = repo.lock()
    assert (done.code, repo.server.log) == (2, [])
    assert "openness.toml:1: use prodct does not exist; did you mean product?" in done.err
    assert not (repo.folder / "openness.lock").exists()


def test_json_fits_its_schema(repo: Project) -> None:
    repo.python(load("acme/open"), load("acme/absent"))
    done = repo.run("lock", "--format", "json")
    validate(done.json, "lock.schema.json")
    assert [change["name"] for change in done.json["results"][0]["changes"]] == ["acme/absent", "acme/open"]
    assert done.json["errors"][0]["code"] == "unresolved"


def test_a_folder_that_cannot_be_written_is_one_sentence(repo: Project) -> None:
    repo.python(load("acme/open"))
    done = repo.run("lock", "--lock", "absent-folder/openness.lock")
    assert done.code == 2
    assert "cannot be written" in done.err
    assert "Traceback" not in done.err
