"""The sockets under :mod:`openness.sources.transport`: one connection pool, and the proxy that the user's environment names.

httpx leaves ``HTTPS_PROXY`` and its like aside as soon as a transport is given, so they are read here, by the standard
library's rules. A loopback address is always asked directly: no proxy can reach it.
"""

from __future__ import annotations

import functools
import ipaddress
import ssl
import threading
import urllib.request

import httpx2


class Wire(httpx2.BaseTransport):
    """Connections, opened when first needed."""

    def __init__(self) -> None:
        self._pools: dict[str | None, httpx2.HTTPTransport] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        proxy = proxy_for(request.url.scheme, request.url.host)
        with self._lock:
            if proxy not in self._pools:
                try:
                    self._pools[proxy] = httpx2.HTTPTransport(verify=_tls(), proxy=proxy)
                except (ValueError, ImportError, httpx2.InvalidURL):  # not repeated: it may hold the proxy's password
                    raise httpx2.ProxyError("the proxy that the environment names cannot be used") from None
            pool = self._pools[proxy]
        return pool.handle_request(request)

    def close(self) -> None:
        with self._lock:
            pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.close()


@functools.cache
def _tls() -> ssl.SSLContext:
    """The trusted authorities, read once in a process: it takes longer than an answer from nearby."""
    return httpx2.create_ssl_context()


def proxy_for(scheme: str, host: str) -> str | None:
    """The proxy for this host by ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``; None for none."""
    proxies = urllib.request.getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or _loopback(host) or urllib.request.proxy_bypass(host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
