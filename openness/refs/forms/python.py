"""Python: the calls that take a model (``rules/refs/python.yaml``) and the names that hold one (``keys.yaml``).

The syntax tree is read, so comments and docstrings say nothing. Where a file does not parse, its tokens are read instead.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left
from functools import partial
from itertools import accumulate
from typing import Any

from openness.refs import keys
from openness.refs.forms import python_calls, python_texts
from openness.refs.forms.python_index import Index, is_elsewhere
from openness.refs.forms.python_names import Scope, Value, arguments, entries
from openness.refs.records import Confidence
from openness.refs.sink import Sink
from openness.refs.source_text import SourceText
from openness.refs.tables import table

#: Rounds in which a function of the file that hands a parameter to a model's place becomes such a place itself.
ROUNDS = 3
_LITERAL = re.compile(r"[A-Za-z]{0,2}(\"\"\"|'''|\"|')")
_ADDRESS = re.compile(r"(?:https?://(?:huggingface\.co|hf\.co)/[\w.-]+/[\w.-]+/(?:resolve|raw)/[\w./%-]+)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_HOSTS = ("huggingface.co/", "hf.co/", "hf://", "huggingface://")


def read(text: str, sink: Sink) -> None:
    """Every reference of a Python text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        from openness.refs.forms import token_reader

        token_reader.read(text, sink, "python")
        return
    _Reader(text, Index(tree), sink).read()


