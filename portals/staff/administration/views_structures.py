"""Organisations, pôles and sites. For the coordination and administrators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, requires
from intranet.dossiers.queries import programme
from intranet.organisations import service
from intranet.organisations.wordings import CONFIDENTIALITIES, KINDS
from intranet.rows import Statement, fetch_all, fetch_one
from intranet.timeline.queries import EntryView, entries_about
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.answering import DONE, obey, sent_version
from intranet.web.forms import BaseForm
from intranet.web.listing import Filter
from portals.staff.administration import queries
from portals.staff.administration.forms import OrganisationForm, PoleForm, SiteForm
from portals.staff.administration.lists import read_list
from portals.staff.blueprint import bp

BY_NAME = {"name": _l("Nom")}


@bp.get("/administration/organisations")
@requires(p.ORGANISATION_MANAGE)
def organisations() -> str:
    """The association, bailleurs and partners."""
    filters = [
        Filter("q", _l("Rechercher"), kind="text", placeholder=_l("Nom, adresse")),
        Filter("kind", _l("Nature"), [(kind.value, word) for kind, word in KINDS.items()]),
        Filter("closed", _l("Aussi hors service"), kind="check"),
    ]
    listing = read_list(
        queries.organisations,
        queries.organisation_count,
        filters=filters,
        sorts=BY_NAME,
        default_sort="name",
    )
    return render_template("staff/administration/organisations.html", listing=listing, kinds=KINDS)


@bp.route("/administration/organisations/new", methods=["GET", "POST"])
@requires(p.ORGANISATION_MANAGE)
def organisation_new() -> ResponseReturnValue:
    """Add an organisation (R6: bailleurs are added at any time)."""
    form = OrganisationForm()
    return _edit(
        form,
        lambda: service.save_organisation(actor(), form.fields()),
        title=_("Nouvel organisme"),
        back=(url_for("staff.organisations"), _("Organismes")),
    )


@bp.route("/administration/organisations/<int:organisation_id>", methods=["GET", "POST"])
@requires(p.ORGANISATION_MANAGE)
def organisation(organisation_id: int) -> ResponseReturnValue:
    """Correct an organisation, close it, open it again."""
    form = OrganisationForm(obj=_stored(queries.organisation, organisation_id))
    return _edit(
        form,
        lambda: service.save_organisation(actor(), form.fields(), organisation_id, sent_version()),
        back=(url_for("staff.organisations"), _("Organismes")),
        subject=("organisation", queries.organisation, organisation_id),
    )


@bp.get("/administration/poles")
@requires(p.ORGANISATION_MANAGE)
def poles() -> str:
    """The pôles: households announced, counted, followed, and the gap, never hidden (R2)."""
    return render_template(
        "staff/administration/poles.html", programme=programme(), confidentialities=CONFIDENTIALITIES
    )


@bp.route("/administration/poles/new", methods=["GET", "POST"])
@requires(p.ORGANISATION_MANAGE)
def pole_new() -> ResponseReturnValue:
    """Add a pôle."""
    form = PoleForm()
    return _edit(
        form,
        lambda: service.save_pole(actor(), form.fields()),
        title=_("Nouveau pôle"),
        back=(url_for("staff.poles"), _("Pôles")),
    )


@bp.route("/administration/poles/<int:pole_id>", methods=["GET", "POST"])
@requires(p.ORGANISATION_MANAGE)
def pole(pole_id: int) -> ResponseReturnValue:
    """Correct a pôle."""
    form = PoleForm(obj=_stored(queries.pole, pole_id))
    return _edit(
        form,
        lambda: service.save_pole(actor(), form.fields(), pole_id, sent_version()),
        back=(url_for("staff.poles"), _("Pôles")),
        subject=("pole", queries.pole, pole_id),
    )


@bp.get("/administration/sites")
@requires(p.ORGANISATION_MANAGE)
def sites() -> str:
    """Places of the programme."""
    filters = [
        Filter("q", _l("Rechercher"), kind="text", placeholder=_l("Nom, adresse")),
        Filter("pole", _l("Pôle"), [(row.id, row.label) for row in fetch_all(queries.pole_choices)]),
        Filter("closed", _l("Aussi hors service"), kind="check"),
    ]
    listing = read_list(
        queries.sites, queries.site_count, filters=filters, sorts=BY_NAME, default_sort="name"
    )
    return render_template("staff/administration/sites.html", listing=listing)


@bp.route("/administration/sites/new", methods=["GET", "POST"])
@requires(p.ORGANISATION_MANAGE)
def site_new() -> ResponseReturnValue:
    """Add a site."""
    form = SiteForm()
    form.offer(fetch_all(queries.pole_choices))
    return _edit(
        form,
        lambda: service.save_site(actor(), form.fields()),
        title=_("Nouveau site"),
        back=(url_for("staff.sites"), _("Sites")),
    )


@bp.route("/administration/sites/<int:site_id>", methods=["GET", "POST"])
@requires(p.ORGANISATION_MANAGE)
def site(site_id: int) -> ResponseReturnValue:
    """Correct a site."""
    form = SiteForm(obj=_stored(queries.site, site_id))
    form.offer(fetch_all(queries.pole_choices))
    return _edit(
        form,
        lambda: service.save_site(actor(), form.fields(), site_id, sent_version()),
        back=(url_for("staff.sites"), _("Sites")),
        subject=("site", queries.site, site_id),
    )


def _stored(builder: Callable[..., Statement], object_id: int) -> Any:
    found = fetch_one(builder, id=object_id)
    if found is None:
        abort(404)
    return found


def _edit(
    form: BaseForm,
    command: Callable[[], Any],
    *,
    back: tuple[str, str],
    title: str = "",
    subject: tuple[str, Callable[..., Statement], int] | None = None,
) -> ResponseReturnValue:
    """The page of one fiche: shown, saved and back to its list, or shown again with why not."""
    status = obey(form, command)
    if status == DONE:
        flash(_("C’est enregistré."), "success")
        return redirect(back[0], DONE)
    stored: Any = None
    entries: Sequence[EntryView] = ()
    if subject is not None:
        # Read again: after someone else's save, the next try is against her version.
        name, builder, object_id = subject
        stored, entries = _stored(builder, object_id), entries_about(name, object_id, "alc")
    return (
        render_template(
            "staff/administration/fiche.html",
            form=form,
            title=title or stored.name,
            stored=stored,
            entries=entries,
            back=back,
        ),
        status,
    )
