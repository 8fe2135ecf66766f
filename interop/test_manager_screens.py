"""Every screen of addresses, access, domains, servers, people, logs and public pages, with something on it: without
an accessibility finding, no wider than its window, by keyboard alone; a picture of each is kept."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser import PICTURES, SERIOUS, heavy_pages, manager, sign_in, tab_to, window
from conftest import ANNA, BRUNO
from letters import letter, mark, submission
from peers import wait_until
from relais import Relais

DOMAIN = "valbois.test"
PASSWORD = "une phrase de passe"
LINES = "ecole1;;Première école;1 GB;primaire\necole1;;;;\npas bon@@;;;;\necole2;court;Deuxième école;;\n"


@pytest.fixture(scope="module")
def relais(work):
    """Of its own, with a stranger who never answers: so letters wait."""
    with Relais(work / "screens", strangers={"away.test": 9}) as relais:
        yield relais


def public(relais, path):
    return relais.facts["urls"]["manager"].removesuffix("manager/") + path


@pytest.fixture(scope="module")
def screens(chromium, relais):
    """The name and the URL of each screen, once there is something to see on it."""
    def address(local, *more):
        return relais.command("address", "create", f"{local}@{DOMAIN}", *more)["id"]

    claire = relais.command("address", "create", f"claire@{DOMAIN}", "--password-stdin", stdin=PASSWORD + "\n")["id"]
    alias = address("secretariat", "--alias-to", f"claire@{DOMAIN}")
    address("ancienne")
    relais.command("address", "delete", f"ancienne@{DOMAIN}")
    relais.command("domain", "link", "bois.test", "--create-zone")
    relais.command("ban", "create", "198.51.100.7", "--hours", "2", "--reason", "essai")
    with submission(relais, ANNA) as smtp:
        for recipient, subject in [(BRUNO, "Séance du conseil, ordre du jour et procès-verbal"), ("a@away.test", "Une lettre qui attend")]:
            smtp.sendmail(ANNA, [recipient], letter(ANNA, recipient, mark(), subject=subject).decode().encode())
    relais.wait_for_letter(BRUNO, b"Yours")
    service = relais.api("GET", "/services")["items"][0]["id"]
    host = relais.command("host", "list")[0]
    server = relais.api("GET", "/mail-servers")["items"][0]["id"]
    relais.api("PATCH", f"/hosts/{host['id']}", {"description": "Salle des machines"})
    user = relais.api("GET", "/users")["items"][0]["id"]
    sent = wait_until(lambda: [line for line in relais.command("log", "list", ANNA, "--sent") if line["message"]],
                      "the letters in the log")

    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    # What only a form leads to.
    page.goto(manager(relais, "addresses/new?kind=redirection"))
    page.fill("#field-address", "association")
    page.fill("#field-targets", "eve@away.test")
    page.click("form.form button.primary")
    page.wait_for_url("**/redirections")
    redirection = re.search(r"addresses/(\d+)", page.url).group(1)
    page.goto(manager(relais, "addresses/several"))
    page.fill("#field-lines", LINES)
    page.click("form.form button.primary")
    page.wait_for_url("**/addresses/lists/*")
    list_ = page.url
    page.goto(manager(relais, f"addresses/{claire}/invite"))
    page.get_by_role("radio", name="Générer un lien de partage").check()
    page.get_by_label("Mot de passe de l’adresse mail").fill(PASSWORD)
    page.get_by_role("button", name="Inviter").click()
    accept = page.inner_text("#invitation-link").strip()
    page.goto(manager(relais, f"addresses/{claire}/users"))
    invitation = page.locator("a[href*='/manager/invitations/']").first.get_attribute("href").removeprefix("/manager/")
    page.goto(manager(relais, f"global/{service}/security"))
    for kind, pattern in [("blocked", "*@spam.test"), ("approved", "imprimerie@commune.test")]:
        page.fill(f"#field-{kind}", pattern)
        page.locator(f"section[aria-labelledby=list-{kind}] button.button", has_text="Ajouter").click()
        expect(page.locator("tbody tr", has_text=pattern)).to_be_visible()
    context.close()
    # For what only the operator's staff sees.
    relais.command("staff", "add", relais.facts["users"][0]["login"])
    staff = relais.command("staff", "list")[0]["user"]
    other = relais.command("organisation", "create", "Bourgeoisie de Valbois")["id"]
    own = next(one["id"] for one in relais.command("organisation", "list") if one["id"] != other)
    token = relais.command("token", "create", "Facturation", "--organisation", own)["id"]
    change = relais.command("log", "changes", "--organisation", own, "--action", "create token")[0]["id"]

    inside = {
        "dashboard": "", "services": "services", "service": f"services/{service}", "addresses": "addresses",
        "addresses-none": "addresses?q=rien", "new-mailbox": "addresses/new", "new-shared": "addresses/new?kind=shared",
        "new-alias": "addresses/new?kind=alias", "new-redirection": "addresses/new?kind=redirection",
        "new-catchall": "addresses/new?kind=catchall", "several": "addresses/several", "deleted": "addresses/deleted",
        "address": f"addresses/{claire}", "address-users": f"addresses/{claire}/users",
        "address-invite": f"addresses/{claire}/invite", "address-devices": f"addresses/{claire}/devices",
        "address-aliases": f"addresses/{claire}/aliases", "address-redirections": f"addresses/{claire}/redirections",
        "address-delete": f"addresses/{claire}/delete", "alias": f"addresses/{alias}",
        "redirection": f"addresses/{redirection}", "redirection-targets": f"addresses/{redirection}/redirections",
        "invitation-edit": invitation, "mine": "mine", "global": "global", "global-general": f"global/{service}",
        "global-security": f"global/{service}/security", "global-rules": f"global/{service}/rules",
        "global-responder": f"global/{service}/responder", "linking": f"services/{service}/domains",
        "linking-add": f"services/{service}/domains/add", "linking-main": f"services/{service}/domains/bois.test/main",
        "linking-unlink": f"services/{service}/domains/bois.test/unlink", "routes": "routes", "hosts": "hosts",
        "host": f"hosts/{host['id']}", "host-edit": f"hosts/{host['id']}/edit", "host-new": "hosts/new",
        "host-delete": f"hosts/{host['id']}/delete", "servers": "servers", "servers-found": "servers?search=1",
        "server": f"servers/{server}", "server-new": "servers/new", "server-edit": f"servers/{server}/edit",
        "server-delete": f"servers/{server}/delete", "changes": "changes", "users": "users", "user": f"users/{user}",
        "user-new": "users/new", "organisation": "organisation", "organisations": "organisations", "profile": "profile",
        "profile-security": "profile/security", "profile-totp": "profile/totp", "sessions": "sessions",
        "own-tokens": "profile/tokens",
        "journal": "journal", "journal-none": "journal?q=rien+de+tel", "change": f"journal/{change}",
        "logs": f"logs?direction=sent&address={ANNA}", "logs-empty": f"logs?address={BRUNO}&direction=sent",
        "log-way": f"logs/{sent[0]['message']}", "queue": "queue", "sources": "sources",
        "sources-installation": "sources?of=installation", "allow": "sources/allow", "system": "system",
        "tokens": "organisation/tokens", "token": f"organisation/tokens/{token}", "installation": "installation",
        "domain-servers": f"services/{service}/domains/{DOMAIN}/servers", "staff": "installation/staff",
        "staff-member": f"installation/staff/{staff}", "installation-organisations": "installation/organisations",
        "installation-journal": "installation/journal", "installation-change": f"installation/journal/{change}",
        "installation-organisation": f"installation/organisations/{own}",
        "installation-organisation-delete": f"installation/organisations/{other}/delete",
    }
    found = {name: manager(relais, path) for name, path in inside.items()}
    found |= {"several-preview": list_, "accept": accept, "accept-gone": public(relais, "invitation/nothing")}
    found |= {f"public-{path.split('?')[0]}": public(relais, path)
              for path in ["ip", "help", f"help?address={ANNA}", "unblock", "redirection/nothing", "allow/nothing"]}
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("width,scheme", [(360, "dark"), (1280, "light")])
def test_every_screen_fits_and_is_accessible(chromium, relais, screens, width, scheme):
    PICTURES.mkdir(parents=True, exist_ok=True)
    context = window(chromium, width=width, scheme=scheme)
    page = context.new_page()
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    sign_in(page, relais)
    findings, too_wide = [], []
    for name, url in screens.items():
        page.goto(url)
        found = Axe().run(page)["violations"]
        findings += [(name, each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in SERIOUS]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            too_wide.append(name)
        page.screenshot(path=PICTURES / f"screen-{name}-{width}-{scheme}.png", full_page=True)
    context.close()
    assert not findings
    assert not too_wide
    assert not said


def test_a_first_load_of_every_screen_weighs_little(chromium, relais, screens):
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    assert not heavy_pages(page, screens)
    context.close()


def test_addresses_and_domains_are_worked_with_by_keyboard_alone(chromium, relais, screens):
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    page.goto(screens["addresses"])
    page.keyboard.press("n")
    tab_to(page, "main .sheet a[href='/manager/addresses/new']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/addresses/new")
    tab_to(page, "#field-address")
    page.keyboard.type("clavier")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text(f"clavier@{DOMAIN} est créée")
    page.goto(screens["addresses"] + "?q=clavier")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".bulk")).to_be_visible()
    tab_to(page, ".bulk button[value=disable]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Désactiver 1 adresse")
    tab_to(page, "form.form button.primary")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("1 adresse désactivée")
    page.goto(screens["linking"])
    tab_to(page, "li[data-domain='bois.test'] summary")
    page.keyboard.press("Enter")
    tab_to(page, ".sheet a[href$='/bois.test/main']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Définir bois.test comme domaine principal")
    context.close()


def test_a_box_of_no_use_is_greyed_until_the_one_that_it_needs(chromium, relais, screens):
    page = window(chromium).new_page()
    sign_in(page, relais)
    page.goto(screens["linking-add"])
    expect(page.get_by_label("Remplacer les enregistrements existants")).to_be_disabled()
    page.get_by_label("Mettre à jour les DNS").check()
    expect(page.get_by_label("Remplacer les enregistrements existants")).to_be_enabled()
    page.goto(screens["address-invite"])
    expect(page.get_by_label("Adresse e-mail de la personne")).to_be_disabled()
    page.get_by_label("Envoyer par mail").check()
    expect(page.get_by_label("Adresse e-mail de la personne")).to_be_enabled()
    page.context.close()


def test_logs_sort_are_told_in_french_and_ask_in_the_zone_in_which_they_answer(chromium, relais, screens):
    context = window(chromium, timezone_id="America/New_York")
    page = context.new_page()
    sign_in(page, relais)
    # What waits is told on every page.
    expect(page.locator(".postit")).to_be_visible()
    page.goto(screens["logs"])
    expect(page.locator("#help-zone")).to_contain_text("America/New_York")
    from_to = [page.input_value("#field-from"), page.input_value("#field-to")]
    moments = [page.get_attribute(field, "data-moment") for field in ("#field-from", "#field-to")]
    assert from_to == [datetime.fromisoformat(moment).astimezone(ZoneInfo("America/New_York")).strftime("%Y-%m-%dT%H:%M")
                       for moment in moments]
    page.get_by_role("button", name="Rechercher").click()
    page.wait_for_url("**zone=America%2FNew_York**")
    assert [page.input_value("#field-from"), page.input_value("#field-to")] == from_to
    page.locator("thead").get_by_role("link", name="Sujet").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Sujet")
    subjects = page.locator("tbody td[data-label=Sujet]").all_inner_texts()
    assert len(subjects) > 1 and subjects == sorted(subjects)
    page.goto(screens["log-way"])
    expect(page.locator("ol.timeline")).to_contain_text("connecté comme")
    expect(page.locator("ol.timeline")).not_to_contain_text("accepted")
    page.goto(screens["queue"])
    page.locator("thead").get_by_role("link", name="Essais").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Essais")
    context.close()
