"""Secure mail in the Manager, in a real browser: an integration from its first page to its end, an application account that
sends, a letter that is followed and taken back, and who may send at all."""

import re
import subprocess

import pytest
from playwright.sync_api import expect

from browser import PICTURES, faults, manager, sign_in, window
from conftest import ANNA
from letters import letter, mark, submission
from peers import wait_until
from relais import Relais
from test_letters import swaks

DOMAIN = "valbois.test"
SENDER = f"salaires@{DOMAIN}"


@pytest.fixture(scope="module")
def relais(work):
    """Of its own, with a stranger who never answers: so letters can still be taken back."""
    with Relais(work / "secure", strangers={"away.test": 9}) as relais:
        yield relais


@pytest.fixture
def page(chromium, relais):
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    yield page
    context.close()


def shoot(page, name):
    assert not faults(page), (name, faults(page))
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"secure-{name}.png", full_page=True)


def toast(page, words):
    expect(page.locator(".toast").last).to_contain_text(words)


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def open_menu(page, name):
    """Courrier sécurisé, then one of its entries."""
    page.goto(re.sub(r"/manager/.*", "/manager/", page.url))
    menu = page.locator("nav.side details.nested", has=page.locator("summary", has_text="Courrier sécurisé"))
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    menu.get_by_role("link", name=name).click()
    heading(page, name)


def test_an_integration_goes_from_its_first_page_to_its_end(page, relais, work):
    open_menu(page, "Passerelles")
    page.get_by_role("link", name="Nouvelle passerelle").click()
    page.get_by_label("Nom", exact=True).fill("Passerelle principale")
    expect(page.get_by_label("Serveur de réception")).to_be_disabled()
    page.get_by_role("radio", name="Un serveur choisi").check()
    page.get_by_label("Serveur de réception").fill("192.0.2.10")
    page.get_by_role("button", name="Créer").click()
    heading(page, "Passerelle principale")
    expect(page.get_by_text("Il est déconseillé d’utiliser des IP statiques")).to_be_visible()
    shoot(page, "planned")

    page.get_by_role("link", name=re.compile("^Domaines")).last.click()
    for domain in (DOMAIN, "ecole-valbois.test"):
        page.get_by_label("Domaine", exact=True).fill(domain)
        page.get_by_role("button", name="Ajouter le domaine").click()
        toast(page, domain)
    expect(page.get_by_text("Hébergé ici", exact=True)).to_be_visible()
    expect(page.locator("pre", has_text="_relais-gateway.ecole-valbois.test")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Chercher l’enregistrement")).click()
    expect(page.locator(".error")).to_contain_text("n’est pas publié")
    shoot(page, "domains")

    file = work / "gw.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    "/dev/null", "-subj", "/CN=gw.valbois.test", "-days", "20", "-out", file], check=True, capture_output=True)
    shown = [subprocess.run(["openssl", "x509", "-in", file, "-noout", "-fingerprint", f"-{kind}"], check=True,
                            capture_output=True, text=True).stdout.split("=")[1].strip() for kind in ("sha1", "sha256")]
    # Behind a form that was refused stands the question whether to leave it.
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name=re.compile("^Certificats")).click()
    page.get_by_role("radio", name="Par le certificat lui-même").check()
    page.get_by_label("Certificat (PEM)").fill(file.read_text())
    page.get_by_role("button", name="Déclarer un certificat").click()
    toast(page, "est déclaré")
    for fingerprint in shown:
        expect(page.get_by_text(fingerprint)).to_be_visible()
    expect(page.get_by_text(re.compile("^Finit le"))).to_be_visible()
    shoot(page, "certificates")

    page.get_by_role("link", name="Général").click()
    expect(page.get_by_text("L’exploitant de la plateforme la met en service")).to_be_visible()
    relais.command("integration", "activate", "Passerelle principale")
    page.reload()
    expect(page.locator(".title .lamp")).to_have_text("En service")
    relais.command("integration", "suspend", "Passerelle principale")
    page.reload()
    page.get_by_role("link", name="Supprimer la passerelle").click()
    page.get_by_label("Saisissez Passerelle principale pour confirmer").fill("Passerelle principale")
    page.get_by_role("button", name="Supprimer la passerelle").click()
    toast(page, "est supprimée")


