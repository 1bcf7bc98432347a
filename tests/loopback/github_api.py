"""GitHub's REST API: repository, commits, trees (whole, cut short, one folder), contents as JSON or raw, latest release."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any
from urllib.parse import unquote

from tests.loopback.reply import Reply, Request, reply_json
from tests.loopback.world import Repository, World

REPOSITORY = re.compile(r"/repos/([^/]+/[^/]+)(/.*)?")
PRIVATE_FACTS = ("license_spdx", "moved_to", "cut_at", "listing", "date", "release", "sha", "empty")


def answer(world: World, request: Request) -> Reply:
    match = REPOSITORY.fullmatch(request.path)
    found = world.get("github", match[1]) if match else None
    if match is None or found is None:
        return _message(404, "Not Found")
    if new := found.facts.get("moved_to"):
        return Reply(301, b'{"message": "Moved Permanently"}', {"Location": request.raw.replace(found.id, new, 1)})
    rest = unquote(match[2] or "")
    if rest == "":
        return reply_json(_description(found, request))
    if found.facts.get("empty"):
        return _message(409, "Git Repository is empty.")
    if rest == "/commits":
        return _commits(found, request.one("sha"))
    if rest.startswith("/git/trees/"):
        return _tree(found, rest.removeprefix("/git/trees/"), "recursive" in request.query)
    if rest.startswith("/contents/"):
        return _contents(found, rest.removeprefix("/contents/"), request)
    if rest == "/releases/latest" and "release" in found.facts:
        return reply_json({"tag_name": found.facts["release"]})
    return _message(404, "Not Found")


def _message(status: int, text: str) -> Reply:
    return reply_json({"message": text, "status": str(status)}, status=status)


def _description(found: Repository, request: Request) -> dict[str, Any]:
    spdx = found.facts.get("license_spdx")
    data = {
        "id": 1, "name": found.id.partition("/")[2], "full_name": found.id, "private": False, "archived": False, "fork": False,
        "disabled": False, "default_branch": "main", "html_url": f"https://github.com/{found.id}", "description": None,
        "url": f"{request.base}/repos/{found.id}", "license": {"key": spdx.lower(), "spdx_id": spdx} if spdx else None,
    }  # fmt: skip
    return data | {name: value for name, value in found.facts.items() if name not in PRIVATE_FACTS}


def _commits(found: Repository, revision: str) -> Reply:
    if revision not in ("main", "v1.0", "HEAD", "", found.sha, found.sha[:7]):
        return _message(404, "Not Found")
    date = found.facts.get("date", "2026-01-01T00:00:00Z")
    return reply_json([{"sha": found.sha, "commit": {"message": "…", "committer": {"name": "x", "date": date}}}])


def folder_id(found: Repository, folder: str) -> str:
    return hashlib.sha1(f"{found.sha}:{folder}".encode()).hexdigest()


def _tree(found: Repository, id: str, deep: bool) -> Reply:
    folders = {name.rpartition("/")[0] for name in found.files if "/" in name}
    folders |= {"/".join(folder.split("/")[:depth]) for folder in folders for depth in range(1, folder.count("/") + 2)}
    roots = {found.sha: "", "main": "", "HEAD": ""} | {folder_id(found, folder): f"{folder}/" for folder in folders}
    if id not in roots:
        return _message(404, "Not Found")
    prefix = roots[id]
    rows: list[dict[str, Any]] = []
    for name in sorted([*found.files, *folders]):
        inner = name.removeprefix(prefix)
        if not name.startswith(prefix) or ("/" in inner and not deep):
            continue
        if name in folders:
            rows.append({"path": inner, "mode": "040000", "type": "tree", "sha": folder_id(found, name)})
        else:
            rows.append(
                {"path": inner, "mode": "100644", "type": "blob", "sha": found.blobs[name], "size": len(found.files[name])}
            )
    cut = found.facts.get("cut_at") if deep and not prefix else None
    return reply_json({"sha": id, "tree": rows[:cut], "truncated": cut is not None})


def _contents(found: Repository, path: str, request: Request) -> Reply:
    if path not in found.files or request.one("ref", "main") not in ("main", "HEAD", found.sha):
        return _message(404, "Not Found")
    data = found.files[path]
    if "raw" in (request.headers.get("Accept") or ""):
        return Reply(200, data, {"Content-Type": "application/vnd.github.raw+json; charset=utf-8"})
    content = {"name": path.rpartition("/")[2], "path": path, "sha": found.blobs[path], "size": len(data), "type": "file"}
    return reply_json(content | {"encoding": "base64", "content": base64.encodebytes(data).decode()})
