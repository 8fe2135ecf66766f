"""Access to addresses and sender lists in the Manager, in a real Chromium, by the seed's own steps."""

import email
import imaplib
import re
import subprocess
import uuid

import pytest
from playwright.sync_api import expect

from browser import PICTURES, faults
from letters import imap_login
from peers import wait_until

PASSWORD = "une phrase de passe"


def at(relais, path):
    return f"https://127.0.0.1:{relais.port('https')}{path}"


def picture(page, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, height in [(1280, 900), (360, 780)]:
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=PICTURES / f"access-{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def mailbox(relais):
    """A new mailbox of the sample organisation, with a password."""
    address = f"team-{uuid.uuid4().hex[:8]}@valbois.test"
    created = relais.command("address", "create", address, "--password-stdin", stdin=PASSWORD + "\n")
    return address, created["id"]


def arrived(relais, address, words):
    """The text of the letter that says this."""
    def text():
        for octets in relais.letters(address):
            content = email.message_from_bytes(octets).get_payload(decode=True) or b""
            if words.encode() in content:
                return content.decode()
        return None
    return wait_until(text, f"a letter that says {words!r}", 60, step_seconds=0.2)


def test_invite_and_accept(page, relais, chromium):
    address, identifier = mailbox(relais)
    page.goto(at(relais, f"/manager/addresses/{identifier}/users"))
    picture(page, "users")
    page.get_by_role("link", name="Inviter").click()
    page.get_by_role("radio", name="Générer un lien de partage").check()
    page.get_by_role("checkbox", name="Gérer les alias").uncheck()
    page.get_by_label("Langue de l’invitation").select_option("de")
    picture(page, "invite")
    page.get_by_label("Mot de passe de l’adresse mail").fill("not the password")
    page.get_by_role("button", name="Inviter").click()
    expect(page.locator(".summary")).to_contain_text("n’est ni celui de l’adresse ni le vôtre")
    page.get_by_label("Mot de passe de l’adresse mail").fill(PASSWORD)
    page.get_by_role("button", name="Inviter").click()
    link = page.inner_text("#invitation-link").strip()
    expect(page.get_by_role("button", name="Copier")).to_be_visible()
    picture(page, "link")
    page.get_by_role("link", name="J’ai copié le lien").click()
    expect(page.get_by_role("heading", name="Invitations en attente")).to_be_visible()

    context = chromium.new_context(locale="de", ignore_https_errors=True)
    guest = context.new_page()
    guest.goto(link)
    expect(guest.locator("#invited-address")).to_have_text(address)
    picture(guest, "accept")
    guest.get_by_label("Name", exact=True).fill("Marc")
    guest.get_by_label("Anmeldename").fill(f"marc-{uuid.uuid4().hex[:8]}@stranger.test")
    guest.locator("#field-password").fill(PASSWORD)
    guest.locator("#field-repeated").fill(PASSWORD)
    guest.get_by_role("button", name="Konto erstellen und Adresse benutzen").click()
    guest.wait_for_url("**/manager/mine")
    expect(guest.get_by_role("link", name=address)).to_be_visible()
    picture(guest, "mine")
    guest.get_by_role("link", name=address).click()
    expect(guest.get_by_text(re.compile("Aliasse verwalten.*nicht erlaubt"))).to_be_visible()
    guest.fill("#field-label", "Telefon")
    guest.get_by_role("button", name="Passwort erstellen").click()
    password = guest.locator(".notice pre").inner_text().strip()
    with imap_login(relais, address, password) as imap:
        assert imap.select("INBOX")[0] == "OK"
    guest.goto(link)
    expect(guest.get_by_role("heading", level=1)).to_have_text("Diese Einladung gilt nicht mehr")
    context.close()

    # Withdrawn at once, with the password that was made by it.
    page.reload()
    page.get_by_role("link", name="Marc").click()
    picture(page, "user")
    page.get_by_role("button", name="Retirer l’accès").click()
    expect(page.locator(".toast")).to_contain_text("L’accès est retiré")
    with pytest.raises(imaplib.IMAP4.error):
        with imap_login(relais, address, password):
            pass


def test_an_invitation_by_mail_arrives_in_its_language(page, relais):
    address, identifier = mailbox(relais)
    reader = relais.facts["addresses"][0]
    page.goto(at(relais, f"/manager/addresses/{identifier}/invite"))
    page.get_by_label("Langue de l’invitation").select_option("it")
    page.get_by_role("checkbox", name="Envoyer par mail").check()
    page.get_by_label("Adresse e-mail de la personne").fill(reader["address"])
    page.get_by_label("Mot de passe de l’adresse mail").fill(PASSWORD)
    page.get_by_role("button", name="Inviter").click()
    shown = page.inner_text("#invitation-link").strip()
    letter = arrived(relais, reader["address"], "vi invita a usare l’indirizzo e-mail " + address)
    link = re.search(r"https://\S+/invitation/\S+", letter).group()
    assert link != shown
    context = page.context.browser.new_context(ignore_https_errors=True)
    guest = context.new_page()
    guest.goto(link)
    expect(guest.locator("#invited-address")).to_have_text(address)
    context.close()


def test_block_a_sender_for_the_whole_service(page, relais):
    reader = relais.facts["addresses"][0]
    marker = uuid.uuid4().hex
    sender = f"boss@{marker[:12]}.spam.test"

    def bring(text):
        subprocess.run(
            ["swaks", "--server", "127.0.0.1", "--port", str(relais.port("smtp")), "--helo", "client.stranger.test",
             "--from", sender, "--to", reader["address"], "--header", f"Subject: {text}", "--hide-all"],
            check=True, timeout=60)

    page.goto(at(relais, "/manager/"))
    page.get_by_role("link", name="Configuration globale").click()
    page.get_by_role("link", name="Sécurité", exact=True).click()
    blocked = page.locator("section", has=page.get_by_role("heading", name="Adresse bloquée"))
    blocked.locator("input[name=pattern]").fill(f"*@{marker[:12]}.spam.test")
    blocked.get_by_role("button", name="Ajouter une adresse").click()
    expect(page.get_by_text("attend d’être validée")).to_be_visible()
    picture(page, "senders")
    bring(f"before {marker}")
    relais.wait_for_letter(reader["address"], f"before {marker}".encode())
    page.get_by_role("button", name="Valider").click()
    expect(page.locator(".toast")).to_contain_text("actif sur toutes les adresses")
    bring(f"after {marker}")
    relais.wait_for_letter(reader["address"], f"after {marker}".encode(), folder="Spam")
    page.get_by_role("button", name=f"Retirer *@{marker[:12]}.spam.test").click()
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_text(marker[:12])).to_have_count(0)


