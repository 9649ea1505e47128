"""The pages of the directory."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.access import actor, requires
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.rows import fetch_all, fetch_value
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.answering import sent_version
from intranet.web.forms import apply_refusal
from intranet.web.listing import Listing
from plugins.directory import queries, service
from plugins.directory.forms import EntryForm
from plugins.directory.offers import FILTERS
from plugins.directory.permissions import MANAGE, READ
from plugins.directory.wordings import ENGAGEMENTS, KINDS

bp = Blueprint("directory", __name__, template_folder="templates")

SORTS = {"name": _l("Nom"), "newest": _l("Dernières modifications")}


@bp.get("/")
@requires(READ)
def index() -> str:
    """The entries, filtered."""
    listing = Listing.of(request.args, filters=FILTERS, sorts=SORTS, default_sort="name", export="directory")
    asked, params = tuple(listing.params), listing.params
    rows = fetch_all(
        queries.entry_list, asked, listing.sort, **params, limit=listing.limit, offset=listing.offset
    )
    total = fetch_value(queries.entry_count, asked, **params)
    return render_template(
        "directory/index.html", listing=listing.with_rows(rows, total), kinds=KINDS, words=ENGAGEMENTS
    )


@bp.get("/<int:entry_id>")
@requires(READ)
def entry(entry_id: int) -> str:
    """One entry."""
    found = queries.entry_page(entry_id) or abort(404)
    return render_template("directory/entry.html", entry=found, kinds=KINDS, words=ENGAGEMENTS)


@bp.route("/new", methods=["GET", "POST"])
@requires(MANAGE)
def entry_new() -> ResponseReturnValue:
    """Add an entry."""
    return _answer(EntryForm(), None)


@bp.route("/<int:entry_id>/edit", methods=["GET", "POST"])
@requires(MANAGE)
def entry_edit(entry_id: int) -> ResponseReturnValue:
    """Change an entry."""
    found = queries.entry_page(entry_id) or abort(404)
    return _answer(EntryForm(obj=found), entry_id)


def _answer(form: EntryForm, entry_id: int | None) -> ResponseReturnValue:
    """Save and leave; or the form again, with what was typed and why (422) or what changed meanwhile (409)."""
    form.offer(*queries.tie_choices())
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                saved_id = _save(form, entry_id)
            except Refused as refused:
                db.session.rollback()
                apply_refusal(form, refused)
                status = 409 if isinstance(refused, Stale) else 422
            else:
                flash(_("Fiche enregistrée."), "success")
                return redirect(url_for(".entry", entry_id=saved_id), 303)
    found = queries.entry_page(entry_id) if entry_id else None
    return render_template("directory/entry_form.html", form=form, entry=found), status


def _save(form: EntryForm, entry_id: int | None) -> int:
    if entry_id is None:
        return service.add_entry(actor(), form.fields()).id
    return service.change_entry(actor(), entry_id, sent_version(), form.fields()).id
