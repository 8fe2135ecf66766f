"""Logs, IP addresses, queue and system in a real browser, after the steps of «003 · Logs» and «002 · IP» with their labels."""

import contextlib
import json
import re
import smtplib
import ssl
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from browser import PICTURES, faults, manager, sign_in, window
from conftest import ANNA, BRUNO, EVE
from peers import Postfix, wait_until
from relais import Relais

SCREENS = ["logs", "queue", "sources", "sources/allow"]


def submit(relais, sender, recipients, subject):
    context = ssl.create_default_context(cafile=relais.ca_certificate)
    with smtplib.SMTP("127.0.0.1", relais.port("submission")) as smtp:
        smtp.starttls(context=context)
        smtp.login(sender, relais.password(sender))
        text = f"From: {sender}\r\nTo: {', '.join(recipients)}\r\nSubject: {subject}\r\n\r\nBonjour\r\n"
        smtp.sendmail(sender, recipients, text)


@contextlib.contextmanager
def as_staff(chromium, relais, **options):
    """The page of somebody whom the operator takes into the staff meanwhile."""
    login = relais.facts["users"][0]["login"]
    relais.command("staff", "add", login)
    context = window(chromium, **options)
    try:
        page = context.new_page()
        sign_in(page, relais)
        yield page
    finally:
        context.close()
        if login in [one["login"] for one in relais.command("staff", "list")]:
            relais.command("staff", "remove", login)


@pytest.fixture(scope="module")
def letters(relais):
    """Anna writes to Bruno and to somebody at a server that says no."""
    submit(relais, ANNA, [BRUNO], "Journal de Bruno")
    submit(relais, ANNA, [EVE], "Journal d'Eve")
    submit(relais, ANNA, ["nobody@stranger.test"], "Journal de personne")

    def is_over():
        lines = relais.command("log", "list", ANNA, "--sent")
        ours = [line for line in lines if (line["subject"] or "").startswith("Journal")]
        return len(ours) == 3 and all(line["status"] != "waiting" for line in ours)

    wait_until(is_over, "the letters to arrive or to come back")


def test_look_up_a_log(chromium, relais, letters):
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    # «Cliquez sur Logs dans le menu latéral gauche.»
    page.click("nav.side >> text=Logs")
    page.wait_for_url("**/manager/logs")
    # «Depuis le menu déroulant, sélectionnez une adresse mail (par défaut c'est la première …)»
    first = page.locator("#field-address option").first.get_attribute("value")
    assert page.input_value("#field-address") == first
    page.select_option("#field-address", ANNA)
    # «Choisissez de consulter les logs des e-mails envoyés ou réceptionnés, et définir la date et l'heure»
    page.check("text=Envoyés")
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d$", page.input_value("#field-from"))
    # «Cliquez sur Rechercher.»
    page.click("form.logs >> text=Rechercher")
    page.wait_for_url("**direction=sent**")
    heads = [head.strip() for head in page.locator("thead th").all_inner_texts()]
    assert heads == ["Date", "Expéditeur", "Destinataire", "Sujet", "Taille", "Statut"]
    arrived = page.locator("tr", has_text="Journal de Bruno")
    assert "Livré" in arrived.inner_text()
    lost = page.locator("tr", has_text="Journal de personne")
    assert "Rebond" in lost.inner_text()
    # «Passez votre souris sur l'éventuelle icône ⓘ de la colonne Statut»: the remote server's words.
    assert "550" in lost.locator("summary").get_attribute("title")
    lost.locator("summary").click()
    assert "550" in lost.locator("details p").inner_text()
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "logs-found-1280-fr.png", full_page=True)
    # The whole way of one letter.
    arrived.locator("a").first.click()
    page.wait_for_url("**/manager/logs/*")
    assert page.locator("h1").inner_text() == "Journal de Bruno"
    steps = page.locator("ol.timeline").inner_text()
    assert steps.index("Reçu") < steps.index("Mis en file") < steps.index("Livré")
    page.screenshot(path=PICTURES / "logs-way-1280-fr.png", full_page=True)
    # Received, and as a file.
    page.goto(manager(relais, f"logs?address={BRUNO}&direction=received"))
    assert page.locator("tr", has_text="Journal de Bruno").count() == 1
    with page.expect_download() as download:
        page.click("text=Exporter en CSV")
    text = download.value.path().read_text()
    assert "Destinataire" in text and "Journal de Bruno" in text and "Livré" in text
    page.goto(manager(relais, "logs?address=nobody%40elsewhere.test"))
    assert page.locator("h1").inner_text() == "Cette page n’existe pas"
    context.close()


