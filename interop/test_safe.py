"""Secured letters as their recipients meet them: a stranger's mailbox, the attachment as a file or a link, the portal in Chromium
with and without JavaScript, and in Firefox and WebKit, accounts for registered letters."""

import base64
import email
import email.policy
import os
import re
import shutil
import ssl
import urllib.parse
import urllib.request

import pytest
from playwright.sync_api import expect

from browser import PICTURES, faults, manager, window
from browser import sign_in as sign_in_to_manager
from conftest import ANNA, BRUNO, EVE, LEA, LEO, OSCAR
from gecko import Firefox
from letters import body_of, letter, mark, submission
from peers import Postfix, wait_until
from relais import Served
from second_factor import code_of
from test_manager_people import HOST, key_of_certificate
from webkit import WebKit

IDA = "ida@strict.test"
HTML = """<html><body><p style="color:#0b5a5c">Bonjour <b>Ève</b></p><img src="cid:dot@x" alt="dot">
<script>parent.document.title = "stolen"</script><img src="https://evil.test/pixel.gif" onerror="parent.document.title='stolen'">
<a href="javascript:alert(1)">bad</a> <a href="https://exemple.test/">good</a><form action="https://evil.test/"><input name="p"></form>
<meta http-equiv="refresh" content="0;url=https://evil.test/"><p style="background:url(https://evil.test/b)">fin</p></body></html>"""
DOT = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f0004"
                    "8101811d6e1e9b0000000049454e44ae426082")


def secured(relais, sender, recipient, tag, words, html=False):
    """Sends a tagged letter as a mail program does; gives its text."""
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, f"<im><{tag}> {words}"
    message.set_content(f"Texte de {words}, été\n")
    if html:
        message.add_alternative(HTML, subtype="html")
        message.get_payload()[1].add_related(DOT, "image", "png", cid="<dot@x>")
    message.add_attachment("résultat: 42\n".encode(), "text", "plain", filename="résumé.txt")
    with submission(relais, sender) as session:
        session.send_message(message)


def parsed(octets):
    return email.message_from_bytes(octets, policy=email.policy.default)


def attachment(letter, path):
    """Saves the page that came with a letter, as a mail program does."""
    part = next(part for part in parsed(letter).walk() if part.get_filename() == "Relais.html")
    path.write_bytes(part.get_payload(decode=True))
    return path


def codes(stranger, mailbox):
    """The codes that came to a mailbox, the oldest first."""
    subjects = [str(parsed(one)["Subject"]) for one in stranger.letters(mailbox)]
    return [found.group(1) for found in (re.fullmatch(r"Votre code\s*: (\d{8})", subject) for subject in subjects) if found]


def code_for(stranger, mailbox, known):
    """The code that comes after those that are known. A mailbox is sent five an hour: of this file's tests, Eve's are."""
    return wait_until(lambda: codes(stranger, mailbox)[len(known):], "a code", 30)[-1]


def picture(page, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"safe-{name}.png", full_page=True)


def watched(context):
    """Every address that a window asks for, with what it sends."""
    asked = []
    context.on("request", lambda request: asked.append((request.method, request.url, request.post_data_buffer or b"", request.headers)))
    return asked


SIZES = [("light", 360), ("dark", 1280)]


@pytest.mark.parametrize("scheme,width", SIZES)
def test_a_stranger_opens_a_confidential_letter_in_the_browser(chromium, telling, stranger, tmp_path, scheme, width):
    words = f"Bonjour {mark()}"
    secured(telling, ANNA, EVE, "c", words, html=True)
    letter = stranger.wait_for_letter(EVE, words.encode())
    assert b"Texte de" not in letter
    context = window(chromium, width=width, scheme=scheme, accept_downloads=True)
    asked = watched(context)
    page = context.new_page()
    page.goto(attachment(letter, tmp_path / "Relais.html").as_uri())
    share = re.search(rb'/safe/open#a=([A-Za-z0-9_-]{43})', (tmp_path / "Relais.html").read_bytes()).group(1).decode()
    before = codes(stranger, EVE)
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.get_by_role("heading", name="Message confidentiel")).to_be_visible()
    page.wait_for_url(lambda address: "/safe/o/" in address and "#" not in address)
    assert page.evaluate("Object.values(sessionStorage)") == [share], "the fragment came through the redirect and stayed in the browser"
    picture(page, f"arrived-{scheme}-{width}")
    page.get_by_role("button", name="Envoyer un code à e…@stranger.test").click()
    expect(page.get_by_label("Code reçu par e-mail")).to_be_visible()
    page.fill("#code", "00000000")
    page.get_by_role("button", name="Continuer avec ce code").click()
    expect(page.get_by_role("alert")).to_contain_text("Ce code n’est pas le bon")
    picture(page, f"code-{scheme}-{width}")
    page.fill("#code", code_for(stranger, EVE, before))
    page.get_by_role("button", name="Continuer avec ce code").click()
    expect(page.get_by_role("button", name="Ouvrir", exact=True)).to_be_visible()
    picture(page, f"ready-{scheme}-{width}")
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.get_by_role("heading", name="Votre message")).to_be_visible()
    expect(page.locator("#reader dl")).to_contain_text(words)
    frame = page.frame_locator("iframe.letter")
    expect(frame.get_by_text("Bonjour Ève")).to_be_visible()
    inside = page.locator("iframe.letter").get_attribute("srcdoc")
    for bad in ("script", "evil.test", "javascript", "onerror", "<form", "refresh"):
        assert bad not in inside, (bad, inside)
    assert "data:image/png;base64," in inside and "https://exemple.test/" in inside
    assert page.evaluate("document.title") != "stolen"
    colour = frame.get_by_text("Bonjour Ève").evaluate("one => getComputedStyle(one).color")
    assert colour == "rgb(11, 90, 92)", "styles of the letter are shown"
    assert page.evaluate("Object.values(sessionStorage)") == [], "the share is forgotten"
    picture(page, f"read-{scheme}-{width}")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Télécharger (.eml)").click()
    downloaded = parsed(open(downloading.value.path(), "rb").read())
    assert downloaded["Subject"] == words and downloaded["From"] == ANNA
    with page.expect_download() as downloading:
        page.get_by_role("button", name="résumé.txt").click()
    assert open(downloading.value.path(), "rb").read().decode().startswith("résultat: 42")
    assert downloading.value.suggested_filename == "résumé.txt"
    # The server has not seen the share: not in an address, not in a field, not in a header.
    for method, url, body, headers in asked:
        if url.startswith("file:") or url.startswith("blob:") or url.startswith("data:"):
            continue
        assert "//localhost:" in url, f"asked elsewhere: {url}"
        assert share not in url.split("#")[0] and share.encode() not in body and share not in str(headers), (method, url)
    log = telling.log()
    assert " path=/safe/open " in log and "/share " in log, "it notes every request"
    assert share not in log and codes(stranger, EVE)[-1] not in log
    context.close()


