"""Pages of one's own account. Each reaches only what belongs to the person signed in."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import refresh

from intranet.access import STAFF_ROLES, actor, signed_in
from intranet.accounts import queries, second_factor, service
from intranet.accounts.blueprint import bp
from intranet.accounts.forms import ChangePasswordForm, CodeForm, ConfirmForm, ProfileForm
from intranet.accounts.wordings import OUTCOMES, ROLES, browser_name
from intranet.config import settings
from intranet.errors import Refused
from intranet.extensions import db
from intranet.translation import gettext as _
from intranet.web.forms import BaseForm, apply_refusal

SETUP = "second_factor_setup"


@bp.route("/account/profile", methods=["GET", "POST"])
@signed_in
def profile() -> ResponseReturnValue:
    """Name, telephone, language, appearance."""
    me = actor()
    form = ProfileForm(obj=queries.account(me.user_id))
    if form.answered():
        service.change_profile(
            me,
            service.Profile(form.name.data or "", form.phone.data or "", form.language.data, form.theme.data),
        )
        # The word of thanks comes in the language just chosen.
        refresh()
        flash(_("C’est enregistré."), "success")
        return redirect(url_for("accounts.profile"), 303)
    return _page("accounts/profile.html", form)


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    """Change one's password."""
    form = ChangePasswordForm()
    if form.answered():
        try:
            service.change_password(actor(), form.current.data or "", form.password.data or "")
        except Refused as refused:
            db.session.rollback()
            apply_refusal(form, refused)
        else:
            flash(_("Votre mot de passe est changé. Vos autres sessions sont fermées."), "success")
            return redirect(url_for("accounts.profile"), 303)
    return _page("accounts/password.html", form)


@bp.route("/account/second-factor", methods=["GET", "POST"], endpoint="second_factor")
@signed_in
def second_factor_page() -> ResponseReturnValue:
    """Set the second factor up, or see that it is on."""
    me = actor()
    if queries.account(me.user_id).totp_since is not None:
        return _second_factor_on(ConfirmForm())
    form = CodeForm()
    sealed = session.get(SETUP)
    secret = second_factor.unseal(sealed) if isinstance(sealed, str) else None
    if secret is None:
        secret = second_factor.new_secret()
        session[SETUP] = second_factor.seal(secret)
    if form.answered():
        try:
            codes = second_factor.turn_on(me, secret, form.code.data or "")
        except Refused as refused:
            db.session.rollback()
            apply_refusal(form, refused)
        else:
            session.pop(SETUP, None)
            return render_template("accounts/recovery_codes.html", codes=codes)
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return _page(
        "accounts/second_factor_setup.html", form, secret=spaced, compulsory=me.second_factor_missing
    )


@bp.get("/account/second-factor/code.svg")
@signed_in
def second_factor_image() -> ResponseReturnValue:
    """The secret of the set-up under way, as a QR code."""
    sealed = session.get(SETUP)
    secret = second_factor.unseal(sealed) if isinstance(sealed, str) else None
    if secret is None:
        abort(404)
    drawing = BytesIO()
    uri = second_factor.provisioning_uri(actor().email, secret)
    import segno  # only here

    segno.make(uri, error="m").save(
        drawing, kind="svg", scale=5, border=4, light="white", svgclass=None, lineclass=None
    )
    return Response(drawing.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})


@bp.post("/account/second-factor/codes")
@signed_in
def renew_recovery_codes() -> ResponseReturnValue:
    """Ten new recovery codes, against the password."""
    form = ConfirmForm()
    if form.answered():
        try:
            codes = second_factor.renew_recovery_codes(actor(), form.current.data or "")
        except Refused as refused:
            db.session.rollback()
            apply_refusal(form, refused)
        else:
            return render_template("accounts/recovery_codes.html", codes=codes)
    return _second_factor_on(form)


@bp.post("/account/second-factor/off")
@signed_in
def turn_second_factor_off() -> ResponseReturnValue:
    """Give the second factor up, against the password."""
    form = ConfirmForm()
    if form.answered():
        try:
            second_factor.turn_off(actor(), form.current.data or "")
        except Refused as refused:
            db.session.rollback()
            apply_refusal(form, refused)
        else:
            flash(_("La double vérification est désactivée."), "success")
            return redirect(url_for("accounts.second_factor"), 303)
    return _second_factor_on(form)


@bp.get("/account/sessions")
@signed_in
def sessions() -> ResponseReturnValue:
    """Where one is signed in, and the last attempts to sign in."""
    me = actor()
    return render_template(
        "accounts/sessions.html",
        sessions=queries.sessions(me.user_id),
        visits=queries.visits(me.email),
        browser_name=browser_name,
        outcomes=OUTCOMES,
        current=me.session_id,
    )


@bp.post("/account/sessions/<int:session_id>/revoke")
@signed_in
def revoke_session(session_id: int) -> ResponseReturnValue:
    """End one of one's sessions."""
    try:
        service.revoke_session(actor(), session_id)
    except LookupError:
        abort(404)
    flash(_("Cette session est fermée."), "success")
    return redirect(url_for("accounts.sessions"), 303)


@bp.post("/account/sessions/revoke-others")
@signed_in
def revoke_other_sessions() -> ResponseReturnValue:
    """End all one's sessions but this one."""
    service.revoke_other_sessions(actor())
    flash(_("Vos autres sessions sont fermées."), "success")
    return redirect(url_for("accounts.sessions"), 303)


@bp.route("/account/switch", methods=["GET", "POST"])
@signed_in
def switch() -> ResponseReturnValue:
    """Go on in another of one's organisations or roles."""
    me = actor()
    if request.method == "POST":
        chosen = request.form.get("membership", "")
        try:
            service.switch_membership(me, int(chosen) if chosen.isdecimal() and len(chosen) < 10 else 0)
        except LookupError:
            abort(404)
        return redirect(url_for("home"), 303)
    return render_template(
        "accounts/switch.html",
        memberships=queries.memberships(me.user_id),
        roles=ROLES,
        current=me.membership_id,
    )


def _second_factor_on(form: ConfirmForm) -> ResponseReturnValue:
    me = actor()
    return _page(
        "accounts/second_factor.html",
        form,
        codes_left=queries.recovery_codes_left(me.user_id),
        compulsory=settings().second_factor_for_staff and me.scope.role in STAFF_ROLES,
    )


def _page(template: str, form: BaseForm, **values: Any) -> ResponseReturnValue:
    return render_template(template, form=form, **values), 422 if form.errors else 200