def test_a_banned_person_asks_and_an_administrator_unbans(chromium, relais):
    """R164, R165: the ban has a reason; the request with domain and address appears in the Manager. The operator made it,
    so the organisation passes the request on, and the operator lifts the ban."""
    relais.command("ban", "create", "198.51.100.7", "--hours", "2", "--reason", "essai")
    stranger = window(chromium).new_page()
    base = relais.facts["urls"]["manager"].removesuffix("manager/")
    stranger.goto(base + "ip")
    assert "127.0.0.1" in stranger.locator(".address").inner_text()
    stranger.click("text=Demander le déblocage d’une adresse IP")
    stranger.fill("#field-domain", "valbois.test")
    stranger.fill("#field-ip", "198.51.100.7")
    stranger.fill("#field-contact", "ouvrier@far.test")
    stranger.fill("#field-message", "Plus rien ne marche depuis ce matin.")
    stranger.click("button")
    assert "Votre demande est envoyée" in stranger.locator("main").inner_text()
    stranger.screenshot(path=PICTURES / "unblock-1280-fr.png", full_page=True)
    stranger.context.close()
    # Its administrators have a letter about it; none would be written once one of them has decided.
    wait_until(lambda: [line for line in relais.command("log", "list", "admin@valbois.test")
                        if "déblocage" in (line["subject"] or "")], "the administrator's letter")
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    page.click("nav.side >> text=Adresses IP")
    page.wait_for_url("**/manager/sources")
    request = page.locator("tbody tr", has_text="ouvrier@far.test")
    assert "Plus rien ne marche" in request.inner_text()
    page.screenshot(path=PICTURES / "sources-asked-1280-fr.png", full_page=True)
    request.locator("button", has_text="Transmettre à l’opérateur").click()
    page.wait_for_selector(".toast")
    assert "transmise à l’opérateur" in page.locator(".toast").inner_text()
    assert [ban for ban in relais.command("ban", "list") if ban["subject"].endswith("198.51.100.7")]
    with as_staff(chromium, relais) as operator:
        operator.goto(manager(relais, "sources"))
        operator.click(".tabs >> text=installation")
        passed = operator.locator("tr", has_text="ouvrier@far.test")
        operator.screenshot(path=PICTURES / "sources-installation-asked-1280-fr.png", full_page=True)
        passed.get_by_role("button", name="Débloquer", exact=True).click()
        operator.wait_for_selector(".toast")
    assert not [ban for ban in relais.command("ban", "list") if ban["subject"].endswith("198.51.100.7")]
    context.close()


def test_an_address_is_allowed_for_good(chromium, relais):
    """R166–R171: asked with the acceptance text, confirmed by the link in the letter, decided by the operator."""
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    page.goto(manager(relais, "sources/allow"))

    def ask(accept):
        page.fill("#field-ip", "198.51.100.9")
        page.fill("#field-purpose", "Contrôle des habitants")
        page.set_checked("#field-acceptance", accept)
        page.click("text=Envoyer la demande")

    ask(False)
    page.wait_for_selector("#error-acceptance")
    assert page.input_value("#field-purpose") == "Contrôle des habitants", "nothing typed is lost"
    ask(True)
    page.wait_for_selector("#error-ip, .toast")
    if page.locator("#error-ip").count():
        # R168: without a dedicated address it is refused, with the reason.
        relais.command("ip", "create", "203.0.113.10", "--dedicated-to", "Commune de Valbois")
        ask(True)
    page.wait_for_selector(".toast")
    source = next(one for one in relais.command("allowed-source", "list") if one["source"] == "198.51.100.9")
    assert source["state"] == "asked" and "entière responsabilité" in source["acceptance"]
    page.goto(relais.wait_for_link("admin@valbois.test", r"https://\S+/allow/\S+"))
    assert "entière responsabilité" in page.locator("blockquote").inner_text()
    page.click("form button")
    page.wait_for_selector("[role=status]")
    with as_staff(chromium, relais) as operator:
        operator.goto(manager(relais, "sources?of=installation"))
        operator.locator("tr", has_text="198.51.100.9").locator("summary", has_text="Autoriser").click()
        operator.locator("tr", has_text="198.51.100.9").locator("button", has_text="Autoriser").click()
        operator.wait_for_selector(".toast")
    page.goto(manager(relais, "sources"))
    allowed = page.locator("tbody tr", has_text="198.51.100.9")
    assert "Active" in allowed.inner_text()
    page.screenshot(path=PICTURES / "sources-allowed-1280-fr.png", full_page=True)
    context.close()