def test_somebody_of_the_organisation_is_invited_and_has_the_address_at_once(page, relais, chromium):
    address, identifier = mailbox(relais)
    login = f"denise-{uuid.uuid4().hex[:8]}@stranger.test"
    relais.api("POST", "/users", {"login": login, "name": "Denise Favre", "role": "external", "password": PASSWORD})
    page.goto(at(relais, f"/manager/addresses/{identifier}/users"))
    page.get_by_role("link", name="Inviter").click()
    page.get_by_role("radio", name="Inviter un utilisateur de l’organisation").check()
    page.get_by_label("Utilisateur", exact=True).select_option(label=f"Denise Favre ({login})")
    page.get_by_role("checkbox", name="Gérer les redirections").uncheck()
    page.get_by_label("Mot de passe de l’adresse mail").fill(PASSWORD)
    picture(page, "invite-user")
    page.get_by_role("button", name="Inviter").click()
    row = page.locator("tbody tr", has_text=login)
    expect(row).to_be_visible()
    # Nothing waits: there is nothing that would have to be accepted.
    expect(page.get_by_role("heading", name="Invitations en attente")).to_have_count(0)

    context = chromium.new_context(locale="fr", ignore_https_errors=True)
    guest = context.new_page()
    guest.goto(at(relais, "/manager/sign-in"))
    guest.fill("#login", login)
    guest.fill("#password", PASSWORD)
    guest.keyboard.press("Enter")
    guest.locator("nav.side").get_by_role("link", name="Mes adresses").click()
    guest.get_by_role("link", name=address).click()
    expect(guest.get_by_text(re.compile("Gérer les redirections.*pas permis"))).to_be_visible()
    guest.fill("#field-label", "Téléphone")
    guest.get_by_role("button", name="Créer un mot de passe").click()
    password = guest.locator(".notice pre").inner_text().strip()
    with imap_login(relais, address, password) as imap:
        assert imap.select("INBOX")[0] == "OK"
    context.close()


