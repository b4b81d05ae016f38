"""Write to a hospital: form, check page, send (architecture, ‘One message, end to end’)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from flask import Blueprint, abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal import languages
from portal.content.model import Study
from portal.forms.choices import other_languages
from portal.forms.contact import ContactForm, SendForm
from portal.forms.fields import CountryGroups
from portal.languages import N_
from portal.places.place import Place, UnknownPlace
from portal.security.drafts import Draft, DraftError, new_draft, seal, unseal
from portal.security.links import FAMILY_PAGE, Links
from portal.services.nearest import Offer, offer, place_of
from portal.services.submit_request import TooManyFromAddressError, submit_request
from portal.store.records import ContactMessage
from portal.web.addresses import LANDING
from portal.web.countries import country_choices
from portal.web.guard import allow
from portal.web.page_cache import keep
from portal.web.sitting import Sitting, shared, sitting_in
from portal.web.state import complete_study, portal

bp = Blueprint("contact", __name__)
LANDING["contact.check"] = "contact.contact"
_ANSWERS = "answers"  # the name under which they travel in the draft


@dataclass(frozen=True)
class CheckPage:
    """What the check page shows, and what it carries on to ‘Send’."""

    message: ContactMessage
    place: Place
    offer: Offer
    draft: Draft
    odd_phone: bool = False
    answers_gone: bool = False  # ticked to be sent, but their 60 minutes are over
    again: bool = False  # shown a second time, for a reason


@bp.get("/<lang>/studies/<slug>/contact")
def contact(slug: str) -> ResponseReturnValue:
    study = complete_study(slug)
    asked = {name: request.args.get(name, "") for name in ("country", "place")}
    form = ContactForm(None, country_groups(study), **asked)
    page = make_response(_show_form(form, study, site_id=request.args.get("site", "")))
    # It offers to send the answers of a cookie: a browser must ask before it shows an older copy.
    page.headers["Cache-Control"] = "no-cache"
    return page if request.query_string else keep(page)


@bp.post("/<lang>/studies/<slug>/contact")
def write(slug: str) -> ResponseReturnValue:
    study = complete_study(slug)
    allow("check")
    form = ContactForm(_with_place_picked(request.form), country_groups(study))
    if not form.validate() or not study.accepts_messages:
        return _show_form(form, study, site_id=request.form.get("site", "")), 422
    try:
        place = _place(
            study, form.country.data or "", form.place.data or "", request.form.get("site", "")
        )
    except UnknownPlace as unknown:
        form.place.errors = [N_("We do not know this place. Choose one below, or leave it empty.")]
        return _show_form(form, study, request.form.get("site", ""), unknown.suggestions), 422
    message = form.to_message()
    nearest = offer(
        portal().config, study, place, message.speak_language, request.form.get("site", "")
    )
    answers = _answers_to_send(form, study)
    draft = new_draft({**asdict(message), _ANSWERS: answers}, portal().now())
    gone = bool(form.share_answers.data) and not answers
    odd = form.phone_looks_odd()
    return _show_check(study, CheckPage(message, place, nearest, draft, odd, gone))


@bp.get("/<lang>/studies/<slug>/contact/check")
def check_without_form(slug: str) -> ResponseReturnValue:
    return redirect(url_for("contact.contact", slug=complete_study(slug).slug), 303)


@bp.post("/<lang>/studies/<slug>/contact/check")
def check(slug: str) -> ResponseReturnValue:
    study = complete_study(slug)
    try:
        draft = unseal(portal().keys, _purpose(study), request.form.get("draft", ""))
    except DraftError:
        abort(400)
    message = _message(draft)
    if request.form.get("action") == "edit":
        form = _filled(message, study, share_answers=bool(draft.values.get(_ANSWERS)))
        return _show_form(form, study, request.form.get("site", ""))
    return _send(study, message, draft, request.form.get("site", ""))


def _send(study: Study, message: ContactMessage, draft: Draft, site_id: str) -> ResponseReturnValue:
    """303 to the family’s own page, or the check page again with the reason why not."""
    site = study.site(site_id)
    # An error page shows what was typed, and whom to call.
    g.unsent, g.chosen_site = message, site
    allow("send")
    if site is None and (site_id or any(site.accepting for site in study.sites)):
        abort(404 if site_id else 400)
    if (site and not site.accepting) or not study.accepts_messages:
        refused = SendForm()
        refused.site.errors = [N_("This hospital takes no messages now. Choose another one.")]
        return _check_again(study, message, draft, refused), 422
    if draft.expired(portal().now()):
        return _check_again(study, message, new_draft(draft.values, portal().now()))
    try:
        request_id = submit_request(
            portal(),
            message,
            study=study,
            site_id=site_id,
            form_key=draft.key,
            language=languages.current(),
            now=portal().now(),
            answers=draft.values.get(_ANSWERS, ""),
        )
    except TooManyFromAddressError:
        abort(429)
    token = Links(portal().keys, FAMILY_PAGE).token(request_id)
    return redirect(url_for("family.page", token=token), 303)


def _check_again(
    study: Study, message: ContactMessage, draft: Draft, form: SendForm | None = None
) -> str:
    place = _place(study, message.country, message.place, "")
    nearest = offer(portal().config, study, place, message.speak_language)
    return _show_check(study, CheckPage(message, place, nearest, draft, again=True), form)


def _show_form(
    form: ContactForm, study: Study, site_id: str, suggestions: tuple[Place, ...] = ()
) -> str:
    site = study.site(site_id)
    return render_template(
        "pages/contact.html",
        study=study,
        form=form,
        site=site if site and site.accepting else None,
        suggestions=suggestions,
        other_languages=other_languages(),
        sitting=_with_answers(study),
    )


def _show_check(study: Study, page: CheckPage, form: SendForm | None = None) -> str:
    return render_template(
        "pages/check.html",
        study=study,
        page=page,
        form=form or SendForm(),
        shared=shared(study, page.draft.values.get(_ANSWERS, ""), page.draft.made_at),
        sealed=seal(portal().keys, _purpose(study), page.draft),
        public=portal().settings.public,
        days=portal().config.portal.answering.tell_family_after,
    )


def _place(study: Study, country: str, place: str, site_id: str) -> Place:
    """Where the family is; around the hospital they named if they gave no country.

    Raises UnknownPlace.
    """
    site = study.site(site_id)
    if not country and site is not None:
        return place_of(site)
    return portal().gazetteer.find(country, place)


def _with_place_picked(typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """A suggestion is a button; what it says replaces the place that was typed."""
    picked = typed.get("pick_place")
    if not picked:
        return typed
    changed = MultiDict(typed)
    changed["place"] = picked
    return changed


def _message(draft: Draft) -> ContactMessage:
    """Without the answers: a mail is made from it, and holds none."""
    return ContactMessage(**{k: v for k, v in draft.values.items() if k != _ANSWERS})


def _with_answers(study: Study) -> Sitting | None:
    """None where there is nothing that could be sent along."""
    found = sitting_in(study)
    return found if found and found.answers else None


def _answers_to_send(form: ContactForm, study: Study) -> str:
    """The answers of the cookie as they are now, only if the box is ticked."""
    found = _with_answers(study) if form.share_answers.data else None
    return json.dumps(dict(found.plain)) if found else ""


def _filled(message: ContactMessage, study: Study, *, share_answers: bool) -> ContactForm:
    values = asdict(message) | {"share_answers": share_answers}
    values["language"] = values.pop("speak_language")
    return ContactForm(None, country_groups(study), **values)


def country_groups(study: Study) -> CountryGroups:
    """For the country list: those with a hospital of the study first."""
    near, others = country_choices(study)
    return {
        "": [("", languages.gettext("Choose a country"))],
        languages.gettext("Countries with a study hospital"): near,
        languages.gettext("All other countries"): others,
    }


def _purpose(study: Study) -> str:
    return f"draft/{study.slug}"
