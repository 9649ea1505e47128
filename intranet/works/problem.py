"""What went wrong at one line of the table, and what had been typed there."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from intranet.errors import Refused


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one line's form came back, with all that was typed in it."""

    line_id: int
    message: str
    changes: tuple[str, ...] = ()
    field: str | None = None
    answer: str = ""
    holder: str = ""
    share: str = ""
    payer: str = ""
    comment: str = ""
    consents: bool = False
    due: str = ""

    @classmethod
    def of(cls, form: MultiDict[str, str], line_id: int, refused: Refused) -> Problem:
        return cls(
            line_id,
            str(refused.message),
            tuple(map(str, getattr(refused, "changes", ()))),
            refused.field,
            form.get("answer", "comment"),
            form.get("holder", ""),
            form.get("share", ""),
            form.get("payer", ""),
            form.get("comment", ""),
            "consents" in form,
            form.get("due", ""),
        )
