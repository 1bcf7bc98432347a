"""The environment a runner gets: an allow-list, because llama.cpp alone reads more than 150 variables.

``LLAMA_ARG_*`` can name another model, a log file to write, tools to run; ``HF_*`` carries tokens; ``GGML_BACKEND*``,
``LD_*`` and ``DYLD_*`` load code; ``PYTHON*`` changes the child. None of them is named here, so none of them passes,
and neither does the next one that someone invents.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

_ALLOWED = frozenset(
    {
        "PATH",
        "HOME",
        "LANG",
        "TMPDIR",
        "TEMP",
        "TMP",
        # which devices may be used: a choice of hardware, not of model or code
        "CUDA_VISIBLE_DEVICES",
        "HIP_VISIBLE_DEVICES",
        "ROCR_VISIBLE_DEVICES",
        "GGML_VK_VISIBLE_DEVICES",
        "OMP_NUM_THREADS",
    }
)
_ALLOWED_PREFIXES = ("LC_",)
#: Without it a Windows program cannot open a socket.
_ALLOWED_ON_WINDOWS = frozenset({"SYSTEMROOT"})


def scrubbed_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of ``environment`` (``os.environ``) that a runner may see."""
    allowed = _ALLOWED | _ALLOWED_ON_WINDOWS if sys.platform == "win32" else _ALLOWED
    return {name: value for name, value in environment.items() if name in allowed or name.startswith(_ALLOWED_PREFIXES)}
