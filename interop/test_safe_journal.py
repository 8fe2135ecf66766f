"""Answers, the journal and the published keys as people meet them: a stranger answers to all from the page of the letter, with
and without JavaScript; both sides find it in the journal; receipt and keys verify with the command."""

import email
import email.message
import email.policy
import json
import re
import ssl
import subprocess
import urllib.request

from playwright.sync_api import expect

from browser import faults, sign_in, window
from conftest import BRUNO, EVE, OSCAR
from letters import mark, submission
from peers import wait_until
from test_safe import SIZES, attachment, code_for, codes, parsed, picture


def portal(relais):
    return f"https://localhost:{relais.port('https')}/safe"


def fetched(relais, path):
    context = ssl.create_default_context(cafile=relais.ca_certificate)
    with urllib.request.urlopen(portal(relais) + path, context=context, timeout=30) as answer:
        return answer.read(), answer.headers


def to_all(relais, sender, words, mode="c"):
    """A letter to two strangers in the open and one in secret."""
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Cc"] = sender, EVE, BRUNO
    message["Subject"] = f"<im><{mode}> {words}"
    message.set_content(f"Texte de {words}\n")
    with submission(relais, sender) as session:
        session.send_message(message, to_addrs=[EVE, BRUNO, OSCAR])


def entered(page, stranger, mailbox):
    """Shows a code on the page of a letter."""
    before = codes(stranger, mailbox)
    page.get_by_role("button", name=re.compile("Envoyer un code")).click()
    page.fill("#code", code_for(stranger, mailbox, before))
    page.get_by_role("button", name="Continuer avec ce code").click()


