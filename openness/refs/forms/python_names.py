"""What the names of one Python file hold: scopes, attributes and imports, and the constants an expression can have.

Not an interpreter: every assignment of a name counts, in whatever order they run, and what is not a constant of this file
has no value. Work is bounded by depth and by the number of values.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from openness.refs import keys
from openness.refs.tables import table

MAX_DEPTH = 8
MAX_VALUES = 2000
#: Expressions looked at for one value, and for one file: assignments can refer to each other many times over.
MAX_STEPS = 3000
MAX_ALL_STEPS = 1_000_000
MAX_COMBINATIONS = 64
#: An address that is known up to a path inside a repository.
_IN_REPOSITORY = re.compile(r"(?:hf://|huggingface://|https://(?:huggingface\.co|hf\.co)/)(?:datasets/)?[\w.-]+/[\w.-]+/")


class Value(NamedTuple):
    """A constant text, and the expression in which it (or its first part) is written."""

    text: str
    node: ast.expr


class Each(NamedTuple):
    """One of the elements of an expression: what a loop variable or a parameter of a test has. ``item``: which of a tuple."""

    expr: ast.expr
    item: int | None


Bound = ast.expr | Each


class Scope:
    """Names of a module, class or function."""

    __slots__ = ("function", "indent", "names", "parameters", "parent", "replaced")

    def __init__(self, parent: Scope | None, function: str | None = None, indent: int = 0) -> None:
        self.parent, self.function, self.indent = parent, function, indent
        #: Lines on which a name gets another value whatever happened before: statements of the body itself.
        self.replaced: dict[str, list[int]] = {}
        self.names: dict[str, list[Bound]] = {}
        self.parameters: dict[str, int] = {}

    def lookup(self, name: str) -> tuple[list[Bound], Scope] | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names or name in scope.parameters:
                return scope.names.get(name, []), scope
            scope = scope.parent
        return None


class Names:
    """Everything that names of the file can stand for."""

    def __init__(self) -> None:
        self._left, self._all_left = MAX_STEPS, MAX_ALL_STEPS
        self.attributes: dict[str, list[tuple[Bound, Scope]]] = {}
        self.imports: dict[str, str] = {}
        self._instances: dict[str, str] = table("python")["instances"]
        self._passing = {name.rpartition(".")[2]: row for row in table("python")["passing"] for name in row["names"]}

    def qualified(self, func: ast.expr) -> str:
        """The dotted name of what is called, imports resolved; ``""`` for what has none."""
        parts: list[str] = []
        while isinstance(func, ast.Attribute) and len(parts) < 10:
            parts.append(func.attr)
            func = func.value
        if isinstance(func, ast.Call) and parts:
            return ".".join([*reversed(parts)])
        if not isinstance(func, ast.Name):
            return ".".join(["?", *reversed(parts)]) if parts else ""
        return ".".join([self.imports.get(func.id, func.id), *reversed(parts)])

    def instance(self, func: ast.expr, scope: Scope) -> str | None:
        """The function that a method stands for: ``client.chat`` is ``ollama.chat`` after ``client = ollama.Client()``."""
        if not isinstance(func, ast.Attribute):
            return None
        bound: list[Bound] = []
        if isinstance(func.value, ast.Name) and (found := scope.lookup(func.value.id)):
            bound = found[0]
        elif isinstance(func.value, ast.Attribute):
            bound = [each for each, _ in self.attributes.get(func.value.attr, ())]
        for each in bound[:5]:
            if isinstance(each, ast.Call) and (module := self._instances.get(self.qualified(each.func))):
                return f"{module}.{func.attr}"
        return None

    def values(self, expr: ast.expr, scope: Scope, depth: int = 0) -> list[Value]:
        """The constant texts that ``expr`` can be, or can contain where it is a list or a table."""
        if depth == 0:
            self._left = min(MAX_STEPS, self._all_left)
        self._left -= 1
        self._all_left -= 1
        if depth > MAX_DEPTH or self._left < 0:
            return []
        found: list[Value] = []
        for value in self._each(expr, scope, depth):
            found.append(value)
            if len(found) >= MAX_VALUES:
                break
        return found

    def _each(self, expr: ast.expr, scope: Scope, depth: int) -> Iterator[Value]:
        deeper = depth + 1
        if isinstance(expr, ast.Constant):
            if isinstance(expr.value, str):
                yield Value(expr.value, expr)
        elif isinstance(expr, ast.Name):
            yield from self._named(expr.id, scope, deeper, getattr(expr, "lineno", 0))
        elif isinstance(expr, ast.Attribute):
            for bound, where in self.attributes.get(expr.attr, ())[:20]:
                yield from self._bound(bound, where, deeper)
        elif isinstance(expr, ast.JoinedStr):
            yield from self._joined(expr.values, expr, scope, deeper)
        elif isinstance(expr, ast.BinOp) and isinstance(expr.op, ast.Add):
            yield from self._sum(expr, scope, deeper)
        elif isinstance(expr, ast.Subscript):
            yield from self._item(expr, scope, deeper)
        elif isinstance(expr, ast.Call):
            yield from self._passed(expr, scope, deeper)
        else:
            for part in _parts(expr):
                yield from self.values(part, scope, deeper)

    def _named(self, name: str, scope: Scope, depth: int, line: int) -> Iterator[Value]:
        if found := scope.lookup(name):
            since = max((at for at in found[1].replaced.get(name, ()) if at < line), default=0) if found[1] is scope else 0
            for bound in found[0][:40]:
                if getattr(bound.expr if isinstance(bound, Each) else bound, "lineno", since) >= since:
                    yield from self._bound(bound, found[1], depth)

    def _bound(self, bound: Bound, scope: Scope, depth: int) -> Iterator[Value]:
        if isinstance(bound, Each):
            yield from self._elements(bound, scope, depth)
        else:
            yield from self.values(bound, scope, depth)

    def _elements(self, bound: Each, scope: Scope, depth: int) -> Iterator[Value]:
        for row in self.literals(bound.expr, scope, depth, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
            if isinstance(row, ast.Dict):
                items = [value if bound.item == 1 else key for key, value in entries(row)]
                yield from (value for item in items if item is not None for value in self.values(item, scope, depth + 1))
                continue
            for item in row.elts[:MAX_VALUES]:  # type: ignore[attr-defined]
                yield from self.values(element(item, bound.item), scope, depth + 1)

    def _bindings(self, expr: ast.Name | ast.Attribute, scope: Scope) -> list[tuple[Bound, Scope]]:
        if isinstance(expr, ast.Attribute):
            return self.attributes.get(expr.attr, [])[:20]
        found = scope.lookup(expr.id)
        return [(bound, found[1]) for bound in found[0][:20]] if found else []

    def literals(self, expr: ast.expr, scope: Scope, depth: int, kinds: tuple[type[ast.expr], ...]) -> Iterator[ast.expr]:
        """The list or table literals that ``expr`` can be."""
        if depth > MAX_DEPTH:
            return
        if isinstance(expr, kinds):
            yield expr
        elif isinstance(expr, ast.Name | ast.Attribute):
            for bound, where in self._bindings(expr, scope):
                if not isinstance(bound, Each):
                    yield from self.literals(bound, where, depth + 1, kinds)
        elif isinstance(expr, ast.Subscript):  # DEFAULTS[kind][language]
            for item in self._chosen(expr, scope, depth + 1):
                yield from self.literals(item, scope, depth + 1, kinds)
        elif isinstance(expr, ast.Call):  # MODELS.items(), list(MODELS), enumerate(MODELS)
            inner = expr.func.value if isinstance(expr.func, ast.Attribute) and not expr.args else next(iter(expr.args), None)
            if inner is not None:
                yield from self.literals(inner, scope, depth + 1, kinds)
        elif isinstance(expr, ast.BinOp):
            yield from self.literals(expr.left, scope, depth + 1, kinds)
            yield from self.literals(expr.right, scope, depth + 1, kinds)

    def _joined(self, parts: list[ast.expr], whole: ast.expr, scope: Scope, depth: int) -> Iterator[Value]:
        texts: list[list[Value]] = []
        for part in parts:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            values = self.values(inner, scope, depth)[:MAX_COMBINATIONS]
            if not values or (isinstance(part, ast.FormattedValue) and part.format_spec is not None):
                yield from (value for value in _combined(texts, whole) if _IN_REPOSITORY.match(value.text))
                return
            texts.append([Value(value.text, whole) for value in values] if isinstance(part, ast.Constant) else values)
        yield from _combined(texts, whole)

    def _sum(self, expr: ast.BinOp, scope: Scope, depth: int) -> Iterator[Value]:
        if isinstance(expr.left, ast.List) or isinstance(expr.right, ast.List):
            yield from self.values(expr.left, scope, depth)
            yield from self.values(expr.right, scope, depth)
            return
        terms: list[ast.expr] = []
        rest: ast.expr = expr
        while isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Add) and len(terms) < 20:
            terms.append(rest.right)
            rest = rest.left
        values = [self.values(term, scope, depth)[:MAX_COMBINATIONS] for term in (rest, *reversed(terms))]
        if all(values):
            yield from _combined(values, None)

    def _item(self, expr: ast.Subscript, scope: Scope, depth: int) -> Iterator[Value]:
        for row in self.literals(expr.value, scope, depth, (ast.List, ast.Tuple)):
            yield from self.values(row, scope, depth)
        for item in self._chosen(expr, scope, depth):
            yield from self.values(item, scope, depth)

    def _chosen(self, expr: ast.Subscript, scope: Scope, depth: int) -> Iterator[ast.expr]:
        """What a table has under a key: under all of them where the key has no value here."""
        wanted = {value.text for value in self.values(expr.slice, scope, depth)}
        for found in self.literals(expr.value, scope, depth, (ast.Dict,)):
            rows = [(getattr(key, "value", None), value) for key, value in entries(found)]  # type: ignore[arg-type]
            yield from [item for key, item in rows if key in wanted] or [item for _, item in rows]

    def _passed(self, call: ast.Call, scope: Scope, depth: int) -> Iterator[Value]:
        last = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
        row = self._passing.get(last)
        if row is None:
            return
        if isinstance(call.func, ast.Attribute) and not call.args and not call.keywords:  # name.strip()
            yield from self.values(call.func.value, scope, depth)
        for argument in arguments(call, row.get("argument"), row["keywords"]):
            yield from self.values(argument, scope, depth)
        if last == "get" and isinstance(call.func, ast.Attribute) and call.args:  # MODELS.get(key, default)
            yield from self._item(ast.Subscript(value=call.func.value, slice=call.args[0], ctx=ast.Load()), scope, depth)


def _parts(expr: ast.expr) -> list[ast.expr]:
    if isinstance(expr, ast.IfExp):
        return [expr.body, expr.orelse]
    if isinstance(expr, ast.BoolOp):
        return expr.values
    if isinstance(expr, ast.List | ast.Tuple | ast.Set):
        return expr.elts[:MAX_VALUES]
    if isinstance(expr, ast.Dict):
        return [value for _, value in entries(expr)[:MAX_VALUES]]
    if isinstance(expr, ast.Starred | ast.Await | ast.NamedExpr):
        return [expr.value]
    if isinstance(expr, ast.Lambda):
        return [expr.body]
    return []


def entries(table: ast.Dict) -> list[tuple[ast.expr | None, ast.expr]]:
    """Keys and values of a table, without those that are ids of another hub."""
    rows = list(zip(table.keys, table.values, strict=True))
    if any(keys.tells_other_hub(text_of(key), text_of(value)) for key, value in rows):
        return []
    return [(key, value) for key, value in rows if not keys.is_other_hub(text_of(key))]


def text_of(expr: ast.expr | None) -> str:
    """A text that is written out, else an empty one."""
    value = expr.value if isinstance(expr, ast.Constant) else None
    return value if isinstance(value, str) else ""


def _combined(texts: list[list[Value]], whole: ast.expr | None) -> Iterator[Value]:
    """All texts that are put together from one of each; what differs in each stands where its first long part is written."""
    found: list[tuple[str, ast.expr | None]] = [("", None)]
    for options in texts:
        found = [
            (text + value.text, node or (value.node if "/" in value.text or len(texts) == 1 else None))
            for text, node in found
            for value in options
        ]
        found = found[:MAX_COMBINATIONS]
    yield from (Value(text, node or whole or texts[0][0].node) for text, node in found)


def arguments(call: ast.Call, position: int | None, keywords: Iterable[str]) -> Iterator[ast.expr]:
    """The argument at a position, and those with one of the names; ``f(*values)`` has its values at the first position."""
    starred = [index for index, argument in enumerate(call.args) if isinstance(argument, ast.Starred)]
    if position is not None and len(call.args) > position and (not starred or starred[0] >= position):
        argument = call.args[position]
        yield argument.value if isinstance(argument, ast.Starred) else argument
    names = set(keywords)
    yield from (keyword.value for keyword in call.keywords if keyword.arg in names)


def element(item: ast.expr, index: int | None) -> ast.expr:
    """The ``index``-th of a tuple (or of ``pytest.param(…)``), else the item itself."""
    if isinstance(item, ast.Call) and item.args:
        return item.args[index or 0] if len(item.args) > (index or 0) else item
    if index is not None and isinstance(item, ast.Tuple | ast.List):
        return item.elts[index] if len(item.elts) > index else item
    return item
