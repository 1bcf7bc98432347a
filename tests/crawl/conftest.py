"""The loopback server for the tests of the crawl, as for those of the sources."""

from tests.sources.conftest import _no_environment, server, trap

__all__ = ["_no_environment", "server", "trap"]
