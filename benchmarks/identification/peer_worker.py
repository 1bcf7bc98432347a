"""One identifier in its own process: JSON lines with ``text`` come in, JSON lines with the answer go out.

Run by path with the interpreter in which the tool is installed; needs the standard library and that tool. The first line out
holds the seconds from the start of this script until the tool has answered a short text; a message without text asks for
the peak memory.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BEGIN = time.perf_counter()
WARM_UP = "A few words that are no license at all, to have everything loaded."
Tool = Callable[[str], dict[str, Any]]


def openness(argument: str) -> Tool:
    from openness.evidence.identify import identify
    from openness.evidence.license_index import LicenseIndex

    index = LicenseIndex.open(Path(argument) if argument else None)

    def tool(text: str) -> dict[str, Any]:
        begin = time.perf_counter()
        found = identify(text, index)
        ms = (time.perf_counter() - begin) * 1e3
        added = [[span.line, span.text[:300]] for span in found.added[:20]]
        missing = [str(getattr(span, "text", span))[:300] for span in found.missing[:20]]
        ids = [license.id for license in found.licenses]
        return {
            "ids": ids,
            "verdict": found.verdict,
            "clean": found.verdict in ("exact", "same", "multiple"),
            "ms": ms,
            "added": added,
            "missing": missing,
        }

    return tool


def pyaskalono(argument: str) -> Tool:
    import askalono  # type: ignore[import-not-found]

    floor = float(argument or 0.8)

    def tool(text: str) -> dict[str, Any]:
        begin = time.perf_counter()
        found = askalono.identify(text)
        ms = (time.perf_counter() - begin) * 1e3
        ids = [found.name] if found and found.score >= floor else []
        return {"ids": ids, "verdict": "match" if ids else "none", "clean": bool(ids), "ms": ms}

    return tool


def licenseclassifier(argument: str) -> Tool:
    from licenseclassifier import identify_license  # type: ignore[import-not-found]

    def tool(text: str) -> dict[str, Any]:
        begin = time.perf_counter()
        found = identify_license(text)
        ms = (time.perf_counter() - begin) * 1e3
        ids = list(dict.fromkeys(match.id for match in found))
        return {"ids": ids, "verdict": "match" if ids else "none", "clean": bool(ids), "ms": ms}

    return tool


def scancode(argument: str) -> Tool:
    from scancode.api import get_licenses  # type: ignore[import-not-found]

    folder = tempfile.TemporaryDirectory()
    place = Path(folder.name) / "LICENSE"

    def tool(text: str) -> dict[str, Any]:
        place.write_text(text, encoding="utf-8", errors="replace")
        begin = time.perf_counter()
        found = get_licenses(str(place))
        ms = (time.perf_counter() - begin) * 1e3
        lengths: dict[str, int] = {}
        flagged = bool(found.get("license_clues"))
        for detection in found["license_detections"]:
            flagged |= bool(detection.get("detection_log"))
            for match in detection["matches"]:
                flagged |= match["match_coverage"] < 100
                for id in re.findall(r"[\w.+-]+", match["license_expression_spdx"]):
                    if id not in ("AND", "OR", "WITH"):
                        lengths[id] = lengths.get(id, 0) + match["matched_length"]
        ids = sorted(lengths, key=lambda id: -lengths[id])
        assert folder
        return {"ids": ids, "verdict": "match" if ids else "none", "clean": bool(ids) and not flagged, "ms": ms}

    return tool


TOOLS = {"openness": openness, "pyaskalono": pyaskalono, "licenseclassifier": licenseclassifier, "scancode": scancode}


def peak_memory() -> float:
    """Megabytes. The kernel's own count for this program: ``ru_maxrss`` still knows the size of the process that forked it."""
    try:
        match = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())
    except OSError:
        match = None
    return int(match[1]) / 1024 if match else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    name, argument = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]
    tool = TOOLS[name](argument)
    tool(WARM_UP)
    out, sys.stdout = sys.stdout, sys.stderr  # what a tool prints must not end among the answers
    print(json.dumps({"start": time.perf_counter() - BEGIN}), file=out, flush=True)
    for line in sys.stdin:
        message = json.loads(line)
        if "text" not in message:
            print(json.dumps({"rss": peak_memory()}), file=out, flush=True)
            continue
        try:
            answer = tool(message["text"])
        except Exception as error:
            answer = {"ids": [], "verdict": f"error: {type(error).__name__}: {error}"[:200], "clean": False, "ms": 0.0}
        print(json.dumps(answer), file=out, flush=True)


if __name__ == "__main__":
    main()
