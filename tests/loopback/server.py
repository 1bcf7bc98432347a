"""The server: reads a request, applies quota and faults, sends the reply of the Hub or of GitHub, and keeps a log."""

from __future__ import annotations

import hashlib
import re
import socket
import struct
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from tests.loopback import github_api, hub_api
from tests.loopback.faults import Fault
from tests.loopback.reply import Reply, Request
from tests.loopback.world import World

GITHUB_PREFIX = "/github"
WINDOW_SECONDS = 300


@dataclass
class Entry:
    """One request as it came in, and the status that it got."""

    method: str
    path: str
    headers: Message
    status: int = 0

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class State:
    world: World
    faults: list[Fault] = field(default_factory=list)
    quota: dict[str, int] = field(default_factory=dict)
    window: float = WINDOW_SECONDS
    page: int = 1000
    #: Whether files are served as huggingface.co does: by a redirect to its cache.
    cached: bool = False
    log: list[Entry] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    used: dict[str, int] = field(default_factory=dict)
    began: float = 0.0
    over: list[Entry] = field(default_factory=list)

    def fault(self, line: str) -> Fault | None:
        with self.lock:
            found = next((f for f in self.faults if f.times > 0 and re.search(f.match, line)), None)
            if found is not None:
                found.times -= 1
            return found

    def take(self, bucket: str, entry: Entry) -> tuple[int, int, bool]:
        """Requests left, seconds to the next window, and whether this one is within the quota."""
        if bucket not in self.quota:
            return 10**6, int(self.window), True
        with self.lock:
            now = time.monotonic()
            if now - self.began >= self.window:
                self.began, self.used = now, {}
            self.used[bucket] = self.used.get(bucket, 0) + 1
            left = self.quota[bucket] - self.used[bucket]
            if left < 0:
                self.over.append(entry)
            return max(left, 0), int(self.began + self.window - now), left >= 0


class Loopback:
    """The server within a ``with`` block. ``faults``, ``quota``, ``world`` and ``log`` may be changed while it runs."""

    def __init__(self, world: World, *, page: int = 1000) -> None:
        self.state = State(world, page=page)
        bound = type("Bound", (_Handler,), {"state": self.state})
        self._server = _Server(("127.0.0.1", 0), bound)
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.github = self.endpoint + GITHUB_PREFIX

    @property
    def log(self) -> list[Entry]:
        return self.state.log

    @property
    def world(self) -> World:
        return self.state.world

    def fault(self, match: str, kind: str = "status", **more: object) -> None:
        self.state.faults.append(Fault(match, kind, **more))  # type: ignore[arg-type]

    def lines(self) -> list[str]:
        return [entry.line for entry in self.state.log]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class Trap(Loopback):
    """The rest of the internet: it answers everything, and whatever is in its log should not be there."""

    def __init__(self) -> None:
        super().__init__(World())
        self.state.faults.append(Fault(".", "body", times=10**9, body=b"{}"))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # kept-alive connections would be waited for
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: without this each answer waits 40 ms
    state: State

    def log_message(self, format: str, *args: object) -> None:
        """Silent: the log is in the state."""

    def do_GET(self) -> None:
        entry = Entry(self.command, self.path, self.headers)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.state.lock:
            self.state.log.append(entry)
        url = urlsplit(self.path)
        on_github = url.path.startswith(f"{GITHUB_PREFIX}/")
        resolver = not url.path.startswith("/api/") or url.path.startswith(hub_api.CACHE)
        bucket = "github" if on_github else "resolvers" if resolver else "api"
        left, reset, allowed = self.state.take(bucket, entry)
        announced = _announced(bucket, left, reset, self.state)
        fault = self.state.fault(entry.line) if allowed else None
        if not allowed:
            reply = Reply(429, b'{"error": "rate limit"}')
        elif fault is not None and fault.kind in ("status", "body", "partial", "redirect", "endless"):
            reply = _instead(fault)
        else:
            if fault is not None and fault.kind == "slow":
                time.sleep(fault.seconds)
            path = url.path[len(GITHUB_PREFIX) :] if on_github else url.path
            base = f"http://{self.headers['Host']}{GITHUB_PREFIX if on_github else ''}"
            query = parse_qs(url.query, keep_blank_values=True)
            request = Request(
                self.command, path, self.path, query, self.headers, base, self.state.page, body, cached=self.state.cached
            )
            reply = (github_api if on_github else hub_api).answer(self.state.world, request)
        if fault is None or "ETag" in reply.headers or fault.kind not in ("body", "redirect"):
            reply = _conditional(reply, self.headers)
        entry.status = reply.status
        self._send(reply, announced, fault)

    do_HEAD = do_POST = do_CONNECT = do_PUT = do_GET  # noqa: N815 (the standard library's names)

    def _send(self, reply: Reply, announced: Mapping[str, str], fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        if kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        length = {"Content-Length": str(len(reply.body) + (50 if kind == "overlong" else 0))}
        length = {"Connection": "close"} if kind in ("endless", "unmarked") else length
        try:
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **length, **announced, **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self._body(reply.body, kind, fault.seconds if fault else 0)
        except OSError:
            self.close_connection = True

    def _body(self, body: bytes, kind: str, seconds: float) -> None:
        if kind in ("truncate", "unmarked", "overlong"):
            self.wfile.write(body if kind == "overlong" else body[: len(body) // 2])
            self.close_connection = True
        elif kind == "drip":
            for position in range(len(body)):
                self.wfile.write(body[position : position + 1])
                self.wfile.flush()
                time.sleep(seconds)
        elif kind == "endless":
            self.close_connection = True
            while True:
                self.wfile.write(b"x" * 65536)
        else:
            self.wfile.write(body)


def _conditional(reply: Reply, headers: Message) -> Reply:
    """304 where the client has this answer already. The validator of a description is weak, that of a file git's id."""
    if reply.status != 200 or not reply.body:
        return reply
    tag = reply.headers.setdefault("ETag", f'W/"{hashlib.md5(reply.body).hexdigest()}"')
    if (part := re.fullmatch(r"bytes=(\d+)-(\d+)", headers.get("Range") or "")) and int(part[2]) < len(reply.body):
        reply.headers["Content-Range"] = f"bytes {part[1]}-{part[2]}/{len(reply.body)}"
        return Reply(206, reply.body[int(part[1]) : int(part[2]) + 1], reply.headers)
    span = re.fullmatch(r"bytes=(\d+)-", headers.get("Range") or "")
    if span and tag == headers.get("If-Range") and int(span[1]) >= len(reply.body):
        return Reply(416, b"", {"Content-Range": f"bytes */{len(reply.body)}"})
    if span and tag == headers.get("If-Range") and int(span[1]) < len(reply.body):
        size = len(reply.body)
        reply.headers["Content-Range"] = f"bytes {span[1]}-{size - 1}/{size}"
        return Reply(206, reply.body[int(span[1]) :], reply.headers)
    if tag not in [part.strip() for part in (headers.get("If-None-Match") or "").split(",")]:
        return reply
    return Reply(304, b"", {"ETag": tag})


def _instead(fault: Fault) -> Reply:
    if fault.kind == "redirect":
        return Reply(307, b"", {"Location": fault.to})
    status = {"status": fault.status, "partial": 206}.get(fault.kind, 200)
    return Reply(status, b"" if fault.kind == "endless" else fault.body, dict(fault.headers))


def _announced(bucket: str, left: int, reset: int, state: State) -> dict[str, str]:
    if bucket == "github":
        until = int(time.time()) + reset
        return {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": str(until)}
    policy = f'"fixed window";"{bucket}";q={state.quota.get(bucket, 10**6)};w={int(state.window)}'
    return {"RateLimit": f'"{bucket}";r={left};t={reset}', "RateLimit-Policy": policy}
