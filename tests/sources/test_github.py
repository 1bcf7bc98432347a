"""GitHub repositories through the REST API: pinned, bounded, from no other host, and each way not to get them."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from openness.sources.github import MOST_SUBTREES, GitHubSource, github_fields
from openness.sources.snapshot import Reference
from tests.loopback import Loopback, Trap
from tests.loopback.github_api import folder_id
from tests.sources.network import CODE, QUICK, connected, fetch, reasons


def test_a_repository_is_recorded_and_pinned(server: Loopback) -> None:
    snapshot = fetch(server, CODE, kind="github")
    stored = server.world.repositories["github", CODE]
    assert (snapshot.kind, snapshot.name, snapshot.revision, snapshot.date) == (
        "github",
        CODE,
        stored.sha,
        "2026-03-10T07:58:00Z",
    )
    assert (snapshot.absent, snapshot.absences, snapshot.files_complete) == (None, (), True)
    assert snapshot.url == f"https://github.com/{CODE}"
    assert {file.path: file.size for file in snapshot.files} == {name: len(data) for name, data in stored.files.items()}
    assert [(d.path, d.kind) for d in snapshot.documents] == [("README.md", "readme"), ("LICENSE", "license")]
    license = snapshot.document("LICENSE")
    assert license is not None and license.data == stored.files["LICENSE"] and license.revision == stored.sha
    assert license.url == f"{server.github}/repos/{CODE}/contents/LICENSE?ref={stored.sha}"
    assert len(server.log) == 5


def test_what_only_github_knows(server: Loopback) -> None:
    more = {"archived": True, "fork": True, "parent": {"full_name": "up/stream"}, "release": "v1.0"}
    server.world.repositories["github", CODE].facts.update(more)
    fields = fetch(server, CODE, kind="github").github
    assert fields is not None and (fields.license, fields.default_branch, fields.release) == ("Apache-2.0", "main", None)
    assert (fields.archived, fields.fork, fields.parent, fields.pushed) == (True, True, "up/stream", "2026-03-10T08:00:00Z")
    with connected(server) as connection:
        snapshot = GitHubSource(connection, releases=True).fetch(Reference("github", CODE))
    assert snapshot.github is not None and snapshot.github.release == "v1.0"


def test_no_release_is_none(server: Loopback) -> None:
    with connected(server) as connection:
        snapshot = GitHubSource(connection, releases=True).fetch(Reference("github", CODE))
    assert snapshot.github is not None and snapshot.github.release is None and snapshot.absences == ()


@pytest.mark.parametrize("revision", ["v1.0", "main"])
def test_a_tag_or_branch_is_resolved_to_its_commit(server: Loopback, revision: str) -> None:
    sha = server.world.repositories["github", CODE].sha
    assert fetch(server, CODE, revision, kind="github").revision == sha
    assert all(f"/{sha}" in line or f"ref={sha}" in line for line in server.lines()[2:])


def test_an_unknown_revision_is_missing(server: Loopback) -> None:
    snapshot = fetch(server, CODE, "v9", kind="github")
    assert snapshot.absent is not None and (snapshot.absent.reason, snapshot.absent.what) == ("missing", "revision v9")
    assert len(server.log) == 2


def test_without_a_list_of_commits_the_branch_is_read_unpinned(server: Loopback) -> None:
    server.fault("/commits", status=404, times=9)
    snapshot = fetch(server, CODE, kind="github")
    assert (snapshot.revision, snapshot.absent, reasons(snapshot)) == (None, None, {"revision main": "missing"})
    assert [d.revision for d in snapshot.documents] == [None, None]


def test_an_impossible_default_branch_is_not_put_into_an_address(server: Loopback) -> None:
    server.world.repositories["github", CODE].facts["default_branch"] = "../../../api"
    server.fault("/commits", status=404, times=9)
    assert len(fetch(server, CODE, kind="github").files) == 6
    assert all(".." not in line and "api" not in line for line in server.lines())


def test_a_moved_repository_has_its_new_name(server: Loopback) -> None:
    server.world.add("github", "old/name", moved_to=CODE)
    snapshot = fetch(server, "old/name", kind="github")
    assert (snapshot.name, snapshot.moved, snapshot.absent) == (CODE, True, None)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, "missing"),
        (401, "unreachable"),
        (403, "gated"),
        (409, "missing"),
        (410, "missing"),
        (451, "disabled"),
        (418, "malformed"),
    ],
)
def test_a_refusal_has_its_reason(server: Loopback, status: int, reason: str) -> None:
    server.fault("GET /github", status=status)
    snapshot = fetch(server, CODE, kind="github")
    assert snapshot.absent is not None and snapshot.absent.reason == reason and len(server.log) == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"full_name": "../x"}', b'{"full_name": "a/.."}', b"[" * 100_000, b"<html>"]
)
def test_an_answer_that_describes_no_repository_is_malformed(server: Loopback, body: bytes) -> None:
    server.fault("GET /github", "body", body=body, times=9)
    snapshot = fetch(server, CODE, kind="github")
    assert snapshot.absent is not None and snapshot.absent.reason == "malformed"


def test_fields_of_unexpected_types_count_as_not_given() -> None:
    odd = {"license": "MIT", "default_branch": 3, "archived": "yes", "parent": [], "pushed_at": "\x1b"}
    assert github_fields(odd) == github_fields({})


def test_the_quota_running_out_between_requests_is_typed(server: Loopback) -> None:
    server.state.quota = {"github": 3}
    snapshot = fetch(server, CODE, kind="github")
    assert reasons(snapshot) == {"README.md": "rate-limited", "LICENSE": "rate-limited"}
    assert (len(snapshot.files), server.state.over, len(server.log)) == (6, [], 3)


def test_only_the_api_is_asked_whatever_an_answer_links_to(server: Loopback, trap: Trap) -> None:
    links = dict.fromkeys(("contents_url", "trees_url", "download_url", "git_url", "clone_url"), f"{trap.endpoint}/x")
    server.world.repositories["github", CODE].facts.update(links, html_url=f"{trap.endpoint}/page")
    server.fault("/contents/LICENSE", "redirect", to=f"{trap.endpoint}/raw/LICENSE")
    snapshot = fetch(server, CODE, kind="github")
    assert reasons(snapshot) == {"LICENSE": "refused-host"}
    assert all(line.startswith("GET /github/") for line in server.lines())


# --- trees


def many_folders(server: Loopback, count: int) -> Any:
    files: dict[str, Any] = {f"d{n:02}/sub/f.py": str(n) for n in range(count)} | {"README.md": "# x", "z.py": "z"}
    return server.world.add("github", "a/wide", files, cut_at=5)


def test_a_tree_that_was_cut_short_is_walked(server: Loopback) -> None:
    stored = many_folders(server, 8)
    snapshot = fetch(server, "a/wide", kind="github")
    assert [file.path for file in snapshot.files] == sorted(stored.files)
    assert snapshot.files_complete and sum("/git/trees/" in line for line in server.lines()) == 2 + 8


def test_the_walk_has_a_limit_and_says_so(server: Loopback) -> None:
    many_folders(server, MOST_SUBTREES + 3)
    snapshot = fetch(server, "a/wide", kind="github")
    assert reasons(snapshot) == {"file list": "too-large"} and not snapshot.files_complete
    assert sum("/git/trees/" in line for line in server.lines()) == 2 + MOST_SUBTREES
    assert snapshot.document("README.md") is not None


def test_a_root_that_is_itself_cut_short_is_incomplete(server: Loopback) -> None:
    stored = server.world.repositories["github", CODE]
    server.fault("/git/trees/", "body", body=json.dumps({"sha": stored.sha, "tree": [], "truncated": True}).encode(), times=2)
    snapshot = fetch(server, CODE, kind="github")
    assert (snapshot.files, snapshot.files_complete, reasons(snapshot)) == ((), False, {"file list": "too-large"})


def test_the_wrong_subtree_is_not_taken_for_the_right_one(server: Loopback) -> None:
    stored = many_folders(server, 8)
    body = json.dumps({"sha": stored.sha, "tree": [{"path": "wrong.py", "type": "blob", "size": 1}]}).encode()
    server.fault(folder_id(stored, "d03"), "body", body=body)
    snapshot = fetch(server, "a/wide", kind="github")
    assert not snapshot.files_complete and not any("wrong" in file.path for file in snapshot.files)


@pytest.mark.parametrize(
    "tree", [None, {}, "x", [3, {"path": "../../x", "type": "blob"}, {"path": "/x", "type": "blob"}, {"type": "blob"}]]
)
def test_a_malformed_tree_names_no_file(server: Loopback, tree: Any) -> None:
    server.fault("/git/trees/", "body", body=json.dumps({"tree": tree}).encode())
    snapshot = fetch(server, CODE, kind="github")
    assert (snapshot.files, snapshot.documents, snapshot.absent) == ((), (), None)


def test_a_large_tree_is_read_and_a_larger_answer_is_not(server: Loopback) -> None:
    rows = [{"path": f"src/module_{n}/file_{n}.py", "type": "blob", "size": n, "sha": "0" * 40} for n in range(60_000)]
    body = json.dumps({"sha": "0" * 40, "tree": rows, "truncated": False}).encode()
    server.fault("/git/trees/", "body", body=body, times=3)  # one that is too large is asked for twice
    assert len(fetch(server, CODE, kind="github").files) == 60_000
    snapshot = fetch(server, CODE, kind="github", limits=msgspec.structs.replace(QUICK, answer_bytes=len(body) - 1))
    assert (snapshot.files, reasons(snapshot)) == ((), {"file list": "too-large"})


def test_licenses_of_other_peoples_code_are_not_read(server: Loopback) -> None:
    files: dict[str, Any] = {
        "LICENSE": "x",
        "third_party/zlib/LICENSE": "z",
        "vendor/a/LICENSE": "a",
        "docs/README.md": "# d",
        ".github/LICENSE.md": "g",
    }
    server.world.add("github", "a/vendored", files)
    assert [d.path for d in fetch(server, "a/vendored", kind="github").documents] == ["LICENSE", "docs/README.md"]