@pytest.fixture(scope="module")
def away(work):
    """Relais, and a server at which nobody listens."""
    with Relais(work / "watching", strangers={"away.test": 9}) as relais:
        yield relais


def test_the_queue_tells_why_and_deletes_in_numbers(chromium, away):
    submit(away, ANNA, ["a@away.test", "b@away.test", "c@away.test"], "Attente")
    wait_until(lambda: [entry for entry in away.command("queue", "list") if entry["last_reply"]], "a first attempt")
    wait_until(lambda: all(entry["node"] is None for entry in away.command("queue", "list")), "the others to wait")
    context = window(chromium)
    page = context.new_page()
    sign_in(page, away)
    page.click("nav.side >> text=File d’attente")
    page.wait_for_url("**/manager/queue")
    waiting = page.locator("tbody tr", has_text="@away.test")
    assert waiting.count() == 3
    reasons = [row.get_attribute("title") for row in page.locator("tbody summary").all()]
    assert all(reason.startswith("451 4.4.1 ") for reason in reasons if reason), reasons
    assert any("le serveur refuse la connexion" in reason for reason in reasons), reasons
    page.screenshot(path=PICTURES / "queue-waiting-1280-fr.png", full_page=True)

    def choose(*names):
        for name in names:
            page.locator("tbody tr", has_text=name).locator("input[type=checkbox]").check()

    choose("a@away.test", "b@away.test")
    page.click(".bulk >> text=Retenir")
    page.wait_for_selector(".toast")
    assert "2" in page.locator(".toast").inner_text()
    assert {entry["recipient"] for entry in away.command("queue", "list") if entry["held"]} == {"a@away.test", "b@away.test"}
    choose("a@away.test", "b@away.test")
    page.click(".bulk >> text=Supprimer")
    # The destructive step says in numbers what will be lost.
    assert page.locator(".notice.lost").inner_text().startswith("2 destinataires")
    page.screenshot(path=PICTURES / "queue-delete-1280-fr.png", full_page=True)
    assert len(away.command("queue", "list")) == 3, "nothing is lost yet"
    page.click("form.form button.danger")
    # The confirmation had no address of its own: the queue's stood there already.
    page.wait_for_selector(".toast")
    assert [entry["recipient"] for entry in away.command("queue", "list")] == ["c@away.test"]
    page.goto(manager(away, "logs?direction=sent&status=deleted&address=" + ANNA))
    assert page.locator("tbody tr").count() == 2
    context.close()


def test_the_system_is_the_operators(chromium, relais):
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    assert page.locator("nav.side >> text=Système").count() == 0
    for screen in ["system", "installation", "installation/organisations", "installation/staff"]:
        page.goto(manager(relais, screen))
        assert page.locator("h1").inner_text() == "Cette page n’existe pas", screen
    context.close()
    nodes = relais.command("system", "show")["nodes"]
    assert nodes[0]["free_bytes"] > 0 and nodes[0]["certificate_ends_at"] and nodes[0]["chores"]
    with as_staff(chromium, relais) as page:
        page.click("nav.side >> text=Système")
        page.wait_for_url("**/manager/system")
        text = page.locator("main").inner_text()
        assert "Certificat" in text and "S’annoncer" in text and nodes[0]["name"] in text
        assert page.locator("main table tbody tr").count() >= 3
        page.screenshot(path=PICTURES / "system-1280-fr.png", full_page=True)


