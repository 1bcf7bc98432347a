"""Which hosts may be reached and with which credentials: the environment read once, checked, and asked for each request.

Nothing of a card, a license text or a redirect adds a host. There are three realms: the Hub (``HF_ENDPOINT``), the GitHub
API (``GITHUB_API_URL``, which may carry a path), and, only where the Hub is huggingface.co itself, the hosts from which it
serves large files. Everything else is refused. A realm gets its own token and never another's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

import msgspec

from openness.errors import UsageError
from openness.printable import printable

HUB = "https://huggingface.co"
GITHUB = "https://api.github.com"
#: Names under which the Hub itself answers; ``hf.co`` redirects to the first.
HUB_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co"})
#: Where huggingface.co redirects to for files that are not in git, as its documentation lists them for firewalls
#: (hub-docs, docs/hub/models-downloading.md "Downloading behind a proxy or firewall", July 2026, with the legacy names).
CDN_HOSTS = re.compile(
    r"cdn-lfs[a-z0-9-]*\.(hf\.co|huggingface\.co)|([a-z0-9-]+\.){0,2}cdn\.hf\.co|(cas-bridge|cas-server|transfer)\.xethub[a-z0-9-]*\.hf\.co"
)
_PORTS = {"http": 80, "https": 443}
_TRUE = frozenset({"1", "ON", "YES", "TRUE"})  # what huggingface_hub takes for true

Origin = tuple[str, str, int]


class Secret:
    """A token that no log, error or ``repr`` shows; ``reveal`` is called where the request is sent, nowhere else."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"


class Access(msgspec.Struct, frozen=True):
    """What may be reached: base addresses without a trailing slash, tokens, and whether any connection is allowed."""

    hub: str = HUB
    github: str = GITHUB
    hf_token: Secret | None = None
    github_token: Secret | None = None
    offline: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, *, offline: bool = False) -> Access:
        """As the variables say; ``offline`` is the command's own ``--offline``. Raises UsageError for a bad address."""
        off = environment.get("HF_HUB_OFFLINE") or environment.get("TRANSFORMERS_OFFLINE") or ""
        return cls(
            hub=_address("HF_ENDPOINT", environment.get("HF_ENDPOINT") or HUB),
            github=_address("GITHUB_API_URL", environment.get("GITHUB_API_URL") or GITHUB),
            hf_token=_token("HF_TOKEN", environment),
            github_token=_token("GITHUB_TOKEN", environment),
            offline=offline or off.upper() in _TRUE,
        )

    def realm(self, url: str) -> str | None:
        """``hub``, ``github`` or ``cdn``; None for an address that must not be contacted.

        The path decides where both share an origin (a loopback mirror serves GitHub under ``/github``).
        """
        parts = urlsplit(url)
        here, hub, github = origin(parts), origin(urlsplit(self.hub)), urlsplit(self.github)
        if here is None or "@" in parts.netloc:
            return None
        if here == origin(github) and _under(parts.path, github.path):
            return "github"
        if here == hub or (hub is not None and here == ("https", hub[1], 443) and hub[2] == _PORTS["http"]):
            return "hub"
        if hub is not None and hub[1] in HUB_HOSTS and here[0] == "https" and here[2] == _PORTS["https"]:
            if here[1] in HUB_HOSTS:
                return "hub"
            return "cdn" if CDN_HOSTS.fullmatch(here[1]) else None
        return None

    def token(self, realm: str) -> Secret | None:
        return {"hub": self.hf_token, "github": self.github_token}.get(realm)


def origin(parts: SplitResult) -> Origin | None:
    """Scheme, host and port, made comparable; None for what is not an address on the web."""
    try:
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    return parts.scheme, parts.hostname.rstrip("."), _PORTS[parts.scheme] if port is None else port


def _under(path: str, base: str) -> bool:
    return not base or path == base or path.startswith(f"{base}/")


def _address(variable: str, value: str) -> str:
    value = value.strip().rstrip("/")
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    # a name or password in the address would end up in every message that names it
    if origin(parts) is None or "@" in parts.netloc or parts.query or parts.fragment or not value.isprintable() or " " in value:
        shown = printable(re.sub(r"//[^/@]*@", "//…@", value), 80)
        raise UsageError(f"{variable}={shown} is not an address such as https://host or https://host/path; correct or unset it.")
    return value


def _token(variable: str, environment: Mapping[str, str]) -> Secret | None:
    value = "".join(environment.get(variable, "").split())  # a token read from a file often brings its line break
    if not value:
        return None
    if not (value.isascii() and value.isprintable()):
        raise UsageError(f"{variable} holds characters that no token has; set it again or unset it.")
    return Secret(value)
