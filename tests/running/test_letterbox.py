"""The letterbox of the laptop: every mail can be read, its links clicked, and nothing else be opened."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMultiAlternatives

from nnmkb.post import FolderBackend


@pytest.fixture
def folder(settings, tmp_path):
    settings.POST_FOLDER = tmp_path / "post"
    settings.EMAIL_BACKEND = "nnmkb.post.FolderBackend"
    return settings.POST_FOLDER


def send(name: str = "a1-b2", text: str = "Beste <b>ondernemer</b>,\n\nhttps://site.example/volg/x/\n\nDag.") -> None:
    mail = EmailMultiAlternatives(
        "Uw aanvraag <script>", text, to=["iemand@bedrijf.example"], headers={"Message-ID": f"<{name}@site>"}
    )
    FolderBackend().send_messages([mail])


def test_empty_letterbox_says_so(folder, client, db):
    assert "Nog geen post" in client.get("/post/").content.decode()


def test_mail_can_be_read_with_its_link_to_click_and_its_text_as_text(folder, client, db):
    send()
    assert "/post/a1-b2/" in client.get("/post/").content.decode()
    page = client.get("/post/a1-b2/").content.decode()
    assert 'href="https://site.example/volg/x/"' in page
    assert "&lt;b&gt;ondernemer&lt;/b&gt;" in page
    assert "<script>" not in page


def test_mail_sent_twice_is_one_file(folder):
    send()
    send()
    send("c3")
    assert sorted(path.name for path in folder.iterdir()) == ["a1-b2.eml", "c3.eml"]


@pytest.mark.parametrize("name", ["nothing", "..", "..%2Fsecret_key", "a1-b2.eml", ".a1-b2"])
def test_no_other_file_can_be_opened(folder, client, db, name):
    send()
    (folder.parent / "secret_key").write_text("geheim")
    assert client.get(f"/post/{name}/").status_code == 404
