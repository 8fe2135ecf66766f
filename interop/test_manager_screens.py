"""Every screen of addresses, access, domains, servers, people, logs and public pages, with something on it: without
an accessibility finding, no wider than its window, by keyboard alone; a picture of each is kept."""

import re
import subprocess
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from browser import PICTURES, faults, heavy_pages, hidden_focus, manager, page_at, pages_in_sources, sign_in, tab_to, window
from conftest import ANNA, BRUNO
from letters import letter, mark, submission
from peers import wait_until
from relais import Relais
from second_factor import code_of
from test_manager import SCREENS as SCREENS_OF_DOMAINS

DOMAIN = "valbois.test"
ELSEWHERE = "musee-valbois.test"
PASSWORD = "une phrase de passe"
PAUL = "paul@far.test"
LINES = "ecole1;;Première école;1 GB;primaire\necole1;;;;\npas bon@@;;;;\necole2;court;Deuxième école;;\n"


@pytest.fixture(scope="module")
def relais(work):
    """Of its own, with a stranger who never answers: so letters wait."""
    with Relais(work / "screens", strangers={"away.test": 9}) as relais:
        yield relais


def public(relais, path):
    return relais.facts["urls"]["manager"].removesuffix("manager/") + path


def enter(page, relais, login):
    """As somebody who signs in with the usual password."""
    page.goto(manager(relais, "sign-in"))
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("main form[action='/manager/sign-in'] button")
    page.wait_for_url(re.compile("/manager/(?!sign-in$)"))


@pytest.fixture(scope="module")
def certificate_for(work):
    """A file with a certificate of its own key, for a name, that ends in so many days."""
    def made(name, days, is_authority=False):
        file = work / f"{abs(hash(name))}.pem"
        extensions = ["basicConstraints=critical,CA:TRUE"] if is_authority else [f"subjectAltName=DNS:{name}"]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-utf8",
                        "-keyout", "/dev/null", "-subj", f"/O=École de Valbois/CN={name}", "-days", str(days), "-out", file,
                        *(part for extension in extensions for part in ("-addext", extension))],
                       check=True, capture_output=True)
        return file
    return made