def test_what_was_read_is_erased_in_the_manager_and_its_page_says_so(chromium, relais, stranger, tmp_path):
    words = f"Effacer {mark()}"
    secured(relais, ANNA, f"{LEA}, {LEO}", "c", words)
    path = attachment(stranger.wait_for_letter(LEA, words.encode()), tmp_path / "Relais.html")
    reader = window(chromium, width=360, scheme="dark").new_page()
    reader.goto(path.as_uri())
    reader.get_by_role("button", name="Ouvrir", exact=True).click()
    reader.get_by_role("button", name=re.compile("^Envoyer un code")).click()
    reader.fill("#code", code_for(stranger, LEA, []))
    reader.get_by_role("button", name="Continuer avec ce code").click()
    reader.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(reader.locator("#reader dl")).to_contain_text(words)

    desk = window(chromium).new_page()
    sign_in_to_manager(desk, relais)
    (sent,) = relais.command("secure", "letters", "--recipient", LEA)
    desk.goto(manager(relais, f"secured/{sent['id']}"))
    desk.get_by_role("link", name="Effacer la lettre").click()
    expect(desk.get_by_role("radio", name=LEA)).to_be_enabled()
    # His can still be taken back, which says more.
    expect(desk.get_by_role("radio", name=LEO)).to_be_disabled()
    expect(desk.locator(".notice.lost")).to_contain_text("rien ne la ramène")
    desk.get_by_label("Motif").fill("délai de conservation échu")
    for scheme, width in SIZES:
        desk.emulate_media(color_scheme=scheme)
        desk.set_viewport_size({"width": width, "height": 800})
        picture(desk, f"erase-{scheme}-{width}")
        assert faults(desk) == []
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.get_by_role("button", name="Effacer définitivement").click()
    expect(desk.locator(".toast")).to_contain_text("effacée")
    expect(desk.get_by_text("Effacée", exact=True)).to_be_visible()
    picture(desk, "erased-manager")

    reader.goto(path.as_uri())
    reader.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(reader.get_by_text("L’expéditeur a effacé ce message")).to_be_visible()
    expect(reader.get_by_role("button", name="Ouvrir", exact=True)).to_have_count(0)
    pictures(reader, "erased")
    reader.context.close()
    desk.context.close()


def test_a_rule_of_the_organisation_secures_what_nobody_marked(relais, stranger):
    organisation = relais.command("organisation", "list")[0]["id"]
    relais.command("organisation", "change", organisation, "--secured-rule", "confidential subject Mahnung",
                   "--secured-rule", "registered to oscar@stranger.test")
    named, other, to_oscar = (mark() for _ in range(3))
    with submission(relais, ANNA) as session:
        session.sendmail(ANNA, [EVE], letter(ANNA, EVE, mark(), subject=f"Letzte Mahnung {named}"))
        session.sendmail(ANNA, [EVE], letter(ANNA, EVE, mark(), subject=other))
        session.sendmail(ANNA, [OSCAR], letter(ANNA, OSCAR, mark(), subject=to_oscar))
    relais.command("organisation", "change", organisation, "--no-secured-rules")
    for mailbox, subject in (EVE, named), (OSCAR, to_oscar):
        arrived = stranger.wait_for_letter(mailbox, subject.encode())
        assert b"Relais.html" in arrived and b"Good day" not in arrived
    assert "recommandé" in str(parsed(arrived)["Subject"])
    assert b"Good day" in stranger.wait_for_letter(EVE, other.encode())


