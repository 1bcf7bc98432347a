"""What clients of a served build talk to: a door of our own before llama.cpp's server, which itself is reached with a secret key.

With each request the door sees whether the held files are still the audited ones (a look at their metadata; nothing is read
again unless that moved), refuses what llama.cpp would answer wrongly without saying so, and passes everything else on unchanged,
streams piece by piece. Only the paths of :data:`GETS` and :data:`POSTS` are passed on: llama.cpp has others that change it.
"""

from __future__ import annotations

import hmac
import http.client
import json
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from openness.errors import IntegrityError, RunnerError
from openness.gate.http_client import address
from openness.gate.runner import Job, Outcome, Ready, Runner, check_for_serving
from openness.printable import printable

GETS = frozenset({"/", "/health", "/v1/health", "/models", "/v1/models", "/props", "/metrics"})
POSTS = frozenset(
    "/v1/chat/completions /chat/completions /v1/completions /completions /completion /v1/responses /v1/messages /v1/embeddings "
    "/embeddings /embedding /v1/rerank /rerank /tokenize /detokenize /apply-template /infill".split()
)
#: May be asked without the key, so that a supervisor can see whether it lives.
OPEN = frozenset({"/health", "/v1/health"})
#: Headers that speak of one connection only (RFC 9110, section 7.6.1), and those that are written anew.
_DROPPED = frozenset(
    "connection keep-alive proxy-connection te trailer transfer-encoding upgrade "
    "host content-length authorization date server".split()
)
#: A picture or two in base64.
BODY_LIMIT = 64 << 20
_PIECE = 1 << 16
#: Seconds for a client to send its request.
_PATIENCE = 60
NO_ECHO = (
    "this server cannot give the log probabilities of a prompt: llama.cpp ignores 'echo', so that loglikelihood tasks would get "
    "wrong scores; use tasks of the kind generate_until (lm_eval: the model local-chat-completions or a generate_until task)"
)

Notice = Callable[[IntegrityError], None]


def serve(runner: Runner, job: Job, host: str, port: int, ready: Ready, *, key: str | None = None, notice: Notice) -> Outcome:
    """Serves ``job`` behind the door until it is interrupted. ``key`` is what clients must send as bearer token, if any.

    When a held file changes, ``notice`` is told once, no further request is passed on, and IntegrityError is raised.
    """
    check_for_serving(job, host, port)
    secret = secrets.token_hex(16)
    with Front(host, port, job, key, secret, notice) as front:

        def inside(inner: str) -> None:
            front.open(inner)
            ready(front.address)

        try:
            return runner.serve(replace(job, secret=secret), "127.0.0.1", 0, inside)
        except (RunnerError, IntegrityError):
            if front.changed is not None:
                raise front.changed from None
            raise


class Front(ThreadingHTTPServer):
    """Listens from the beginning, so that the port is taken, and answers once :meth:`open` has told where the runner is."""

    daemon_threads = True

    def __init__(self, host: str, port: int, job: Job, key: str | None, secret: str, notice: Notice) -> None:
        try:
            family, _kind, _protocol, _name, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            self.address_family = family
            super().__init__(where[:2], _Handler)  # type: ignore[arg-type]
        except OSError as error:
            shown = printable(host)
            raise RunnerError(f"the server cannot listen on {shown}: {error.strerror}; choose another --host") from error
        self.address = address(host, self.server_address[1])
        self.key = key
        self.secret = secret
        self.changed: IntegrityError | None = None
        self._job = job
        self._notice = notice
        self._looking = threading.Lock()
        self._inner = ("", 0)

    def server_bind(self) -> None:
        """Without the look-up of its own name, which may ask the network."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def open(self, inner: str) -> None:
        parts = urlsplit(inner)
        self._inner = (parts.hostname or "", parts.port or 0)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def server_close(self) -> None:
        if self._inner[1]:
            self.shutdown()
        super().server_close()

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(*self._inner)

    def look(self) -> IntegrityError | None:
        """What changed in the held files since they were audited; the first time it is noticed the serving is ended."""
        with self._looking:
            if self.changed is None:
                try:
                    self._job.check_unchanged()
                except IntegrityError as error:
                    self.changed = error
                    self._notice(error)
                    _interrupt_main()
            return self.changed

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left is no news; the log of the runner says what else there is."""


