"""Build hook: compile the rule files into one JSON beside them, which the package loads in a few milliseconds."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def write_compiled(root: Path) -> Path:
    """Compile the rules of the checkout at ``root``; the package need not be installed."""
    sys.path.insert(0, str(root))
    try:
        from openness.packaged import compile_quick
        from openness.refs.tables import write_compiled as write_tables
        from openness.rules.loader import COMPILED, compile_rules
        from openness.rules.packaged_files import compile_files
    finally:
        sys.path.remove(str(root))
    compile_quick(root)
    compile_files(root)
    write_tables(root / "rules")
    target = root / "rules" / COMPILED
    target.write_text(json.dumps(compile_rules(root / "rules"), ensure_ascii=False), encoding="utf-8")
    return target


class CustomBuildHook(BuildHookInterface[Any]):
    """Runs before a wheel or an editable install is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        write_compiled(Path(self.root))  # beside the YAML, from where the wheel takes the whole folder
