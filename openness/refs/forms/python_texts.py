"""Texts inside a Python program that are another language: command lines, lists of their words, settings over several lines."""

from __future__ import annotations

import ast
from collections.abc import Callable

from openness.refs.forms.python_names import Value
from openness.refs.sink import Sink

_LONG = ('"""', "'''")
#: Where the characters of a literal begin, behind its prefix and quotation marks.
Begin = Callable[[ast.expr], int]


def command(call: ast.Call, text: str, begin_of: Begin, sink: Sink) -> None:
    """A command line as one text: ``os.system("…")``, ``"…".split()``."""
    candidates: list[ast.expr] = list(call.args[:1])
    if isinstance(call.func, ast.Attribute):
        candidates.append(call.func.value)
    for each in candidates:
        if isinstance(each, ast.JoinedStr) or (
            isinstance(each, ast.Constant) and isinstance(each.value, str) and " " in each.value
        ):
            from openness.refs.forms import shell

            begin = begin_of(each)
            long = text[begin - 3 : begin]
            quote = long if long in _LONG else text[begin - 1 : begin]
            end = text.find(quote, begin) if quote else -1
            if end > begin:
                shell.read(text[begin:end], sink.embedded([(0, begin)]))


def settings(expr: ast.expr, text: str, begin_of: Begin, sink: Sink) -> None:
    """YAML or JSON written in the program, over several lines."""
    if not (isinstance(expr, ast.Constant) and isinstance(expr.value, str) and "\n" in expr.value and ":" in expr.value):
        return
    begin = begin_of(expr)
    quote = text[begin - 3 : begin]
    end = text.find(quote, begin) if quote in _LONG else -1
    if end > begin:
        from openness.refs.forms import read_language

        written = text[begin:end]
        language = "json" if written.lstrip().startswith(("{", "[")) else "yaml"
        read_language(language, written, sink.embedded([(0, begin)], "medium"))


def words(listed: ast.List | ast.Tuple, values_of: Callable[[ast.expr], list[Value]], begin_of: Begin, sink: Sink) -> None:
    """``["vllm", "serve", "owner/name"]``, ``["--model", name]``."""
    if not any(
        isinstance(each, ast.Constant)
        and isinstance(each.value, str)
        and (each.value.startswith("-") or each.value in ("vllm", "ollama", "docker", "hf"))
        for each in listed.elts
    ):
        return
    from openness.refs.forms import shell

    line: list[shell.Word] = []
    for each in listed.elts:
        if not isinstance(each, ast.Starred):
            values = values_of(each)
            line.append(shell.Word(values[0].text, begin_of(values[0].node)) if values else shell.Word("\0", 0))
    shell.read_words(line, sink)