@pytest.fixture(scope="module")
def screens(chromium, relais, certificate_for):
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
    device = relais.command("device-password", "create", f"claire@{DOMAIN}", "--label", "iPhone de Claire", "--kind", "phone")["id"]
    narrowed = relais.command("device-password", "create", f"claire@{DOMAIN}", "--label", "Imprimante de l’accueil",
                              "--protocols", "smtp")["id"]
    relais.command("device-password", "disable", narrowed)
    user = relais.api("GET", "/users")["items"][0]["id"]
    sent = wait_until(lambda: [line for line in relais.command("log", "list", ANNA, "--sent") if line["message"]],
                      "the letters in the log")

    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    # Somebody who belongs to the organisation, and may do everything with an address; as the administrator may.
    paul = relais.api("POST", "/users", {"login": PAUL, "name": "Paul Rochat", "role": "external", "password": PASSWORD})["id"]
    permissions = ["configure_device", "manage_redirections", "manage_aliases", "access_logs", "manage_security"]
    for person in (paul, user):
        relais.api("POST", f"/addresses/{claire}/access",
                   {"user": person, "password": PASSWORD, "permissions": permissions})
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
    page.goto(manager(relais, "mine"))
    mine = page.locator("main a[href*='/manager/mine/']").first.get_attribute("href").removeprefix("/manager/").removesuffix("/logs")
    page.goto(manager(relais, "addresses/deleted"))
    erase = page.locator("main a[href$='/erase']").first.get_attribute("href").removeprefix("/manager/")
    page.goto(manager(relais, f"domains/{DOMAIN}/zone"))
    record = page.locator("main a[href*='/zone/records/']").first.get_attribute("href").removeprefix("/manager/")
    page.goto(manager(relais, f"domains/{DOMAIN}/zone/history"))
    version = page.locator("main a[href*='/zone/history/']").first.get_attribute("href").removeprefix("/manager/")
    context.close()
    # Paul is signed in somewhere, and the page of Paul says so.
    elsewhere = window(chromium)
    enter(elsewhere.new_page(), relais, PAUL)
    elsewhere.close()
    # A domain whose zone is elsewhere, out of use, in a mail service of its own; and gateways.
    empty = relais.api("POST", "/services", {"name": "Musée"})["id"]
    relais.command("domain", "create", ELSEWHERE, "--service", empty)
    relais.command("domain", "disable", ELSEWHERE)
    selector = relais.command("domain", "dkim", "list", ELSEWHERE)[0]["selector"]
    relais.command("route", "add", "*.incamail.test", "mx:gate.incamail.test", "--tls", "verify")
    relais.command("route", "add", "*", "gate.post.test", "--subject", "<im>")
    # For what only the operator's staff sees.
    relais.command("staff", "add", relais.facts["users"][0]["login"])
    staff = relais.command("staff", "list")[0]["user"]
    other = relais.command("organisation", "create", "Bourgeoisie de Valbois")["id"]
    own = next(one["id"] for one in relais.command("organisation", "list") if one["id"] != other)
    token = relais.command("token", "create", "Facturation", "--organisation", own)["id"]
    change = relais.command("log", "changes", "--organisation", own, "--action", "create token")[0]["id"]
    relais.command("ip", "create", "203.0.113.30", "--dedicated-to", own, "--note", "pour la poste")
    relais.command("ip", "set-pointer", "203.0.113.30", "lettres.valbois.test")
    relais.command("ip", "bind", "203.0.113.30", "--service", service)
    # An integration with one of everything: a domain that counts and one that does not, a name, a certificate that ends soon.
    gateway = relais.command("integration", "create", "Passerelle de l’école", "--organisation", own, "--inbound", "192.0.2.10",
                             "--contact", "Eve Rochat, 027 000 00 00")["id"]
    for name in (DOMAIN, "ecole-valbois.test"):
        relais.command("integration", "add-domain", gateway, name)
    relais.command("integration", "add-certificate", gateway, "--name", "gw1.valbois.test")
    relais.command("integration", "add-certificate", gateway, "--certificate", certificate_for("gw2.valbois.test", 20),
                   "--direction", "sending")
    relais.command("authority", "add", "Racine de l’école", certificate_for("Racine de l’école", 900, is_authority=True))
    relais.command("integration", "answer", gateway, "4.1", "clear", "--remarks", "Secrétariat et direction")
    relais.command("integration", "answer", gateway, "6.8", "not-clear", "--remarks", "À demander au réseau")
    relais.command("integration", "phase", gateway, "planning", "done")
    relais.command("integration", "phase", gateway, "preparation", "under-way", "--due", "2027-03-01")
    relais.command("integration", "set-up", gateway, "--reception", "gw1.valbois.test", "--sending", "192.0.2.10",
                   "--mail-system", "Exchange 2019", "--technical-contact", "Eve Rochat, 027 000 00 00", "--wished", "2098-02-01",
                   "--submit")
    relais.command("integration", "contact", gateway, "second", "--name", "Helpdesk", "--hours", "Lundi à vendredi, 8 à 18h",
                   "--phone", "+41 848 00 04 15", "--except-holidays", "true")
    relais.command_raw("integration", "test", gateway)
    relais.command("integration", "recipient-page", gateway, "--public-name", "ecole", "--publish", "true")
    relais.command("integration", "inform-recipients", gateway, "--language", "fr", f"Claire <claire@{DOMAIN}>",
                   f"personne@{DOMAIN}", ANNA)
    idle = relais.command("integration", "create", "Ancienne passerelle", "--organisation", own)["id"]

    # A change of addresses that concerns it: a machine has an old one.
    endpoints = [part for endpoint in (f"gw1.{DOMAIN}:25 A,B 192.0.2.86 198.51.100.13", "gw2.away.test:25 A,B 192.0.2.10 198.51.100.14",
                                       f"ws.{DOMAIN}:443/3.0/ C 192.0.2.85 198.51.100.117") for part in ("--endpoint", endpoint)]
    renumbering = relais.command("renumbering", "declare", "Nouveaux serveurs", "--at", "2099-11-11T06:00:00Z", *endpoints)["id"]
    relais.command("renumbering", "announce", renumbering)
    later = relais.command("renumbering", "declare", "Encore d’autres serveurs", "--at", "2099-12-11T06:00:00Z", "--endpoint",
                           "gw3.away.test:25 A 192.0.2.87 198.51.100.15")["id"]

    application = relais.command("application", "create", "salaires", "--organisation", own, "--sender", f"salaires@{DOMAIN}",
                                 "--hourly", "500")["id"]
    relais.command("organisation", "change", own, "--secured-sender", DOMAIN, "--secured-guidance",
                   "Un objet neutre, sans nom.\nÀ archiver dans le dossier du personnel.")
    # Letters that are on their way, one of them for two people, and one that has arrived.
    with submission(relais, ANNA) as smtp:
        for to, subject in [(["eve@away.test", "ida@away.test"], "<im><r> Décision"), ([BRUNO], "<im><c> Salaires"),
                            (["eve@away.test"], "<im><p> Dossier")]:
            smtp.sendmail(ANNA, to, letter(ANNA, to[0], mark(), subject=subject).decode().encode())
    secured = relais.command("secure", "letters")[-1]["id"]

    inside = {
        "renumberings": "installation/renumberings", "renumbering-new": "installation/renumberings/new",
        "renumbering": f"installation/renumberings/{renumbering}", "renumbering-later": f"installation/renumberings/{later}",
        "renumbering-letters": f"installation/renumberings/{later}/letters", "announcements": "renumberings",
        "applications": "applications", "application": f"applications/{application}", "application-new": "applications/new",
        "secured": "secured", "secured-none": "secured?q=rien", "secured-senders": "secured/senders",
        "secured-letter": f"secured/{secured}", "secured-withdraw": f"secured/{secured}/withdraw", "secured-erase": f"secured/{secured}/erase",
        "installation-secured": "installation/secured",
        "integrations": "integrations", "integration": f"integrations/{gateway}", "integration-new": "integrations/new",
        "integration-edit": f"integrations/{gateway}/edit", "integration-domains": f"integrations/{gateway}/domains",
        "integration-certificates": f"integrations/{gateway}/certificates", "integration-idle": f"integrations/{idle}",
        "integration-delete": f"integrations/{gateway}/delete", "integration-phases": f"integrations/{gateway}/phases",
        "integration-set-up": f"integrations/{gateway}/set-up", "integration-test": f"integrations/{gateway}/test",
        "integration-contacts": f"integrations/{gateway}/contacts",
        "integration-informed": f"integrations/{gateway}/informed", "integration-informed-none": f"integrations/{idle}/informed",
        "integration-matrix": f"integrations/{gateway}/matrix", "authorities": "integrations/authorities",
        "installation-integrations": "installation/integrations",
        "dashboard": "", "services": "services", "service": f"services/{service}", "addresses": "addresses",
        "addresses-none": "addresses?q=rien", "new-mailbox": "addresses/new", "new-shared": "addresses/new?kind=shared",
        "new-alias": "addresses/new?kind=alias", "new-redirection": "addresses/new?kind=redirection",
        "new-catchall": "addresses/new?kind=catchall", "several": "addresses/several", "deleted": "addresses/deleted",
        "address": f"addresses/{claire}", "address-users": f"addresses/{claire}/users",
        "address-invite": f"addresses/{claire}/invite", "address-devices": f"addresses/{claire}/devices",
        "address-device": f"addresses/{claire}/devices/{device}", "address-device-off": f"addresses/{claire}/devices/{narrowed}",
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
        "user-other": f"users/{paul}", "user-new": "users/new", "organisation": "organisation", "organisations": "organisations", "profile": "profile",
        "profile-security": "profile/security", "profile-totp": "profile/totp", "sessions": "sessions",
        "own-tokens": "profile/tokens",
        "journal": "journal", "journal-none": "journal?q=rien+de+tel", "journal-verify": "journal/verify",
        "installation-journal-verify": "installation/journal/verify", "dkim": f"domains/{DOMAIN}/dkim",
        "dkim-elsewhere": f"domains/{ELSEWHERE}/dkim", "dkim-revoke": f"domains/{DOMAIN}/dkim/revoke",
        "dkim-revoke-elsewhere": f"domains/{ELSEWHERE}/dkim/revoke?selector={selector}",
        "mail-domain-state": f"services/{service}/domains/{DOMAIN}/state", "mail-domain-off": f"services/{empty}",
        "mail-domain-start": f"services/{empty}/domains/{ELSEWHERE}/state",
        "mail-domain-move": f"services/{empty}/domains/{ELSEWHERE}/move",
        "mail-domain-move-linked": f"services/{service}/domains/{DOMAIN}/move",
        "routes-check": "routes?recipient=eve%40clinique.incamail.test&about=Rapport+%3Cim%3E",
        "routes-check-wrong": "routes?recipient=eve%40clinique.incamail.test&sender=eve", "change": f"journal/{change}",
        "logs": f"logs?direction=sent&address={ANNA}", "logs-empty": f"logs?address={BRUNO}&direction=sent", "logs-before": "logs",
        "log-way": f"logs/{sent[0]['message']}", "queue": "queue", "sources": "sources",
        "sources-installation": "sources?of=installation", "allow": "sources/allow", "system": "system",
        "ip-delete": "sources/ips/203.0.113.30/delete",
        "tokens": "organisation/tokens", "token": f"organisation/tokens/{token}", "installation": "installation",
        "domain-servers": f"services/{service}/domains/{DOMAIN}/servers", "staff": "installation/staff",
        "staff-member": f"installation/staff/{staff}", "installation-organisations": "installation/organisations",
        "installation-journal": "installation/journal", "installation-change": f"installation/journal/{change}",
        "installation-organisation": f"installation/organisations/{own}",
        "installation-organisation-delete": f"installation/organisations/{other}/delete",
        "address-user": f"addresses/{claire}/users/{paul}", "address-erase": erase, "mail-domain": "addresses/domain",
        "service-domain": f"services/{service}/domain", "service-delete": f"services/{service}/delete",
        "mail-domain-delete": f"services/{service}/domains/{DOMAIN}/delete", "user-block": f"users/{paul}/block",
        "user-delete": f"users/{paul}/delete", "mine-card": mine, "mine-logs": f"{mine}/logs",
        "profile-passkey": "profile/passkey", "zone-end": f"domains/{DOMAIN}/zone/end", "zone-record": record,
        "zone-version": version, "not-found": "nothing",
    }
    found = {name: manager(relais, path) for name, path in inside.items()}
    found |= {"several-preview": list_, "accept": accept, "accept-gone": public(relais, "invitation/nothing")}
    found |= {f"public-{path.split('?')[0]}": public(relais, path)
              for path in ["ip", "help", f"help?address={ANNA}", "unblock", "redirection/nothing", "allow/nothing"]}
    return found


