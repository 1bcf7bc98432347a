"""What a MODEL argument means, and which ones are refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from openness.errors import MissingInput, OpennessError, UsageError
from openness.sources.documents import kind_of
from openness.sources.endpoints import Access
from openness.sources.hub_names import is_hub_id
from openness.sources.live import LiveSources
from openness.sources.model_reference import linked, parse
from openness.sources.snapshot import Reference
from tests.loopback import Loopback
from tests.loopback.world import CASES
from tests.sources.network import CODE, HERON, QUICK, access

MIRROR = Access("http://127.0.0.1:9000/hf", "http://127.0.0.1:9000/github")


@pytest.mark.parametrize(
    ("text", "kind", "name", "revision"),
    [
        ("allenai/OLMo-2-1124-7B", "hub-model", "allenai/OLMo-2-1124-7B", None),
        ("gpt2", "hub-model", "gpt2", None),
        ("a/b@main", "hub-model", "a/b", "main"),
        ("a/b@refs/pr/3", "hub-model", "a/b", "refs/pr/3"),
        ("a/b@0123456789abcdef0123456789abcdef01234567", "hub-model", "a/b", "0123456789abcdef0123456789abcdef01234567"),
        ("https://huggingface.co/a/b", "hub-model", "a/b", None),
        ("https://huggingface.co/a/b/?library=x#top", "hub-model", "a/b", None),
        ("http://hf.co/a/b", "hub-model", "a/b", None),
        ("huggingface.co/a/b", "hub-model", "a/b", None),
        ("https://huggingface.co/gpt2/tree/v1", "hub-model", "gpt2", "v1"),
        ("https://huggingface.co/a/b/tree/refs%2Fpr%2F1", "hub-model", "a/b", "refs/pr/1"),
        ("https://huggingface.co/a/b/blob/v1.0/README.md", "hub-model", "a/b", "v1.0"),
        ("https://huggingface.co/a/b/resolve/main/LICENSE", "hub-model", "a/b", "main"),
        ("https://huggingface.co/a/b/discussions/4", "hub-model", "a/b", None),
        ("http://127.0.0.1:9000/hf/a/b", "hub-model", "a/b", None),
        ("github:a/b", "github", "a/b", None),
        ("github:a-1/b.c_d@v1.0", "github", "a-1/b.c_d", "v1.0"),
        ("https://github.com/a/b", "github", "a/b", None),
        ("https://github.com/a/b.git", "github", "a/b", None),
        ("https://github.com/a/b/tree/v1/src", "github", "a/b", "v1"),
        ("github.com/a/b", "github", "a/b", None),
    ],
)
def test_names_and_addresses(text: str, kind: str, name: str, revision: str | None) -> None:
    found = parse(text, MIRROR)
    assert (found.kind, found.name, found.revision, found.given) == (kind, name, revision, text)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "a b/c", "a/b ", "../../etc/passwd@x", "a/../b", "a/b/..", "a/..", "./a\x00b", "a/b\n", "a/b\x1b[31m", "a\u202e/b", "аllenai/OLMo",
        "a//b", "/a/b\x7f", "a/b?x=1", "a/b#c", "a/b%2e%2e", "a\\b", "-a/b", "a/-b", "a/b.", ".a/b", "a--b/c", "a/b.git", "a/" + "b" * 97,
        "a/b@", "a/b@..", "a/b@a..b", "a/b@-x", "a/b@x y", "a/b@{u}", "a/b@/x", "a/b@x/", "a/b@x.lock", "a/b@c@d", "a/b:Q4_K_M",
        "github:", "github:a", "github:a/b/c", "github:a/..", "github:../b", "github:a/b@..", "github:-a/b", "github:a/b?x",
        "https://example.com/a/b", "https://huggingface.co", "https://huggingface.co/datasets/a/b", "https://huggingface.co/spaces/a/b",
        "https://huggingface.co/docs/hub", "https://huggingface.co@evil.example/a/b", "https://me:secret@huggingface.co/a/b",
        "https://huggingface.co/a/b/tree/..", "https://huggingface.co/a/%2e%2e", "https://huggingface.co.evil.example/a/b", "ftp://huggingface.co/a/b",
        "file:///etc/passwd", "https://[::1", "http://127.0.0.1:9001/a/b", "https://github.com/a", "https://raw.githubusercontent.com/a/b/main/x",
        "a/b" * 2000, "hf://a/b",
    ],
)  # fmt: skip
def test_hostile_and_hopeless_names_are_refused(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OpennessError) as caught:
        parse(text, MIRROR)
    assert isinstance(caught.value, (UsageError, MissingInput))
    assert caught.value.message.isprintable() and "secret" not in caught.value.message and len(caught.value.message) < 500


def test_what_is_not_there_is_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ("./gone", "/gone/x", "a/b/c", "evidence.yaml", "../x.json", "model.gguf", "~/gone-gone"):
        with pytest.raises(MissingInput):
            parse(text, MIRROR)


def test_folders_and_evidence_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "owner" / "name").mkdir(parents=True)
    for name in ("x.yaml", "x.YML", "x.json", "x.gguf", "x.txt"):
        (tmp_path / name).write_text("{}")
    assert parse(".", MIRROR).kind == parse(str(tmp_path), MIRROR).kind == parse("./owner", MIRROR).kind == "folder"
    assert parse("owner/name", MIRROR).kind == "folder"  # what is here wins
    assert parse("https://huggingface.co/owner/name", MIRROR).kind == "hub-model"  # and an address is always the Hub
    assert {parse(name, MIRROR).kind for name in ("x.yaml", "x.YML", "x.json")} == {"evidence-file"}
    with pytest.raises(UsageError, match="openness audit"):
        parse("x.gguf", MIRROR)
    with pytest.raises(UsageError, match="neither a folder nor"):
        parse("x.txt", MIRROR)


def test_names_that_documents_link_to() -> None:
    assert linked("hub-dataset", "a/b") == Reference("hub-dataset", "a/b", None, "a/b")
    assert linked("github", "a/b", "main") == Reference("github", "a/b", "main", "a/b")
    assert linked("github", "a/../b") is None and linked("hub-model", "../x") is None and linked("github", "a/b", "..") is None
    assert linked("folder", "/etc") is None
    assert is_hub_id("a/" + "b" * 96) and not is_hub_id("a/" + "b" * 97)


def test_one_source_for_every_kind_of_reference(server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "e.json").write_text('{"schema": "openness/classify/1", "results": []}')
    given = access(server)
    texts = [HERON, f"github:{CODE}", f"{server.endpoint}/{HERON}", str(CASES / "merged" / "model"), str(tmp_path / "e.json")]
    with LiveSources(given, limits=QUICK) as sources:
        found = [sources.fetch(parse(text, given)) for text in texts]
    assert [s.kind for s in found] == ["hub-model", "github", "hub-model", "folder", "evidence-file"]
    assert [s.absent for s in found] == [None] * 5


def test_a_name_and_a_folder_need_no_network_code() -> None:
    script = f"""
