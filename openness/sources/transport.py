"""The one way to the network: an httpx client of ours for the Hub and for GitHub, given to ``huggingface_hub`` as its own.

The client of ``huggingface_hub`` has no retry on plain calls, no time limit, no size limit, and follows redirects anywhere.
The transport below adds these in one place, under every call: each request is checked against the allowed hosts (so each
redirect is too, before a socket is opened), gets the credentials of its realm and no others, waits for announced quotas, is
retried where that can help, and its body is read within bounds of size and time. What cannot be had is a :class:`Refusal`
with one of the reasons of :data:`openness.sources.snapshot.AbsenceReason`.

A cache or a recorder goes between: pass it as ``inner`` to :func:`connect`.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx2

from openness import __version__
from openness.sources import body, pacing
from openness.sources.endpoints import Access
from openness.sources.limits import Limits
from openness.sources.partial import Part
from openness.sources.redaction import LOGGERS, Redacted
from openness.sources.snapshot import AbsenceReason
from openness.sources.whole import EXPECTED
from openness.sources.wire import Wire

#: Extension of a request: the largest body, in bytes, that its caller can use.
LIMIT = "openness.limit"
#: Extension of a request: the bytes of a file that its caller wants, as (first, one behind the last).
SPAN = "openness.span"
#: An error's body is only looked into for its message; a redirect's not at all.
ERROR_BYTES = 64 * 1024
#: When what was damaged on the way may come whole.
WORTH_ANOTHER_TRY_SECONDS = 2.0
RETRIED = frozenset({408, 429, 500, 502, 503, 504})
USER_AGENT = f"openness/{__version__}"
#: What huggingface_hub passes on to its user's terminal, and what would tie requests together.
DROPPED_HEADERS = frozenset(
    {"x-hf-warning", "set-cookie", "content-encoding", "content-length", "transfer-encoding", "content-range"}
)


class Refusal(httpx2.TransportError):
    """A request that was not sent, or whose answer could not be had. The message is ours: no URL, no header, no token.

    Deliberately none of the errors that ``huggingface_hub`` retries by itself: what can be retried has been.
    """

    def __init__(self, reason: AbsenceReason, detail: str, retry_in: float | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: AbsenceReason = reason
        self.detail = detail
        self.retry_in = retry_in


class _Again(Exception):
    """This attempt failed in a way that another may mend. ``wait`` is what the server asked for."""

    def __init__(self, refusal: Refusal, wait: float | None = None) -> None:
        self.refusal = refusal
        self.wait = wait


class Transport(httpx2.BaseTransport):
    """Every rule of this module, around ``inner``. Safe to share between threads."""

    def __init__(
        self,
        access: Access,
        inner: httpx2.BaseTransport,
        limits: Limits | None = None,
        sleep: Callable[[float], None] = time.sleep,
        quotas: pacing.Quotas | None = None,
    ) -> None:
        self.access = access
        self.limits = limits or Limits()
        self.quotas = quotas or pacing.Quotas()
        self._inner = inner
        self._sleep = sleep
        self._random = random.SystemRandom()
        self._lock = threading.Lock()
        #: Requests sent, by the kind of quota, and answers, by status: for whoever shows progress.
        self.sent: Counter[str] = Counter()
        self.answers: Counter[int] = Counter()
        self.buckets: set[str] = set()
        #: When each realm last answered at all, and when it last did not (time.monotonic).
        self.heard: dict[str, float] = {}
        self.unheard: dict[str, float] = {}
        #: Seconds that an answer of each realm takes of late.
        self.latency: dict[str, float] = {}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer with its whole body in memory. Raises Refusal."""
        if self.access.offline:
            raise Refusal("offline", "connections are switched off (--offline or HF_HUB_OFFLINE)")
        realm = self.access.realm(str(request.url))
        if realm is None:
            raise Refusal("refused-host", f"{request.url.host or 'an address without a host'} is not one of the allowed hosts")
        self._prepare(request)
        bucket = f"{pacing.bucket(realm, request.url.path)} {request.url.host}:{request.url.port or ''}"
        bucket += " (token)" if self.access.token(realm) else ""
        self.buckets.add(bucket)
        patience = self.limits.patience_seconds
        attempts = self.limits.attempts if request.method in ("GET", "HEAD") else 1
        refusal: Refusal | None = None
        part = Part(request.extensions.get(SPAN), request.extensions.get(EXPECTED))
        for attempt in range(1, attempts + 1):
            while wait := self.quotas.admit(bucket):
                patience -= self._wait(wait, patience, refusal)
            try:
                return self._attempt(request, realm, bucket, part)
            except _Again as again:
                refusal = again.refusal
                if again.wait is not None:  # for every request of this bucket, not for this one alone
                    self.quotas.block(bucket, again.wait)
                elif attempt < attempts:
                    patience -= self._wait(self._backoff(attempt), patience, refusal)
        raise refusal or AssertionError("there is at least one attempt")

    def close(self) -> None:
        self._inner.close()

    def _prepare(self, request: httpx2.Request) -> None:
        # whatever a caller or a redirect put there, only the realm's own credentials leave (see _send)
        for name in ("authorization", "cookie", "proxy-authorization"):
            request.headers.pop(name, None)
        request.headers["user-agent"] = USER_AGENT
        if request.headers.get("accept-encoding") != "identity":
            request.headers["accept-encoding"] = body.ACCEPTED
        limits = self.limits
        timeout = httpx2.Timeout(limits.read_seconds, connect=limits.connect_seconds)
        request.extensions = {**request.extensions, "timeout": timeout.as_dict()}

    def _send(self, request: httpx2.Request, realm: str) -> httpx2.Response:
        """The request with its credentials, which are on it only meanwhile: errors keep the request they are about."""
        token = self.access.token(realm)
        if token is not None:
            request.headers["authorization"] = f"Bearer {token.reveal()}"
        try:
            return self._inner.handle_request(request)
        finally:
            request.headers.pop("authorization", None)

    def _wait(self, seconds: float, patience: float, refusal: Refusal | None = None) -> float:
        """Sleep and return how long; where that is longer than the patience left, refuse at once."""
        if seconds > patience:
            raise refusal or Refusal("rate-limited", f"the announced quota is spent for {seconds:.0f} s", seconds)
        if seconds > 0:
            self._sleep(seconds)
        return max(seconds, 0.0)

    def _backoff(self, attempt: int) -> float:
        """Exponential, with jitter so that many clients do not come back at the same moment."""
        ceiling = min(self.limits.backoff_seconds * 2 ** (attempt - 1), self.limits.backoff_cap_seconds)
        return self._random.uniform(ceiling / 2, ceiling)

    def _attempt(self, request: httpx2.Request, realm: str, bucket: str, part: Part) -> httpx2.Response:
        deadline = time.monotonic() + self.limits.attempt_seconds
        headers: httpx2.Headers | None = None
        part.ask_for_the_rest(request)
        with self._lock:
            self.sent[bucket.partition(" ")[0]] += 1
        try:
            answer = self._send(request, realm)
            headers = answer.headers
            try:
                data = self._body(request, answer, deadline, part)
            finally:
                answer.close()
            taken = time.monotonic() - deadline + self.limits.attempt_seconds
            self.latency[realm] = 0.8 * self.latency.get(realm, taken) + 0.2 * taken
        except (httpx2.TimeoutException, body.TooSlow):
            raise _Again(Refusal("unreachable", f"no whole answer from {request.url.host} in time")) from None
        except (httpx2.NetworkError, httpx2.RemoteProtocolError):
            raise _Again(Refusal("unreachable", f"the connection to {request.url.host} failed or broke off")) from None
        except body.Broken:
            text = f"the answer of {request.url.host} is damaged"
            raise _Again(Refusal("malformed", text, WORTH_ANOTHER_TRY_SECONDS)) from None
        except httpx2.TransportError as error:  # a proxy that refuses, a scheme that is not served
            raise _refusal_of(error, request) from None
        finally:
            (self.unheard if headers is None else self.heard)[realm] = time.monotonic()
            self.quotas.landed(bucket, headers)
        with self._lock:
            self.answers[answer.status_code] += 1
        self._judge(answer, data, realm, bucket)
        if not part.settled(request, answer, data):
            text = f"the answer of {request.url.host} is not what was asked for, or not whole"
            raise _Again(Refusal("malformed", text, WORTH_ANOTHER_TRY_SECONDS))
        status = httpx2.codes.OK if answer.status_code == httpx2.codes.PARTIAL_CONTENT else answer.status_code
        kept = [(name, value) for name, value in answer.headers.multi_items() if name.lower() not in DROPPED_HEADERS]
        if request.method == "HEAD" and "content-length" in answer.headers:
            kept.append(("content-length", answer.headers["content-length"]))
        return httpx2.Response(status, headers=kept, stream=httpx2.ByteStream(data))

    def _body(self, request: httpx2.Request, answer: httpx2.Response, deadline: float, part: Part) -> bytes:
        if request.method == "HEAD":
            return b""
        limit = int(request.extensions.get(LIMIT, self.limits.answer_bytes))
        good = answer.is_success
        announced = answer.headers.get("content-length", "")
        into = part.begin(answer)
        try:
            if good and announced.isascii() and announced.isdigit() and int(announced[:16]) > limit:
                raise body.TooLarge
            chunks = answer.stream
            if not isinstance(chunks, httpx2.SyncByteStream):
                raise body.Broken
            encoding = answer.headers.get("content-encoding", "")
            return body.read(chunks, encoding, limit if good else ERROR_BYTES, deadline, into)
        except body.TooLarge:
            if not good:
                return b""  # an error needs no long text
            refusal = Refusal("too-large", f"more than {limit} bytes")
            raise (_Again(refusal) if part.fits(limit) else refusal) from None

    def _judge(self, answer: httpx2.Response, data: bytes, realm: str, bucket: str) -> None:
        """Raise _Again for an answer that is worth another attempt."""
        status = answer.status_code
        if pacing.is_rate_limited(status, answer.headers, data, realm):
            told = pacing.told_wait(answer.headers)
            if told is None and realm == "github":
                told = pacing.SECONDARY_LIMIT_SECONDS
            raise _Again(Refusal("rate-limited", f"HTTP {status}: too many requests", told), told)
        if status in RETRIED:
            raise _Again(Refusal("unreachable", f"HTTP {status}"), pacing.told_wait(answer.headers))


