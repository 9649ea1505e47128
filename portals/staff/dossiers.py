"""The list of dossiers, and a dossier's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, render_template, request

from intranet import permissions as p
from intranet.access import actor, requires
from intranet.dossiers import queries as dossiers_queries
from intranet.dossiers.machine import OPEN_STATES
from intranet.dossiers.wordings import LEAVING, STATES, SURVEYS, state_word
from intranet.organisations.models import Confidentiality
from intranet.rows import Row, fetch_all, fetch_one, fetch_value
from intranet.timeline.queries import entries
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.kept import kept, said, spoken
from intranet.web.listing import Filter, Listing
from intranet.works import wordings as works_words
from intranet.works.models import Side
from intranet.works.queries import standing
from portals.staff import queries
from portals.staff.actions import ASIDE, moves
from portals.staff.blueprint import bp
from portals.staff.forms import NOTE_LIMIT
from portals.staff.next_step import next_step
from portals.staff.queues import BY_KEY, QUEUES, clock
from portals.staff.shelf import shelf
from portals.staff.splits.amendments import STANDING_LINKS
from portals.staff.stepper import path_steps

SORTS = {
    "changed": _l("Dernier changement"),
    "waiting": _l("Attend depuis le plus longtemps"),
    "name": _l("Nom"),
    "number": _l("Numéro"),
}
STATE_CHOICES = [(state.value, word.label) for state, word in STATES.items()]
QUEUE_CHOICES = [(queue.key, queue.label) for queue in QUEUES]
NOBODY = "none"
IDENTITIES = frozenset({"bailleur", "pole", "referent"})
NOTES_SHOWN, ENTRIES_SHOWN, ENTRIES_MOST = 3, 12, 1000


def list_filters() -> list[Filter]:
    """The filters of the list; their choices are read in one statement, and made again when they changed."""
    rows = tuple(fetch_all(dossiers_queries.filter_options))
    return kept(("dossier filters", rows), lambda: _make_filters(rows))


def _make_filters(rows: Sequence[Row]) -> list[Filter]:
    options: dict[str, list[tuple[str, Any]]] = {"bailleur": [], "pole": [], "referent": []}
    for row in rows:
        options[row.kind].append((str(row.id), row.label))
    return [
        Filter("q", _l("Rechercher"), kind="text", placeholder=_l("Nom, numéro, téléphone, adresse")),
        Filter("state", _l("État"), STATE_CHOICES),
        Filter("bailleur", _l("Bailleur"), options["bailleur"]),
        Filter("pole", _l("Pôle"), options["pole"]),
        Filter("referent", _l("Référent"), [(NOBODY, _l("Sans référent")), *options["referent"]]),
        Filter("queue", _l("File d’attente"), QUEUE_CHOICES),
    ]


def asked(values: Mapping[str, str]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The criteria that shape the statement and the parameters that fill it."""
    params: dict[str, Any] = {}
    names: list[str] = []
    for name, text in values.items():
        if name == "queue" or not text:
            continue
        if (name, text) == ("referent", NOBODY):
            names.append("unfollowed")
            continue
        names.append(name)
        params[name] = int(text) if name in IDENTITIES else text
    return tuple(names), params


@bp.get("/dossiers")
@requires(p.DOSSIER_READ)
def dossiers() -> str:
    """Every dossier the person may read: 25 rows and a count, in a constant number of statements."""
    listing = Listing.of(
        request.args,
        filters=list_filters(),
        sorts=SORTS,
        default_sort="changed",
        export="dossiers" if actor().may(p.DOSSIER_EXPORT) else "",
    )
    names, params = asked(dict(listing.params))
    queue = BY_KEY.get(listing.values["queue"])
    rows = fetch_all(
        dossiers_queries.dossier_list,
        names,
        listing.sort,
        queue,
        **params,
        **clock(),
        limit=listing.limit,
        offset=listing.offset,
    )
    total = fetch_value(dossiers_queries.dossier_count, names, queue, **params, **clock())
    most = dossiers_queries.COUNT_UP_TO
    return render_template(
        "staff/dossiers.html",
        listing=listing.with_rows(rows, min(total, most), capped=total > most),
        words=spoken(STATES),
    )


def open_head(dossier_id: int) -> Any:
    """The head of a dossier the person may read; 404 for any other."""
    head = fetch_one(dossiers_queries.dossier_header, dossier_id=dossier_id)
    if head is None:
        abort(404)
    return head


@bp.get("/dossiers/<int:dossier_id>")
@requires(p.DOSSIER_READ)
def dossier(dossier_id: int) -> str:
    """The whole of a household's path on one page; its opening goes to the access log."""
    person = actor()
    head = open_head(dossier_id)
    lines = fetch_all(queries.split_and_lines, dossier_id=dossier_id)
    split = lines[0] if lines else None
    contract = fetch_one(queries.contract_and_chantier, dossier_id=dossier_id)
    whole = request.args.get("history") == "all"
    open_moves = moves(head, person)
    step = next_step(head, split, contract, person, open_moves)
    return render_template(
        "staff/dossier.html",
        dossier=head,
        word=state_word(head.state),
        sentence=step.sentence,
        action=step.action,
        moves=open_moves,
        aside=ASIDE,
        steps=path_steps(head, contract),
        shelf=shelf(dossier_id),
        missing=missing_people(head),
        protected=head.confidentiality is Confidentiality.CHILD_PROTECTION,
        split=split,
        lines=[line[6:] for line in lines if line.label is not None],
        holders=said(works_words.HOLDERS),
        contract=contract,
        standing=standing(split.id) if split and contract else None,
        standing_links=STANDING_LINKS,
        notes=fetch_all(dossiers_queries.notes, dossier_id=dossier_id, limit=NOTES_SHOWN + 1),
        notes_shown=NOTES_SHOWN,
        note_limit=NOTE_LIMIT,
        story=entries(dossier_id, "alc", ENTRIES_MOST if whole else ENTRIES_SHOWN),
        more=ENTRIES_SHOWN if not whole else ENTRIES_MOST,
        surveys=said(SURVEYS),
        leaving=said(LEAVING),
        works=works_words,
        alc=Side.ALC,
    )


def missing_people(head: Any) -> Sequence[str]:
    """Who is missing of the trio (R20), in words, on a dossier under way."""
    if head.state not in OPEN_STATES:
        return ()
    places = (
        (head.referent_id, _("un référent")),
        (head.technical_id, _("un éducateur technique")),
        (head.tisf_id, _("une TISF")),
    )
    return [word for user_id, word in places if user_id is None]
