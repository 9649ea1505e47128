"""Templates compiled once for each language, with everything that cannot change already in them.

``{{ _("Dossiers") }}``, ``{{ icon("plus-lg") }}`` or ``{{ url_for("staff.home") }}`` give the same text at every
request in one language. They are called when the template is compiled, and what they gave becomes part of the
static text around them: a page that says ``_()`` a hundred times pays for none of them. What does change is escaped
straight to text: only the whole page is markup, its pieces need not be.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from keyword import iskeyword
from types import FunctionType, MethodType
from typing import Any, cast

import markupsafe
from flask.templating import Environment
from jinja2 import BaseLoader, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.idtracking import VAR_LOAD_RESOLVE
from jinja2.visitor import NodeTransformer
from markupsafe import Markup
from werkzeug.routing import BuildError

from intranet.web.inlining import Inlining

CONSTANT = frozenset({"_", "gettext", "icon", "draw_icon", "static_url", "head", "logo", "url_for"})
"""Globals of the templates whose answer depends on their arguments and the language alone."""


class Folding(NodeTransformer):
    """Replaces a call of a constant global, with literal arguments, by its answer."""

    def __init__(self, environment: IntranetEnvironment, own_names: set[str]) -> None:
        self.environment = environment
        self.names = CONSTANT - own_names

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.node.name not in self.names:
            return node
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            return node
        given = [*node.args, *(pair.value for pair in node.kwargs)]
        if not all(isinstance(each, nodes.Const) for each in given):
            return node
        if node.node.name == "url_for" and not self._is_same_for_all(node):
            return node
        values = [cast(nodes.Const, each).value for each in node.args]
        named = {pair.key: cast(nodes.Const, pair.value).value for pair in node.kwargs}
        try:
            function = cast(Callable[..., Any], self.environment.globals[node.node.name])
            answer = function(*values, **named)
        except (RuntimeError, BuildError):
            return node  # outside a request an address is not known; nor is a page that is switched off
        kept = Markup(answer) if hasattr(answer, "__html__") else str(answer)  # noqa: S704 (it was markup)
        return nodes.Const(kept, lineno=node.lineno)

    def _is_same_for_all(self, node: nodes.Call) -> bool:
        """Whether an address depends on nothing of the request but where the application begins.

        One relative to its blueprint does, and one with the host of whoever asks.
        """
        endpoint = str(cast(nodes.Const, node.args[0]).value) if node.args else "."
        options = any(pair.key in ("_external", "_scheme", "_method") for pair in node.kwargs)
        return endpoint[0] != "." and not options and cast(Any, self.environment.app).is_constant(endpoint)


# What ``escape`` itself calls for a text; it gives text, without a wrapper around it.
_escape_text = cast(Callable[[str], str], getattr(markupsafe, "_escape_inner", markupsafe.escape))


def quote(value: Any) -> str:
    """``value`` escaped, as text."""
    if type(value) is str:
        return _escape_text(value)
    if type(value) is Markup:
        return cast(str, value)
    return str(value.__html__()) if hasattr(value, "__html__") else _escape_text(str(value))


class Generator(CodeGenerator):
    """Jinja's compiler, escaping with ``quote`` and calling our own functions as they are.

    Jinja asks at each call whether the function wants the context; of a global it can be known beforehand.
    """

    environment: IntranetEnvironment

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if not forward_caller and self._is_plain(node, frame):
            self.visit(node.node, frame)
            self.write("(")
            for given in (*node.args, *node.kwargs):
                self.visit(given, frame)
                self.write(", ")
            self.write(")")
        else:
            super().visit_Call(node, frame, forward_caller=forward_caller)

    def _is_plain(self, node: nodes.Call, frame: Frame) -> bool:
        """Whether what is called is one of our functions, found by its name in the globals, and wants no context."""
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        function = self.environment.globals.get(name)
        if not isinstance(function, FunctionType | MethodType) or hasattr(function, "jinja_pass_arg"):
            return False
        if node.dyn_args is not None or node.dyn_kwargs is not None or any(map(iskeyword, _keys(node))):
            return False
        reference = frame.symbols.find_ref(name)
        load = frame.symbols.find_load(reference) if reference is not None else None
        return load is not None and load[0] == VAR_LOAD_RESOLVE

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.quote(")
        else:
            super()._output_child_pre(node, frame, finalize)


def _keys(node: nodes.Call) -> list[str]:
    return [pair.key for pair in node.kwargs]


class IntranetEnvironment(Environment):
    """Flask's environment, folding constant calls."""

    code_generator_class = Generator
    quote = staticmethod(quote)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parsed: dict[str, nodes.Template | None] = {}
        self._ready: dict[str, Template] = {}

    def overlay(self, *args: Any, **kwargs: Any) -> Any:
        other = super().overlay(*args, **kwargs)
        other._parsed, other._ready = {}, {}  # in its own language
        return other

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        """A template by its name, at hand once it was loaded; Jinja's own store locks and weighs at each look."""
        if globals:
            raise TypeError("a template's own globals would be every page's: give them to render()")
        if self.auto_reload or not isinstance(name, str):
            return super().get_template(name, parent)
        found = self._ready.get(name)
        if found is None:
            found = self._ready[name] = super().get_template(name, parent)
        return found

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Ours as they are: Jinja lists them at each page and each include, slowly through its chain of maps."""
        return super().make_globals(d) if d else self.globals

    def parsed(self, name: str) -> nodes.Template | None:
        """Another template, as nodes, read once; ``None`` for one whose reading has led here."""
        if name not in self._parsed:
            source, filename, _fresh = cast(BaseLoader, self.loader).get_source(self, name)
            self._parsed[name] = None
            try:
                self._parsed[name] = self._parse(source, name, filename)
            finally:
                if self._parsed[name] is None:
                    del self._parsed[name]
        return self._parsed[name]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        if not self.auto_reload:
            Inlining(self, template).visit(template)
        own = {macro.name for macro in template.find_all(nodes.Macro)}
        own |= {each.name for each in template.find_all(nodes.Name) if each.ctx != "load"}
        Folding(self, own).visit(template)
        return template
