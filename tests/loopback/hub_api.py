"""The Hub: descriptions, paged trees, files at a revision, and its ways to refuse (with the headers it sends)."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import unquote, urlencode

import yaml

from tests.loopback.reply import Reply, Request, reply_json
from tests.loopback.world import PullRequest, Repository, World

API = re.compile(r"/api/(models|datasets)/([^/]+(?:/[^/]+)?)(?:/(revision|tree)/([^/]+))?")
CHANGE = re.compile(r"/api/(models|datasets)/([^/]+/[^/]+)/(preupload|commit)/([^/]+)")
FILE = re.compile(r"/(datasets/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)")
CARD = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)
#: Where files really are.
CACHE = "/api/resolve-cache/"
#: Readable even where a repository is gated.
OPEN = re.compile(r"(.*/)?(README|LICEN[CS]E|NOTICE|USE_POLICY)[^/]*", re.IGNORECASE)
#: Facts that are not part of a description.
PRIVATE_FACTS = ("allow", "moved_to", "siblings_limit", "listed")
EPOCH = "2022-03-02T23:29:04.000Z"


def answer(world: World, request: Request) -> Reply:
    if request.path == "/api/models":
        return _listing(world, request)
    if request.method == "POST" and request.path == "/api/validate-yaml":
        return _front_matter(json.loads(request.body)["content"])
    if request.method == "POST" and (match := CHANGE.fullmatch(request.path)):
        return _change(world, request, *(unquote(group) for group in match.groups()))
    if match := API.fullmatch(request.path):
        kind, id, verb, revision = (group and unquote(group) for group in match.groups())
        assert kind and id
        found = _open(world, request, kind, id, revision, None)
        if isinstance(found, Reply):
            return found
        return _tree(found, request) if verb == "tree" else reply_json(_description(found, request))
    if match := FILE.fullmatch(request.path.replace(CACHE, "/", 1)):
        dataset, id, revision, path = (unquote(group or "") for group in match.groups())
        if request.cached and not request.path.startswith(CACHE):
            return Reply(307, b"", {"Location": f"{CACHE}{request.raw.partition('?')[0].removeprefix('/')}"})
        found = _open(world, request, "datasets" if dataset else "models", id, revision, path)
        return found if isinstance(found, Reply) else _file(found, path)
    return refusal(404, "Not Found")


def _listing(world: World, request: Request) -> Reply:
    """Models that anyone may list, with the fields asked for, a page at a time."""
    author, filters = request.one("author"), request.query.get("filter", [])
    rows = []
    for (kind, id), found in sorted(world.repositories.items()):
        hidden = any(found.facts.get(fact) for fact in ("private", "moved_to"))
        hidden |= bool(found.facts.get("disabled") and not found.facts.get("listed"))
        if kind != "models" or hidden or (author and id.partition("/")[0] != author):
            continue
        row = _description(found, request)
        if all(word in row["tags"] for word in filters):
            rows.append(row)
    if sort := request.one("sort"):
        rows.sort(key=lambda row: (row.get(sort) or 0, row["id"]), reverse=True)
    if expand := request.query.get("expand"):
        rows = [{name: row[name] for name in ("_id", "id", *expand) if name in row} for row in rows]
    page = min(request.page, int(request.one("limit") or request.page))
    return _paged(rows, request, page)


def _front_matter(card: str) -> Reply:
    """What the Hub says of a card before it is committed."""
    match = CARD.match(card)
    try:
        valid = match is None or isinstance(yaml.safe_load(match[1]), dict)
    except yaml.YAMLError:
        valid = False
    errors = [] if valid else [{"message": "the metadata is no YAML mapping"}]
    return reply_json({"errors": errors, "warnings": []}, status=200 if valid else 400)


def _change(world: World, request: Request, kind: str, id: str, verb: str, revision: str) -> Reply:
    """How a file is to be sent, and a commit: on main, or as a pull request, which changes nothing yet."""
    found = _open(world, request, kind, id, revision, None)
    if isinstance(found, Reply):
        return found
    if not request.token:
        return refusal(401, "Invalid username or password.")
    if verb == "preupload":
        files = json.loads(request.body)["files"]
        modes = [{"path": file["path"], "uploadMode": "regular", "shouldIgnore": False, "oid": None} for file in files]
        return reply_json({"files": modes})
    rows = [json.loads(line) for line in request.body.splitlines()]
    head = next(row["value"] for row in rows if row["key"] == "header")
    if head.get("parentCommit") not in (None, found.sha):
        return refusal(412, "A commit has happened since. Please refresh and try again.")
    files = {row["value"]["path"]: base64.b64decode(row["value"]["content"]) for row in rows if row["key"] == "file"}
    number = len(world.pull_requests) + 1
    world.pull_requests.append(PullRequest(id, "create_pr" in request.query, head, files))
    where = f"http://{request.headers['Host']}/{id}"
    data = {"success": True, "commitOid": "f" * 40, "commitUrl": f"{where}/commit/{'f' * 40}", "hookOutput": ""}
    return reply_json(data | {"pullRequestUrl": f"{where}/discussions/{number}"})


def refusal(status: int, message: str, code: str | None = None) -> Reply:
    headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
    return reply_json({"error": message}, headers, status)


def _open(world: World, request: Request, kind: str, id: str, revision: str | None, path: str | None) -> Repository | Reply:
    found = world.get(kind, id)
    allowed = found is not None and request.token in found.facts.get("allow", [])
    if found is None or (found.facts.get("private") and not allowed):
        if request.token:
            return refusal(404, "Repository not found", "RepoNotFound")
        return refusal(401, "Invalid username or password.", "RepoNotFound")
    if new := found.facts.get("moved_to"):
        return Reply(307, b"", {"Location": request.raw.replace(id, new, 1)})
    if found.facts.get("disabled"):
        return refusal(403, "Access to this resource is disabled.")
    if revision is not None and revision not in ("main", found.sha, found.sha[:7]):
        return refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
    if path and found.facts.get("gated") and not allowed and not OPEN.fullmatch(path):
        return refusal(403 if request.token else 401, f"Access to model {id} is restricted.", "GatedRepo")
    return found


def _description(found: Repository, request: Request) -> dict[str, Any]:
    card = found.facts.get("cardData", _card(found))
    card = card if isinstance(card, dict) else {}
    limit = found.facts.get("siblings_limit")
    siblings = [_sibling(found, name, "blobs" in request.query) for name in found.blobs][:limit]
    data = {
        "_id": found.sha[:24], "id": found.id, "author": found.id.partition("/")[0], "sha": found.sha, "private": False,
        "gated": False, "disabled": False, "likes": 0, "downloads": 0, "createdAt": EPOCH, "lastModified": EPOCH,
        "tags": _tags(card), "cardData": card, "siblings": siblings,
    }  # fmt: skip
    if found.kind == "models":
        data |= {"modelId": found.id, "pipeline_tag": card.get("pipeline_tag"), "library_name": card.get("library_name")}
    return data | {name: value for name, value in found.facts.items() if name not in PRIVATE_FACTS}


def _card(found: Repository) -> Any:
    match = CARD.match(found.files.get("README.md", b"").decode("utf-8", "replace"))
    return yaml.safe_load(match[1]) if match else {}


def _tags(card: dict[str, Any]) -> list[str]:
    relation = card.get("base_model_relation") or "finetune"
    bases = _listed(card.get("base_model"))
    tags = _listed(card.get("tags")) + [f"license:{name}" for name in _listed(card.get("license"))]
    tags += [f"base_model:{base}" for base in bases] + [f"base_model:{relation}:{base}" for base in bases]
    return tags + [f"dataset:{name}" for name in _listed(card.get("datasets"))]


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(item) for item in value] if isinstance(value, list) else []


def _sibling(found: Repository, name: str, detailed: bool) -> dict[str, Any]:
    if not detailed:
        return {"rfilename": name}
    size = len(found.files[name])
    large = found.large(name)
    more = {"lfs": {"sha256": large, "size": size, "pointerSize": 134}} if large else {}
    return {"rfilename": name, "size": size, "blobId": found.blobs[name], **more}


def _tree(found: Repository, request: Request) -> Reply:
    rows: list[dict[str, Any]] = []
    for name, blob in found.blobs.items():
        size, large = len(found.files[name]), found.large(name)
        more = {"lfs": {"oid": large, "size": size, "pointerSize": 134}} if large else {}
        rows.append({"type": "file", "path": name, "size": size, "oid": blob, **more})
    folders = sorted({name.rpartition("/")[0] for name in found.blobs if "/" in name})
    rows += [{"type": "directory", "path": folder, "size": 0, "oid": found.sha} for folder in folders]
    return _paged(rows, request, request.page)


def _paged(rows: list[dict[str, Any]], request: Request, page: int) -> Reply:
    start = int(base64.b64decode(request.one("cursor") or "MA=="))
    headers = {}
    if start + page < len(rows):
        request.query["cursor"] = [base64.b64encode(str(start + page).encode()).decode()]
        headers["Link"] = f'<{request.base}{request.raw.partition("?")[0]}?{urlencode(request.query, doseq=True)}>; rel="next"'
    return reply_json(rows[start : start + page], headers)


def _file(found: Repository, path: str) -> Reply:
    if path not in found.files:
        missing = refusal(404, "Entry not found", "EntryNotFound")
        missing.headers["X-Repo-Commit"] = found.sha
        return missing
    headers = {"X-Repo-Commit": found.sha, "ETag": f'"{found.blobs[path]}"', "Content-Type": "text/plain; charset=utf-8"}
    return Reply(200, found.files[path], headers)