def test_the_staff_bans_a_source_and_adds_an_address(chromium, relais):
    with as_staff(chromium, relais) as page:
        page.goto(manager(relais, "sources?of=installation"))
        page.click("summary >> text=Bannir")
        page.fill("#field-ip", "198.51.100.77")
        page.fill("#field-reason", "essai de l’exploitant")
        page.click("form[action$='/sources/bans'] button")
        banned = page.locator("tr", has_text="198.51.100.77")
        banned.wait_for()
        assert "essai de l’exploitant" in banned.inner_text()
        assert [ban for ban in relais.command("ban", "list") if ban["subject"].endswith("198.51.100.77")]
        banned.locator("button", has_text="Débloquer").click()
        page.wait_for_selector(".toast >> text=est débloqué")
        assert page.locator("tr", has_text="198.51.100.77").count() == 0
        page.locator("summary", has_text="Ajouter").last.click()
        page.fill("#field-new_ip", "203.0.113.77")
        page.fill("#field-note", "pour la poste")
        page.click("form[action$='/sources/ips'] button")
        added = page.locator("tr", has_text="203.0.113.77")
        added.wait_for()
        assert "pour la poste" in added.inner_text()
        added.get_by_role("link", name="Retirer 203.0.113.77").click()
        page.wait_for_url("**/sources/ips/203.0.113.77/delete")
        assert "Rien ne dépend" in page.locator("main").inner_text()
        assert relais.command("ip", "list"), "it is asked first"
        page.get_by_role("button", name="Retirer 203.0.113.77 de la liste").click()
        page.wait_for_selector(".toast >> text=n’est plus dans la liste")
        assert "203.0.113.77" not in [one["ip"] for one in relais.command("ip", "list")]


def test_the_staff_makes_an_organisation_and_takes_somebody_in(chromium, relais):
    """An organisation from nothing to its end, and somebody into the staff and out of it, on screens alone."""
    newcomer = "exploitante@far.test"
    home = ["--organisation", "Commune de Valbois"]
    relais.command("user", "create", newcomer, "--role", "external", "--password-stdin", *home, stdin="une phrase de passe\n")
    with as_staff(chromium, relais) as page:
        page.locator("nav.side details.nested", has_text="Installation").get_by_role("link", name="Organisations").click()
        page.wait_for_url("**/installation/organisations")
        page.fill("#field-name", "Commune d’essai")
        page.click("form.form button.primary")
        page.wait_for_selector(".toast")
        assert page.locator("h1").inner_text() == "Commune d’essai"
        assert page.get_by_text("Personne n’y entre encore").count() == 1
        page.fill("#field-days", "90")
        page.locator("form.form button.primary").click()
        page.wait_for_selector(".toast >> text=enregistré")
        page.reload()
        assert page.input_value("#field-days") == "90"
        page.screenshot(path=PICTURES / "installation-organisation-made-1280-fr.png", full_page=True)
        page.click("text=Supprimer l’organisation")
        page.wait_for_url("**/delete")
        page.fill("#field-name", "Commune d’essai")
        page.click("form.form button.danger")
        page.wait_for_selector(".toast >> text=est supprimée")
        assert "Commune d’essai" not in [one["name"] for one in relais.command("organisation", "list")]

        page.locator("nav.side").get_by_role("link", name="Personnel").click()
        page.wait_for_url("**/installation/staff")
        page.fill("#field-login", "personne@far.test")
        page.click("form.form button.primary")
        page.wait_for_selector(".summary")
        page.fill("#field-login", newcomer)
        page.click("form.form button.primary")
        page.wait_for_selector(f".toast >> text={newcomer} fait partie du personnel")
        page.screenshot(path=PICTURES / "installation-staff-added-1280-fr.png", full_page=True)
        page.locator("main table").get_by_role("link", name=relais.facts["users"][0]["login"]).click()
        page.wait_for_url("**/installation/staff/*")
        page.click("button.danger")
        page.wait_for_url("**/manager/")
        page.goto(manager(relais, "installation/staff"))
        assert page.locator("h1").inner_text() == "Cette page n’existe pas"
    relais.command("staff", "remove", newcomer)
    relais.command("user", "delete", newcomer)