@pytest.fixture(scope="module")
def strict(work):
    """A server that takes no HTML attachments, as many do."""
    with Postfix(work / "strict", domains=["strict.test"], users=[IDA], hostname="mail.strict.test", extra={
            "mime_header_checks": "regexp:{ {/name=.*\\.html?\\b/ REJECT HTML attachments are not taken here} }"}) as strict:
        yield strict


@pytest.fixture(scope="module")
def linking(work, stranger, strict):
    """One whose letters to the stranger have links, as all large ones have, and whose log says everything."""
    relais = Served(work / "linking", f"sqlite:{work}/linking/relais.db",
                    strangers={"stranger.test": stranger.port, "strict.test": strict.port})
    relais.open_portal('link_domains = ["stranger.test"]\nlink_above_mb = 1')
    relais.log_everything()
    relais.populate(ANNA)
    with relais:
        yield relais


@pytest.fixture(scope="module")
def telling(work, stranger):
    """One whose letters to the stranger have attachments, and whose log says everything."""
    relais = Served(work / "telling", f"sqlite:{work}/telling/relais.db", strangers={"stranger.test": stranger.port})
    relais.open_portal()
    relais.log_everything()
    relais.populate(ANNA)
    with relais:
        yield relais


def link_of(letter):
    """The address in a letter that brings no attachment, with what stands behind «#»."""
    return re.search(r"https://\S+/safe/m/[0-9a-f]{32}#a=[A-Za-z0-9_-]{43}(?=\s)", parsed(letter).get_body().get_content()).group()


def scanned(relais, link):
    """What a program hears that tries links before people do: it sends what stands before «#», and no cookie."""
    context = ssl.create_default_context(cafile=relais.ca_certificate)
    said = []
    for method in ("HEAD", "GET", "GET"):
        request = urllib.request.Request(link, method=method)
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            said.append((answer.status, answer.read().decode()))
    return said


def test_a_letter_by_a_link_is_opened_and_answered_whoever_tried_the_link_before(chromium, linking, stranger):
    words = f"Par lien {mark()}"
    secured(linking, ANNA, EVE, "c", words, html=True)
    letter = stranger.wait_for_letter(EVE, words.encode())
    assert b"Texte de" not in letter
    assert {part.get_content_type() for part in parsed(letter).walk()} == {
        "multipart/signed", "text/plain", "application/pkcs7-signature"}, "nothing that a server would not take"
    link = link_of(letter)
    share = link.split("#a=")[1]
    followed = linking.command("secure", "letters")[0]["id"]

    def happened():
        return [one["event"] for one in linking.command("secure", "show", followed)["events"]]

    wait_until(lambda: happened()[-1] == "NotificationDelivered", "the server's word that the letter went")
    so_far = happened()
    before = codes(stranger, EVE)
    (_, nothing), (status, page), again = scanned(linking, link)
    assert (status, nothing, again) == (200, "", (status, page)) and "Message confidentiel" in page
    assert happened() == so_far, "looking is no event"
    assert codes(stranger, EVE) == before, "and sends no code"

    context = window(chromium, width=360, scheme="dark", accept_downloads=True)
    asked = watched(context)
    page = context.new_page()
    page.goto(link)
    expect(page.get_by_role("heading", name="Message confidentiel")).to_be_visible()
    picture(page, "link-arrived-360")
    assert "#" not in page.url and page.evaluate("Object.values(sessionStorage)") == [share]
    page.get_by_role("button", name="Envoyer un code à e…@stranger.test").click()
    page.fill("#code", code_for(stranger, EVE, before))
    page.get_by_role("button", name="Continuer avec ce code").click()
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.frame_locator("iframe.letter").get_by_text("Bonjour Ève")).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Télécharger (.eml)").click()
    eml = open(downloading.value.path(), "rb").read()
    assert parsed(eml)["Subject"] == words and "Texte de" in parsed(eml).get_body(("plain",)).get_content()
    page.get_by_text("Répondre", exact=True).click()
    page.fill("#reply-text", "Bien reçu.")
    page.get_by_role("button", name="Envoyer de façon sécurisée").click()
    expect(page.locator("#reply-sent")).to_contain_text(f"Envoyé à {ANNA}")
    # Read again in the same tab: the key is forgotten there, and the link brings it once more.
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("Ouvrez-le à nouveau à partir de l’e-mail")
    picture(page, "link-again-360")
    page.goto(link)
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.frame_locator("iframe.letter").get_by_text("Bonjour Ève")).to_be_visible()
    context.close()
    answer = parsed(linking.wait_for_letter(ANNA, f"Re: {words}".encode()))
    assert answer["From"] == EVE and "Bien reçu." in answer.get_body().get_content()
    assert happened()[:len(so_far)] == so_far and "ContentHandover" in happened()[len(so_far):]
    for method, url, body, headers in asked:
        if not url.startswith(("blob:", "data:")):
            assert share not in url.split("#")[0] and share.encode() not in body and share not in str(headers), (method, url)
    log = linking.log()
    assert f" path={urllib.parse.urlsplit(link).path} " in log, "it notes every request"
    assert share not in log and codes(stranger, EVE)[-1] not in log
    # Nor does anything of it lie in the database or beside it, where the answer to a mailbox here does.
    kept = b"".join(path.read_bytes() for path in linking.data.rglob("*") if path.is_file())
    octets = base64.urlsafe_b64decode(share + "=")
    lines = [line for line in body_of(eml).split(b"\r\n") if len(line) > 20 and not line.startswith(b"Content-")]
    assert len(lines) > 10
    for secret in (share.encode(), octets, octets.hex().encode(), base64.b64encode(octets), codes(stranger, EVE)[-1].encode(), *lines):
        assert secret not in kept, secret
    assert base64.b64encode("Bien reçu.".encode())[:12] in kept


