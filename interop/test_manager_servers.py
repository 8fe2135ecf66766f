"""Seed 004 in a real browser, step by step with its own labels: search, create, view, modify, delete in two steps; what
waits on the post-it; the refusal of a server that somebody uses."""

import re

import pytest
from playwright.sync_api import expect

from browser import PICTURES, faults
from conftest import ANNA

ROLES = ["IMAP", "SMTP in", "SMTP out"]


def shoot(page, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"servers-{name}.png", full_page=True)


def go_to_servers(page):
    """Administration, then Serveurs de mail: the module opens with its search form."""
    menu = page.locator("nav.side summary", has_text="Administration")
    if menu.locator("xpath=..").get_attribute("open") is None:
        menu.click()
    page.locator("nav.side").get_by_role("link", name="Serveurs de mail").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Serveurs de mail")
    expect(page.get_by_role("button", name="Chercher")).to_be_visible()


def search(page, name="", ip="", roles=()):
    page.get_by_label("Nom", exact=True).fill(name)
    page.get_by_label("Adresse IP", exact=True).fill(ip)
    for role in ROLES:
        page.locator("form.seek").get_by_label(role, exact=True).set_checked(role in roles)
    # What an earlier search found stands there too until the new page comes.
    with page.expect_navigation():
        page.get_by_role("button", name="Chercher").click()
    expect(page.locator(".found")).to_be_visible()


def click_post_it(page, count):
    """The post-it in the header, then applying, and nothing waits any more."""
    expect(page.locator(".postit .number")).to_have_text(str(count))
    # It may be that page already.
    with page.expect_navigation():
        page.locator(".postit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Modifications en attente")
    page.get_by_role("button", name=re.compile("^Appliquer")).click()
    expect(page.get_by_text("Rien n’attend")).to_be_visible()
    # The result is there after a reload too.
    page.reload()
    expect(page.locator(".run")).to_contain_text(f"{count} sur {count}")
    expect(page.locator(".postit")).to_have_count(0)