def test_a_waiting_invitation_is_changed_gets_another_link_and_is_taken_back(page, relais, chromium):
    address, identifier = mailbox(relais)
    users = at(relais, f"/manager/addresses/{identifier}/users")
    page.goto(at(relais, f"/manager/addresses/{identifier}/invite"))
    page.get_by_label("Mot de passe de l’adresse mail").fill(PASSWORD)
    page.get_by_role("button", name="Inviter").click()
    first = page.inner_text("#invitation-link").strip()
    page.get_by_role("link", name="J’ai copié le lien").click()
    waiting = page.locator("section", has=page.get_by_role("heading", name="Invitations en attente"))
    waiting.locator("tbody tr").get_by_role("link").first.click()
    page.get_by_role("checkbox", name="Gérer les alias").uncheck()
    page.get_by_label("Langue de l’invitation").select_option("it")
    picture(page, "invitation-edit")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".toast")).to_contain_text("L’invitation est changée")

    context = chromium.new_context(locale="fr", ignore_https_errors=True)
    guest = context.new_page()

    def leads(link):
        guest.goto(link)
        return guest.locator("#invited-address").count() == 1

    assert leads(first)
    guest.locator("main summary").click()
    expect(guest.get_by_text("Gestire gli alias : non permesso")).to_be_visible()
    picture(guest, "accept-changed")
    page.goto(users)
    waiting.locator("tbody tr").get_by_role("link").first.click()
    page.get_by_role("button", name="Nouveau lien").click()
    second = page.inner_text("#invitation-link").strip()
    assert not leads(first) and leads(second)
    # Told before, done at a second press; then no link leads anywhere.
    page.goto(users)
    waiting.locator("summary", has_text="Retirer l’invitation").click()
    expect(waiting.get_by_text("Ses liens ne mèneront plus nulle part.")).to_be_visible()
    assert leads(second)
    waiting.get_by_role("button", name="Retirer l’invitation").click()
    expect(page.locator(".toast")).to_contain_text("L’invitation est retirée")
    assert not leads(second)
    context.close()


def test_a_greyed_button_says_why(page, relais, chromium):
    """The three reasons of the seed, and one of ours: each beside the button, for the eye and for who listens."""
    def hears(page, identifier, reason, name):
        page.goto(at(relais, f"/manager/addresses/{identifier}/users"))
        button = page.get_by_role("button", name="Inviter", exact=True)
        expect(button).to_be_disabled()
        expect(button).to_have_accessible_description(re.compile(reason))
        expect(page.locator("#why-not")).to_contain_text(re.compile(reason))
        assert not faults(page)
        picture(page, f"greyed-{name}")

    address, identifier = mailbox(relais)
    service = relais.api("GET", "/services")["items"][0]["id"]
    login = f"colette-{uuid.uuid4().hex[:8]}@stranger.test"
    user = relais.api("POST", "/users", {"login": login, "name": "Colette", "role": "collaborator", "password": PASSWORD})["id"]
    relais.api("PUT", f"/users/{user}/role", {"role": "collaborator", "services": [service]})
    context = chromium.new_context(locale="fr", ignore_https_errors=True)
    guest = context.new_page()
    guest.goto(at(relais, "/manager/sign-in"))
    guest.fill("#login", login)
    guest.fill("#password", PASSWORD)
    guest.keyboard.press("Enter")
    guest.wait_for_url("**/manager/granted**")
    hears(guest, identifier, "pas de permissions suffisantes", "rights")
    context.close()

    # The address is somebody's login; that of another one belongs to somebody who uses it.
    relais.api("POST", "/users", {"login": address, "name": "Équipe", "role": "external", "password": PASSWORD})
    hears(page, identifier, "déjà l’identifiant de connexion", "login")
    shared, other = mailbox(relais)
    page.goto(at(relais, f"/manager/addresses/{other}/invite"))
    page.get_by_label("Mot de passe de l’adresse mail").fill(PASSWORD)
    page.get_by_role("button", name="Inviter").click()
    link = page.inner_text("#invitation-link").strip()
    context = chromium.new_context(locale="fr", ignore_https_errors=True)
    guest = context.new_page()
    guest.goto(link)
    guest.fill("#field-name", "Équipe")
    guest.fill("#field-login", shared)
    guest.fill("#field-password", PASSWORD)
    guest.fill("#field-repeated", PASSWORD)
    guest.get_by_role("button", name="Créer le compte et utiliser l’adresse").click()
    guest.wait_for_url("**/manager/mine")
    context.close()
    hears(page, other, "Le tableau mentionne un utilisateur", "listed")
    alias = relais.command("address", "create", f"alias-{uuid.uuid4().hex[:8]}@valbois.test", "--alias-to", address)["id"]
    hears(page, alias, "Seule une adresse avec boîte", "alias")