def test_whoever_presses_before_the_scripts_have_come_keeps_the_key(chromium, linking, stranger):
    words = f"Ligne lente {mark()}"
    secured(linking, ANNA, EVE, "c", words)
    link = link_of(stranger.wait_for_letter(EVE, words.encode()))
    context = window(chromium, width=360)
    page = context.new_page()
    # What opens the letter does not come as long as somebody is on the first page.
    page.route("**/open.js", lambda route: None)
    page.goto(link, wait_until="commit")
    before = codes(stranger, EVE)
    page.get_by_role("button", name="Envoyer un code à").click()
    page.fill("#code", code_for(stranger, EVE, before))
    page.unroute("**/open.js")
    page.get_by_role("button", name="Continuer avec ce code").click()
    page.get_by_role("button", name="Ouvrir", exact=True).click(timeout=10_000)
    expect(page.locator("pre.letter")).to_contain_text(f"Texte de {words}, été")
    context.close()


def test_a_server_that_refuses_the_attachment_gets_a_link_to_the_same_letter(linking, strict):
    words = f"Sans annexe {mark()}"
    secured(linking, ANNA, IDA, "c", words)
    letter = strict.wait_for_letter(IDA, words.encode())
    assert "HTML attachments are not taken here" in strict.log(), "it was asked, and said no"
    assert len(strict.letters(IDA)) == 1
    followed = linking.command("secure", "letters")[0]["id"]
    copy = linking.command("secure", "show", followed)["copies"][0]
    assert copy["slot"] in link_of(letter) and copy["state"] == "notified"
    assert "Message confidentiel" in scanned(linking, link_of(letter))[1][1]


def test_a_large_letter_comes_by_a_link_and_is_opened_whole(chromium, linking, strict):
    words = f"Plans {mark()}"
    plans = os.urandom(2_000_000)
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = ANNA, IDA, f"<im><c> {words}"
    message.set_content(f"Texte de {words}\n")
    message.add_attachment(plans, "application", "pdf", filename="plans.pdf")
    with submission(linking, ANNA) as session:
        session.send_message(message)
    letter = strict.wait_for_letter(IDA, words.encode())
    assert len(letter) < 20_000
    context = window(chromium, accept_downloads=True)
    page = context.new_page()
    page.goto(link_of(letter))
    before = codes(strict, IDA)
    page.get_by_role("button", name="Envoyer un code à").click()
    page.fill("#code", code_for(strict, IDA, before))
    page.get_by_role("button", name="Continuer avec ce code").click()
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="plans.pdf").click()
    assert open(downloading.value.path(), "rb").read() == plans
    context.close()


def test_without_javascript_the_page_of_a_link_says_what_to_do(chromium, linking, stranger):
    words = f"Sans script {mark()}"
    secured(linking, ANNA, EVE, "c", words)
    context = window(chromium, width=360, java_script_enabled=False)
    page = context.new_page()
    page.goto(link_of(stranger.wait_for_letter(EVE, words.encode())))
    # Texts within «noscript» are none to Playwright's searches, whether or not they are shown.
    said = page.locator("noscript .notice p")
    expect(said).to_be_visible()
    assert "ouvrez ce lien dans un navigateur qui exécute JavaScript" in said.text_content()
    picture(page, "link-without-script-360")
    context.close()


def test_without_javascript_the_platform_opens_it_and_says_so(chromium, telling, stranger, tmp_path):
    words = f"Sans script {mark()}"
    secured(telling, ANNA, EVE, "c", words, html=True)
    letter = stranger.wait_for_letter(EVE, words.encode())
    context = window(chromium, width=360, java_script_enabled=False, accept_downloads=True)
    asked = watched(context)
    page = context.new_page()
    path = attachment(letter, tmp_path / "Relais.html")
    share = re.search(rb'/safe/open#a=([A-Za-z0-9_-]{43})', path.read_bytes()).group(1).decode()
    page.goto(path.as_uri())
    before = codes(stranger, EVE)
    page.get_by_role("button", name="Ouvrir sans JavaScript").click()
    expect(page.get_by_role("heading", name="Message confidentiel")).to_be_visible()
    page.get_by_role("button", name="Envoyer un code à e…@stranger.test").click()
    page.fill("#code", code_for(stranger, EVE, before))
    page.get_by_role("button", name="Continuer avec ce code").click()
    expect(page.get_by_text("La plateforme déchiffre le message à votre place")).to_be_visible()
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.get_by_role("heading", name="Votre message")).to_be_visible()
    expect(page.frame_locator("iframe.letter").get_by_text("Bonjour Ève")).to_be_visible()
    picture(page, "read-without-script-360")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Télécharger (.eml)").click()
    assert parsed(open(downloading.value.path(), "rb").read())["Subject"] == words
    for method, url, _, headers in asked:
        assert share not in url and share not in str(headers), (method, url)
    log = telling.log()
    assert " path=/safe/open " in log and "/read " in log, "it notes every request"
    assert share not in log and codes(stranger, EVE)[-1] not in log
    context.close()