import sys
from openness.sources.live import LiveSources
from openness.sources.endpoints import Access
from openness.sources.model_reference import parse
with LiveSources(Access()) as sources:
    sources.fetch(parse({str(CASES / "merged" / "model")!r}))
parse("a/b")
sys.exit(", ".join(name for name in ("httpx2", "huggingface_hub", "socket", "ssl", "yaml") if name in sys.modules) or 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("README.md", "card"), ("readme.MD", "card"), ("model_card.md", "card"), ("README.rst", "readme"), ("README_zh.md", "prose"), ("docs/README.md", "prose"),
        ("LICENSE", "license"), ("LICENCE.txt", "license"), ("COPYING", "license"), ("UNLICENSE", "license"), ("LICENSE-CODE", "license"), ("MODEL_LICENSE.md", "license"),
        ("LICENSE (copy).txt", "license"), ("Terms of Use.md", "license"), ("LICENSE.Apache-2.0", "license"), ("licenses/LICENSE.txt", "license"),
        ("NOTICE", "notice"), ("third_party_notices.txt", "notice"), ("USE_POLICY.md", "policy"), ("acceptable-use.txt", "policy"),
        ("config.json", "config"), ("unet/config.json", None), ("adapter_config.json", "adapter"), ("mergekit_config.yml", "merge"), ("tokenizer_config.json", "tokenizer"),
        ("license_checker.py", None), ("license.png", None), ("LICENSE.pdf", None), ("termsheet.xlsx", None), ("noticeboard.txt", None), ("glossary_terms.txt", None),
        ("CHANGELOG.md", None), ("third_party/x/LICENSE", None), (".github/LICENSE", None), ("a/b/c/LICENSE", None), ("model.safetensors", None), ("L" * 500, None),
    ],
)  # fmt: skip
def test_which_files_are_read(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind
