"""Mail addresses in a real browser, with the labels of the seeds: each kind, several at once, a list with bad lines, the
bar over the selected ones, deletion and return; and where swaks' and Postfix's letters go by them."""

import email
import re
import subprocess
import uuid

import pytest
from playwright.sync_api import expect

from browser import PICTURES, faults, manager, window
from conftest import EVE, OSCAR
from letters import imap_login, mark
from peers import Postfix, wait_until
from relais import Relais

DOMAIN = "valbois.test"
PASSWORD = "une phrase de passe"


@pytest.fixture(scope="module")
def parts(work, program):
    """Of their own: a catch-all takes what other tests want refused."""
    stranger = Postfix(work / "addresses-stranger", domains=["stranger.test"], users=[EVE, OSCAR])
    relais = Relais(work / "addresses", strangers={"stranger.test": stranger.port})
    (stranger.directory / "conf" / "transport").write_text(f"{DOMAIN} smtp:[127.0.0.1]:{relais.port_base + 25}\n")
    with relais, stranger:
        yield relais, stranger


@pytest.fixture(scope="module")
def relais(parts):
    return parts[0]


@pytest.fixture(scope="module")
def stranger(parts):
    return parts[1]


def picture(page, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"addresses-{name}-1280-fr.png", full_page=True)
    found = faults(page)
    assert not found, (name, found)


def swaks(relais, to, marker):
    """A stranger's letter, at our door: swaks' exit status, 24 is a recipient that is refused."""
    return subprocess.run(
        ["swaks", "--server", "127.0.0.1", "--port", str(relais.port("smtp")), "--helo", "client.stranger.test",
         "--timeout", "30", "--hide-all", "--from", EVE, "--to", to, "--header", f"Message-Id: <{marker}@x>",
         "--body", marker], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60).returncode


