"""Calls of the page kit's macros and includes, replaced by what they stand for when a template is compiled.

``{% call page.card(_("Logement")) %}`` costs a dozen Python calls at each request: the macro is looked up, its
arguments are sorted out, its text and its caller's are joined and wrapped. A record has forty of them, nearly all with
constant words. Written out in the template they cost nothing, and a list of facts given as a literal becomes plain
markup; the kit stays the one place where they are written.

Only macros of a template imported *without context* are taken, whose body uses nothing but its parameters, its own
variables and globals. While templates are reloaded (debugging) nothing is inlined: a change of the kit would not show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

if TYPE_CHECKING:
    from intranet.web.templating import IntranetEnvironment

Statements = list[nodes.Node]
Macros = Mapping[str, nodes.Macro]
NEVER = frozenset({"varargs", "kwargs"})
WITH_NAMES_OF_THEIR_OWN = (nodes.Extends, nodes.Block, nodes.Macro, nodes.FromImport, nodes.Import)


class Inlining(NodeTransformer):
    """Writes out the calls of imported macros in one template."""

    def __init__(self, environment: IntranetEnvironment, template: nodes.Template) -> None:
        self.environment = environment
        self.kits: dict[str, Macros] = {}
        self.numbers = count()
        taken = {each.name for each in template.find_all(nodes.Name) if each.ctx != "load"}
        self.globals = frozenset(environment.globals) - taken
        for each in template.find_all(nodes.Import):
            if isinstance(each.template, nodes.Const) and not each.with_context:
                kit = environment.parsed(each.template.value)
                self.kits[each.target] = {} if kit is None else macros(kit)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node | Statements:
        self.generic_visit(node)
        written = None if node.args else self._write_out(node.call, node.body)
        return node if written is None else written

    def visit_Output(self, node: nodes.Output) -> nodes.Node | Statements:
        pieces: Statements = []
        plain: list[nodes.Expr] = []
        for each in node.nodes:
            written = self._write_out(each, None)
            if written is None:
                plain.append(each)
                continue
            if plain:
                pieces.append(nodes.Output(plain, lineno=node.lineno))
                plain = []
            pieces += written
        if not pieces:
            return node
        return [*pieces, nodes.Output(plain, lineno=node.lineno)] if plain else pieces

    def visit_Include(self, node: nodes.Include) -> nodes.Node:
        """A template included by its name stands where it is included; what it sets stays inside."""
        if not isinstance(node.template, nodes.Const) or not node.with_context or node.ignore_missing:
            return node
        included = self.environment.parsed(node.template.value)
        if included is None or any(isinstance(each, WITH_NAMES_OF_THEIR_OWN) for each in _walk(included)):
            return node  # what is being read itself goes round in a circle: it stays a call
        return nodes.Scope(_Copying().body(included.body), lineno=node.lineno)

    def _write_out(self, call: nodes.Node, caller: Statements | None) -> Statements | None:
        """The statements that do what the call does; ``None`` when it has to stay a call."""
        if not isinstance(call, nodes.Call) or call.dyn_args is not None or call.dyn_kwargs is not None:
            return None
        if not isinstance(call.node, nodes.Getattr) or not isinstance(call.node.node, nodes.Name):
            return None
        macro = self.kits.get(call.node.node.name, {}).get(call.node.attr)
        given = None if macro is None else _bound(macro, call)
        if macro is None or given is None or not _names(macro.body, "load") <= self._known(macro):
            return None
        own = _names(macro.body, "store") | given.keys()
        number = next(self.numbers)
        renamed: dict[str, nodes.Expr | str] = {name: f"{name}_{number}" for name in own}
        renamed.update((name, value) for name, value in given.items() if isinstance(value, nodes.Const))
        body = _Rewriting(renamed, caller).body(macro.body)
        values = {other: value for name, value in given.items() if isinstance(other := renamed[name], str)}
        return _within(values, _Unrolling(values).body(body), call.lineno)

    def _known(self, macro: nodes.Macro) -> frozenset[str]:
        """What a body may name: parameters, its own variables, its caller, and globals this template leaves alone."""
        own = {argument.name for argument in macro.args} | _names(macro.body, "store")
        return (self.globals | own | {"caller"}) - NEVER


def _bound(macro: nodes.Macro, call: nodes.Call) -> dict[str, nodes.Expr] | None:
    """Each parameter with the expression it is given; ``None`` when the call does not fit."""
    names = [argument.name for argument in macro.args]
    if len(call.args) > len(names):
        return None
    given = dict(zip(names, call.args, strict=False))
    for pair in call.kwargs:
        if pair.key not in names or pair.key in given:
            return None
        given[pair.key] = pair.value
    for name, default in zip(reversed(names), reversed(macro.defaults), strict=False):
        given.setdefault(name, default)
    return given if len(given) == len(names) else None


def _names(body: Statements, ctx: str) -> frozenset[str]:
    """The names that a body reads (``load``) or makes (``store``)."""
    found = (each for statement in body for each in _walk(statement) if isinstance(each, nodes.Name))
    return frozenset(each.name for each in found if (each.ctx == "load") is (ctx == "load"))


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    yield from node.find_all(nodes.Node)


def _within(values: Mapping[str, nodes.Expr], body: Statements, line: int) -> Statements:
    """``body`` where each name has its value."""
    if not values:
        return body
    targets: list[nodes.Expr] = [nodes.Name(name, "param", lineno=line) for name in values]
    return [nodes.With(targets, list(values.values()), body, lineno=line)]


class _Copying(NodeTransformer):
    """A transformer that leaves what it is given alone, and works on a copy."""

    def body(self, statements: Statements) -> Statements:
        found: Statements = []
        for statement in statements:
            changed = self.visit(_copy(statement))
            if isinstance(changed, nodes.Node):
                found.append(changed)
            elif changed is not None:
                found += changed
        return found


def _copy(node: Any) -> Any:
    if isinstance(node, list | tuple):
        return type(node)(_copy(each) for each in node)
    if not isinstance(node, nodes.Node):
        return node
    twin = object.__new__(type(node))
    for name in (*node.fields, *node.attributes):
        value = getattr(node, name, None)
        setattr(twin, name, _copy(value) if name in node.fields else value)
    return twin


class _Rewriting(_Copying):
    """A macro's body under other names, its parameters given, its caller's words in their place."""

    def __init__(self, names: Mapping[str, nodes.Expr | str], caller: Statements | None) -> None:
        self.names = names
        self.caller = caller

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        if node.name == "caller":
            return nodes.Const(self.caller is not None, lineno=node.lineno)
        other = self.names.get(node.name)
        if isinstance(other, str):
            node.name = other
        elif other is not None:
            return _copy(other)  # type: ignore[no-any-return]
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Node | Statements:
        pieces: Statements = []
        for each in node.nodes:
            if (
                isinstance(each, nodes.Call)
                and isinstance(each.node, nodes.Name)
                and each.node.name == "caller"
            ):
                pieces += self.caller or []
            else:
                pieces.append(nodes.Output([self.visit(each)], lineno=node.lineno))
        return pieces


class _Unrolling(_Copying):
    """A loop over a list written in the call, as its turns one after the other."""

    def __init__(self, values: dict[str, nodes.Expr]) -> None:
        self.values = values

    def visit_For(self, node: nodes.For) -> nodes.Node | Statements:
        items = self._items(node)
        if items is None:
            return node
        targets = [each.name for each in cast(list[nodes.Name], cast(nodes.Tuple, node.target).items)]
        turns: Statements = []
        for item in items:
            given = dict(zip(targets, item.items, strict=True))
            constant = {name: value for name, value in given.items() if isinstance(value, nodes.Const)}
            body = _Rewriting(constant, None).body(node.body)
            if node.test is not None:
                test = _Rewriting(constant, None).visit(_copy(node.test))
                body = [nodes.If(test, body, [], [], lineno=node.lineno)]
            varying = {name: value for name, value in given.items() if name not in constant}
            turns += _within(varying, body, node.lineno)
        return turns

    def _items(self, node: nodes.For) -> list[nodes.Tuple] | None:
        """The pairs the loop goes over, when they are written in the call."""
        if not isinstance(node.iter, nodes.Name) or node.else_ or node.recursive:
            return None
        over = self.values.get(node.iter.name)
        if not isinstance(over, nodes.List) or not isinstance(node.target, nodes.Tuple):
            return None
        if "loop" in _names(node.body, "load"):
            return None
        wide = len(node.target.items)
        if not all(isinstance(each, nodes.Tuple) and len(each.items) == wide for each in over.items):
            return None
        del self.values[node.iter.name]
        return cast(list[nodes.Tuple], over.items)


def macros(template: nodes.Template) -> Macros:
    """The macros a template offers."""
    return {each.name: each for each in template.body if isinstance(each, nodes.Macro)}
