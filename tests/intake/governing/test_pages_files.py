"""Writing in the browser: everything typed is kept, mistakes stand at their lines, and nobody overwrites anybody."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from intake.models import PolicyVersion
from intake.services.governing import drafting, packing, reviewing
from intake.services.governing.checking import check
from intake.views.policy.lines import MOST_LINES
from nnmkb.ledger.models import Event
from tests.intake.governing import cast
from tests.intake.governing.pages import MARKUP, browser, fresh, post, save, text

pytestmark = pytest.mark.django_db
State = PolicyVersion.State
PAGE = "/beleid/2026-1/bestand/regels.yaml/"


@pytest.fixture
def author() -> User:
    return cast.author()


@pytest.fixture
def client(author: User) -> Client:
    cast.draft(author)
    return browser(author)


def typed(response: HttpResponse) -> str:
    """Return what stands in the field for the text."""
    page = response.content.decode()
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.S)
    assert found
    return found[1]


@pytest.mark.parametrize("nonsense", ["", "{{{{", "regels: [", "niets", "\t: - ?", f"code: {MARKUP}", "[" * 100_000])
def test_nonsense_is_kept_and_its_mistakes_stand_at_their_lines(client: Client, nonsense: str) -> None:
    response = save(client, nonsense, 1)
    assert response["Location"] == f"{PAGE}#fouten"
    assert fresh().files[cast.RULES] == nonsense
    page = client.get(PAGE)
    assert "Wat er mis is in dit bestand" in text(page)
    assert re.search(r'<li class="nnmkb-lines__line nnmkb-lines__line--wrong" id="regel-\d+"', page.content.decode())
    assert "<script>alert" not in page.content.decode()


def test_mistake_stands_below_its_line_with_what_may_have_been_meant(client: Client) -> None:
    save(client, fresh().files[cast.RULES].replace(cast.FLIGHT, "vlucht_elde: [ja]"), 1)
    page = client.get(PAGE).content.decode()
    line = re.search(r'id="regel-475".*?</li>', page, re.S)
    assert line
    assert "{vlucht_elde: [ja]}" in line[0]
    assert "bedoelde u «vlucht_eelde»?" in line[0]
    assert 'href="#regel-475"' in page


def test_error_of_the_analysis_stands_at_its_line_too(author: User, client: Client) -> None:
    cast.broken(author, fresh())
    page = text(client.get(PAGE))
    assert re.search(r"Fout in regel 4\d\d: [^:]*R-N4", page)
    assert "Wat er mis is in dit bestand" in page


def test_text_that_is_right_is_saved_and_says_so(client: Client) -> None:
    response = save(client, fresh().files[cast.RULES].replace(cast.FLIGHT_REASON, cast.OTHER_REASON), 1)
    assert response["Location"] == PAGE
    assert "Bewaard. Er zijn geen fouten." in text(client.get(PAGE))


def test_saving_twice_is_once(client: Client) -> None:
    for _ in range(2):
        assert save(client, "dubbel", 1).status_code == 302
    assert Event.objects.filter(kind="policy_saved").count() == 1
    assert fresh().lock == 2


def test_sign_that_no_database_takes_is_kept_as_a_mark(client: Client) -> None:
    assert save(client, "voor\0na", 1).status_code == 302
    assert fresh().files[cast.RULES] == "voor\N{REPLACEMENT CHARACTER}na"


def test_half_a_form_does_not_empty_the_file(client: Client) -> None:
    assert post(client, "2026-1/bestand/regels.yaml/", lock="1").status_code == 400
    assert fresh().lock == 1


def test_browser_sends_other_line_ends_and_nothing_changes(client: Client) -> None:
    save(client, fresh().files[cast.RULES].replace("\n", "\r\n"), 1)
    assert fresh().lock == 1


def test_first_empty_line_survives_the_field(client: Client) -> None:
    save(client, "\n\nwoord\n", 1)
    assert typed(client.get(PAGE)) == "\n\nwoord\n"


@pytest.mark.parametrize("lock", ["", "0", "2", "abc", "-1", "9" * 40])
def test_forged_number_overwrites_nothing_and_keeps_the_text(client: Client, lock: str) -> None:
    response = post(client, "2026-1/bestand/regels.yaml/", tekst="mijn tekst", lock=lock)
    assert response.status_code == 409
    assert typed(response) == "mijn tekst"
    assert fresh().lock == 1


def test_second_of_two_people_sees_the_difference_and_keeps_the_typed_text(author: User, client: Client) -> None:
    other = cast.author("sjoerd")
    mine = fresh().files[cast.RULES].replace(cast.FLIGHT_REASON, f"Mijn zin. {MARKUP}")
    cast.changed(other, fresh())
    response = save(client, mine, 1)
    assert response.status_code == 409
    page = text(response)
    assert "Uw tekst is nog niet bewaard" in page
    assert "Iemand anders heeft deze versie intussen veranderd." in page
    assert "Tekst bewaard: regels.yaml" in page
    assert "door Sjoerd" in page
    assert f"− weg reden: {cast.OTHER_REASON}" in page
    assert f"+ nieuw reden: Mijn zin. {MARKUP}" in page
    assert "<script>alert" not in response.content.decode()
    assert fresh().files[cast.RULES] != mine
    # With both in view, the text goes in with the number that is in the form now.
    assert 'name="lock" value="2"' in response.content.decode()
    assert save(client, mine, 2).status_code == 302
    assert fresh().files[cast.RULES] == mine


def test_text_typed_while_the_draft_was_handed_in_can_still_be_copied(author: User, client: Client) -> None:
    reviewing.submit(fresh(), by=author, lock=1, now=cast.NOW)
    response = save(client, "te laat", 1)
    assert response.status_code == 409
    assert typed(response) == "te laat"
    assert "Dit kan alleen bij een concept." in text(response)
    assert "Bewaar mijn tekst" not in text(response)


@pytest.mark.parametrize("many", [200_001, 1_000_000])
@pytest.mark.parametrize("sign", ["x", "é"])
def test_too_much_text_is_refused_and_stays_on_the_screen(client: Client, many: int, sign: str) -> None:
    response = save(client, sign * many, 1)
    assert response.status_code == 200
    assert "dit is te veel tekst. Gebruik hooguit 200.000 tekens." in text(response)
    assert typed(response) == sign * many
    assert fresh().lock == 1


def test_as_much_as_fits_is_kept(client: Client) -> None:
    assert save(client, "é" * 200_000, 1).status_code == 302
    assert fresh().files[cast.RULES] == "é" * 200_000


def test_form_beyond_all_measure_is_a_page_that_says_so(client: Client) -> None:
    response = save(client, "x" * 6_000_000, 1)
    assert response.status_code == 413
    assert "te veel tekst" in text(response)


def test_text_of_very_many_lines_is_drawn_where_the_mistakes_are(client: Client) -> None:
    save(client, "a:\n" * (MOST_LINES + 1000), 1)
    page = client.get(PAGE).content.decode()
    assert page.count('class="nnmkb-lines__line') <= MOST_LINES
    assert "U ziet alleen de regels met een fout" in page


def test_numbers_of_lines_are_those_of_the_problems_whatever_ends_a_line(client: Client) -> None:
    save(client, "a: 1\u2028b: 2\x85c: 3\nregels: [", 1)
    page = client.get(PAGE).content.decode()
    first = next(problem for problem in check(fresh()).problems if problem.file == cast.RULES)
    # What is missing is missed beyond the last line.
    assert first.line >= 4
    assert 'nnmkb-lines__line--wrong" id="regel-4"' in page
    assert 'id="regel-5"' not in page


def test_who_does_not_write_reads_with_numbers(author: User) -> None:
    cast.changed(author)
    page = browser(cast.publisher()).get(PAGE)
    assert "<textarea" not in page.content.decode()
    assert 'id="regel-475"' in page.content.decode()
    assert "Download dit bestand" in text(page)


def test_publisher_cannot_save(author: User) -> None:
    cast.draft(author)
    assert save(browser(cast.publisher()), "weg", 1).status_code == 403
    assert fresh().lock == 1


@pytest.mark.parametrize("file", ["verzonnen.yaml", "..", "settings.py", "regels.yaml%00", "%2e%2e%2fsettings.py"])
def test_unknown_file_is_not_found(client: Client, file: str) -> None:
    for page in ("bestand", "download"):
        assert client.get(f"/beleid/2026-1/{page}/{file}/").status_code == 404
        assert client.post(f"/beleid/2026-1/bestand/{file}/", {"tekst": "x", "lock": "1"}).status_code == 404


def test_download_is_the_text_and_nothing_a_browser_would_run(client: Client) -> None:
    save(client, f"<html>{MARKUP}", 1)
    one = client.get("/beleid/2026-1/download/regels.yaml/")
    assert one.content.decode() == f"<html>{MARKUP}"
    assert one["Content-Type"] == "application/yaml; charset=utf-8"
    assert one["Content-Disposition"] == 'attachment; filename="regels.yaml"'
    assert one["X-Content-Type-Options"] == "nosniff"
    everything = client.get("/beleid/2026-1/download/")
    assert everything.content == packing.export(fresh().files)
    assert everything["Content-Disposition"] == 'attachment; filename="beleid-2026-1.zip"'


def zipped(files: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return files in a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def damaged(packing: int) -> bytes:
    """Return a zip whose content was hurt on the way."""
    whole = zipped({"regels.yaml": b"x: y\n" * 5000}, packing)
    return whole[:50] + bytes(sign ^ 0xFF for sign in whole[50:70]) + whole[70:]


def upload(client: Client, name: str, content: bytes, lock: int = 1) -> HttpResponse:
    """Send a file to the page that reads files in."""
    return post(client, "2026-1/inlezen/", bestand=SimpleUploadedFile(name, content), lock=str(lock), welk=cast.RULES)


def test_what_was_downloaded_can_be_read_in_again(author: User, client: Client) -> None:
    cast.changed(author, fresh())
    packed = client.get("/beleid/2026-1/download/").content
    drafting.save_file(fresh(), cast.RULES, "weg", by=author, lock=2, now=cast.NOW)
    for _ in range(2):
        assert upload(client, "beleid.zip", packed, lock=3).status_code == 302
    assert cast.OTHER_REASON in fresh().files[cast.RULES]
    assert Event.objects.filter(kind="policy_imported").count() == 1


def test_one_file_and_a_pasted_text_are_read_in(client: Client) -> None:
    assert upload(client, "regels.yaml", b"\xef\xbb\xbfeen: 1\n").status_code == 302
    assert fresh().files[cast.RULES] == "een: 1\n"
    assert post(client, "2026-1/inlezen/", welk="partijen.yaml", tekst="twee: 2", lock="2").status_code == 302
    assert fresh().files["partijen.yaml"] == "twee: 2"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.zip", zipped({"../regels.yaml": b"x"}), "staan mappen"),
        ("a.zip", zipped({"map/regels.yaml": b"x"}), "staan mappen"),
        ("a.zip", zipped({"regels.yaml": b"\0" * 50_000_000}), "te groot"),
        ("a.zip", zipped({f"{n}.yaml": b"x" for n in range(21)}), "hooguit 20 bestanden"),
        ("a.zip", zipped({"settings.py": b"x"}), "geen bestand van het beleid"),
        ("a.zip", zipped({}), "leeg"),
        ("a.zip", b"PK\x03\x04 kapot", "niet te lezen"),
        ("a.zip", damaged(zipfile.ZIP_DEFLATED), "niet te lezen"),
        ("a.zip", damaged(zipfile.ZIP_BZIP2), "niet te lezen"),
        ("a.zip", damaged(zipfile.ZIP_LZMA), "niet te lezen"),
        ("regels.yaml", b"\xff\xfe\x00", "geen gewone tekst"),
        ("regels.yaml", b"x" * 200_001, "te veel tekst"),
        ("regels.yaml", b"x" * 1_000_000, "te groot"),
        ("plaatje.png", b"x", "geen bestand van het beleid"),
        ("<b>.yaml", b"x", "geen bestand van het beleid"),
    ],
)
def test_odd_upload_is_refused_in_words(client: Client, name: str, content: bytes, words: str) -> None:
    response = upload(client, name, content)
    assert response.status_code == 200
    assert words in text(response)
    assert fresh().lock == 1


def test_nothing_or_both_is_refused(client: Client) -> None:
    assert "Kies een bestand, of plak een tekst." in text(post(client, "2026-1/inlezen/", lock="1", welk=cast.RULES))
    both = {"bestand": SimpleUploadedFile("regels.yaml", b"x"), "tekst": "y", "welk": cast.RULES, "lock": "1"}
    assert "niet allebei" in text(post(client, "2026-1/inlezen/", **both))
    odd = post(client, "2026-1/inlezen/", lock="1", welk="../x", tekst="x")
    assert "Kies een bestand uit de lijst." in text(odd)


def test_upload_into_what_somebody_else_changed_is_refused_with_what_happened(author: User, client: Client) -> None:
    cast.changed(cast.author("sjoerd"), fresh())
    response = upload(client, "regels.yaml", b"x: 1")
    assert response.status_code == 409
    assert "door Sjoerd" in text(response)
    pasted = post(client, "2026-1/inlezen/", lock="1", welk=cast.RULES, tekst="mijn geplakte tekst")
    assert "mijn geplakte tekst" in text(pasted)
