"""The plain markup of the contract's texts: paragraphs, lists, bold, italics. Pure.

A blank line separates paragraphs, a line that begins with ``- `` is an item of a list, ``**words**`` are bold
and ``*words*`` in italics. Nothing else means anything: whatever is typed is printed as it is typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

Run = list[str]
"""A style (empty, ``b`` or ``i``) and the words it bears."""

_STYLED = re.compile(r"\*\*(?P<b>[^*\n]+)\*\*|\*(?P<i>[^*\n]+)\*")
_NAME = re.compile(r"\{([^{}\n]*)\}")
_ITEM = re.compile(r"^\s*[-•]\s+")


def blocks(text: str) -> list[dict[str, Any]]:
    """The paragraphs and lists of a text, ready for the template."""
    found: list[dict[str, Any]] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = [line for line in paragraph.splitlines() if line.strip()]
        for listed, group in groupby(lines, key=lambda line: _ITEM.match(line) is not None):
            members = list(group)
            if listed:
                items = [runs(_ITEM.sub("", line)) for line in members]
                found.append({"kind": "list", "runs": [], "items": items})
            else:
                found.append({"kind": "par", "runs": runs(" ".join(members)), "items": []})
    return found


def plain(text: str) -> list[dict[str, Any]]:
    """The paragraphs of what somebody typed in a form: each line one, or an item; no style."""
    found: list[dict[str, Any]] = []
    for line in (line.strip() for line in text.splitlines() if line.strip()):
        words: list[Run] = [["", _single_spaced(_ITEM.sub("", line))]]
        if not _ITEM.match(line):
            found.append({"kind": "par", "runs": words, "items": []})
        elif found and found[-1]["kind"] == "list":
            found[-1]["items"].append(words)
        else:
            found.append({"kind": "list", "runs": [], "items": [words]})
    return found


def runs(line: str) -> list[Run]:
    """A line cut where its style changes."""
    words = _single_spaced(line)
    found: list[Run] = []
    reached = 0
    for match in _STYLED.finditer(words):
        if match.start() > reached:
            found.append(["", words[reached : match.start()]])
        style = "b" if match["b"] is not None else "i"
        found.append([style, match[style]])
        reached = match.end()
    if reached < len(words):
        found.append(["", words[reached:]])
    return found


def _single_spaced(line: str) -> str:
    """One space between words; those that keep words together stay."""
    return re.sub(r"[ \t]+", " ", line).strip(" \t")


def names(text: str) -> list[str]:
    """The names in braces, in the order they come."""
    return [match[1] for match in _NAME.finditer(text)]


def unknown_names(text: str, known: Iterable[str]) -> list[str]:
    """The names in braces that stand for nothing."""
    given = set(known)
    return [name for name in names(text) if name not in given]


def unclosed(text: str) -> bool:
    """Whether some line opens bold or italics without closing them."""
    return any("*" in _STYLED.sub("", line) for line in text.splitlines())


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with each known name in braces replaced by what it stands for, once: values hold no names."""
    return _NAME.sub(lambda match: values.get(match[1], match[0]), text)