def make_host(page, name, ip):
    page.goto(re.sub(r"/manager/.*", "/manager/hosts/new", page.url))
    page.locator("#field-name").fill(name)
    page.locator("#field-ipv4").fill(ip)
    page.get_by_role("button", name="Créer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def choose_server(page, address, name):
    """Links a user to a mail server, on the page of the address."""
    page.locator("nav.side").get_by_role("link", name="Services Mail").click()
    page.goto(re.sub(r"/manager/.*", "/manager/addresses?q=", page.url) + address.split("@")[0])
    page.locator("main table").get_by_role("link", name=address).click()
    field = page.get_by_label("Serveur IMAP de cet utilisateur")
    field.select_option(field.locator("option", has_text=name + " (").get_attribute("value"))
    shoot(page, "of-mailbox")
    page.get_by_role("button", name="Choisir ce serveur").click()
    expect(page.locator(".toast")).to_contain_text("est liée au serveur")


def use_for_the_domain(page, role, name, is_used):
    """Links the domain to a mail server in a role or takes the link away, from the page of its mail service."""
    page.locator("nav.side").get_by_role("link", name="Services Mail").click()
    page.locator("main tbody").get_by_role("link").first.click()
    page.locator("main dl.facts").get_by_role("link", name="Serveurs de mail").first.click()
    section = page.locator("section.section", has=page.get_by_role("heading", name=role, exact=True))
    section.get_by_role("checkbox", name=re.compile("^" + name)).set_checked(is_used)
    shoot(page, "of-domain")
    section.get_by_role("button", name=re.compile("^Enregistrer")).click()
    expect(page.locator(".toast")).to_contain_text("sont enregistrés")


def ask_to_delete(page, name):
    go_to_servers(page)
    search(page, name)
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Supprimer").click()


@pytest.mark.timeout(300)
def test_a_mail_server_lives_as_the_seed_says(page, relais):
    make_host(page, "hote4", "192.162.0.4")

    # 3 Créer un serveur de mail.
    go_to_servers(page)
    shoot(page, "search")
    page.get_by_role("link", name="Nouveau").click()
    for role in ["IMAP", "SMTP in"]:
        page.get_by_role("checkbox", name=re.compile("^" + role)).check()
    page.get_by_role("button", name="Choisir l’hôte").click()
    window = page.locator("#hosts")
    expect(window).to_be_visible()
    shoot(page, "pick")
    expect(window.get_by_role("button", name=re.compile("^hote1"))).to_be_disabled()
    window.get_by_role("button", name=re.compile("^hote4")).click()
    expect(page.locator(".picked")).to_contain_text("hote4")
    expect(page.get_by_role("checkbox", name=re.compile("^SMTP in"))).to_be_checked()
    page.get_by_role("button", name="Créer").click()
    expect(page.get_by_role("heading", name="Serveur de mail", exact=True)).to_be_visible()
    expect(page.locator("main dl.facts")).to_contain_text("192.162.0.4")
    shoot(page, "created")
    click_post_it(page, 2)
    shoot(page, "applied")

    # 4 Consulter un serveur de mail.
    go_to_servers(page)
    search(page)
    expect(page.locator(".found")).to_have_text("4 serveurs de messagerie trouvés.")
    expect(page.locator(".foot")).to_contain_text("Entrées # 4 | Pages de résultat")
    expect(page.locator(".foot")).to_contain_text("(1)")
    assert [each.strip() for each in page.locator("thead th").all_inner_texts()] == ["Hôte", "Adresse IP", *ROLES]
    shoot(page, "found")
    for name, ip, roles, count in [("hote", "", [], 4), ("", "192.162.0.4", [], 1), ("", "", ["SMTP out"], 3),
                                   ("hote4", "192.162", ["IMAP", "SMTP in"], 1), ("hote4", "", ["SMTP out"], 0)]:
        search(page, name, ip, roles)
        expect(page.locator("tbody tr")).to_have_count(count)
    search(page, "hote1")
    expect(page.locator(".found")).to_have_text("1 serveur de messagerie trouvé.")
    cells = page.locator("tbody td").all_inner_texts()
    assert [cell.strip() for cell in cells] == ["hote1", "192.162.0.1", "X", "X", "X"]
    search(page)
    for button in ["Exporter", "Tout exporter"]:
        with page.expect_download() as download:
            page.get_by_role("link", name=button, exact=True).click()
        text = download.value.path().read_text(encoding="utf-8-sig")
        assert text.splitlines()[0] == '"Hôte","Adresse IP","IMAP","SMTP in","SMTP out"'
        assert len(text.splitlines()) == 5
    page.get_by_role("link", name="hote4").click()
    facts = page.locator("main dl.facts")
    assert re.findall(r"(?m)^(Oui|Non)$", facts.inner_text()) == ["Oui", "Oui", "Non"]

    # 5 Modifier un serveur de mail.
    page.get_by_role("link", name="Modifier").click()
    expect(page.get_by_role("checkbox", name=re.compile("^SMTP in"))).to_be_checked()
    page.get_by_role("checkbox", name=re.compile("^SMTP in")).uncheck()
    page.get_by_role("checkbox", name=re.compile("^SMTP out")).check()
    page.get_by_role("button", name="Modifier la configuration").click()
    expect(page.locator("main dl.facts")).to_be_visible()
    page.locator(".postit").click()
    expect(page.locator(".differences").first).to_contain_text("SMTP in")
    shoot(page, "changes")
    click_post_it(page, 1)

    # 6 Supprimer un serveur de mail: refused while somebody uses it.
    choose_server(page, ANNA, "hote4")
    ask_to_delete(page, "hote4")
    expect(page.get_by_text("LE SERVEUR DE MAIL NE PEUT PAS ÊTRE SUPPRIMÉ")).to_be_visible()
    expect(page.get_by_text("Ce serveur domaine est lié à au moins un utilisateur et ne peut donc pas être supprimé")
           ).to_be_visible()
    expect(page.get_by_role("button", name="Supprimer")).to_have_count(0)
    shoot(page, "refused")
    # What is linked is named, and leads to where it is unlinked.
    page.locator("main").get_by_role("link", name=ANNA).click()
    expect(page.get_by_label("Serveur IMAP de cet utilisateur")).to_have_value(re.compile(r"\d+"))
    page.get_by_label("Serveur IMAP de cet utilisateur").select_option("celui de son domaine")
    page.get_by_role("button", name="Choisir ce serveur").click()
    expect(page.locator(".toast")).to_contain_text("n’est plus liée")

    # The same for a domain.
    use_for_the_domain(page, "SMTP out", "hote4", True)
    ask_to_delete(page, "hote4")
    expect(page.get_by_text("Ce serveur est lié à au moins un domaine et ne peut donc pas être supprimé")).to_be_visible()
    shoot(page, "refused-domain")
    use_for_the_domain(page, "SMTP out", "hote4", False)

    # And then it can be.
    ask_to_delete(page, "hote4")
    expect(page.get_by_text("LE SERVEUR DE MAIL PEUT ÊTRE SUPPRIMÉ")).to_be_visible()
    shoot(page, "may-delete")
    page.get_by_role("button", name="Supprimer").click()
    click_post_it(page, 1)
    go_to_servers(page)
    search(page, "hote4")
    expect(page.locator(".found")).to_have_text("Aucun serveur de messagerie trouvé.")


@pytest.mark.timeout(300)
def test_what_waits_can_be_cancelled_one_by_one(page):
    make_host(page, "hote5", "192.162.0.5")
    make_host(page, "hote6", "192.162.0.6")
    page.locator(".postit").click()
    page.get_by_role("button", name="Annuler pour hote5").click()
    expect(page.get_by_role("button", name="Annuler pour hote5")).to_have_count(0)
    page.get_by_role("button", name="Annuler pour hote6").click()
    expect(page.get_by_text("Rien n’attend")).to_be_visible()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("width,scheme", [(360, "light"), (1280, "dark"), (360, "dark")])
def test_every_page_fits_and_is_accessible(chromium, relais, width, scheme):
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="fr",
                                   ignore_https_errors=True)
    page = context.new_page()
    user = relais.facts["users"][0]
    manager = relais.facts["urls"]["manager"]
    page.goto(manager + "sign-in")
    page.fill("#login", user["login"])
    page.fill("#password", user["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/manager/")
    server = relais.api("GET", "/mail-servers?name=hote1")["items"][0]
    change = {"description": f"{width} {scheme}"}
    relais.api("PATCH", "/hosts/" + server["host"]["id"], change)
    one, host = "servers/" + server["id"], "hosts/" + server["host"]["id"]
    findings = []
    for screen in ["servers", "servers?search=1", "servers/new", one, one + "/edit", one + "/delete", "hosts",
                   "hosts/new", host, host + "/edit", host + "/delete", "changes"]:
        page.goto(manager + screen)
        name = re.sub(r"[^a-z]+", "-", re.sub(r"\d+", "one", screen))
        shoot(page, f"{name}-{width}-{scheme}")
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        findings += [(screen, *each) for each in faults(page)]
        assert not wide, screen
    for waiting in relais.api("GET", "/server-changes")["items"]:
        relais.api("DELETE", "/server-changes/" + waiting["id"])
    context.close()
    assert not findings
