"""A Hugging Face Hub and a GitHub REST API on the loopback address, with faults, quotas, a log, and a trap for other hosts.

The real clients talk to it over real sockets; no method of theirs is replaced. ``World`` holds the repositories,
``Loopback`` serves them: the Hub at ``endpoint``, GitHub at ``endpoint/github``.
"""

from tests.loopback.faults import Fault
from tests.loopback.server import Loopback, Trap
from tests.loopback.world import Repository, World

__all__ = ["Fault", "Loopback", "Repository", "Trap", "World"]