def test_an_application_account_sends_with_the_password_that_was_shown_once(page, relais):
    open_menu(page, "Comptes d’application")
    page.get_by_role("link", name="Nouveau compte d’application").click()
    page.get_by_label("Nom", exact=True).fill("salaires")
    page.get_by_label("Expéditeurs permis").fill(SENDER)
    page.get_by_role("button", name="Créer").click()
    login, password = page.inner_text("#login").strip(), page.inner_text("#password").strip()
    sign_in_ = ["--port", relais.port("submissions"), "--tls-on-connect", "--auth", "LOGIN", "--auth-user", login]
    send = ["--from", SENDER, "--to", ANNA, "--header", f"From: {SENDER}"]
    assert swaks(*sign_in_, "--auth-password", password, *send).returncode == 0
    page.get_by_role("link", name="C’est copié, continuer").click()
    heading(page, "salaires")
    expect(page.get_by_text(password)).to_have_count(0)
    shoot(page, "application")
    page.get_by_text("Renouveler le mot de passe").first.click()
    page.get_by_role("button", name="Renouveler le mot de passe").click()
    renewed = page.inner_text("#password").strip()
    assert swaks(*sign_in_, "--auth-password", password, *send).returncode != 0
    assert swaks(*sign_in_, "--auth-password", renewed, *send).returncode == 0
    page.get_by_role("link", name="C’est copié, continuer").click()
    page.get_by_role("button", name="Désactiver").click()
    toast(page, "est désactivé")
    assert swaks(*sign_in_, "--auth-password", renewed, *send).returncode != 0
    page.get_by_text("Supprimer le compte").click()
    page.get_by_role("button", name="Supprimer salaires").click()
    toast(page, "est supprimé")


def send(relais, to, subject):
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, to, letter(ANNA, to[0], mark(), subject=subject).decode().encode())


def test_a_letter_is_followed_without_its_subject_and_taken_back(page, relais):
    send(relais, ["eve@away.test", "ida@away.test"], "<im><r> Licenciement")
    wait_until(lambda: relais.command("secure", "letters"), "the letter")
    open_menu(page, "Lettres sécurisées")
    expect(page.locator("tbody tr", has_text="eve@away.test")).to_be_visible()
    shoot(page, "letters")
    page.get_by_label("Expéditeur ou destinataire").fill("ida@")
    with page.expect_navigation():
        page.get_by_role("button", name="Rechercher").click()
    page.locator("#letters tbody a").first.click()
    heading(page, "Lettre sécurisée : Recommandé")
    assert "Licenciement" not in page.content()
    shoot(page, "letter")
    page.get_by_role("link", name="Retirer la lettre").click()
    page.get_by_label("Motif").fill("mauvaise adresse")
    shoot(page, "withdraw")
    page.get_by_role("button", name="Retirer définitivement").click()
    toast(page, "2 copies sont retirées")
    expect(page.get_by_text("Retirée par l’expéditeur").first).to_be_visible()


def test_whoever_is_not_named_hears_why_and_reads_the_rules(page, relais):
    open_menu(page, "Qui peut envoyer")
    page.get_by_role("radio", name="Seulement ces adresses et domaines").check()
    page.get_by_role("textbox", name="Adresses et domaines").fill("direction@valbois.test")
    page.get_by_label("Comment les rédiger et les archiver").fill("Un objet neutre.")
    shoot(page, "senders")
    page.get_by_role("button", name="Enregistrer").click()
    toast(page, "C’est enregistré.")
    with pytest.raises(Exception, match="may not send secured letters"):
        send(relais, ["eve@away.test"], "<im><c> Bonjour")
    page.get_by_role("radio", name="Tous").check()
    # What was said of the first change may still stand there.
    with page.expect_navigation():
        page.get_by_role("button", name="Enregistrer").click()
    toast(page, "C’est enregistré.")
    send(relais, ["eve@away.test"], "<im><c> Bonjour")
    # Whoever uses a mailbox finds there how it is done here.
    relais.command("access", "grant", ANNA, relais.facts["users"][0]["login"])
    page.goto(manager(relais, "mine"))
    expect(page.locator("#secured")).to_contain_text("Un objet neutre.")