def _refusal_of(error: httpx2.TransportError, request: httpx2.Request) -> Refusal:
    if isinstance(error, Refusal):
        return error
    return Refusal("unreachable", f"{request.url.host} cannot be asked ({type(error).__name__})")


class Connection:
    """The client that is installed as huggingface_hub's own; made by :func:`connect` and good within its block."""

    def __init__(self, access: Access, transport: Transport, client: Callable[[], httpx2.Client]) -> None:
        self.access = access
        self.transport = transport
        self._client: Callable[[], httpx2.Client] | None = client

    @property
    def client(self) -> httpx2.Client:
        if self._client is None:  # huggingface_hub's own client would be used, which has none of our bounds
            raise RuntimeError("the connection is closed")
        return self._client()

    def close(self) -> None:
        self._client = None


@contextmanager
def connect(
    access: Access,
    *,
    limits: Limits | None = None,
    inner: httpx2.BaseTransport | None = None,
    sleep: Callable[[float], None] = time.sleep,
    quotas: pacing.Quotas | None = None,
) -> Iterator[Connection]:
    """Within this block, every call of huggingface_hub in this process goes through our transport; afterwards none does.

    Its request hook is kept: it honors ``HF_HUB_OFFLINE`` as huggingface_hub read it, and adds the request id that the
    Hub's operators can look up. Its telemetry (a registry fetched to name the calling agent) is off.
    """
    import huggingface_hub
    from huggingface_hub import constants
    from huggingface_hub.utils import _http

    transport = Transport(access, inner or Wire(), limits, sleep, quotas)

    def factory() -> httpx2.Client:
        hooks = {"request": [_http.hf_request_event_hook]}
        return httpx2.Client(transport=transport, event_hooks=hooks, follow_redirects=True, max_redirects=5, trust_env=False)

    redacted = Redacted()
    # there is no public way to ask for the factory that has to be put back
    before, telemetry = _http._GLOBAL_CLIENT_FACTORY, constants.HF_HUB_DISABLE_TELEMETRY
    for name in LOGGERS:
        logging.getLogger(name).addFilter(redacted)
    constants.HF_HUB_DISABLE_TELEMETRY = True
    huggingface_hub.set_client_factory(factory)
    connection = Connection(access, transport, huggingface_hub.get_session)
    try:
        yield connection
    finally:
        connection.close()
        huggingface_hub.set_client_factory(before)
        transport.close()
        constants.HF_HUB_DISABLE_TELEMETRY = telemetry
        for name in LOGGERS:
            logging.getLogger(name).removeFilter(redacted)