def letter_with_passphrase(relais, stranger, words):
    """A letter to Oscar that «trois petits chats 4711» opens, as it arrives."""
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = ANNA, OSCAR, words
    message["X-Relais-Passphrase"] = "trois petits chats 4711"
    message.set_content(f"Texte de {words}, été\n")
    with submission(relais, ANNA) as session:
        session.send_message(message)
    return stranger.wait_for_letter(OSCAR, words.encode())


def test_without_javascript_passphrases_that_are_guessed_have_to_wait_and_the_page_says_until_when(
        chromium, relais, stranger, tmp_path):
    words = f"Deviner {mark()}"
    letter = letter_with_passphrase(relais, stranger, words)
    context = window(chromium, width=360, scheme="dark", java_script_enabled=False)
    page = context.new_page()
    page.goto(attachment(letter, tmp_path / "Relais.html").as_uri())
    before = codes(stranger, OSCAR)
    page.get_by_role("button", name="Ouvrir sans JavaScript").click()
    page.get_by_role("button", name=re.compile("Envoyer un code")).click()
    page.fill("#code", code_for(stranger, OSCAR, before))
    page.get_by_role("button", name="Continuer avec ce code").click()
    for guess in range(6):
        expect(page.get_by_text("Trop de phrases secrètes")).to_have_count(int(guess > 4))
        page.fill("#passphrase", f"chats {guess}" if guess < 5 else "trois petits chats 4711")
        page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.get_by_text(re.compile(r"comparée dès \d\d\.\d\d\.\d{4} \d\d:\d\d"))).to_be_visible()
    expect(page.get_by_text(f"Texte de {words}")).to_have_count(0)
    picture(page, "passphrase-paused-360")
    page.set_viewport_size({"width": 1280, "height": 800})
    picture(page, "passphrase-paused-1280")
    context.close()


@pytest.fixture(scope="module", params=[Firefox, WebKit])
def browser(work, request):
    with request.param(work / request.param.__name__) as browser:
        yield browser


def test_other_browsers_open_a_confidential_letter_and_answer_it(browser, relais, stranger, tmp_path):
    words = f"Renard {mark()}"
    secured(relais, ANNA, OSCAR, "c", words)
    path = attachment(stranger.wait_for_letter(OSCAR, words.encode()), tmp_path / "Relais.html")
    before = codes(stranger, OSCAR)
    browser.go(path.as_uri())
    browser.press("Ouvrir")
    browser.press("Envoyer un code à o…@stranger.test")
    browser.fill("#code", code_for(stranger, OSCAR, before))
    browser.press("Continuer avec ce code")
    browser.press("Ouvrir")
    assert f"Texte de {words}, été" in browser.see("pre.letter")
    assert browser.run("sessionStorage.length") == 0
    browser.picture(PICTURES / f"safe-read-{type(browser).__name__}.png")
    browser.press("Télécharger (.eml)")
    assert parsed(browser.downloaded().read_bytes())["Subject"] == words
    browser.press("Répondre")
    browser.fill("#reply-text", "Bien reçu.")
    browser.press("Envoyer de façon sécurisée")
    assert f"Envoyé à {ANNA}" in browser.see("#reply-sent")
    assert "Bien reçu." in parsed(relais.wait_for_letter(ANNA, f"Re: {words}".encode())).get_body().get_content()


def test_other_browsers_sign_in_to_the_manager_and_the_journal(browser, relais):
    user = relais.facts["users"][0]
    browser.go(manager(relais, "sign-in"))
    browser.fill("#login", user["login"])
    browser.fill("#password", user["password"])
    browser.press("Se connecter")
    wait_until(lambda: browser.run("location.pathname") == "/manager/", "the first page", 30)
    assert "Commune de Valbois" in browser.see("body")
    browser.go(manager(relais, "secured"))
    assert browser.see("h1") == "Lettres sécurisées"
    browser.picture(PICTURES / f"safe-secured-{type(browser).__name__}.png")
    browser.go(re.sub("/manager/.*", "/safe/journal", manager(relais)))
    assert browser.see("h1") == "Journal" and browser.see("#words") == ""