def test_a_stranger_answers_to_all_and_both_sides_find_it_in_their_journal(chromium, relais, stranger, program, tmp_path):
    user = relais.facts["users"][0]["login"]
    words = f"Rencontre {mark()}"
    to_all(relais, user, words)
    letter = stranger.wait_for_letter(EVE, words.encode())
    for scheme, width in SIZES:
        context = window(chromium, width=width, scheme=scheme, accept_downloads=True)
        page = context.new_page()
        page.goto(attachment(letter, tmp_path / "Relais.html").as_uri())
        page.get_by_role("button", name="Ouvrir", exact=True).click()
        entered(page, stranger, EVE)
        page.get_by_role("button", name="Ouvrir", exact=True).click()
        expect(page.get_by_role("heading", name="Votre message")).to_be_visible()
        page.get_by_text("Répondre", exact=True).click()
        assert OSCAR not in page.content(), "who was written to in secret stays secret"
        expect(page.locator("#reply-subject")).to_have_value(f"Re: {words}")
        page.get_by_label(re.compile("Tous ceux que le message nomme")).check()
        page.fill("#reply-text", f"Je viens ({width}).\nÈve")
        page.get_by_label("Citer le message dessous").check()
        page.set_input_files("#reply-files", {"name": "résumé.txt", "mimeType": "text/plain", "buffer": b"42"})
        picture(page, f"answer-{scheme}-{width}")
        page.get_by_role("button", name="Envoyer de façon sécurisée").click()
        expect(page.locator("#reply-sent")).to_contain_text(f"Envoyé à {user}")
        expect(page.locator("#reply-sent")).to_contain_text(BRUNO)
        expect(page.get_by_role("heading", name="Votre message")).to_be_visible()
        picture(page, f"answered-{scheme}-{width}")
        page.locator("#reply-sent").get_by_role("link", name="Journal").click()
        expect(page.locator("table.journal")).to_contain_text(f"Re: {words}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        picture(page, f"journal-stranger-{scheme}-{width}")
        context.close()
    for mailbox in (user, BRUNO):
        answer = wait_until(lambda mailbox=mailbox: [one for one in map(parsed, relais.letters(mailbox)) if one["Subject"] == f"Re: {words}"],
                            "the answer", 30)[0]
        assert answer["From"] == EVE and answer["X-Relais-Secure"] == "confidential"
        assert answer["In-Reply-To"] == answer["References"]
        text = answer.get_body().get_content()
        assert "Je viens" in text and f"> Texte de {words}" in text
        assert [part.get_content().strip() for part in answer.iter_attachments()] == ["42"]
    assert not any(b"Je viens" in one for one in stranger.letters(OSCAR))
    # The sender's side, with the account.
    context = window(chromium, accept_downloads=True)
    page = context.new_page()
    sign_in(page, relais)
    page.goto(f"{re.sub(r'/manager/.*', '', page.url)}/safe/journal")
    page.fill("#words", words)
    page.get_by_role("button", name="Chercher").click()
    # Three copies that were sent.
    expect(page.locator("table.journal tbody tr").filter(has_text=words)).not_to_have_count(0)
    expect(page.locator("table.journal")).to_contain_text(f"Re: {words}")
    picture(page, "journal-1280")
    page.locator("table.journal").get_by_role("link", name=EVE).last.click()
    expect(page.get_by_text("Remis au destinataire").first).to_be_visible()
    wait_until(lambda: page.reload() and page.get_by_role("link", name="Quittance de dépôt (PDF)").count(), "its time-stamp", 30)
    picture(page, "journal-letter-1280")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Quittance de dépôt (PDF)").click()
    receipt = tmp_path / "receipt.pdf"
    downloading.value.save_as(receipt)
    keys, headers = fetched(relais, "/keys.json")
    assert headers["Cache-Control"] == "public, max-age=300"
    (tmp_path / "keys.json").write_bytes(keys)

    def verified(file):
        command = [program, "evidence", "verify", file, "--keys", tmp_path / "keys.json", "--json"]
        return subprocess.run(command, capture_output=True, text=True)

    done = verified(receipt)
    assert done.returncode == 0 and '"proven"' in done.stdout, done.stdout + done.stderr
    bundle = tmp_path / "letter.evidence.json"

    def is_whole():
        """What happened last waits a few seconds for its time-stamp."""
        with page.expect_download() as downloading:
            page.get_by_role("link", name=re.compile("Toutes les preuves")).click()
        downloading.value.save_as(bundle)
        return verified(bundle).returncode == 0

    wait_until(is_whole, "the evidence to be whole", 30)
    context.close()
    checkpoint, _ = fetched(relais, "/log/checkpoint")
    name, size, _ = checkpoint.decode().split("\n")[:3]
    assert name.endswith("/safe/log")
    width = min(int(size), 256)
    tile, headers = fetched(relais, "/log/tile/0/000" + (f".p/{width}" if width < 256 else ""))
    assert len(tile) == 32 * width


def test_without_javascript_an_answer_goes_and_a_registered_letter_is_taken_back(chromium, relais, stranger, tmp_path):
    user = relais.facts["users"][0]["login"]
    words = f"Sans {mark()}"
    to_all(relais, user, words)
    letter = stranger.wait_for_letter(EVE, words.encode())
    context = window(chromium, width=360, scheme="dark", java_script_enabled=False)
    page = context.new_page()
    page.goto(attachment(letter, tmp_path / "Relais.html").as_uri())
    page.get_by_role("button", name="Ouvrir sans JavaScript").click()
    entered(page, stranger, EVE)
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    page.get_by_text("Répondre", exact=True).click()
    page.get_by_role("button", name="Envoyer de façon sécurisée").click()
    expect(page.get_by_role("alert")).to_contain_text("Écrivez quelque chose")
    page.fill("#reply-text", "D’accord.")
    page.get_by_label("M’envoyer une copie, sécurisée").check()
    page.get_by_label("Citer le message dessous").check()
    picture(page, "answer-without-script-360")
    page.get_by_role("button", name="Envoyer de façon sécurisée").click()
    expect(page.get_by_role("heading", name="Réponse envoyée")).to_be_visible()
    picture(page, "answered-without-script-360")
    context.close()
    answer = wait_until(lambda: [one for one in map(parsed, relais.letters(user)) if one["Subject"] == f"Re: {words}"], "the answer", 30)[0]
    assert f"> Texte de {words}" in answer.get_body().get_content()
    assert wait_until(lambda: [one for one in stranger.letters(EVE) if f"Re: {words}" in str(parsed(one)["Subject"])], "the copy", 30)
    # What was sent registered is taken back by its sender, after a question.
    words = f"Repris {mark()}"
    to_all(relais, user, words, "r")
    stranger.wait_for_letter(EVE, words.encode())
    context = window(chromium, width=360)
    page = context.new_page()
    sign_in(page, relais)
    home = re.sub(r"/manager/.*", "", page.url)
    page.goto(f"{home}/safe/journal?words={words.split()[1]}&state=offered")
    picture(page, "journal-360")
    page.locator("table.journal").get_by_role("link", name=EVE).click()
    page.get_by_role("button", name="Retirer…").click()
    expect(page.get_by_role("heading", name=re.compile("Retirer cette lettre"))).to_be_visible()
    page.fill("#reason", "Erreur de date")
    picture(page, "withdraw-360")
    page.get_by_role("button", name="Retirer définitivement").click()
    expect(page.get_by_role("status")).to_contain_text("La lettre est retirée")
    expect(page.get_by_text("Erreur de date")).to_be_visible()
    picture(page, "withdrawn-360")
    context.close()


def test_the_public_pages_explain_and_verify(chromium, relais, tmp_path):
    for scheme, width in SIZES:
        context = window(chromium, width=width, scheme=scheme, bypass_csp=True)
        page = context.new_page()
        for path in ("/", "/policy", "/verify", "/journal"):
            page.goto(portal(relais) + path)
            picture(page, f"public{path.replace('/', '-')}-{scheme}-{width}")
            assert faults(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        page.goto(portal(relais) + "/verify")
        page.get_by_role("link", name="Deutsch").click()
        expect(page.get_by_role("heading", name="Nachweise prüfen")).to_be_visible()
        (tmp_path / "other.json").write_text(json.dumps({"no": "evidence"}))
        page.set_input_files("#files", tmp_path / "other.json")
        page.get_by_role("button", name="Diese Dateien prüfen").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert faults(page) == []
        context.close()
