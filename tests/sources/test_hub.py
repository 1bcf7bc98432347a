"""Repositories of the Hub through the real client: what is recorded, how it is pinned, and each way not to get it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import msgspec
import pytest

from openness.sources.documents import MAX_DOCUMENT, Wanted
from openness.sources.hub import HubSource
from openness.sources.hub_fields import hub_fields
from openness.sources.snapshot import Reference, RepositorySnapshot
from tests.loopback import Loopback
from tests.sources.network import CODE, HERON, KESTREL, MERGED, connected, fetch, reasons

CARD = "---\nlicense: mit\n---\n\n# A model\n"


def test_a_model_is_recorded_whole(server: Loopback) -> None:
    snapshot = fetch(server, HERON)
    stored = server.world.repositories["models", HERON]
    assert (snapshot.kind, snapshot.name, snapshot.requested, snapshot.moved) == ("hub-model", HERON, HERON, False)
    assert (snapshot.revision, snapshot.date) == (stored.sha, "2026-03-11T16:20:00.000Z")
    assert (snapshot.absent, snapshot.absences, snapshot.files_complete) == (None, (), True)
    assert snapshot.url == f"{server.endpoint}/{HERON}"
    assert [(d.path, d.kind) for d in snapshot.documents] == [
        ("README.md", "card"),
        ("config.json", "config"),
        ("generation_config.json", "generation"),
        ("tokenizer_config.json", "tokenizer"),
        ("TRAINING.md", "prose"),
    ]
    assert {file.path: file.size for file in snapshot.files} == {name: len(data) for name, data in stored.files.items()}
    weights = next(file for file in snapshot.files if file.path == "model.safetensors")
    assert weights.sha256 == hashlib.sha256(stored.files["model.safetensors"]).hexdigest()


def test_each_document_is_pinned(server: Loopback) -> None:
    snapshot = fetch(server, HERON)
    card = snapshot.document("README.md")
    stored = server.world.repositories["models", HERON]
    assert card is not None and card.data == stored.files["README.md"]
    assert (card.sha256, card.size) == (hashlib.sha256(card.data).hexdigest(), len(card.data))
    assert (card.revision, card.date) == (stored.sha, snapshot.date)
    assert card.url == f"{server.endpoint}/{HERON}/resolve/{stored.sha}/README.md"


def test_one_request_for_the_description_and_one_for_each_document(server: Loopback) -> None:
    snapshot = fetch(server, HERON)
    assert len(server.lines()) == 1 + len(snapshot.documents)
    assert not any("safetensors" in line for line in server.lines())


def test_what_only_the_hub_knows(server: Loopback) -> None:
    heron, kestrel, merged = (fetch(server, name).hub for name in (HERON, KESTREL, MERGED))
    assert heron is not None and kestrel is not None and merged is not None
    assert (heron.author, heron.gated, heron.private, heron.disabled) == ("heron-lab", "no", False, False)
    assert (heron.library, heron.pipeline, heron.created) == ("transformers", "text-generation", "2026-02-03T09:00:00.000Z")
    assert heron.card_data is not None and heron.card_data["datasets"] == ["heron-lab/heron-corpus"]
    assert "license:apache-2.0" in heron.tags and heron.base_models == ()
    assert (kestrel.gated, kestrel.eu_disallowed, heron.eu_disallowed) == ("manual", True, False)
    assert (kestrel.base_models, kestrel.relation) == (("kestrel-works/kestrel-1b",), "finetune")
    assert (merged.base_models, merged.relation) == ((HERON, KESTREL), "merge")


def test_license_policy_notice_and_merge_files_are_read(server: Loopback) -> None:
    assert [(d.path, d.kind) for d in fetch(server, MERGED).documents] == [
        ("README.md", "card"),
        ("mergekit_config.yml", "merge"),
        ("config.json", "config"),
    ]
    kinds = {d.path: d.kind for d in fetch(server, KESTREL, hf="granted-token").documents}
    assert (kinds["LICENSE.md"], kinds["USE_POLICY.md"], kinds["NOTICE"]) == ("license", "policy", "notice")


def test_the_hubs_own_lineage_is_preferred_to_its_tags() -> None:
    stated = {"relation": "adapter", "models": [{"id": "a/b"}, {"id": "../x"}, 3]}
    fields = hub_fields({"baseModels": stated, "tags": ["base_model:c/d", "base_model:merge:c/d"]})
    assert (fields.base_models, fields.relation) == (("a/b",), "adapter")
    fields = hub_fields({"tags": ["base_model:c/d", "base_model:quantized:c/d", "base_model:e/f", "base_model:finetune:a b"]})
    assert (fields.base_models, fields.relation) == (("c/d", "e/f"), "quantized")


# --- revisions and other kinds


@pytest.mark.parametrize("length", [40, 7])
def test_a_revision_is_resolved_to_its_commit(server: Loopback, length: int) -> None:
    sha = server.world.repositories["models", HERON].sha
    snapshot = fetch(server, HERON, sha[:length])
    assert snapshot.revision == sha and all(f"/{sha}/" in line for line in server.lines()[1:])
    assert server.lines()[0] == f"GET /api/models/{HERON}/revision/{sha[:length]}?blobs=true"


def test_an_unknown_revision_is_missing(server: Loopback) -> None:
    snapshot = fetch(server, HERON, "refs/pr/7")
    assert snapshot.absent is not None
    assert (snapshot.absent.reason, snapshot.absent.detail) == ("missing", "no such revision")


def test_a_dataset_is_a_repository_too(server: Loopback) -> None:
    snapshot = fetch(server, "heron-lab/heron-corpus", kind="hub-dataset")
    card = snapshot.document("README.md")
    assert snapshot.hub is not None and snapshot.hub.card_data is not None and snapshot.hub.card_data["license"] == "cc-by-4.0"
    assert card is not None and card.url is not None and "/datasets/heron-lab/heron-corpus/resolve/" in card.url
    assert snapshot.url == f"{server.endpoint}/datasets/heron-lab/heron-corpus"


# --- ways not to get it


def test_a_moved_repository_has_its_new_name(server: Loopback) -> None:
    server.world.add("models", "old-owner/old-name", moved_to=HERON)
    snapshot = fetch(server, "old-owner/old-name")
    assert (snapshot.name, snapshot.requested, snapshot.moved, snapshot.absent) == (HERON, "old-owner/old-name", True, None)
    assert snapshot.document("README.md") is not None and snapshot.url == f"{server.endpoint}/{HERON}"


def test_a_repository_that_moved_to_nothing_is_missing_and_a_circle_ends(server: Loopback) -> None:
    server.world.add("models", "a/gone", moved_to="a/nowhere")
    server.world.add("models", "a/round", moved_to="a/about")
    server.world.add("models", "a/about", moved_to="a/round")
    found = [fetch(server, name).absent for name in ("a/gone", "a/round")]
    assert [absent and absent.reason for absent in found] == ["missing", "moved"]
    assert len(server.log) < 12


@pytest.mark.parametrize("token", ["", "some-token"])
def test_a_gated_repository_gives_its_card_and_license(server: Loopback, token: str) -> None:
    snapshot = fetch(server, KESTREL, hf=token)
    assert snapshot.absent is None and [d.path for d in snapshot.documents] == [
        "README.md",
        "LICENSE.md",
        "NOTICE",
        "USE_POLICY.md",
    ]
    assert reasons(snapshot) == {"config.json": "gated"}


def test_a_token_with_access_opens_a_gated_repository(server: Loopback) -> None:
    assert fetch(server, KESTREL, hf="granted-token").absences == ()


def test_after_one_gated_configuration_the_others_are_not_asked_for(server: Loopback) -> None:
    files: dict[str, Any] = dict.fromkeys(("config.json", "generation_config.json", "tokenizer_config.json"), "{}")
    server.world.add("models", "a/gated", {"README.md": CARD, **files}, gated="auto")
    snapshot = fetch(server, "a/gated")
    assert set(reasons(snapshot).values()) == {"gated"} and len(snapshot.absences) == 3
    assert len(server.log) == 3


@pytest.mark.parametrize("facts", [{"private": True}, None])
@pytest.mark.parametrize("token", ["", "some-token"])
def test_absent_and_private_repositories_are_missing(server: Loopback, facts: dict[str, Any] | None, token: str) -> None:
    if facts:
        server.world.add("models", "a/hidden", {"README.md": CARD}, **facts)
    snapshot = fetch(server, "a/hidden", hf=token)
    assert snapshot.absent is not None and snapshot.absent.reason == "missing"
    assert (snapshot.name, snapshot.documents, snapshot.files_complete) == ("a/hidden", (), False)


def test_a_disabled_repository(server: Loopback) -> None:
    server.world.add("models", "a/down", {"README.md": CARD}, disabled=True)
    snapshot = fetch(server, "a/down")
    assert snapshot.absent is not None and snapshot.absent.reason == "disabled"
    described = json.dumps({"id": "a/flagged", "disabled": True, "sha": "0" * 40, "siblings": [{"rfilename": "README.md"}]})
    server.fault("GET /api/models/a/flagged", "body", body=described.encode())
    snapshot = fetch(server, "a/flagged")
    assert snapshot.absent is not None and snapshot.absent.reason == "disabled" and snapshot.hub is not None


def test_a_token_that_is_refused_is_said_and_is_not_a_missing_model(server: Loopback) -> None:
    message = "Invalid credentials in Authorization header"
    server.fault("GET /api", status=401, body=json.dumps({"error": message}).encode(), headers={"X-Error-Message": message})
    snapshot = fetch(server, HERON, hf="expired")
    assert snapshot.absent is not None and snapshot.absent.reason == "unreachable" and "HF_TOKEN" in snapshot.absent.detail


@pytest.mark.parametrize(
    ("status", "reason"),
    [(403, "gated"), (404, "missing"), (410, "missing"), (451, "disabled"), (418, "malformed"), (501, "unreachable")],
)
def test_a_status_without_the_hubs_error_code(server: Loopback, status: int, reason: str) -> None:
    server.fault("GET /api", status=status, body=b"<html>\x1b[31m")
    snapshot = fetch(server, HERON)
    assert snapshot.absent is not None and (snapshot.absent.reason, snapshot.absent.detail) == (reason, f"HTTP {status}")


def test_an_answer_longer_than_its_file_is_none_of_it(server: Loopback) -> None:
    server.fault("GET /.*/LICENSE", "endless")
    assert reasons(fetch(server, HERON)).get("LICENSE") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"id": 3}',
        b'{"id": "../../etc"}',
        b'{"id": "a/b\\u001b"}',
        b"[" * 100_000,
        b"\xff",
        b"null",
    ],
)
def test_an_answer_that_describes_no_repository_is_malformed(server: Loopback, body: bytes) -> None:
    server.fault("GET /api", "body", body=body, times=9)
    snapshot = fetch(server, HERON)
    assert snapshot.absent is not None and snapshot.absent.reason == "malformed"


@pytest.mark.parametrize(
    "card", [{"self": 1}, {"tags": 3}, {"ignore_metadata_errors": True}, {"model-index": "x"}, {"license": [[1]]}]
)
def test_an_odd_card_does_not_hide_the_repository(server: Loopback, card: dict[str, Any]) -> None:
    """The first three make ``HfApi.model_info`` of huggingface_hub 2.4 raise TypeError."""
    server.world.repositories["models", HERON].facts["cardData"] = card
    snapshot = fetch(server, HERON)
    assert snapshot.absent is None and snapshot.hub is not None and snapshot.hub.card_data == card


def test_fields_of_unexpected_types_count_as_not_given(server: Loopback) -> None:
    described = {
        "id": HERON,
        "library_name": 3,
        "createdAt": "\x1b",
        "baseModels": [],
        "disabled": "yes",
        "sha": "HEAD",
        "tags": "x",
        "gated": 3,
        "lastModified": "soon",
        "siblings": [3, {}, {"rfilename": "README.md", "size": -1}],
    }
    server.fault("GET /api", "body", body=json.dumps(described).encode())
    snapshot = fetch(server, HERON)
    assert snapshot.absent is None and snapshot.hub is not None
    assert (snapshot.revision, snapshot.date, snapshot.hub.gated, snapshot.hub.tags) == (None, None, None, ())
    assert [(file.path, file.size) for file in snapshot.files] == [("README.md", None)]
    card = snapshot.document("README.md")
    assert card is not None and card.revision is None and card.url is not None and "/resolve/main/" in card.url


# --- listings


def test_a_long_listing_is_paged(server: Loopback) -> None:
    files: dict[str, Any] = {f"part-{n:03}.bin": str(n) for n in range(25)} | {"README.md": CARD, "sub/deep/x.txt": "x"}
    server.world.add("models", "a/long", files, siblings_limit=0).facts["siblings"] = None
    server.state.page = 10
    snapshot = fetch(server, "a/long")
    assert [file.path for file in snapshot.files] == sorted(files) and snapshot.files_complete
    assert sum("/tree/" in line for line in server.lines()) == 3
    assert next(f for f in snapshot.files if f.path == "part-001.bin").sha256 == hashlib.sha256(b"1").hexdigest()


def test_a_listing_that_breaks_off_is_incomplete(server: Loopback) -> None:
    files: dict[str, Any] = {f"part-{n:03}.bin": str(n) for n in range(25)} | {"README.md": CARD}
    server.world.add("models", "a/long", files).facts["siblings"] = None
    server.state.page = 10
    server.fault("cursor=", status=500, times=99)
    snapshot = fetch(server, "a/long")
    assert (len(snapshot.files), snapshot.files_complete, snapshot.absent) == (10, False, None)
    assert reasons(snapshot) == {"file list": "unreachable"} and snapshot.document("README.md") is not None


@pytest.mark.parametrize(
    "row", [3, {}, {"type": "file", "path": "x"}, {"type": "file", "path": "x", "size": 1, "oid": "0", "lfs": {}}]
)
def test_a_malformed_listing_is_incomplete(server: Loopback, row: Any) -> None:
    server.world.repositories["models", HERON].facts["siblings"] = None
    server.fault("/tree/", "body", body=json.dumps([row]).encode())
    snapshot = fetch(server, HERON)
    assert (snapshot.files, snapshot.files_complete, reasons(snapshot)) == ((), False, {"file list": "malformed"})


@pytest.mark.parametrize(
    "path", ["../../../api/whoami.md", "/etc/passwd.md", "a//b.md", "./x.md", "x\x1b.md", "a\\..\\b.md", "", "x/../y.md", 3]
)
def test_a_path_that_could_lead_elsewhere_is_left_out_and_said(server: Loopback, path: Any) -> None:
    described = {"id": HERON, "sha": "0" * 40, "siblings": [{"rfilename": path, "size": 3}]}
    server.fault("GET /api", "body", body=json.dumps(described).encode())
    snapshot = fetch(server, HERON)
    assert (snapshot.files, snapshot.files_complete, reasons(snapshot)) == ((), False, {"file list": "malformed"})
    assert len(server.log) == 1


def test_odd_but_possible_names_are_asked_for_as_they_are(server: Loopback) -> None:
    names = ["docs/été #1?.md", "LICENSE (copy).md", "100%.md", "模型卡.md"]
    server.world.add("models", "a/odd", {name: name for name in names})
    snapshot = fetch(server, "a/odd")
    assert {d.path: d.data.decode() for d in snapshot.documents} == {name: name for name in names}


# --- documents


def test_documents_beyond_the_limits_are_said_and_not_fetched(server: Loopback) -> None:
    files: dict[str, Any] = {"README.md": CARD, "LICENSE": "x" * 300, "a.md": "a", "b.md": "b", "NOTICE": "n" * 40}
    server.world.add("models", "a/big", files)
    wanted = Wanted(most=3, document_bytes=200)
    with connected(server) as connection:
        snapshot = HubSource(connection, wanted).fetch(Reference("hub-model", "a/big"))
    assert [d.path for d in snapshot.documents] == ["README.md", "NOTICE", "a.md"]
    assert reasons(snapshot) == {"LICENSE": "too-large", "b.md": "too-large"}
    assert not any("LICENSE" in line for line in server.lines())


def test_a_document_that_turns_out_larger_than_listed_is_stopped(server: Loopback) -> None:
    server.fault("/resolve/.*README", "endless", times=9)
    snapshot = fetch(server, HERON)
    assert reasons(snapshot) == {"README.md": "too-large"} and MAX_DOCUMENT == 5 << 20


def test_documents_of_chosen_kinds_only(server: Loopback) -> None:
    with connected(server) as connection:
        source = HubSource(connection, Wanted(frozenset({"card", "license"})))
        assert [d.path for d in source.fetch(Reference("hub-model", KESTREL)).documents] == ["README.md", "LICENSE.md"]


def test_a_host_that_fails_twice_in_a_row_is_not_asked_for_the_rest(server: Loopback) -> None:
    server.fault("/resolve/", "reset", times=99)
    snapshot = fetch(server, HERON)
    assert set(reasons(snapshot).values()) == {"unreachable"} and len(snapshot.absences) == 5
    assert len(server.log) == 1 + 2 * 3


def test_one_failing_document_does_not_cost_the_others(server: Loopback) -> None:
    server.fault("/resolve/.*README", status=500, times=99)
    server.fault("/resolve/.*generation", "truncate", times=1)
    snapshot = fetch(server, HERON)
    assert reasons(snapshot) == {"README.md": "unreachable"} and len(snapshot.documents) == 4


def test_a_file_that_is_listed_but_gone_is_missing(server: Loopback) -> None:
    server.fault("/resolve/.*TRAINING", status=404, headers={"X-Error-Code": "EntryNotFound"})
    assert reasons(fetch(server, HERON)) == {"TRAINING.md": "missing"}


def test_the_same_repository_gives_the_same_record(server: Loopback) -> None:
    assert fetch(server, HERON) == fetch(server, HERON)


@pytest.mark.parametrize("name", ["../whoami-v2", "a/b?x=1", "a/b/c", "", "a/b#c", "a%2e%2e/b"])
def test_a_name_from_a_document_is_checked_again(server: Loopback, name: str) -> None:
    for kind in ("hub-model", "github"):
        snapshot = fetch(server, name, kind=kind)
        assert snapshot.absent is not None and snapshot.absent.reason == "malformed"
    assert server.lines() == []


@pytest.mark.parametrize(
    ("name", "kind"), [(HERON, "hub-model"), (KESTREL, "hub-model"), (CODE, "github"), ("a/none", "hub-model")]
)
def test_a_record_can_be_kept_and_given_back(server: Loopback, name: str, kind: Any) -> None:
    """So that a store or a recording can stand in for the network."""
    snapshot = fetch(server, name, kind=kind)
    for codec in (msgspec.json, msgspec.msgpack):
        assert codec.decode(codec.encode(snapshot), type=RepositorySnapshot) == snapshot