def test_the_pages_have_no_serious_faults(chromium, relais, stranger, tmp_path):
    words = f"Accessible {mark()}"
    secured(relais, ANNA, EVE, "c", words)
    path = attachment(stranger.wait_for_letter(EVE, words.encode()), tmp_path / "Relais.html")
    for scheme, width in SIZES:
        context = window(chromium, width=width, scheme=scheme, bypass_csp=True)
        page = context.new_page()
        page.goto(path.as_uri())
        before = codes(stranger, EVE)
        page.get_by_role("button", name="Ouvrir", exact=True).click()
        page.wait_for_selector("#reader", state="attached")
        assert faults(page) == []
        page.get_by_role("button", name=re.compile("Envoyer un code")).click()
        page.wait_for_selector("#code")
        assert faults(page) == []
        page.fill("#code", code_for(stranger, EVE, before))
        page.get_by_role("button", name="Continuer avec ce code").click()
        page.get_by_role("button", name="Ouvrir", exact=True).click()
        expect(page.get_by_role("heading", name="Votre message")).to_be_visible()
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        context.close()


def test_a_registered_letter_is_accepted_with_an_account_and_a_second_factor(chromium, relais, tmp_path):
    user = relais.facts["users"][0]
    words = f"Decision {mark()}"
    secured(relais, BRUNO, user["login"], "r", words)
    letter = relais.wait_for_letter(user["login"], words.encode())
    context = window(chromium, width=1280, bypass_csp=True)
    page = context.new_page()
    page.goto(attachment(letter, tmp_path / "Relais.html").as_uri())
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.get_by_role("heading", name="Lettre recommandée")).to_be_visible()
    page.get_by_role("link", name="S’identifier").click()
    sign_in(page, user["login"], user["password"])
    expect(page.get_by_text("n’a pas encore de deuxième facteur")).to_be_visible()
    picture(page, "needs-second-factor-1280")
    page.get_by_role("button", name="Ajouter un deuxième facteur").click()
    set_up_totp(page)
    page.get_by_role("button", name="Je suis d’accord").click()
    expect(page.get_by_role("button", name="Accepter la lettre")).to_be_visible()
    picture(page, "decide-1280")
    page.get_by_role("button", name="Refuser…").click()
    expect(page.get_by_role("heading", name=re.compile("Refuser la lettre recommandée"))).to_be_visible()
    picture(page, "refuse-1280")
    page.get_by_role("button", name="Retour").click()
    page.get_by_role("button", name="Accepter la lettre").click()
    expect(page.get_by_text("La lettre est acceptée")).to_be_visible()
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.locator("pre.letter")).to_contain_text(f"Texte de {words}, été")
    picture(page, "registered-read-1280")
    assert subject_for_bruno(relais, words, "Acceptée")
    # The next one is refused: the page asks first, and says afterwards what holds.
    words = f"Sommation {mark()}"
    secured(relais, BRUNO, user["login"], "r", words)
    letter = relais.wait_for_letter(user["login"], words.encode())
    page.goto(attachment(letter, tmp_path / "Relais.html").as_uri())
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    page.get_by_role("button", name="Refuser…").click()
    page.fill("#reason", "Pas pour moi")
    page.get_by_role("button", name="Refuser définitivement").click()
    expect(page.get_by_text("Cette lettre a été refusée")).to_be_visible()
    assert page.get_by_role("button", name="Ouvrir", exact=True).count() == 0
    picture(page, "refused-1280")
    assert subject_for_bruno(relais, words, "Refusée")
    # Brought again, it says the same.
    page.goto((tmp_path / "Relais.html").as_uri())
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.get_by_text("Cette lettre a été refusée")).to_be_visible()
    context.close()


def subject_for_bruno(relais, words, begins):
    """The subject of what the sender is told of a letter, once it has come."""
    def look():
        subjects = [str(parsed(one)["Subject"]).strip() for one in relais.letters(BRUNO)]
        return [subject for subject in subjects if subject.endswith(words) and subject.startswith(begins)]
    return wait_until(look, f"that bruno is told: {begins}", 30)


def sign_in(page, login, password):
    page.fill("#login", login)
    page.fill("#password", password)
    page.get_by_role("button", name="S’identifier").click()


def set_up_totp(page):
    """Sets up an application for codes, as the portal asks; gives its secret."""
    expect(page.get_by_role("heading", name="Ajouter une application d’authentification")).to_be_visible()
    pictures(page, "totp")
    page.get_by_text("Saisir le secret à la main").click()
    secret = page.text_content("#totp-secret").replace(" ", "")
    page.fill("#code", code_of(secret))
    page.get_by_role("button", name="Activer").click()
    expect(page.locator(".codes code")).to_have_count(10)
    pictures(page, "codes")
    page.get_by_text("Je les ai notés").click()
    return secret


