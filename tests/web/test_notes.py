"""Notes as far as the server knows them: pages, links, and what it refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from portal.security.keys import to_text
from portal.store.shared_notes import BYTES_AT_MOST
from tests.support.client import AuditingClient
from tests.support.faults import replaced
from tests.support.flows import STUDY
from tests.support.in_process import PortalApp
from tests.support.paths import ROOT
from tests.support.shared import Sealed

SCRIPTS = sorted((ROOT / "portal" / "static").glob("notes-*.js"))
SCRIPT_BYTES = 10_000
STUDY_PAGES = ("", "questions", "rules", "words", "for-doctors", "hospitals")
WITHOUT = ("", "privacy", "other-studies", f"studies/{STUDY}/check", "nowhere")
BAD = [
    {"days": "2"},
    {"days": "0"},
    {"days": "14.0"},
    {"days": "١٤"},
    {"notes": ""},
    {"notes": "§§§"},
    {"notes": to_text(b"x" * 27)},
    {"notes": to_text(b"x" * (BYTES_AT_MOST + 1))},
    {"salt": to_text(b"x" * 15)},
    {"salt": "a"},
    {"proof_hash": to_text(b"x" * 33)},
    {"proof_hash": "\0"},
]


def share(client: AuditingClient, sealed: Sealed) -> dict[str, str]:
    answer = client.post("/en/notes", data=sealed.form())
    assert answer.status_code == 201
    made: dict[str, str] = answer.json
    return made


def test_each_page_leads_to_the_notes(client: AuditingClient) -> None:
    for language in ("en", "nl", "ar"):
        page = client.get(f"/{language}/").page
        assert page.tree.all("a", href=f"/{language}/notes"), language


def test_the_page_of_notes_is_for_everybody_the_same_and_for_no_search_engine(
    client: AuditingClient,
) -> None:
    answer = client.get("/en/notes")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert 'content="noindex"' in answer.text


def test_without_script_there_is_a_sheet_with_the_headings_of_the_pages(
    client: AuditingClient,
) -> None:
    sheet = client.get("/nl/notes").page.main.one("details", id="sheet")
    assert "open" in sheet.attrs
    written = [node.text for node in sheet.all("li")]
    for page, tag in (("", "h2"), ("questions", "h3")):
        main = client.get(f"/nl/studies/{STUDY}/{page}").page.main
        parts = [node for node in main.all("section", data_note=True) if node.get("id") != "toc"]
        for part in parts:
            heading = part.all(tag)[0].text
            assert heading in written, heading
    for item in sheet.all("li"):
        assert item.all("div", **{"class": "line"})


def test_every_part_of_a_study_page_can_have_notes(client: AuditingClient) -> None:
    for rest in STUDY_PAGES:
        page = client.get(f"/en/studies/{STUDY}/{rest}").page
        parts = page.main.all(data_note=True)
        assert parts, rest
        assert all(part.get("id") for part in parts), rest
        for section in page.main.all("section", id=True):
            inner = section.all(data_note=True)
            assert inner or section["id"] == "more", f"{rest}#{section['id']}"


def test_the_ids_of_parts_are_the_same_in_every_language(client: AuditingClient) -> None:
    for rest in STUDY_PAGES:
        found = [
            {node["id"] for node in client.get(address).page.main.all(data_note=True)}
            for address in (f"/{code}/studies/{STUDY}/{rest}" for code in ("en", "nl", "ar"))
        ]
        assert found[0] == found[1] == found[2], rest


def test_all_scripts_for_notes_weigh_less_than_ten_kilobytes(
    client: AuditingClient, record_property: pytest.RecordProperty
) -> None:
    page = client.get("/en/notes").page
    (source,) = [node["src"] for node in page.tree.all("script", src=True)]
    weights = {}
    for file in SCRIPTS:
        address = f"{source.rpartition('/')[0]}/{file.name}"
        answer = client.get(address, headers={"Accept-Encoding": "br"})
        assert answer.headers["Content-Encoding"] == "br"
        assert "immutable" in answer.headers["Cache-Control"], "imports share one mark"
        weights[file.name] = len(answer.data)
    record_property("scripts for notes, brotli bytes", sum(weights.values()))
    assert sum(weights.values()) <= SCRIPT_BYTES, weights


def test_scripts_load_only_where_notes_are(client: AuditingClient) -> None:
    for rest in WITHOUT:
        assert "notes-" not in client.get(f"/en/{rest}").text, rest
    for rest in STUDY_PAGES:
        assert "notes-study.js" in client.get(f"/en/studies/{STUDY}/{rest}").text, rest


def test_what_a_script_is_served_as_is_the_script_without_its_comments(
    client: AuditingClient,
) -> None:
    for file in SCRIPTS:
        served = client.get(f"/static/x/{file.name}").text
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
        code = [line for line in lines if line and not line.startswith(("//", "/**", "*"))]
        assert served.splitlines() == code


def test_what_is_not_sealed_is_refused(client: AuditingClient) -> None:
    for wrong in BAD:
        answer = client.post("/nl/notes", data=Sealed().form(**wrong))
        assert answer.status_code == 400, wrong
        assert answer.json == {"said": "Dit is niet goed aangekomen. Probeer het nog een keer."}


def test_the_largest_notes_fit_and_larger_ones_do_not(client: AuditingClient) -> None:
    most = Sealed(ciphertext=b"x" * BYTES_AT_MOST)
    link = share(client, most)["id"]
    answer = client.post(f"/en/n/{link}", data={"proof": to_text(most.proof)})
    assert answer.json == {"notes": to_text(most.ciphertext)}
    more = Sealed(ciphertext=b"x" * 60_000)
    assert client.post("/en/notes", data=more.form()).status_code == 413


def test_a_link_opens_against_the_proof_in_any_language(client: AuditingClient) -> None:
    sealed = Sealed()
    link = share(client, sealed)["id"]
    for language in ("en", "nl", "ar"):
        page = client.get(f"/{language}/n/{link}")
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        assert 'content="noindex"' in page.text
        assert page.page.main.one(id="shared")["data-salt"] == to_text(sealed.salt)
        assert to_text(sealed.ciphertext) not in page.text
        answer = client.post(f"/{language}/n/{link}", data={"proof": to_text(sealed.proof)})
        assert answer.json == {"notes": to_text(sealed.ciphertext)}


def test_nothing_of_an_illness_stands_in_title_or_address(client: AuditingClient) -> None:
    link = share(client, Sealed())["id"]
    for address in (f"/en/n/{link}", "/en/notes"):
        title = client.get(address).page.title.lower()
        for word in ("leuk", "cancer", "lymph", "child", "ill", "medicine"):
            assert word not in title
            assert word not in address


def test_wrong_tries_are_told_in_the_visitors_language(client: AuditingClient) -> None:
    link = share(client, Sealed())["id"]
    wrong = {"proof": to_text(b"\0" * 32)}
    said = [client.post(f"/en/n/{link}", data=wrong) for _ in range(5)]
    assert [answer.status_code for answer in said] == [403] * 4 + [423]
    assert "3 more times" in said[1].json["said"]
    assert "1 more time," in said[3].json["said"]
    assert "15 minutes" in said[4].json["said"]
    arabic = client.post(f"/ar/n/{link}", data=wrong)
    assert "15" in arabic.json["said"]
    assert "minutes" not in arabic.json["said"]


def test_a_proof_out_of_shape_is_no_try(client: AuditingClient) -> None:
    sealed = Sealed()
    link = share(client, sealed)["id"]
    for proof in ("", "?", "A" * 42, to_text(b"x" * 33), "\0", "é"):
        assert client.post(f"/en/n/{link}", data={"proof": proof}).status_code == 400
    right = {"proof": to_text(sealed.proof)}
    assert client.post(f"/en/n/{link}", data=right).status_code == 200


def test_unknown_and_ended_links_say_so_in_the_visitors_language(client: AuditingClient) -> None:
    made = share(client, Sealed())
    ended = client.post(f"/nl/n/{made['id']}/end", data={"token": made["token"]})
    assert ended.json == {"ended": True}
    for language in ("en", "nl", "ar"):
        assert client.get(f"/{language}/n/{'0' * 32}").status_code == 404
        gone = client.get(f"/{language}/n/{made['id']}")
        assert gone.status_code == 410
        assert gone.page.tree.one("html")["lang"] == language
        proof = {"proof": to_text(b"\0" * 32)}
        assert client.post(f"/{language}/n/{made['id']}", data=proof).status_code == 410
    again = client.post(f"/nl/n/{made['id']}/end", data={"token": made["token"]})
    assert again.status_code == 410


def test_only_the_owner_ends_a_link(client: AuditingClient) -> None:
    made = share(client, Sealed())
    for token in ("", "x", made["id"]):
        answer = client.post(f"/en/n/{made['id']}/end", data={"token": token})
        assert answer.status_code == 403
        assert answer.json["said"]
    assert client.get(f"/en/n/{made['id']}").status_code == 200


def test_one_source_makes_and_tries_only_so_many(
    portal_app: PortalApp, client: AuditingClient
) -> None:
    link = share(client, Sealed())["id"]
    asked = []

    def full(action: str, *_: object) -> bool:
        asked.append(action)
        return False

    with replaced(portal_app.app.extensions["portal"].limits, "allows", full):
        assert client.post("/en/notes", data=Sealed().form()).status_code == 429
        proof = {"proof": to_text(b"\0" * 32)}
        assert client.post(f"/en/n/{link}", data=proof).status_code == 429
        assert client.get(f"/en/n/{link}").status_code == 200
    assert asked == ["share", "open"]


def test_the_numbers_of_those_limits_stand_in_the_configuration(portal_app: PortalApp) -> None:
    here = portal_app.app.extensions["portal"]
    limits = here.config.portal.limits
    assert here.limits.per_hour["share"] == limits.shares_per_source_per_hour
    assert here.limits.per_hour["open"] == limits.opens_per_source_per_hour
    shipped = (ROOT / "config" / "portal.toml").read_text(encoding="utf-8")
    for name in ("shares_per_source_per_hour", "opens_per_source_per_hour"):
        assert f"\n{name} = " in shipped


def test_no_script_of_ours_makes_markup_from_text() -> None:
    """Trusted Types stop it in the browser; here it is seen before."""
    for file in SCRIPTS:
        text = file.read_text(encoding="utf-8")
        for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert sink not in text, f"{file.name}: {sink}"


def test_a_portal_without_a_study_still_has_the_page(
    tmp_path: Path, roomy_config: Path, unpacked_places: Path
) -> None:
    """Nothing to print then, and nothing breaks."""
    config = tmp_path / "config"
    shutil.copytree(roomy_config, config)
    shutil.rmtree(config / "studies" / STUDY)
    portal = PortalApp.make(tmp_path / "data", config=config)
    try:
        page = portal.client.get("/en/notes").page
        assert page.status == 200
        assert not page.main.all(id="sheet")
    finally:
        portal.close()