def create(page, relais, entry, local=None, **fields):
    """«Créer une adresse mail», then its kind; the page that follows."""
    page.goto(manager(relais, "addresses"))
    page.locator("main summary", has_text="Créer une adresse mail").click()
    page.locator("main .sheet").get_by_role("link", name=entry, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(entry)
    if local:
        page.get_by_label("Nom de l’adresse").fill(local)
    for label, text in fields.items():
        page.locator(f"#field-{label.replace('_', '-')}").fill(text)
    page.get_by_role("button", name="Créer une adresse mail").click()
    expect(page.locator(".toast")).to_contain_text("est créée")


def row(page, address):
    return page.locator("tr[data-row]", has=page.locator("td a", has_text=address))


def open_row(page, address):
    row(page, address).get_by_role("link", name=address).click()


def test_each_kind_of_address_is_made_and_shown(page, relais):
    create(page, relais, "Adresse mail", "claire", display_name="Claire Favre", quota="5 GB")
    # What a new mailbox needs next: a password. It is set there, and works.
    page.get_by_label("Nouveau mot de passe").fill("court")
    page.get_by_role("button", name="Fixer le mot de passe").click()
    expect(page.locator(".summary")).to_contain_text("caractères")
    page.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Fixer le mot de passe").click()
    expect(page.locator(".toast")).to_contain_text("a changé")
    with imap_login(relais, f"claire@{DOMAIN}", PASSWORD) as imap:
        assert imap.select("INBOX")[0] == "OK"
    create(page, relais, "Adresse partagée", "accueil")
    create(page, relais, "Alias", "secretariat", targets=f"claire@{DOMAIN}\naccueil@{DOMAIN}")
    page.goto(manager(relais, "addresses"))
    picture(page, "list")
    for address, kind in [("claire", "Adresse mail"), ("accueil", "Adresse partagée"), ("secretariat", "Alias")]:
        expect(row(page, f"{address}@{DOMAIN}")).to_contain_text(kind)
    expect(row(page, f"secretariat@{DOMAIN}")).to_contain_text(f"→ claire@{DOMAIN}, accueil@{DOMAIN}")
    expect(row(page, f"claire@{DOMAIN}")).to_contain_text("5 Go")
    # The alias is seen at the address that it stands for, and a letter to it comes to both.
    open_row(page, f"claire@{DOMAIN}")
    page.get_by_role("link", name="Alias", exact=True).click()
    expect(row(page, f"secretariat@{DOMAIN}")).to_be_visible()
    picture(page, "aliases")
    marker = mark()
    assert swaks(relais, f"secretariat@{DOMAIN}", marker) == 0

    def both():
        with imap_login(relais, f"claire@{DOMAIN}", PASSWORD) as imap:
            imap.select("INBOX", readonly=True)
            return imap.uid("SEARCH", "HEADER", "Message-ID", marker)[1][0]
    wait_until(both, "the letter to the alias")
    # The same name again is refused beside the field, and what was typed stays.
    page.goto(manager(relais, "addresses/new"))
    page.get_by_label("Nom de l’adresse").fill("claire")
    page.get_by_label("Nom affiché").fill("Une autre")
    page.get_by_role("button", name="Créer une adresse mail").click()
    expect(page.locator(".summary")).to_be_visible()
    expect(page.get_by_label("Nom affiché")).to_have_value("Une autre")


def link_in(letters, target):
    """The link of the letter that asks whether letters may come."""
    for octets in letters:
        text = email.message_from_bytes(octets).get_payload(decode=True) or b""
        found = re.search(rb"https://\S+/redirection/\S+", text)
        if found and target.encode() in text:
            return found.group().decode()
    return None


def test_a_redirection_leads_to_a_stranger_once_he_has_agreed(page, relais, stranger, chromium):
    create(page, relais, "Adresse de redirection", "association", targets=EVE)
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"association@{DOMAIN}")
    line = page.locator("tbody tr", has_text=EVE)
    expect(line).to_contain_text("En attente")
    picture(page, "redirections")
    # Nobody has agreed: there is nowhere for a letter to go.
    early = mark()
    swaks(relais, f"association@{DOMAIN}", early)
    link = wait_until(lambda: link_in(stranger.letters(EVE), EVE), "the letter that asks")
    context = window(chromium)
    guest = context.new_page()
    guest.goto(link)
    expect(guest.locator("main")).to_contain_text(f"association@{DOMAIN}")
    picture(guest, "confirm")
    guest.get_by_role("button", name="Accepter la redirection").click()
    expect(guest.get_by_role("status")).to_contain_text("Vous acceptez")
    page.reload()
    expect(line).to_contain_text("Acceptée")
    page.goto(manager(relais, "addresses"))
    expect(row(page, f"association@{DOMAIN}")).to_contain_text("1 sur 1")
    marker = mark()
    assert swaks(relais, f"association@{DOMAIN}", marker) == 0
    stranger.wait_for_letter(EVE, marker.encode())
    assert not [octets for octets in stranger.letters(EVE) if early.encode() in octets and b"swaks" in octets.lower()
                and b"report-type" not in octets]
    # He thinks again.
    guest.get_by_role("button", name="Ne plus recevoir ces messages").click()
    expect(guest.get_by_role("status")).to_contain_text("Vous refusez")
    context.close()
    late = mark()
    swaks(relais, f"association@{DOMAIN}", late)
    page.goto(manager(relais, "addresses"))
    expect(row(page, f"association@{DOMAIN}")).to_contain_text("0 sur 1")


def test_a_mailbox_forwards_and_keeps_a_copy(page, relais, stranger):
    create(page, relais, "Adresse mail", "direction")
    page.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Fixer le mot de passe").click()
    expect(page.locator(".toast")).to_contain_text("a changé")
    page.get_by_role("link", name="Redirections", exact=True).click()
    page.locator("#field-targets").fill(OSCAR)
    page.get_by_label("Garder une copie dans la boîte").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("tbody tr", has_text=OSCAR)).to_contain_text("En attente")
    link = wait_until(lambda: link_in(stranger.letters(OSCAR), OSCAR), "the letter that asks")
    page.goto(link)
    page.get_by_role("button", name="Accepter la redirection").click()
    marker = mark()
    assert swaks(relais, f"direction@{DOMAIN}", marker) == 0
    stranger.wait_for_letter(OSCAR, marker.encode())

    def is_kept():
        with imap_login(relais, f"direction@{DOMAIN}", PASSWORD) as imap:
            imap.select("INBOX", readonly=True)
            return imap.uid("SEARCH", "HEADER", "Message-ID", marker)[1][0]

    wait_until(is_kept, "the copy that is kept")


