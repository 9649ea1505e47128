"""The bailleur's page of one split, whoever opens it: an agent in its portal, or a guest with a code.

One table, one small form a line, sending back, what was sent before; only frames and addresses differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, require
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.rent.card import rent_card
from intranet.rows import Row, fetch_one, fetch_value
from intranet.timeline.queries import entries_about
from intranet.translation import gettext as _
from intranet.translation import ngettext
from intranet.web.answering import refusal_of, sent_version, status_of
from intranet.works import queries, service, table
from intranet.works.answers import read_answer
from intranet.works.commands import SendBack
from intranet.works.comparing import compare
from intranet.works.machine import may_now
from intranet.works.models import Side, Split
from intranet.works.problem import Problem
from intranet.works.queries.replying import line_to_answer, split_to_answer
from intranet.works.rules import Difference
from intranet.works.story import episodes
from intranet.works.turn import turn_block
from intranet.works.wordings import in_words, next_sentence, state_word


@dataclass(frozen=True, slots=True)
class Desk:
    """``folder`` holds the page of the split, ``address`` is its URL, ``around`` what only the whole page shows."""

    folder: str
    address: Callable[[int], str]
    around: Callable[[int], Mapping[str, Any]]

    def show(self, split_id: int) -> ResponseReturnValue:
        """The page. 404 for a split that is not the person's, or a draft never sent."""
        return self._page(split_id)

    def versions(self, split_id: int) -> ResponseReturnValue:
        """Two versions side by side, and what each sending changed."""
        head = _head(split_id)
        kept = queries.kept_versions(split_id)
        return render_template(
            "works/versions.html",
            split=head,
            home=self.address(split_id),
            versions=queries.told(kept),
            comparison=compare(kept, request.args.get("left", ""), request.args.get("right", "")),
        )

    def past(self, split_id: int, line_id: int) -> ResponseReturnValue:
        """The wordings of one line that were sent, what each side answered, what was set aside and why."""
        head = _head(split_id)
        shown = table.arrange(
            queries.sent_lines(split_id), head.state, Side.BAILLEUR, queries.comments(split_id)
        )
        line = next(iter(shown.only(line_id)), None)
        if line is None:
            abort(404)
        return render_template(
            "works/past.html",
            split=head,
            home=self.address(split_id),
            line=line,
            answers=table.answers(line),
            episodes=episodes(queries.sent_past(split_id, line_id)),
            thread=line.comments,
        )

    def answer(self, split_id: int, line_id: int) -> ResponseReturnValue:
        """Accept, counter-propose or refuse one line."""
        return self.at_line(
            split_id, line_id, lambda: service.answer_line(actor(), read_answer(request.form, line_id))
        )

    def comment(self, split_id: int, line_id: int) -> ResponseReturnValue:
        """Remark something on one line."""
        text = request.form.get("comment", "")
        return self.at_line(split_id, line_id, lambda: service.comment(actor(), line_id, text))

    def resolve(self, split_id: int, line_id: int) -> ResponseReturnValue:
        """Say that what was discussed on one line is settled."""
        return self.at_line(split_id, line_id, lambda: service.resolve(actor(), line_id))

    def accept(self, split_id: int) -> ResponseReturnValue:
        """Accept every line that is not in discussion."""
        require(p.SPLIT_ANSWER, Split, split_id)
        try:
            accepted = service.accept_undisputed(actor(), split_id, sent_version())
        except NotAllowed:
            raise
        except Refused as refused:
            return self._refused(split_id, refused)
        flash(*_told(accepted))
        return redirect(self.address(split_id), 303)

    def send_back(self, split_id: int) -> ResponseReturnValue:
        """Give the turn back to ALC. A second sending finds it sent and says so."""
        require(p.SPLIT_ANSWER, Split, split_id)
        message = request.form.get("message", "")
        refused = refusal_of(lambda: service.send_back(actor(), SendBack(split_id, sent_version(), message)))
        if refused is not None:
            return self._refused(split_id, refused, message)
        flash(_("Vos réponses sont parties chez ALC."), "success")
        return redirect(self.address(split_id), 303)

    def at_line(self, split_id: int, line_id: int, command: Callable[[], Any]) -> ResponseReturnValue:
        """Run what was asked at one line; give the row to htmx, else lead back to it."""
        if fetch_value(line_to_answer, split_id=split_id, line_id=line_id) is None:
            abort(404)
        refused = refusal_of(command)
        if refused is not None:
            problem = Problem.of(request.form, line_id, refused)
            shown = self._row(split_id, line_id, problem) if _by_htmx() else self._page(split_id, problem)
            return shown, status_of(refused)
        if _by_htmx():
            return self._row(split_id, line_id)
        return redirect(f"{self.address(split_id)}#line-{line_id}", 303)

    def _refused(self, split_id: int, refused: Refused, message: str = "") -> ResponseReturnValue:
        db.session.rollback()
        page = self._page(split_id, refused=refused, message=message)
        return page, 409 if isinstance(refused, Stale) else 422

    def _row(self, split_id: int, line_id: int, problem: Problem | None = None) -> str:
        """The one row, and the bar that counts what is left."""
        shown = self._context(split_id, problem)
        return render_template("works/_reply_row.html", lines=shown["table"].only(line_id), **shown)

    def _page(
        self,
        split_id: int,
        problem: Problem | None = None,
        refused: Refused | None = None,
        message: str = "",
    ) -> str:
        shown = self._context(split_id, problem)
        return render_template(
            f"{self.folder}/split.html",
            **shown,
            groups=shown["table"].groups,
            refused=refused,
            typed_message=message,
            changes=in_words(shown["differences"]),
            turn=turn_block(split_id, Side.BAILLEUR),
            standing=queries.standing(split_id, Side.BAILLEUR),
            history=entries_about("split", split_id, Side.BAILLEUR, 12),
            rent=rent_card(split_id),
            rent_url=f"{self.address(split_id)}/rent",
            may_write_rent=False,
            **self.around(split_id),
        )

    def _context(self, split_id: int, problem: Problem | None) -> dict[str, Any]:
        """What the table and the bar need, in a constant number of statements."""
        head = _head(split_id)
        differences = queries.last_differences(split_id)
        person = actor()
        speaks = bool(person.name) and person.may(p.SPLIT_ANSWER)
        return {
            "split": head,
            "state": state_word(head.state, Side.BAILLEUR),
            "sentence": next_sentence(head.state, Side.BAILLEUR, head.turn_since, silent=head.silent),
            "table": _table(head, differences),
            "differences": differences,
            "side": Side.BAILLEUR,
            "base": self.address(split_id),
            "problem": problem,
            "can_answer": speaks and may_now("answer_line", head.state),
            "can_decide": False,
            "can_comment": speaks and may_now("comment_bailleur", head.state),
            "can_resolve": speaks and may_now("comment_bailleur", head.state),
            "has_past": True,
            "has_reasons": True,
            "has_papers": True,
            "can_consent": speaks and may_now("give_consent", head.state),
            "holders": table.FREE_HOLDERS,
            "holders_locked": table.LOCKED_HOLDERS,
            "payers": table.PAYER_OPTIONS,
        }


def _told(accepted: int) -> tuple[str, str]:
    """What was accepted at once, and that the rest was not."""
    if not accepted:
        return _("Rien à accepter d’un coup : chaque ligne qui reste demande votre réponse."), "info"
    said = ngettext("%(num)d ligne acceptée.", "%(num)d lignes acceptées.", accepted)
    return f"{said} {_('Ce qui est en discussion attend votre réponse.')}", "success"


def _head(split_id: int) -> Row:
    head = fetch_one(split_to_answer, split_id=split_id)
    if head is None:
        abort(404)
    return head


def _by_htmx() -> bool:
    return "HX-Request" in request.headers


def _table(head: Any, differences: Sequence[Difference]) -> table.Table:
    return table.arrange(
        queries.sent_lines(head.id),
        head.state,
        Side.BAILLEUR,
        queries.comments(head.id, Side.BAILLEUR),
        differences,
        queries.overrides(head.id),
    )