def _interrupt_main() -> None:
    """As Ctrl-C would: the main thread waits for the runner and has to end it."""
    main = threading.main_thread().ident
    if sys.platform != "win32" and main is not None:
        signal.pthread_kill(main, signal.SIGINT)
    else:
        import _thread

        _thread.interrupt_main()


class _Handler(BaseHTTPRequestHandler):
    server: Front
    protocol_version = "HTTP/1.1"
    server_version = "openness"
    sys_version = ""
    timeout = _PATIENCE

    def do_GET(self) -> None:
        self._answer(GETS)

    def do_POST(self) -> None:
        self._answer(POSTS)

    def log_message(self, format: str, *args: Any) -> None:
        """What clients ask is nobody's business."""

    def _answer(self, paths: frozenset[str]) -> None:
        path = urlsplit(self.path).path
        body = self._body()
        if body is None:
            return
        if not self._has_key() and path not in OPEN:
            self._refuse(401, "this server wants its key as `Authorization: Bearer KEY`", "authentication_error")
        elif path not in paths:
            self._refuse(404, f"{self.command} {path[:100]} is not passed on to the runner", "not_found_error")
        elif self.server.look() is not None:
            message = "a model file changed on disk after it was audited, so the server ends: audit it and start it again"
            self._refuse(503, message, "unavailable_error")
        elif _echoes(body):
            self._refuse(400, NO_ECHO, "invalid_request_error")
        else:
            self._pass_on(body)

    def _body(self) -> bytes | None:
        """The whole body; None when the answer was given already."""
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdigit():
            self._refuse(411, "send the request with a Content-Length", "invalid_request_error")
            return None
        if int(length) > BODY_LIMIT:
            self._refuse(413, f"a request has at most {BODY_LIMIT} bytes", "invalid_request_error")
            return None
        return self.rfile.read(int(length))

    def _has_key(self) -> bool:
        if self.server.key is None:
            return True
        given = self.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.server.key.encode("utf-8", "replace"))

    def _pass_on(self, body: bytes) -> None:
        kept = {name: value for name, value in self.headers.items() if name.lower() not in _DROPPED}
        headers = {**kept, "Authorization": f"Bearer {self.server.secret}"}
        connection = self.server.connection()
        try:
            connection.request(self.command, self.path, body or None, headers)
            reply = connection.getresponse()
        except (OSError, http.client.HTTPException):
            connection.close()
            self._refuse(502, "the runner does not answer", "server_error")
            return
        try:
            self._relay(reply)
        finally:
            connection.close()  # a client that left thereby ends the generation as well

    def _relay(self, reply: http.client.HTTPResponse) -> None:
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in _DROPPED:
                self.send_header(name, value)
        length = reply.getheader("Content-Length")
        self.send_header(*(("Content-Length", length) if length is not None else ("Connection", "close")))
        self.end_headers()
        while piece := reply.read1(_PIECE):
            self.wfile.write(piece)
            self.wfile.flush()
        self.close_connection = self.close_connection or length is None

    def _refuse(self, status: int, message: str, kind: str) -> None:
        """In the form in which OpenAI's clients expect an error."""
        body = json.dumps({"error": {"message": message, "type": kind, "code": status}}).encode()
        self.close_connection = True  # what is left of its body is not read
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


def _echoes(body: bytes) -> bool:
    """Whether a request asks for its own prompt, which is how the log probabilities of given text are asked for."""
    if b'"echo"' not in body:
        return False
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        return False  # the runner says what is wrong with it
    return isinstance(request, dict) and bool(request.get("echo"))


def key_from(environment: os._Environ[str] | dict[str, str]) -> str | None:
    """The key that clients must send, from ``OPENNESS_API_KEY``: an option would be seen in the list of processes."""
    return environment.get("OPENNESS_API_KEY") or None
