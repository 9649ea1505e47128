"""Pages for who is not signed in yet: sign in, code, invitation, forgotten password; and signing out."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from intranet.access import actor, public, signed_in
from intranet.accounts import links, service, signing_in
from intranet.accounts.blueprint import bp
from intranet.accounts.forms import CodeForm, ForgottenForm, InvitationForm, NewPasswordForm, SignInForm
from intranet.accounts.links import Purpose
from intranet.accounts.service import LANGUAGES
from intranet.accounts.session import client_address, open_session
from intranet.accounts.signing_in import Credentials
from intranet.config import settings
from intranet.current import person
from intranet.errors import Refused
from intranet.extensions import db
from intranet.translation import gettext as _
from intranet.web.forms import apply_refusal

CODE_WITHIN_SECONDS = 600
YEAR_SECONDS = 365 * 24 * 3600


@bp.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """Sign in by e-mail and password."""
    if request.method == "GET" and person().is_authenticated:
        return redirect(_inside(request.args.get("next", "")))
    form = SignInForm(request.form, next=request.args.get("next", ""))
    if not form.answered():
        return _page("accounts/login.html", form)
    try:
        admitted = signing_in.check_credentials(
            Credentials(form.email.data or "", form.password.data or "", client_address())
        )
    except Refused as refused:
        apply_refusal(form, refused)
        return _page("accounts/login.html", form)
    target = form.next.data or ""
    if admitted.needs_code:
        session.clear()
        session["admitted"] = {"user": admitted.user_id, "at": int(time.time()), "next": target}
        return redirect(url_for("accounts.code"), 303)
    return _enter(admitted.user_id, target, second_factor=False)


@bp.route("/login/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """The second step, for who has a second factor: within ten minutes of the password."""
    admitted = session.get("admitted")
    if not isinstance(admitted, dict) or time.time() - admitted["at"] > CODE_WITHIN_SECONDS:
        session.pop("admitted", None)
        flash(_("Commencez par votre adresse et votre mot de passe."), "info")
        return redirect(url_for("accounts.login"), 303)
    form = CodeForm()
    if not form.answered():
        return _page("accounts/code.html", form)
    try:
        signing_in.check_code(admitted["user"], form.code.data or "", client_address())
    except Refused as refused:
        apply_refusal(form, refused)
        return _page("accounts/code.html", form)
    return _enter(admitted["user"], admitted["next"], second_factor=True)


@bp.post("/logout")
@signed_in
def logout() -> ResponseReturnValue:
    """Sign out: the session ends on the server too."""
    signing_in.sign_out(actor(), client_address())
    session.clear()
    flash(_("Vous êtes déconnecté."), "success")
    return redirect(url_for("accounts.login"), 303)


@bp.route("/password/forgotten", methods=["GET", "POST"])
@public
def forgotten() -> ResponseReturnValue:
    """Ask for a link by mail. The answer is the same whether there is such an account or not."""
    form = ForgottenForm()
    if not form.answered():
        return _page("accounts/forgotten.html", form)
    service.ask_password_link(form.email.data or "")
    return render_template("accounts/forgotten_sent.html", email=form.email.data)


@bp.route("/password/<token>", methods=["GET", "POST"])
@public
def reset_password(token: str) -> ResponseReturnValue:
    """Choose a new password through a mailed link."""
    try:
        person = links.addressee(token, Purpose.PASSWORD)
    except Refused as refused:
        return _spent(refused, "accounts.forgotten")
    form = NewPasswordForm()
    if not form.answered():
        return _page("accounts/new_password.html", form, person=person)
    try:
        service.reset_password(token, form.password.data or "")
    except Refused as refused:
        db.session.rollback()
        apply_refusal(form, refused)
        return _page("accounts/new_password.html", form, person=person)
    session.clear()
    flash(_("Votre mot de passe est changé. Connectez-vous avec le nouveau."), "success")
    return redirect(url_for("accounts.login"), 303)


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> ResponseReturnValue:
    """Open one's account: name, password, then inside."""
    try:
        person = links.addressee(token, Purpose.INVITATION)
    except Refused as refused:
        return _spent(refused, "accounts.login")
    form = InvitationForm(name=person.name)
    if not form.answered():
        return _page("accounts/invitation.html", form, person=person)
    try:
        service.accept_invitation(token, form.name.data or "", form.password.data or "")
    except Refused as refused:
        db.session.rollback()
        apply_refusal(form, refused)
        return _page("accounts/invitation.html", form, person=person)
    flash(_("Bienvenue ! Votre compte est ouvert."), "success")
    return redirect(url_for("home"), 303)


@bp.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """The language of the pages before one is signed in, kept in a cookie of this browser."""
    chosen = request.form.get("language", "")
    answer = redirect(safe_path(request.form.get("next", "")) or url_for("accounts.login"), 303)
    return keep_language(answer, chosen)


def keep_language(answer: Response, chosen: str) -> Response:
    """``answer``, which has this browser remember the language if the pages exist in it."""
    if chosen in LANGUAGES:
        answer.set_cookie(
            "language",
            chosen,
            max_age=YEAR_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings().secure,
        )
    return answer


def safe_path(target: str) -> str:
    """``target`` when it is a page of this intranet, else nothing: never another site."""
    parts = urlsplit(target) if target.isprintable() else None
    if parts is None or parts.scheme or parts.netloc or "\\" in target:
        return ""
    return target if target.startswith("/") and not target.startswith("//") else ""


def _inside(target: str) -> str:
    return safe_path(target) or url_for("home")


def _enter(user_id: int, target: str, *, second_factor: bool) -> ResponseReturnValue:
    membership_id = signing_in.first_membership(user_id)
    if membership_id is None:
        flash(_("L’adresse ou le mot de passe n’est pas le bon."), "error")
        return redirect(url_for("accounts.login"), 303)
    open_session(user_id, membership_id, second_factor=second_factor)
    db.session.commit()
    return redirect(_inside(target), 303)


def _page(
    template: str, form: SignInForm | CodeForm | ForgottenForm | NewPasswordForm, **values: object
) -> ResponseReturnValue:
    return render_template(template, form=form, **values), 422 if form.errors else 200


def _spent(refused: Refused, endpoint: str) -> ResponseReturnValue:
    return render_template("accounts/link_spent.html", message=refused.message, href=url_for(endpoint)), 410
