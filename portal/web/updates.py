"""News by e-mail: sign up, confirm, change, stop. No account; GET never acts.

Answers are the same whether an address is known or not (reliability brief, A9). The address
travels sealed, at one length for all, so that no address of a page tells it.
"""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask import url_for as to
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import Gone, NotFound

from portal import languages
from portal.content.catalogue import entries
from portal.forms.choices import Choices
from portal.forms.updates import UpdatesForm
from portal.security.drafts import DraftError, new_draft, seal, unseal
from portal.services.change_signup import change_signup, stop_signup
from portal.services.confirm_signup import confirm_signup
from portal.services.look_up import EndedLinkError, UnknownLinkError
from portal.services.sign_up import sign_up
from portal.services.signup_links import (
    Opened,
    exists,
    for_confirmation,
    for_manage,
    for_stop,
    manage_link,
    stop_link,
)
from portal.store.records import SignUp, Wishes
from portal.web.countries import by_name, known_countries
from portal.web.family import masked
from portal.web.guard import allow
from portal.web.page_cache import keep
from portal.web.state import portal

bp = Blueprint("updates", __name__)
_SEAL = "updates-sent"
# Longer than any address (254 letters) with all else that is sealed.
_SEALED_BYTES = 1200
_ONE_CLICK = ("List-Unsubscribe", "One-Click")


@bp.get("/<lang>/updates")
def page() -> Response:
    return keep(make_response(_show_form(_form(None))))


@bp.post("/<lang>/updates")
def write() -> ResponseReturnValue:
    form = _form(request.form)
    if not form.validate():
        return _show_form(form), 422
    allow("sign_up")
    return _take(form.to_wishes())


@bp.get("/<lang>/updates/sent/<token>")
def sent(token: str) -> ResponseReturnValue:
    wishes = _unsealed(token)
    return render_template(
        "pages/updates-sent.html",
        token=token,
        email=masked(wishes.email),
        hours=portal().config.portal.updates.confirm_hours,
        days=portal().config.portal.updates.keep_unconfirmed_days,
    )


@bp.post("/<lang>/updates/sent/<token>")
def again(token: str) -> ResponseReturnValue:
    """‘Send it again’ is the same sign-up once more; ‘Change the address’ shows it filled in."""
    wishes = _unsealed(token)
    if request.form.get("action") == "edit":
        return _show_form(_form(None, **asdict(wishes)))
    allow("sign_up")
    return _take(wishes)


@bp.get("/<lang>/updates/confirm/<token>")
def ask_confirm(token: str) -> ResponseReturnValue:
    opened = _confirmation(token)
    if opened.done is None:
        assert opened.asked.wishes is not None
        email = masked(opened.asked.wishes.email)
        moved = opened.asked.signup_id is not None
        return render_template("pages/updates-confirm.html", token=token, email=email, moved=moved)
    return render_template(
        "pages/updates-confirmed.html",
        email=masked(opened.done.wishes.email),
        manage=manage_link(portal(), opened.done.id, languages.current()),
    )


@bp.post("/<lang>/updates/confirm/<token>")
def do_confirm(token: str) -> ResponseReturnValue:
    opened = _confirmation(token)
    try:
        confirm_signup(portal(), opened.asked.id, now=portal().now())
    except EndedLinkError:
        raise Gone from None
    return redirect(to("updates.ask_confirm", token=token), 303)


@bp.get("/<lang>/updates/manage/<token>")
def manage(token: str) -> ResponseReturnValue:
    found = _signup(token)
    wishes = asdict(found.wishes) | {"email": ""}
    return _show_manage(token, found, _form(None, address_known=True, **wishes))


@bp.post("/<lang>/updates/manage/<token>")
def do_manage(token: str) -> ResponseReturnValue:
    found = _signup(token)
    form = _form(request.form, address_known=True)
    if not form.validate():
        return _show_manage(token, found, form), 422
    allow("sign_up")
    moved = change_signup(
        portal(),
        found,
        form.to_wishes(),
        page_language=languages.current(),
        now=portal().now(),
    )
    done = "address" if moved else "saved"
    return redirect(to("updates.manage", token=token, done=done), 303)


@bp.get("/<lang>/updates/stop/<token>")
def ask_stop(token: str) -> ResponseReturnValue:
    if not exists(portal(), _stop_id(token)):
        raise Gone
    return render_template("pages/updates-stop.html", token=token)


@bp.post("/<lang>/updates/stop/<token>")
def stop(token: str) -> ResponseReturnValue:
    """200 and no redirect, also the second time, with no cookie and from anywhere (RFC 8058).

    A post that carries neither the mark of RFC 8058 nor our button is a scanner’s: it acts not.
    """
    signup_id = _stop_id(token)
    name, value = _ONE_CLICK
    if request.form.get(name) != value and request.form.get("action") != "stop":
        return ask_stop(token)
    stop_signup(portal(), signup_id)
    return render_template("pages/updates-stopped.html")


def _take(wishes: Wishes) -> ResponseReturnValue:
    """303 with no body: nothing in it can differ."""
    here = portal()
    sign_up(here, wishes, page_language=languages.current(), now=here.now())
    answer = make_response("", 303)
    answer.headers["Location"] = to("updates.sent", token=_sealed(wishes))
    return answer


def _sealed(wishes: Wishes) -> str:
    values = asdict(wishes)
    room = _SEALED_BYTES - sum(len(value.encode()) for value in values.values())
    draft = new_draft(values | {"room": " " * max(room, 0)}, portal().now())
    return seal(portal().keys, _SEAL, draft)


def _unsealed(token: str) -> Wishes:
    try:
        draft = unseal(portal().keys, _SEAL, token)
    except DraftError:
        raise NotFound from None
    if draft.expired(portal().now()):
        raise Gone
    return Wishes(**{name: value for name, value in draft.values.items() if name != "room"})


def _confirmation(token: str) -> Opened:
    try:
        return for_confirmation(portal(), token, now=portal().now())
    except UnknownLinkError:
        raise NotFound from None
    except EndedLinkError:
        raise Gone from None


def _signup(token: str) -> SignUp:
    try:
        return for_manage(portal(), token)
    except UnknownLinkError:
        raise NotFound from None
    except EndedLinkError:
        raise Gone from None


def _stop_id(token: str) -> str:
    try:
        return for_stop(portal(), token)
    except UnknownLinkError:
        raise NotFound from None


def _form(
    data: MultiDict[str, str] | None, *, address_known: bool = False, **values: str
) -> UpdatesForm:
    offered = portal().config.portal.languages.offered
    return UpdatesForm(data, _country_groups(), offered, address_known=address_known, **values)


def _show_form(form: UpdatesForm) -> str:
    return render_template("pages/updates.html", form=form)


def _show_manage(token: str, found: SignUp, form: UpdatesForm) -> str:
    return render_template(
        "pages/updates-manage.html",
        token=token,
        form=form,
        email=masked(found.wishes.email),
        stop=stop_link(portal(), found.id, languages.current()),
        done=request.args.get("done", "") if request.method == "GET" else "",
        hours=portal().config.portal.updates.confirm_hours,
    )


def _country_groups() -> dict[str, Choices]:
    named = {country for entry in entries(portal().config) for country in entry.countries}
    others = known_countries(portal().gazetteer) - named
    return {
        "": [("", languages.gettext("All countries"))],
        languages.gettext("Countries that these studies name"): by_name(named),
        languages.gettext("All other countries"): by_name(others),
    }