def test_a_catch_all_catches_what_nobody_has(page, relais):
    nobody = f"personne-{uuid.uuid4().hex[:8]}@{DOMAIN}"
    assert swaks(relais, nobody, mark()) == 24
    page.goto(manager(relais, "addresses/new?kind=catchall"))
    # The seed's warning stands before it is made.
    expect(page.locator(".notice")).to_contain_text("Déconseillé")
    picture(page, "catchall")
    page.get_by_role("button", name="Créer une adresse mail").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"catchall@{DOMAIN}")
    page.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Fixer le mot de passe").click()
    expect(page.locator(".toast")).to_contain_text("a changé")
    marker = mark()
    assert swaks(relais, nobody, marker) == 0

    def caught():
        with imap_login(relais, f"catchall@{DOMAIN}", PASSWORD) as imap:
            imap.select("INBOX", readonly=True)
            return imap.uid("SEARCH", "HEADER", "Message-ID", marker)[1][0]
    wait_until(caught, "the letter to nobody")
    # It goes, so that the next test finds nobody again; in numbers first.
    page.get_by_role("link", name="Général", exact=True).click()
    page.get_by_role("link", name="Supprimer l’adresse").click()
    expect(page.locator(".notice")).to_contain_text("restaurée pendant 30 jours")
    page.get_by_role("button", name="Supprimer l’adresse").click()
    expect(page.locator(".toast")).to_contain_text("vous pouvez la restaurer pendant 30 jours")
    assert swaks(relais, nobody, mark()) == 24


LIST = """Nom;Mot de passe;Nom affiché;Quota;Note
ecole1;;Première école;1 GB;primaire
ecole2;{password};Deuxième école;;
pas bon@@;;;;
ecole1;;;;
ecole3;court;;;
ecole4;;;beaucoup;
"""


def test_a_list_shows_each_bad_line_before_anything_is_made(page, relais):
    page.goto(manager(relais, "addresses"))
    page.locator("main summary", has_text="Créer une adresse mail").click()
    page.get_by_role("link", name="Créer plusieurs adresses").click()
    picture(page, "several")
    lines = LIST.format(password=PASSWORD).split("\n", 1)[1]
    page.set_input_files("#field-file", {"name": "ecoles.csv", "mimeType": "text/csv", "buffer": lines.encode()})
    page.get_by_label("Créer un mot de passe où il en manque").check()
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Aperçu\u202f: 6 lignes")
    bad = page.locator("section", has=page.get_by_role("heading", name="Lignes mauvaises (4)"))
    cells = [[cell.strip() for cell in line.locator("td").all_inner_texts()] for line in bad.locator("tbody tr").all()]
    assert [(line[0], line[1]) for line in cells] == [
        ("3", "Nom de l’adresse"), ("4", "Nom de l’adresse"), ("5", "Mot de passe"), ("6", "Quota")]
    assert "Une autre ligne porte la même adresse" in cells[1][3]
    assert "10 caractères au moins" in cells[2][3] and "5 Go" in cells[3][3]
    # No password stands on the page.
    assert PASSWORD not in page.content() and "court" not in cells[2][2]
    picture(page, "preview")
    assert not [one for one in relais.command("address", "list") if one["address"].startswith("ecole")]
    page.get_by_role("button", name="Créer seulement les bonnes (2)").click()
    # It came by itself: nobody reloaded the page.
    expect(page.get_by_role("heading", level=1)).to_have_text("Les adresses sont créées", timeout=30_000)
    expect(page.locator(".notice").first).to_contain_text("Adresses créées\u202f: 2")
    picture(page, "made")
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger les mots de passe").click()
    text = download.value.path().read_text("utf-8-sig")
    made = dict(re.findall(r'"([^"]+)",(\S+)', text))
    assert list(made) == [f"ecole1@{DOMAIN}"]
    for address, password in [*made.items(), (f"ecole2@{DOMAIN}", PASSWORD)]:
        with imap_login(relais, address, password) as imap:
            assert imap.select("INBOX")[0] == "OK"