def test_the_staff_changes_the_installation(chromium, relais):
    with as_staff(chromium, relais) as page:
        page.locator("nav.side").get_by_role("link", name="Réglages").click()
        page.wait_for_url("**/manager/installation")
        before = page.input_value("#field-contact")
        page.fill("#field-contact", "personne")
        page.fill("#field-block_lists", "ip:bl.example.org")
        page.click("form.form button.primary")
        page.wait_for_selector(".summary")
        assert page.input_value("#field-block_lists") == "ip:bl.example.org", "nothing typed is lost"
        page.fill("#field-contact", before)
        page.click("form.form button.primary")
        page.wait_for_selector(".toast >> text=enregistré")
        assert relais.command("installation", "show")["block_lists"] == ["ip:bl.example.org"]
        page.reload()
        page.fill("#field-block_lists", "")
        page.click("form.form button.primary")
        page.wait_for_selector(".toast >> text=enregistré")
        assert relais.command("installation", "show")["block_lists"] == []


def test_a_token_of_the_api_is_made_on_a_screen_used_and_revoked(chromium, relais):
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    page.click("nav.side >> text=Organisation")
    page.wait_for_url("**/manager/organisation")
    page.locator("main").get_by_role("link", name="Jetons d’API").click()
    page.wait_for_url("**/organisation/tokens")
    page.fill("#field-name", "Essai de jeton")
    page.click("form.form button.primary")
    secret = page.locator("#token").inner_text().strip()
    page.screenshot(path=PICTURES / "token-secret-1280-fr.png", full_page=True)
    tls = ssl.create_default_context(cafile=relais.ca_certificate)

    def ask():
        request = urllib.request.Request(relais.facts["urls"]["api"].rstrip("/") + "/tokens/current",
                                         headers={"Authorization": "Bearer " + secret})
        with urllib.request.urlopen(request, context=tls) as answer:
            return json.load(answer)

    assert ask()["name"] == "Essai de jeton" and ask()["write"] is False
    page.goto(manager(relais, "organisation/tokens"))
    row = page.locator("tbody tr", has_text="Essai de jeton")
    assert "127.0.0.1" in row.inner_text() and secret not in page.content()
    row.get_by_role("link").click()
    page.wait_for_url("**/organisation/tokens/*")
    page.click("button.danger")
    page.wait_for_selector(".toast >> text=révoqué")
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask()
    assert refused.value.code == 401
    context.close()


def test_public_pages_answer_programs(relais):
    base = relais.facts["urls"]["manager"].removesuffix("manager/")
    context = ssl.create_default_context(cafile=relais.ca_certificate)

    def get(path, **headers):
        with urllib.request.urlopen(urllib.request.Request(base + path, headers=headers), context=context) as answer:
            return answer.read().decode()

    assert get("ip", Accept="*/*") == "127.0.0.1\n"
    assert json.loads(get("ip?format=json")) == {"ip": "127.0.0.1", "version": 4}
    assert "Thunderbird" in get("help?address=anna@valbois.test", **{"Accept-Language": "de"})