def pictures(page, name):
    """Pictures in both sizes, and what is wrong with the page in each."""
    for scheme, width in SIZES:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        picture(page, f"{name}-{scheme}-{width}")
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def test_a_letter_with_a_passphrase_opens_with_it_alone(chromium, telling, stranger, tmp_path):
    words = f"Salaire {mark()}"
    letter = letter_with_passphrase(telling, stranger, words)
    assert b"petits chats" not in letter
    context = window(chromium, width=360, scheme="dark", accept_downloads=True, bypass_csp=True)
    page = context.new_page()
    path = attachment(letter, tmp_path / "Relais.html")
    share = re.search(rb'/safe/open#a=([A-Za-z0-9_-]{43})', path.read_bytes()).group(1).decode()
    page.goto(path.as_uri())
    asked = watched(context)
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    before = codes(stranger, OSCAR)
    page.get_by_role("button", name=re.compile("Envoyer un code")).click()
    page.fill("#code", code_for(stranger, OSCAR, before))
    page.get_by_role("button", name="Continuer avec ce code").click()
    page.fill("#passphrase", "trois petits chiens")
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.locator("#failed")).to_contain_text("Ce n’est pas la phrase secrète", timeout=30_000)
    picture(page, "passphrase-wrong-360")
    assert faults(page) == []
    page.fill("#passphrase", "trois petits chats 4711")
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.locator("pre.letter")).to_contain_text(f"Texte de {words}, été", timeout=30_000)
    for _, url, body, headers in asked:
        assert b"chats" not in body and "chats" not in url and "chats" not in str(headers), url
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Télécharger (.eml)").click()
    downloaded = parsed(open(downloading.value.path(), "rb").read())
    assert downloaded["Subject"] == words and downloaded["X-Relais-Passphrase"] is None
    log = telling.log()
    assert " path=/safe/open " in log and "/share " in log, "it notes every request"
    for secret in ("petits", codes(stranger, OSCAR)[-1], share):
        assert secret not in log, secret
    context.close()


def test_a_stranger_opens_an_account_and_accepts_a_registered_letter(chromium, relais, stranger, tmp_path):
    mailbox = OSCAR
    words = f"Recommandation {mark()}"
    secured(relais, BRUNO, mailbox, "r", words)
    path = attachment(stranger.wait_for_letter(mailbox, words.encode()), tmp_path / "Relais.html")
    context = window(chromium, width=1280, bypass_csp=True)
    asked = watched(context)
    page = context.new_page()
    page.goto(path.as_uri())
    share = re.search(rb'/safe/open#a=([A-Za-z0-9_-]{43})', path.read_bytes()).group(1).decode()
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.get_by_role("heading", name="Lettre recommandée")).to_be_visible()
    pictures(page, "account")
    before = codes(stranger, mailbox)
    page.get_by_role("button", name=re.compile("Envoyer un code d’activation")).click()
    page.fill("#code", code_for(stranger, mailbox, before))
    pictures(page, "activation")
    page.get_by_role("button", name="Continuer avec ce code").click()
    page.get_by_role("button", name="Ouvrir un compte").click()
    pictures(page, "join")
    page.fill("#new", "trop court")
    page.fill("#repeated", "autre chose")
    page.get_by_role("button", name="Ouvrir le compte").click()
    expect(page.get_by_role("alert")).to_contain_text("ne sont pas les mêmes")
    page.fill("#new", "une phrase de passe")
    page.fill("#repeated", "une phrase de passe")
    page.get_by_role("button", name="Ouvrir le compte").click()
    secret = set_up_totp(page)
    # Back at the letter, with its key still in this tab: first the agreement, then the letter.
    expect(page.get_by_role("heading", name="Lettre recommandée")).to_be_visible()
    assert page.evaluate("Object.values(sessionStorage)") == [share]
    pictures(page, "consent")
    page.get_by_role("button", name="Je suis d’accord").click()
    page.get_by_role("button", name="Accepter la lettre").click()
    expect(page.get_by_text("La lettre est acceptée")).to_be_visible()
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.locator("pre.letter")).to_contain_text(f"Texte de {words}, été")
    assert subject_for_bruno(relais, words, "Acceptée")
    for method, url, body, headers in asked:
        if not url.startswith(("file:", "blob:", "data:")):
            assert share not in url.split("#")[0] and share.encode() not in body and share not in str(headers), (method, url)
    # The settings, and the language in which e-mails come from now on.
    address = re.match(r"https?://[^/]+", page.url).group(0)
    page.goto(f"{address}/safe/account")
    expect(page.get_by_role("heading", name="Mon compte")).to_be_visible()
    pictures(page, "settings")
    page.select_option("#language", "de")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name="Mein Konto")).to_be_visible()
    # Whoever takes each registered letter as it comes, or none, says so here, and its sender hears it.
    for choice, begins in ("accept", "Acceptée"), ("block", "Non transmise"):
        page.check(f"input[name=registered][value={choice}]")
        with page.expect_navigation():
            page.get_by_role("button", name="Speichern").click()
        words = f"Bescheid {mark()}"
        secured(relais, BRUNO, mailbox, "r", words)
        assert subject_for_bruno(relais, words, begins)
    assert not any(words.encode() in one for one in stranger.letters(mailbox))
    # Another letter, in another browser: password and code, and no second agreement. The Manager knows nobody.
    context.close()
    words = f"Zweite {mark()}"
    secured(relais, BRUNO, mailbox, "p", words)
    letter = stranger.wait_for_letter(mailbox, words.encode())
    context = window(chromium, width=1280, bypass_csp=True)
    page = context.new_page()
    page.goto(attachment(letter, tmp_path / "Relais.html").as_uri())
    page.get_by_role("button", name="Öffnen", exact=True).click()
    page.get_by_role("link", name="S’identifier").click()
    pictures(page, "sign-in")
    sign_in(page, mailbox, "falsch, leider")
    expect(page.get_by_role("alert")).to_contain_text("n’est pas juste")
    sign_in(page, mailbox, "une phrase de passe")
    pictures(page, "step")
    page.fill("#code", code_of(secret, 1))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.locator("pre.letter")).to_contain_text(f"Texte de {words}, été")
    page.goto(f"{address}/manager/profile")
    page.wait_for_url("**/manager/sign-in**")
    context.close()