class _Reader:
    def __init__(self, text: str, index: Index, sink: Sink) -> None:
        self.text, self.index, self.sink, self.names = text, index, sink, index.names
        self.source = SourceText(text)
        self.ascii = text.isascii()
        self.columns: dict[int, list[int]] = {}
        #: Parameters of functions of this file that reach a place for models: (function, parameter) → meaning.
        self.local: dict[str, dict[str, str]] = {}

    def read(self) -> None:
        claimed: set[int] = set()
        for call, scope in self.index.calls:
            self._call(call, scope, claimed)
        for held in self.index.held:
            if isinstance(held.expr, ast.Constant) and python_calls.settings_name().fullmatch(keys.normal(held.key)):
                python_texts.settings(held.expr, self.text, self.offset, self.sink)
            if id(held.expr) not in claimed and (means := keys.among(held.key, held.siblings, variable=held.variable)):
                self._hold(held.expr, held.scope, means, "high" if means == "hub" else "medium")
            elif held.key in table("python")["naming"]:
                for value in self.names.values(held.expr, held.scope):
                    if "-" in value.text:
                        self._add(value, "api", "medium")
        self._parameters()
        for _ in range(ROUNDS):
            if not self._local_calls():
                break
        self._texts()

    def _texts(self) -> None:
        for words, scope in self.index.lists:
            python_texts.words(words, partial(self.names.values, scope=scope), self.offset, self.sink)
        for constant in self.index.texts:
            self._address(constant)
        for joined, scope in self.index.joined:
            for value in self.names.values(joined, scope):
                self._add(value, "address", "high")

    # --- places

    def offset(self, node: ast.expr) -> int:
        """Where the characters of a literal begin, behind its prefix and quotation marks."""
        number = min(node.lineno, len(self.source.starts))
        at = self.source.starts[number - 1] + self._column(number, node.col_offset)
        match = _LITERAL.match(self.text, at)
        return match.end() if match else at

    def _column(self, line: int, column: int) -> int:
        """The tree counts bytes; a line is counted once."""
        if self.ascii:
            return column
        if line not in self.columns:
            self.columns[line] = list(
                accumulate((len(c.encode("utf-8", "surrogatepass")) for c in self.source.line(line)), initial=0)
            )
        return bisect_left(self.columns[line], column)

    def _add(self, value: Value, means: str, confidence: Confidence, **more: Any) -> bool:
        return self.sink.add(value.text, self.offset(value.node), means, confidence, **more)

    # --- calls

    def _call(self, call: ast.Call, scope: Scope, claimed: set[int]) -> None:
        name = self.names.instance(call.func, scope) or self.names.qualified(call.func)
        if not name:
            return
        for row in python_calls.rows_for(name):
            means = self._meaning(call, row["means"])
            for argument in arguments(call, row.get("argument"), row["keywords"]):
                if row["means"] not in ("hub", "open") or not isinstance(argument, ast.Dict):
                    claimed.add(id(argument))
                    if means:
                        self._argument(call, argument, scope, row, means)
        self._by_name(call, name, scope)

    def _by_name(self, call: ast.Call, name: str, scope: Scope) -> None:
        """Calls that no row describes, but whose name tells something."""
        last = name.rpartition(".")[2]
        if last == table("python")["api_class"]:
            for value in self.names.values(call.args[0], scope) if call.args else ():
                self._add(value, "api", "medium")
        maker = last
        if "." in name and last in table("python")["class_methods"]:  # LLM.load("owner/name"): the class tells
            maker = name.split(".")[-2]
        self._described(call, scope, maker)
        if call.args and not python_calls.rows_for(name) and python_calls.makes_model(maker):
            for argument in call.args[:3]:
                for value in self.names.values(argument, scope):
                    self._add(value, "open", "medium")
                self._reaches(argument, scope, "open")
        if last in table("python")["commands"]:
            python_texts.command(call, self.text, self.offset, self.sink)
        elif last in table("python")["settings_calls"]:
            for argument in call.args[:1]:
                python_texts.settings(argument, self.text, self.offset, self.sink)
        elif last in python_calls.keyed():
            self._keyed(call, scope, python_calls.keyed()[last])

    def _described(self, call: ast.Call, scope: Scope, maker: str) -> None:
        """``Model(path="owner/name", revision=…)``: the class, or a whole commit beside it, says what a plain keyword holds."""
        if "model" in maker.casefold():
            for keyword in call.keywords:
                if keyword.arg in table("python")["descent"]:
                    self._hold(keyword.value, scope, "hub", "medium")
        revisions = {k.arg: commit for k in call.keywords if k.arg and (commit := _commit(k.value))}
        named = maker == table("python")["api_class"] or python_calls.makes_model(maker)
        if not (named or revisions) or python_calls.data_call().fullmatch(maker):
            return
        for keyword in call.keywords:
            match = python_calls.model_keyword().fullmatch(keyword.arg or "")
            if match is None or keys.meaning(match[0]) is not None or "dataset" in match[0]:
                continue
            revision = revisions.get(f"{match['of']}revision")
            if named or revision:
                for value in self.names.values(keyword.value, scope):
                    self._add(value, "open", "high" if revision else "medium", revision=revision)

    def _meaning(self, call: ast.Call, means: str) -> str | None:
        """``repo_type="dataset"`` and an Ollama backend beside the model change what its name means."""
        if is_elsewhere(call):
            return None
        for keyword in call.keywords:
            if keyword.arg == "repo_type" and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str):
                return {"dataset": "dataset", "space": None, "kernel": None}.get(keyword.value.value, means)
            if keyword.arg in table("keys")["provider_keys"] and isinstance(keyword.value, ast.Constant):
                means = table("keys")["provider_values"].get(str(keyword.value.value).casefold(), means)
        return means

    def _argument(self, call: ast.Call, argument: ast.expr, scope: Scope, row: dict[str, Any], means: str) -> None:
        more: dict[str, Any] = {"default_owner": row.get("default_owner")}
        if revision := row.get("revision"):
            more["revision"] = self._beside(call, None, [revision], scope)
        if file := row.get("file"):
            positions = [f for f in file if isinstance(f, int)]
            more["weight_file"] = self._beside(
                call, positions[0] if positions else None, [f for f in file if isinstance(f, str)], scope
            )
        for value in self.names.values(argument, scope):
            self._add(value, means, "high", **more)
        self._reaches(argument, scope, means)

    def _beside(self, call: ast.Call, position: int | None, keywords: list[str], scope: Scope) -> str | None:
        for argument in arguments(call, position, keywords):
            values = self.names.values(argument, scope)
            if len({value.text for value in values}) == 1:
                return values[0].text
        return None

    def _keyed(self, call: ast.Call, scope: Scope, row: dict[str, Any]) -> None:
        """``os.environ.get("MODEL_ID", "owner/name")``: the first argument is the key of the second."""
        first = call.args[row["key"]] if len(call.args) > row["key"] else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and (means := keys.tells(first.value)):
            for argument in arguments(call, row["argument"], row["keywords"]):
                self._hold(argument, scope, means, "medium")

    # --- names, keys

    def _hold(self, expr: ast.expr, scope: Scope, means: str, confidence: Confidence) -> None:
        if isinstance(expr, ast.Dict):
            self._table(expr, scope, means, confidence)
            return
        for value in self.names.values(expr, scope):
            if not self.sink.stands_at(self.offset(value.node)):  # a call that takes it says more than its name
                self._add(value, means, confidence)
        self._reaches(expr, scope, means)

    def _table(self, expr: ast.Dict, scope: Scope, means: str, confidence: Confidence) -> None:
        """A table under a key: its values are what the key says unless their own keys say otherwise."""
        for key, value in entries(expr):
            own = keys.meaning(key.value) if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
            if own is None:
                self._hold(value, scope, means, confidence)
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and "/" in key.value:
                self._add(Value(key.value, key), means, "low")

    # --- functions of the file

    def _reaches(self, expr: ast.expr, scope: Scope, means: str) -> None:
        """Where an argument is a parameter of a function of this file, its callers name the model."""
        if isinstance(expr, ast.Name):
            found = scope.lookup(expr.id)
            if found and expr.id in found[1].parameters and found[1].function:
                self.local.setdefault(self._function(found[1]), {}).setdefault(expr.id, means)
        elif isinstance(expr, ast.Attribute):  # kept by the constructor: self.name = name
            for bound, where in self.names.attributes.get(expr.attr, ())[:5]:
                if isinstance(bound, ast.Name) and bound.id in where.parameters:
                    self._reaches(bound, where, means)

    def _function(self, scope: Scope) -> str:
        name = scope.function or ""
        return (scope.parent.function or name) if name == "__init__" and scope.parent else name

    def _parameters(self) -> None:
        for name, scope in self.index.functions.items():
            for parameter in scope.parameters:
                if means := keys.tells(parameter, variable=True):
                    self.local.setdefault(name, {}).setdefault(parameter, means)

    def _local_calls(self) -> bool:
        """Whether another function turned out to hand on a model."""
        before = sum(map(len, self.local.values()))
        for call, scope in self.index.calls:
            name = self.names.qualified(call.func).rpartition(".")[2]
            function = self.index.functions.get(name)
            if function is None or name not in self.local:
                continue
            for parameter, means in list(self.local[name].items()):
                position = function.parameters.get(parameter, -1)
                for argument in arguments(call, position if position >= 0 else None, [parameter]):
                    for value in self.names.values(argument, scope):
                        self._add(value, means, "medium")
                    self._reaches(argument, scope, means)
        return sum(map(len, self.local.values())) > before

    # --- addresses

    def _address(self, constant: ast.Constant) -> None:
        text = str(constant.value)
        if not any(host in text for host in _HOSTS) or not hasattr(constant, "lineno"):
            return
        start = self.offset(constant)
        if len(text.split()) == 1:
            at = self.text.find(text, start - 4)
            self.sink.add(text, at if 0 <= at < start + 4000 else start, "address")
            return
        for match in _ADDRESS.finditer(text):
            at = self.text.find(match[0], start)
            self.sink.add(match[0], at if at >= 0 else start, "address")


def _commit(expr: ast.expr) -> str | None:
    """A whole commit, written out."""
    value = expr.value if isinstance(expr, ast.Constant) else None
    return value if isinstance(value, str) and _COMMIT.fullmatch(value) else None
