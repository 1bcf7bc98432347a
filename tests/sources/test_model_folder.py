"""A folder laid out like a Hub repository gives the record that the Hub gives, and nothing outside of it is read."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from openness.sources import documents, model_folder
from openness.sources.documents import Wanted
from openness.sources.model_folder import FolderSource
from openness.sources.snapshot import Reference, RepositorySnapshot
from tests.loopback import Loopback
from tests.loopback.world import CASES
from tests.sources.network import HERON, fetch, forbid_sockets, reasons


def read(folder: Path, wanted: Wanted | None = None) -> RepositorySnapshot:
    return FolderSource(wanted).fetch(Reference("folder", str(folder)))


def test_a_folder_gives_the_record_of_the_hub(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    online = fetch(server, HERON)
    forbid_sockets(monkeypatch)
    local = read(CASES / "open-base" / "model")
    unpinned = [msgspec.structs.replace(d, revision=None, url=None, date=None) for d in online.documents]
    assert list(local.documents) == unpinned
    assert [(f.path, f.size) for f in local.files] == [(f.path, f.size) for f in online.files]
    assert (local.kind, local.revision, local.hub, local.absent, local.absences) == ("folder", None, None, None, ())


def test_a_cache_snapshot_has_its_name_and_commit(tmp_path: Path) -> None:
    cache = tmp_path / "models--heron-lab--heron-60m"
    snapshot, blobs = cache / "snapshots" / ("a" * 40), cache / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    (blobs / "123").write_text("---\nlicense: mit\n---\n")
    (snapshot / "README.md").symlink_to("../../blobs/123")
    found = read(snapshot)
    assert (found.name, found.revision, found.moved) == (HERON, "a" * 40, False)
    assert [(d.path, d.revision) for d in found.documents] == [("README.md", "a" * 40)]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("private key")
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "LICENSE").symlink_to(secret)
    (folder / "NOTICE").symlink_to("/etc/hostname")
    (folder / "README.md").write_text("# x")
    (folder / "MODEL_CARD.md").symlink_to("README.md")
    (folder / "USE_POLICY.md").symlink_to("gone.md")
    (folder / "a.md").symlink_to("a.md")
    (folder / "up").symlink_to(tmp_path)
    found = read(folder)
    assert {d.path: d.data for d in found.documents} == {"README.md": b"# x", "MODEL_CARD.md": b"# x"}
    assert reasons(found) == {"LICENSE": "malformed", "NOTICE": "malformed", "USE_POLICY.md": "missing", "a.md": "missing"}
    assert not any(f.path.startswith("up") for f in found.files)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_pipes_and_odd_names_do_no_harm(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "LICENSE")
    (tmp_path / "bad\x1bname.md").write_text("x")
    with open(os.fsencode(tmp_path) + b"/\xff.md", "w") as file:
        file.write("x")
    found = read(tmp_path)
    assert (found.documents, found.files_complete) == ((), False)
    assert reasons(found) == {"LICENSE": "malformed", "file list": "malformed"}
    msgspec.json.encode(found)


def test_tools_folders_are_no_part_of_the_repository(tmp_path: Path) -> None:
    for name in (".git", ".cache", "__pycache__"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "README.md").write_text("x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "LICENSE").write_text("x")
    assert [f.path for f in read(tmp_path).files] == ["sub/LICENSE"]


def test_large_files_and_long_listings_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(12):
        (tmp_path / f"{n:02}.md").write_text("x" * (n * 100))
    found = read(tmp_path, Wanted(document_bytes=1000))
    assert reasons(found) == {"11.md": "too-large"} and len(found.documents) == 11
    monkeypatch.setattr(model_folder, "MAX_FILES", 5)
    found = read(tmp_path)
    assert (len(found.files), found.files_complete, documents.MAX_FILES) == (5, False, 100_000)


@pytest.mark.parametrize("name", ["gone", "file"])
def test_no_folder_is_missing(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    found = read(tmp_path / name)
    assert found.absent is not None and found.absent.reason == "missing"


def test_an_empty_folder_is_an_empty_record(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert (found.files, found.documents, found.absent, found.files_complete) == ((), (), None, True)