class Look:
    """A window that takes a picture of each page, and notes what is wrong: an accessibility finding, a page wider than its
    window, an error of a script or of the policy that keeps strangers' content out, a request to a stranger."""

    def __init__(self, chromium, relais, width, scheme, language="fr"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.context = window(chromium, width=width, scheme=scheme, language=language)
        self.page = self.context.new_page()
        self.name = f"{width}-{scheme}" + ("" if language == "fr" else f"-{language}")
        self.host = urlsplit(manager(relais)).netloc
        self.wrong = []
        self.page.on("pageerror", lambda error: self.wrong.append((self.page.url, str(error))))
        self.page.on("console", self._hears)
        self.page.on("request", self._asked)

    def _hears(self, message):
        # That a page answers 404 is what it is looked at for.
        if message.type == "error" and not message.text.startswith("Failed to load resource: the server responded"):
            self.wrong.append((self.page.url, message.text))

    def _asked(self, request):
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob") and url.netloc != self.host:
            self.wrong.append((self.page.url, f"asks {request.url}"))

    def at(self, name, is_scanned=True, has_picture=True):
        """Looks at the page that is open."""
        if is_scanned:
            self.wrong += [(name, *each) for each in faults(self.page)]
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.wrong.append((name, "is wider than its window", self.page.evaluate(
                "[...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth)"
                ".map(one => one.outerHTML.slice(0, 120)).slice(-3)")))
        if has_picture:
            self.page.screenshot(path=PICTURES / f"screen-{name}-{self.name}.png", full_page=True)


SIZES = [(360, "dark"), (1280, "light")]


# Pages that have no picture of their own among `screens`, and why.
PICTURED_ELSEWHERE = {
    "/sign-in": "with what it refuses, among the pages that answer a form",
    "/sign-in/step": "with the second step", "/profile/factors/{id}/remove": "with the second step",
    "/profile/recovery": "with the second step", "/granted": "as a collaborator sees it",
    "/granted/{service}": "as a collaborator sees it",
}
NO_PAGES = {
    "/events": "what tells pages that something changed", "/assets/{name}": "style, scripts and icons",
    "/manager": "leads to /manager/", "/language/{tag}": "leads back", "/organisation/logo": "a picture itself",
    "/secured/{letter}/evidence": "a file", "/secured/{letter}/receipts/{copy}/{of}": "a file",
    "/organisation/brand.css": "a style", "/domains/{name}/zone/export": "a file",
    "/integrations/{id}/matrix.csv": "a file", "/integrations/{id}/report.pdf": "a file",
}


def test_every_page_of_the_manager_has_a_picture(relais, screens):
    pages = pages_in_sources()
    # A page without a picture is looked at by nobody: not for accessibility, not on a phone, not in German.
    base = manager(relais)
    shown = {page_at("/" + url.removeprefix(base) if url.startswith(base) else urlsplit(url).path, pages - {"/manager"})
             for url in [base.removesuffix("/") + "/" + path for path in SCREENS_OF_DOMAINS] + list(screens.values())}
    shown |= {"/manager/"} if screens["dashboard"] == base else set()
    assert not pages - shown - set(PICTURED_ELSEWHERE) - set(NO_PAGES)
    # Nor is anything excused that is no longer there, or is pictured by now.
    assert not (set(PICTURED_ELSEWHERE) | set(NO_PAGES)) - pages
    assert not (set(PICTURED_ELSEWHERE) | set(NO_PAGES)) & shown


@pytest.mark.timeout(300)
@pytest.mark.parametrize("width,scheme", SIZES)
def test_nothing_lies_over_what_has_the_focus(chromium, relais, screens, width, scheme):
    """WCAG 2.4.11: neither the header that stays above nor the bar of what is selected that stays below."""
    context = window(chromium, width=width, scheme=scheme)
    page = context.new_page()
    # A window in which pages have to be scrolled.
    page.set_viewport_size({"width": width, "height": 480})
    sign_in(page, relais)
    for name in ["addresses", "new-mailbox", "address-user", "organisation", "sources-installation", "servers-found", "queue"]:
        page.goto(screens[name])
        row = page.locator("tbody input[data-select]").first
        if row.count():
            row.check()
        assert not hidden_focus(page), name
    context.close()


def test_the_scan_sees_what_is_small_what_is_closed_and_what_opens(chromium):
    """That nothing is found says something only where something would be."""
    page = window(chromium).new_page()
    page.set_content("""<!doctype html><html lang="fr"><title>x</title><main><h1>x</h1>
        <p><button style="width:12px;height:12px;padding:0;border:0">a</button><button style="width:12px;height:12px;padding:0;border:0">b</button></p>
        <details><summary>x</summary><p style="color:#bbb">pâle</p></details>
        <div popover><input></div></main></html>""")
    assert {rule for rule, *_ in faults(page)} == {"target-size", "color-contrast", "label"}
    assert page.locator("details[open]").count() == 0
    page.context.close()


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("width,scheme", SIZES)
def test_every_screen_fits_and_is_accessible(chromium, relais, screens, width, scheme):
    look = Look(chromium, relais, width, scheme)
    sign_in(look.page, relais)
    for name, url in screens.items():
        look.page.goto(url)
        look.at(name)
    look.context.close()
    assert not look.wrong


@pytest.mark.timeout(300)
@pytest.mark.parametrize("width,scheme", SIZES)
def test_every_page_that_answers_a_form_fits_and_is_accessible(chromium, relais, screens, width, scheme):
    look = Look(chromium, relais, width, scheme)
    page = look.page
    page.goto(manager(relais, "sign-in"))
    look.at("sign-in")
    page.fill("#login", "nobody@valbois.test")
    page.fill("#password", "wrong")
    page.click("main form[action='/manager/sign-in'] button")
    expect(page.locator(".summary")).to_be_visible()
    look.at("sign-in-refused")
    sign_in(page, relais)
    page.goto(screens["tokens"])
    page.fill("#field-name", "Statistique")
    page.click("form.form button.primary")
    expect(page.locator("#token")).to_be_visible()
    look.at("token-made")
    page.goto(screens["user-block"].removesuffix("/block"))
    page.click("details:has(form[action$='/password']) > summary")
    page.click("form[action$='/password'] button")
    expect(page.locator("#password")).to_be_visible()
    look.at("user-password")
    page.goto(screens["invitation-edit"])
    page.click("form[action$='/link'] button")
    expect(page.locator("#invitation-link")).to_be_visible()
    look.at("invitation-link")
    page.goto(screens["queue"])
    page.locator("tbody input[data-select]").first.check()
    page.click(".bulk button[value=delete]")
    expect(page.locator("main form.form button.danger")).to_be_visible()
    look.at("queue-delete")
    page.goto(screens["journal-verify"])
    page.click("form.form button.primary")
    expect(page.locator("#verified")).to_be_visible()
    look.at("journal-verified")
    page.fill("#field-noted", "1:" + 64 * "0")
    page.click("form.form button.primary")
    expect(page.locator("main .notice.lost")).to_be_visible()
    look.at("journal-broken")
    page.goto(screens["dkim-revoke"])
    page.fill("#field-name", "autre.test")
    page.click("form.form button.danger")
    expect(page.locator("#error-name")).to_be_visible()
    look.at("dkim-revoke-refused")
    # A form that is sent after the session is over is kept over the sign-in.
    page.goto(screens["services"])
    page.fill("#field-name", "Archives")
    look.context.clear_cookies(name=re.compile("session"))
    page.click("form.form button.primary")
    page.wait_for_selector("#login")
    look.at("sign-in-keeps")
    look.context.close()
    assert not look.wrong


@pytest.mark.timeout(300)
def test_the_second_step_fits_and_is_accessible(chromium, relais, screens):
    """In one person's life: a factor is added, its codes are shown, it is asked for, and removed."""
    looks = [Look(chromium, relais, width, scheme) for width, scheme in SIZES]
    page = looks[0].page
    login = f"facteur@{DOMAIN}"
    own = relais.api("GET", "/users")["items"][0]["organisation"]
    relais.api("POST", "/users", {"organisation": own, "login": login, "name": "Ève Facteur", "role": "external",
                                  "password": PASSWORD})

    enter(page, relais, login)
    for path, name in [("users", "forbidden"), ("profile", "profile-external"), ("mine", "mine-none")]:
        page.goto(manager(relais, path))
        looks[0].at(name)
    page.goto(manager(relais, "profile/totp"))
    page.get_by_text("Saisir le secret à la main").click()
    page.fill("#field-code", code_of(page.inner_text("#totp-secret").replace(" ", "")))
    page.get_by_role("button", name="Activer").click()
    expect(page.locator(".codes code")).to_have_count(10)
    looks[0].at("profile-codes")
    page.goto(manager(relais, "profile/security"))
    removal = page.locator("a[href*='/profile/factors/']").first.get_attribute("href").removeprefix("/manager/")
    for path, name in [("profile/security", "profile-factor"), ("profile/recovery", "profile-recovery"),
                       (removal, "profile-factor-remove")]:
        page.goto(manager(relais, path))
        looks[0].at(name)
    for look in looks:
        look.context.clear_cookies()
        enter(look.page, relais, login)
        look.page.wait_for_url("**/sign-in/step**")
        look.at("sign-in-step")
        look.context.close()
        assert not look.wrong


@pytest.fixture(scope="module")
def granted(relais):
    """A collaborator with a mail service, and another one with none: logins; and what the first sees."""
    service = relais.api("GET", "/services")["items"][0]
    logins = ["nadia@far.test", "noel@far.test"]
    for login, services in zip(logins, [[service["id"]], []]):
        new = {"organisation": service["organisation"], "login": login, "name": login.partition("@")[0].title(),
               "role": "collaborator", "password": PASSWORD}
        user = relais.api("POST", "/users", new)["id"]
        relais.api("PUT", f"/users/{user}/role", {"role": "collaborator", "services": services})
    return logins, service["id"]


@pytest.fixture(scope="module")
def permission(relais):
    """The link of the letter that asks for the confirmation of a permission."""
    organisation = relais.api("GET", "/users")["items"][0]["organisation"]
    relais.command("ip", "create", "203.0.113.10", "--dedicated-to", organisation)
    contact = relais.facts["users"][0]["login"]
    relais.command("allowed-source", "create", "198.51.100.9", "--purpose", "Contrôle des habitants : le progiciel envoie les "
                   "convocations", "--contact", contact, "--accept-responsibility", "--organisation", organisation)
    return relais.wait_for_link(contact, r"https://\S+/allow/\S+")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("width,scheme", SIZES)
def test_what_is_granted_confirmed_and_whom_to_ask_fit_and_are_accessible(chromium, relais, screens, granted, permission,
                                                                           width, scheme):
    logins, service = granted
    look = Look(chromium, relais, width, scheme)
    page = look.page
    organisation = relais.api("GET", "/users")["items"][0]["organisation"]
    support = {"support_email": f"aide@{DOMAIN}", "support_phone": "+41 27 321 00 00",
               "support_page": f"https://www.{DOMAIN}/informatique/aide-aux-utilisateurs",
               "support_hours": "du lundi au vendredi, 8 h à 12 h et 13 h 30 à 17 h"}
    relais.api("PATCH", f"/organisations/{organisation}/settings", support)
    try:
        enter(page, relais, logins[0])
        for name, path in [("granted", "granted"), ("granted-service", f"granted/{service}")]:
            page.goto(manager(relais, path))
            expect(page.locator("main tbody tr").first).to_be_visible()
            expect(page.locator(".support").first).to_contain_text(support["support_phone"])
            look.at(name)
        look.context.clear_cookies()
        enter(page, relais, logins[1])
        page.goto(manager(relais, "granted"))
        look.at("granted-none")
        look.context.clear_cookies()
        sign_in(page, relais)
        look.at("support")
        page.goto(permission)
        expect(page.locator("form button")).to_be_visible()
        look.at("public-allow")
    finally:
        relais.api("PATCH", f"/organisations/{organisation}/settings", dict.fromkeys(support, ""))
    look.context.close()
    assert not look.wrong


# What is looked at between the two sizes.
MIDDLE = ["dashboard", "addresses", "address", "new-redirection", "several-preview", "global-security", "linking", "hosts",
          "servers-found", "changes", "users", "logs", "log-way", "journal", "queue", "sources", "mine-card", "profile-security"]


@pytest.mark.timeout(300)
def test_screens_fit_in_german_and_between_the_sizes(chromium, relais, screens):
    """German words are the longest."""
    for width, scheme, names in [(360, "light", screens), (768, "dark", MIDDLE)]:
        look = Look(chromium, relais, width, scheme, language="de")
        sign_in(look.page, relais)
        for name in names:
            look.page.goto(screens[name])
            look.at(name, is_scanned=False, has_picture=name in MIDDLE)
        look.context.close()
        assert not look.wrong


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
    tab_to(page, "#field-domain")
    page.keyboard.press("End")
    tab_to(page, "form.form button.primary")
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