def test_who_reads_a_shared_mailbox_accepts_its_letters_and_is_named(chromium, relais, tmp_path):
    clerk, password = "greffe@ailleurs.test", "une phrase de passe"
    relais.command("user", "create", clerk, "--role", "external", "--password-stdin", "--organisation", "Commune de Valbois",
                   stdin=f"{password}\n")
    relais.command("access", "grant", ANNA, clerk)
    words = f"Pour le greffe {mark()}"
    secured(relais, BRUNO, ANNA, "r", words)
    path = attachment(relais.wait_for_letter(ANNA, words.encode()), tmp_path / "Relais.html")
    context = window(chromium, width=1280, bypass_csp=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    page.get_by_role("link", name="S’identifier").click()
    sign_in(page, clerk, password)
    page.get_by_role("button", name="Ajouter un deuxième facteur").click()
    set_up_totp(page)
    page.get_by_role("button", name="Je suis d’accord").click()
    expect(page.locator("dl.facts")).to_contain_text(clerk)
    pictures(page, "acting")
    page.get_by_role("button", name="Accepter la lettre").click()
    expect(page.get_by_text("La lettre est acceptée")).to_be_visible()
    assert subject_for_bruno(relais, words, "Acceptée")
    # Whoever loses the access opens nothing more, with the same session.
    relais.command("access", "revoke", ANNA, clerk)
    page.reload()
    expect(page.get_by_text("ne reçoit pas le courrier de cette adresse")).to_be_visible()
    pictures(page, "acting-ended")
    context.close()


def test_a_passkey_is_made_at_the_portal_and_accepts_and_opens_letters(chromium, relais, tmp_path):
    login, password = "cle@ailleurs.test", "une phrase de passe"
    relais.command("user", "create", login, "--role", "external", "--password-stdin", "--organisation", "Commune de Valbois",
                   stdin=f"{password}\n")
    portal = f"https://{HOST}:{relais.port('https')}/safe"
    context = chromium.browser_type.launch_persistent_context(
        tmp_path / "chromium", executable_path=shutil.which("chromium"), locale="fr",
        args=["--no-sandbox", f"--host-resolver-rules=MAP {HOST} 127.0.0.1",
              f"--ignore-certificate-errors-spki-list={key_of_certificate(relais.port('https'))}"])
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True}})
    page.goto(f"{portal}/sign-in")
    sign_in(page, login, password)
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    picture(page, "passkey-1280")
    page.get_by_role("button", name="Créer la clé d’accès").click()
    expect(page.locator(".codes code")).to_have_count(10)
    # Beside the password, and then alone.
    page.goto(f"{portal}/account")
    page.get_by_role("button", name="Se déconnecter").click()
    sign_in(page, login, password)
    expect(page.get_by_role("heading", name="Deuxième facteur")).to_be_visible()
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page.get_by_role("heading", name="Mon compte")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page.get_by_role("heading", name="Mon compte")).to_be_visible()
    # A letter to a mailbox that they read, with the passkey as the second factor, and with the passkey alone.
    relais.command("access", "grant", ANNA, login)
    for tag, with_password in ("r", True), ("p", False):
        page.goto(f"{portal}/account")
        page.get_by_role("button", name="Se déconnecter").click()
        words = f"Avec passkey {mark()}"
        secured(relais, BRUNO, ANNA, tag, words)
        path = attachment(relais.wait_for_letter(ANNA, words.encode()), tmp_path / "Relais.html")
        # A passkey is good under a name: the demo's portal has an address.
        brought = path.read_bytes()
        address = re.search(rb'https?://[^/"]+(?=/safe/open)', brought).group()
        path.write_bytes(brought.replace(address, portal[:-len("/safe")].encode()))
        page.goto(path.as_uri())
        page.get_by_role("button", name="Ouvrir", exact=True).click()
        page.get_by_role("link", name="S’identifier").click()
        if with_password:
            sign_in(page, login, password)
            expect(page.get_by_role("heading", name="Deuxième facteur")).to_be_visible()
        page.get_by_role("button", name="Utiliser une clé d’accès").click()
        if tag == "r":
            page.get_by_role("button", name="Je suis d’accord").click()
            page.get_by_role("button", name="Accepter la lettre").click()
            expect(page.get_by_text("La lettre est acceptée")).to_be_visible()
        page.get_by_role("button", name="Ouvrir", exact=True).click()
        expect(page.locator("pre.letter")).to_contain_text(f"Texte de {words}, été")
        if tag == "r":
            picture(page, "passkey-read-1280")
            assert subject_for_bruno(relais, words, "Acceptée")
            followed = relais.command("secure", "letters")[0]["id"]
            events = [one["event"] for one in relais.command("secure", "show", followed)["events"]]
            assert {"ConsignmentAcceptance", "ContentHandover"} <= set(events), events
    context.close()