@pytest.mark.timeout(300)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_screen_fits_and_is_accessible(chromium, relais, letters, width, scheme):
    PICTURES.mkdir(parents=True, exist_ok=True)
    context = window(chromium, width=width, scheme=scheme)
    page = context.new_page()
    sign_in(page, relais)
    findings, too_wide = [], []
    base = relais.facts["urls"]["manager"].removesuffix("manager/")
    pages = [manager(relais, screen) for screen in SCREENS] + [base + public for public in ["ip", "help", "unblock"]]
    for url in pages:
        page.goto(url)
        findings += [(url, *each) for each in faults(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            too_wide.append(url)
        name = url.rstrip("/").rsplit("/", 1)[1]
        page.screenshot(path=PICTURES / f"watching-{name}-{width}-{scheme}.png", full_page=True)
    context.close()
    assert not findings
    assert not too_wide


def test_a_letter_that_was_held_goes_on_when_it_is_released_and_tried_at_once(chromium, work):
    """«Relâcher» and «Réessayer maintenant» do something: somebody listens again, and has the letter."""
    stranger = Postfix(work / "listens", domains=["stranger.test"], users=[EVE])
    with Relais(work / "retries", strangers={"stranger.test": stranger.port}) as relais:
        submit(relais, ANNA, [EVE], "Retenue puis remise")
        wait_until(lambda: [entry for entry in relais.command("queue", "list") if entry["last_reply"] and not entry["node"]],
                   "a first attempt at which nobody listened")
        context = window(chromium)
        page = context.new_page()
        sign_in(page, relais)

        def press(button, told):
            page.goto(manager(relais, "queue"))
            page.locator("tbody tr", has_text=EVE).locator("input[type=checkbox]").check()
            page.get_by_role("button", name=button).click()
            expect(page.locator(".toast")).to_contain_text(told)

        press("Retenir", "Retenus : 1")
        page.goto(manager(relais))
        expect(page.locator(".things li", has_text="1 message retenu")).to_be_visible()
        press("Relâcher", "Relâchés : 1")
        assert not relais.command("queue", "list")[0]["held"]
        with stranger:
            press("Réessayer maintenant", "Essayés maintenant : 1")
            stranger.wait_for_letter(EVE, b"Retenue puis remise")
            wait_until(lambda: not relais.command("queue", "list"), "the empty queue")
        page.goto(manager(relais, "queue"))
        expect(page.get_by_text("La file est vide")).to_be_visible()
        context.close()


def test_the_first_page_counts_and_leads_to_what_it_counts(chromium, relais):
    host = relais.command("host", "list")[0]["id"]
    relais.api("PATCH", f"/hosts/{host}", {"description": "Compte sur la première page"})
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    counted = {figure.locator("dt").inner_text(): figure.locator("dd").inner_text() for figure in page.locator("dl.figures div").all()}
    waiting = relais.api("GET", "/server-changes")["items"]
    mailboxes = relais.command("address", "list")
    for words, count in [("Service(s)? Mail", len(relais.api("GET", "/services")["items"])),
                         ("domaines?", len(relais.command("domain", "list"))), ("adresses? mail", len(mailboxes)),
                         ("messages en file d’attente", len(relais.command("queue", "list"))), ("Modifications en attente", len(waiting))]:
        found = [value for label, value in counted.items() if re.fullmatch(words, label)]
        assert found == [str(count)], (words, count, counted)
    for path, title in [("services", "Services Mail"), ("domains", "Domaines"), ("addresses", "Adresses"),
                        ("queue", "File d’attente")]:
        page.goto(manager(relais))
        page.locator(f"dl.figures a[href='/manager/{path}']").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.goto(manager(relais))
    page.locator("dl.figures a[href='/manager/changes']").click()
    expect(page.locator("main")).to_contain_text("Compte sur la première page")
    page.screenshot(path=PICTURES / "dashboard-changes-1280-fr.png", full_page=True)
    for change in waiting:
        relais.api("DELETE", "/server-changes/" + change["id"])
    context.close()


def test_the_help_page_has_the_settings_of_the_visitors_domain(chromium, relais):
    """Nobody is signed in there."""
    context = window(chromium, width=360)
    page = context.new_page()
    page.goto(manager(relais).removesuffix("manager/") + "help")
    page.fill("#field-address", ANNA)
    page.locator("main button").click()
    expect(page.locator("table").first).to_contain_text(ANNA)
    settings = page.locator("table").first.inner_text()
    assert str(relais.port("imaps")) in settings and str(relais.port("submissions")) in settings, settings
    for client in ["Thunderbird", "Outlook", "Mutt"]:
        expect(page.get_by_role("heading", name=re.compile(client, re.IGNORECASE)).first).to_be_visible()
    assert not faults(page)
    page.screenshot(path=PICTURES / "help-anna-360-fr.png", full_page=True)
    page.fill("#field-address", "somebody@elsewhere.test")
    page.locator("main button").click()
    expect(page.locator(".notice.lost")).to_contain_text("elsewhere.test")
    context.close()
