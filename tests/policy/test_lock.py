"""openness.lock as a file: the same bytes for the same content, and nothing that was changed by hand is believed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openness.errors import IntegrityError, UsageError
from openness.policy import lock
from openness.policy.lock import (
    Lock,
    LockedBuild,
    LockedLicense,
    LockedModel,
    LockedPolicy,
    LockedQuestion,
    LockedReason,
    LockedUse,
)
from openness.policy.lock_changes import changes
from openness.records import Permission

TEXT = st.text(max_size=20)
NAMES = st.from_regex(r"[a-z]{1,4}/[A-Za-z0-9._-]{1,6}", fullmatch=True)
LICENSES = st.builds(LockedLicense, id=TEXT, spdx=TEXT, basis=st.sampled_from(["text", "card"]), source=st.none() | NAMES)
USES = st.builds(
    LockedUse, st.sampled_from(list(Permission)), st.lists(st.builds(LockedReason, TEXT, TEXT, TEXT), max_size=2).map(tuple)
)
MODELS = st.builds(
    LockedModel,
    kind=st.sampled_from(["model", "dataset"]), model=NAMES, asked=st.none() | TEXT, date=st.dates().map(str),
    revision=st.none() | st.from_regex(r"[0-9a-f]{40}", fullmatch=True), category=st.none() | TEXT, why=TEXT,
    licenses=st.lists(LICENSES, max_size=2).map(tuple), uses=st.dictionaries(TEXT, USES, max_size=2),
)  # fmt: skip
BUILDS = st.builds(LockedBuild, file=TEXT, sha256=TEXT, date=st.dates().map(str), beside=st.dictionaries(TEXT, TEXT, max_size=2))
LOCKS = st.builds(
    Lock, TEXT, st.builds(LockedQuestion, st.lists(TEXT).map(tuple)), st.builds(LockedPolicy, TEXT),
    st.lists(MODELS, max_size=4, unique_by=lambda entry: entry.key).map(tuple),
    st.lists(BUILDS, max_size=2, unique_by=lambda entry: entry.key).map(tuple),
)  # fmt: skip


def model(name: str, asked: str | None = None, **more: object) -> LockedModel:
    return LockedModel("model", name, asked, "2026-11-29", **more)  # type: ignore[arg-type]


def lock_of(*models: LockedModel) -> Lock:
    return Lock("1", LockedQuestion(("internal",)), LockedPolicy("0"), models)


def test_a_pipe_is_never_replaced_by_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="no regular file"):
        lock.write_whole(tmp_path / "pipe", b"{}", "lock")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@settings(deadline=None)
@given(LOCKS)
def test_what_is_written_is_read_back_and_written_alike(tmp_path_factory: pytest.TempPathFactory, content: Lock) -> None:
    path = tmp_path_factory.mktemp("lock") / "openness.lock"
    assert lock.write(path, content)
    found = lock.read(path)
    assert found is not None
    assert {entry.key: entry for entry in found.models} == {entry.key: entry for entry in content.models}
    assert lock.encode(found) == path.read_bytes()
    assert not lock.write(path, found)


@settings(deadline=None)
@given(LOCKS, st.data())
def test_no_changed_byte_passes(tmp_path_factory: pytest.TempPathFactory, content: Lock, data: st.DataObject) -> None:
    """Whatever one byte is made of: the lock is refused, or it says exactly the same."""
    whole = lock.encode(content)
    at = data.draw(st.integers(0, len(whole) - 1))
    spoiled = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    path = tmp_path_factory.mktemp("lock") / "openness.lock"
    path.write_bytes(spoiled)
    try:
        found = lock.read(path)
    except IntegrityError:
        return
    assert found is not None
    assert lock.encode(found) == whole


@settings(deadline=None)
@given(LOCKS, st.integers(0, 400))
def test_a_cut_file_is_refused(tmp_path_factory: pytest.TempPathFactory, content: Lock, length: int) -> None:
    path = tmp_path_factory.mktemp("lock") / "openness.lock"
    whole = lock.encode(content).rstrip()
    path.write_bytes(whole[: min(length, len(whole) - 1)])
    with pytest.raises(IntegrityError, match="openness lock"):
        lock.read(path)


def test_entries_are_sorted_whatever_their_order() -> None:
    one, other = model("b/b"), model("A/a")
    assert lock.encode(lock_of(one, other)) == lock.encode(lock_of(other, one))


def test_a_field_that_this_version_does_not_know_is_under_the_digest(tmp_path: Path) -> None:
    path = tmp_path / "openness.lock"
    lock.write(path, lock_of(model("a/b")))
    path.write_text(path.read_text().replace('"rules"', '"more": 1,\n "rules"'))
    with pytest.raises(IntegrityError, match="changed by hand"):
        lock.read(path)


def test_another_format_is_named(tmp_path: Path) -> None:
    path = tmp_path / "openness.lock"
    lock.write(path, lock_of())
    path.write_text(path.read_text().replace("openness.lock/1", "openness.lock/9"))
    with pytest.raises(IntegrityError, match=r"openness\.lock/9"):
        lock.read(path)


def test_a_lock_that_is_not_there_is_none_and_a_folder_is_an_error(tmp_path: Path) -> None:
    assert lock.read(tmp_path / "openness.lock") is None
    with pytest.raises(UsageError, match="cannot be read"):
        lock.read(tmp_path)


def test_an_entry_is_found_by_the_revision_that_is_asked_or_was_read() -> None:
    sha = "0123456789abcdef0123456789abcdef01234567"
    found = lock_of(model("Acme/One", revision=sha), model("acme/one", "v1", revision="f" * 40))
    assert found.at("model", "acme/one", None) is found.models[0]
    assert found.at("model", "acme/one", "v1") is found.models[1]
    assert found.at("model", "acme/one", sha) is found.models[0]
    assert found.at("model", "acme/one", sha[:7]) is found.models[0]
    assert found.at("model", "acme/one", sha[:6]) is None
    assert found.at("model", "acme/one", "v2") is None
    assert found.at("dataset", "acme/one", None) is None


def test_a_file_that_is_replaced_keeps_its_rights_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "openness.lock"
    path.write_text("old")
    path.chmod(0o640)
    lock.write(path, lock_of())
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["openness.lock"]


def test_a_difference_names_what_moved() -> None:
    def text(sha: str) -> LockedLicense:
        return LockedLicense("x", "X", "text", text=lock.LockedPlace("LICENSE", sha256=sha))

    old = lock_of(model("a/gone"), model("a/same"), model("a/moved", category="fully-open", licenses=(text("1" * 64),)))
    new = lock_of(
        model("a/same"), model("a/moved", category="research-only", licenses=(text("2" * 64),)), model("a/new", absent="missing")
    )
    found = changes(old, new)
    assert [(change.kind, change.name) for change in found] == [("added", "a/new"), ("removed", "a/gone"), ("changed", "a/moved")]
    assert found[0].what == ("not resolved: missing",)
    assert found[2].what == ("category: fully-open → research-only", "text of x: sha256 111111111111… → 222222222222…")


@settings(deadline=None)
@given(LOCKS)
def test_a_lock_does_not_differ_from_itself(content: Lock) -> None:
    assert changes(content, content) == []