def test_whom_the_service_approves_passes_and_default_permissions_are_proposed(page, relais):
    """Configuration globale: the box «Adresse approuvée» and the tab «Général»."""
    reader = relais.facts["addresses"][0]
    marker = uuid.uuid4().hex
    domain = f"{marker[:12]}.spam.test"

    def bring(sender, text):
        subprocess.run(
            ["swaks", "--server", "127.0.0.1", "--port", str(relais.port("smtp")), "--helo", "client.stranger.test",
             "--from", sender, "--to", reader["address"], "--header", f"Subject: {text}", "--hide-all"],
            check=True, timeout=60)

    page.goto(at(relais, "/manager/"))
    page.get_by_role("link", name="Configuration globale").click()
    page.get_by_role("link", name="Sécurité", exact=True).click()
    for heading, pattern in [("Adresse bloquée", domain), ("Adresse approuvée", f"ami@{domain}")]:
        box = page.locator("section", has=page.get_by_role("heading", name=heading))
        box.locator("input[name=pattern]").fill(pattern)
        box.get_by_role("button", name="Ajouter une adresse").click()
        expect(box.locator("tbody tr", has_text=pattern)).to_contain_text("attend d’être validée")
    picture(page, "approved")
    page.get_by_role("button", name="Valider").click()
    expect(page.locator(".toast")).to_contain_text("actif sur toutes les adresses")
    bring(f"autre@{domain}", f"blocked {marker}")
    bring(f"ami@{domain}", f"approved {marker}")
    relais.wait_for_letter(reader["address"], f"blocked {marker}".encode(), folder="Spam")
    relais.wait_for_letter(reader["address"], f"approved {marker}".encode())
    # Without the entry that friend is as the others are.
    page.get_by_role("button", name=f"Retirer ami@{domain}").click()
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_text(f"ami@{domain}")).to_have_count(0)
    bring(f"ami@{domain}", f"no longer {marker}")
    relais.wait_for_letter(reader["address"], f"no longer {marker}".encode(), folder="Spam")
    page.get_by_role("button", name=f"Retirer {domain}").click()
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_text(domain)).to_have_count(0)

    page.get_by_role("link", name="Général", exact=True).click()
    expect(page.get_by_role("link", name="Général", exact=True)).to_have_attribute("aria-current", "page")
    general = page.url
    _, identifier = mailbox(relais)
    for is_given in (False, True):
        page.goto(general)
        page.get_by_role("group", name="Permissions par défaut").get_by_role("checkbox", name="Gérer les alias").set_checked(is_given)
        picture(page, f"default-{is_given}")
        page.get_by_role("button", name="Enregistrer").click()
        expect(page.locator(".toast")).to_contain_text("Les permissions par défaut sont changées")
        page.goto(at(relais, f"/manager/addresses/{identifier}/invite"))
        expect(page.get_by_role("checkbox", name="Gérer les alias")).to_be_checked(checked=is_given)
