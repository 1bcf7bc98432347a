"""One walk over the syntax tree of a Python file: what is assigned, called, declared and listed, each with its scope."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from openness.refs import keys
from openness.refs.forms.python_names import Bound, Each, Names, Scope, entries, text_of
from openness.refs.tables import table

MAX_NODES = 2_000_000


class Held(NamedTuple):
    """A name, keyword or key, and the expression under it; ``variable``: a name of the program's own."""

    key: str
    expr: ast.expr
    scope: Scope
    variable: bool
    #: The other keywords of the call, or keys of the table.
    siblings: tuple[str, ...] = ()


class Index:
    """What the readers of references look through."""

    def __init__(self, tree: ast.Module) -> None:
        self.names = Names()
        self.held: list[Held] = []
        self.calls: list[tuple[ast.Call, Scope]] = []
        self.lists: list[tuple[ast.List | ast.Tuple, Scope]] = []
        self.texts: list[ast.Constant] = []
        self.joined: list[tuple[ast.JoinedStr, Scope]] = []
        self.functions: dict[str, Scope] = {}
        self._elsewhere: set[int] = set()
        self._options = frozenset(table("python")["options"])
        self._loads_data = re.compile(table("python")["data_calls"])
        self._writes = frozenset(table("python")["writes"])
        self._walk(tree)

    def _walk(self, tree: ast.Module) -> None:
        stack: list[tuple[ast.AST, Scope]] = [(tree, Scope(None))]
        for _ in range(MAX_NODES):
            if not stack:
                return
            node, scope = stack.pop()
            inner = self._enter(node, scope)
            for field in node._fields:
                value = getattr(node, field, None)
                for child in value if type(value) is list else (value,):
                    if isinstance(child, ast.AST) and type(child) not in _LEAVES and not _is_prose(child):
                        stack.append((child, inner))

    def _enter(self, node: Any, scope: Scope) -> Scope:
        """Note what a node says; the scope of what is inside it."""
        handler = _HANDLERS.get(type(node))
        return (handler(self, node, scope) if handler else None) or scope

    def _constant(self, node: ast.Constant, scope: Scope) -> None:
        if isinstance(node.value, str) and "/" in node.value:
            self.texts.append(node)

    def _joined(self, node: ast.JoinedStr, scope: Scope) -> None:
        first = text_of(node.values[0]) if node.values else ""
        if "://" in first and len(node.values) > 1:
            self.joined.append((node, scope))

    def _assigned(self, node: Any, scope: Scope) -> None:
        if node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self._assign(target, node.value, scope)

        if isinstance(node, ast.AnnAssign) and node.value is not None:
            self._annotated(node.annotation, node.value, scope)

    def _annotated(self, annotation: ast.expr | None, value: ast.expr, scope: Scope) -> None:
        """``segmentation: PipelineModel = "owner/name"``: the type is the key."""
        last = annotation.attr if isinstance(annotation, ast.Attribute) else getattr(annotation, "id", "")
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and last not in _PLAIN_TYPES:
            self.held.append(Held(last, value, scope, True))

    def _list(self, node: ast.List | ast.Tuple, scope: Scope) -> None:
        self.lists.append((node, scope))

    def _for(self, node: Any, scope: Scope) -> None:
        self._loop(node.target, node.iter, scope)

    def _class(self, node: ast.ClassDef, scope: Scope) -> Scope:
        inner = Scope(scope, node.name, node.body[0].col_offset)
        bases = [base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases]
        if any(base.endswith("Enum") for base in bases):  # class Models(Enum): SMALL = "owner/name"
            for each in node.body:
                if isinstance(each, ast.Assign):
                    self.held.append(Held(node.name, each.value, inner, True))
        return inner

    def _return(self, node: ast.Return, scope: Scope) -> None:
        if scope.function and node.value is not None:
            self.held.append(Held(scope.function.removeprefix("get_"), node.value, scope, True))

    def _call(self, call: ast.Call, scope: Scope) -> None:
        self.calls.append((call, scope))
        last = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
        if last in self._options:
            self._option(call, scope)
            return
        if last in self._writes or is_elsewhere(call):
            return
        siblings = tuple(keyword.arg for keyword in call.keywords if keyword.arg)
        own = table("python")["own_names"]
        described = own["keywords"] if last.endswith(tuple(own["endings"])) else ()
        if self._loads_data.fullmatch(last):
            siblings = (*siblings, "subset")  # the call says what a repository beside it is
        self._declared([(keyword.arg, keyword.value) for keyword in call.keywords], scope)
        for keyword in call.keywords:
            if keyword.arg and keyword.arg not in described:
                self.held.append(Held(keyword.arg, keyword.value, scope, False, siblings))

    def _declared(self, pairs: Iterable[tuple[str | None, ast.expr]], scope: Scope) -> None:
        """``Field(name="chat_model", default="owner/name")``: what is named beside a default is its key."""
        data = table("keys")
        named = [text_of(value) for key, value in pairs if key in data["naming_siblings"]]
        for name in named:
            if keys.tells(name):
                self.held += [Held(name, value, scope, False) for key, value in pairs if key in data["naming_values"]]

    def _option(self, call: ast.Call, scope: Scope) -> None:
        """``add_argument("--model", default=…)``: the option is the key, and the name under which the value is had."""
        flags = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        values = [k.value for k in call.keywords if k.arg in table("python")["option_values"]]
        named = [k.value.value for k in call.keywords if k.arg == "dest" and isinstance(k.value, ast.Constant)]
        if isinstance(call.func, ast.Attribute) and call.func.attr.startswith("DEFINE_"):
            values += call.args[1:2]
        for flag in (*(f for f in flags if len(f.strip("-")) > 1), *named):
            for value in values:
                key = str(flag).lstrip("-").partition("/")[0].replace("-", "_")
                self.held.append(Held(key, value, scope, False))
                self.names.attributes.setdefault(key, []).append((value, scope))

    def _assign(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope.names.setdefault(target.id, []).append(value)
            if target.col_offset == scope.indent:
                scope.replaced.setdefault(target.id, []).append(getattr(value, "lineno", 0))
            self.held.append(Held(target.id, value, scope, True))
            if scope.function and not scope.parameters:
                self.names.attributes.setdefault(target.id, []).append((value, scope))
        elif isinstance(target, ast.Attribute):
            self.names.attributes.setdefault(target.attr, []).append((value, scope))
            self.held.append(Held(target.attr, value, scope, True))
        elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
            self.held.append(Held(target.slice.value, value, scope, False))
        elif (
            isinstance(target, ast.Tuple | ast.List)
            and isinstance(value, ast.Tuple | ast.List)
            and len(target.elts) == len(value.elts)
        ):
            for part, its in zip(target.elts, value.elts, strict=True):
                self._assign(part, its, scope)

    def _keys(self, node: ast.Dict, scope: Scope) -> None:
        if id(node) in self._elsewhere:
            return
        siblings = tuple(key.value for key in node.keys[:50] if isinstance(key, ast.Constant) and isinstance(key.value, str))
        own = entries(node)
        kept = {id(value) for _, value in own}
        self._elsewhere.update(id(inner) for v in node.values if id(v) not in kept for inner in ast.walk(v))
        self._declared([(text_of(key), value) for key, value in own], scope)
        for key, value in own:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                self.held.append(Held(key.value, value, scope, False, siblings))

    def _loop(self, target: ast.expr, iterated: ast.expr, scope: Scope) -> None:
        targets: list[tuple[ast.expr, int | None]] = [(target, None)]
        if isinstance(target, ast.Tuple):
            enumerated = (
                isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Name) and iterated.func.id == "enumerate"
            )
            targets = [(e, None if enumerated else i) for i, e in enumerate(target.elts)]
        for each, index in targets:
            if isinstance(each, ast.Name):
                scope.names.setdefault(each.id, []).append(Each(iterated, index))
                self.held.append(Held(each.id, iterated, scope, True)) if index is None else None

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope) -> Scope:
        name = node.name if not isinstance(node, ast.Lambda) else ""
        inner = Scope(scope, name, node.body[0].col_offset if not isinstance(node, ast.Lambda) else -1)
        arguments = node.args
        ordered = [*arguments.posonlyargs, *arguments.args]
        shift = 1 if ordered and ordered[0].arg in ("self", "cls") else 0
        for position, argument in enumerate((*ordered, *arguments.kwonlyargs)):
            inner.parameters[argument.arg] = position - shift if position < len(ordered) else -1
        defaults = zip(reversed(ordered), reversed(arguments.defaults), strict=False)
        keyword_only = ((a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None)
        for argument, default in (*defaults, *keyword_only):
            inner.names.setdefault(argument.arg, []).append(default)
            self.held.append(Held(argument.arg, default, scope, True))
            self._annotated(argument.annotation, default, scope)
        if not isinstance(node, ast.Lambda):
            self.functions[scope.function if name == "__init__" and scope.function else name] = inner
            for names, rows in parametrized(node):
                for index, each in enumerate(names):
                    bound: Bound = Each(rows, index if len(names) > 1 else None)
                    inner.names.setdefault(each, []).append(bound)
                    self.held.append(Held(each, ast.Name(id=each, ctx=ast.Load()), inner, True))
        return inner

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    self.names.imports[alias.asname] = alias.name
        elif node.module:
            for alias in node.names:
                self.names.imports[alias.asname or alias.name] = f"{node.module}.{alias.name}"


def is_elsewhere(call: ast.Call) -> bool:
    """Whether a keyword of a call says that another hub is meant."""
    return any(k.arg and keys.tells_other_hub(k.arg, text_of(k.value)) for k in call.keywords)


_PLAIN_TYPES = frozenset({"", "str", "Any", "Text", "object", "Path"})
#: Nodes with nothing inside that could be a reference.
_LEAVES = frozenset(
    {ast.Name, ast.Load, ast.Store, ast.Del, ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal, ast.alias}
)


def _is_prose(node: ast.AST) -> bool:
    """Docstrings, and other texts that stand for themselves."""
    return type(node) is ast.Expr and type(node.value) is ast.Constant


_HANDLERS: dict[type[ast.AST], Callable[[Index, Any, Scope], Scope | None]] = {
    ast.Call: Index._call,
    ast.Constant: Index._constant,
    ast.JoinedStr: Index._joined,
    ast.Dict: Index._keys,
    ast.ClassDef: Index._class,
    ast.Return: Index._return,
    **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign), Index._assigned),
    **dict.fromkeys((ast.List, ast.Tuple), Index._list),
    **dict.fromkeys((ast.For, ast.AsyncFor, ast.comprehension), Index._for),
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda), Index._function),
    **dict.fromkeys((ast.Import, ast.ImportFrom), Index._import),
}


def parametrized(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[list[str], ast.expr]]:
    """``@pytest.mark.parametrize("a, b", rows)`` and the like: names of parameters, and the rows of their values."""
    for call in node.decorator_list:
        if not (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "parametrize"
            and len(call.args) > 1
        ):
            continue
        first = call.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield [name.strip() for name in first.value.split(",") if name.strip()], call.args[1]
        elif isinstance(first, ast.Tuple | ast.List):
            names = [e.value for e in first.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
            yield names, call.args[1]