def test_several_at_once_by_the_bar_over_the_selected(page, relais):
    for name in ("salle1", "salle2", "salle3"):
        relais.command("address", "create", f"{name}@{DOMAIN}", "--password-stdin", stdin=PASSWORD + "\n")
    marker = mark()
    assert swaks(relais, f"salle1@{DOMAIN}", marker) == 0

    def select(*names):
        page.goto(manager(relais, "addresses?q=salle"))
        expect(page.locator(".bulk")).to_be_hidden()
        for name in names:
            row(page, f"{name}@{DOMAIN}").locator("[data-select]").check()
        expect(page.locator(".bulk")).to_contain_text(str(len(names)))

    select("salle1", "salle2")
    picture(page, "bar")
    page.get_by_role("button", name="Quota").click()
    page.get_by_label("Quota").fill("750 MB")
    page.get_by_role("button", name="Fixer le quota de 2 adresses").click()
    expect(page.locator(".toast")).to_contain_text("Quota fixé pour 2 adresses")
    page.goto(manager(relais, "addresses?q=salle"))
    expect(row(page, f"salle1@{DOMAIN}")).to_contain_text("750 Mo")
    expect(row(page, f"salle3@{DOMAIN}")).not_to_contain_text("750 Mo")
    select("salle2")
    page.get_by_role("button", name="Désactiver").click()
    page.get_by_role("button", name="Désactiver 1 adresse").click()
    expect(page.locator(".toast")).to_contain_text("1 adresse désactivée")
    assert swaks(relais, f"salle2@{DOMAIN}", mark()) != 0
    select("salle1", "salle3")
    with page.expect_download() as download:
        page.get_by_role("button", name="Exporter (CSV)").click()
    text = download.value.path().read_text("utf-8-sig")
    assert f"salle1@{DOMAIN}" in text and f"salle3@{DOMAIN}" in text and f"salle2@{DOMAIN}" not in text
    # What will be lost is said in numbers; then it can be had back.
    select("salle1", "salle2", "salle3")
    page.get_by_role("button", name="Supprimer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Supprimer 3 adresses")
    expect(page.locator(".notice")).to_contain_text("3 adresses, dont 3 boîtes")
    expect(page.locator(".notice")).to_contain_text("30 jours")
    picture(page, "delete")
    page.get_by_role("button", name="Supprimer 3 adresses").click()
    expect(page.locator(".toast")).to_contain_text("3 adresses supprimées")
    assert swaks(relais, f"salle1@{DOMAIN}", mark()) == 24
    page.goto(manager(relais, "addresses/deleted"))
    picture(page, "deleted")
    line = page.locator("tbody tr", has_text=f"salle1@{DOMAIN}")
    line.get_by_role("button", name="Restaurer").click()
    expect(page.locator(".toast")).to_contain_text("est restaurée, avec tout ce qu’elle avait")
    with imap_login(relais, f"salle1@{DOMAIN}", PASSWORD) as imap:
        imap.select("INBOX", readonly=True)
        assert imap.uid("SEARCH", "HEADER", "Message-ID", marker)[1][0]
    page.goto(manager(relais, "addresses/deleted"))
    line = page.locator("tbody tr", has_text=f"salle3@{DOMAIN}")
    line.get_by_role("link", name="Supprimer définitivement").click()
    # Nothing brings it back: it is said in numbers, and the name is asked for.
    expect(page.locator(".notice.lost")).to_contain_text(re.compile(r"\d+ message"))
    page.get_by_role("button", name="Supprimer définitivement").click()
    expect(page.locator(".summary")).to_be_visible()
    page.locator("#field-name").fill(f"salle3@{DOMAIN}")
    page.get_by_role("button", name="Supprimer définitivement").click()
    expect(page.locator(".toast")).to_contain_text("supprimée définitivement")
    expect(page.locator("tbody tr", has_text=f"salle3@{DOMAIN}")).to_have_count(0)
