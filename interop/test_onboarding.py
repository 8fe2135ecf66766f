"""How a customer is connected: Debian's Postfix as the customer's server, tested red at first and green after it was mended;
the test mail recognised, the record of acceptance signed, the page for recipients public, recipients told by a letter."""

import email
import email.policy
import json
import re
import ssl
import subprocess
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from browser import PICTURES, faults, manager, sign_in, window
from conftest import ANNA, BRUNO, EVE
from letters import letter, mark, send, submission
from peers import Postfix, wait_until
from ports import free_port
from relais import Relais
from test_gateway import HANS, HOST, authority, first_organisation, issue, routes_to, shows

SUBJECT = "<im><c> Test-Mail outbound to IncaMail"
TEXT = "Ceci est un test pour vérifier si la règle de routage fonctionne."


@pytest.fixture(scope="module")
def certificates(work):
    directory = work / "onboarding-certificates"
    directory.mkdir()
    directory.chmod(0o755)
    authority(directory, "known")
    authority(directory, "unknown")
    issue(directory, "good", "known", HOST)
    issue(directory, "of-unknown", "unknown", HOST)
    return directory


@pytest.fixture(scope="module")
def place(work, program, certificates):
    home = work / "of-onboarding"
    home.mkdir()
    home.chmod(0o755)
    outside = Postfix(home / "outside", domains=["outside.test"], users=[HANS])
    relais = Relais(home / "relais", strangers={"outside.test": outside.port})
    with relais, outside:
        relais.command("authority", "add", "known", certificates / "known.pem")
        made = relais.command("integration", "create", "muster", "--organisation", first_organisation(relais))
        assert made["state"] == "planned"
        relais.command("integration", "add-domain", "muster", "stranger.test")
        relais.command("integration", "confirm-domain", "muster", "stranger.test")
        relais.command("integration", "add-certificate", "muster", "--name", HOST)
        yield relais, home, outside


def customer(home, relais, certificates, name, shown, **settings):
    return Postfix(home / name, domains=["stranger.test"], users=[EVE], hostname=HOST, routes=routes_to(relais),
                   tls_security_level="verify", extra=shows(relais, certificates, shown, **settings))


def lines_of_a_test(relais, *arguments):
    """The lines of a test by what was looked at: what was found, and what to do."""
    test = json.loads(relais.command_raw("integration", "test", "muster", *arguments, "--json").stdout)
    return {line["check"]: line for line in test["lines"]}, test["light"]


def aim(relais, port):
    relais.command("integration", "change", "muster", "--inbound", f"127.0.0.1:{port}")


def test_a_server_without_starttls_is_red_with_what_to_do(place, certificates):
    relais, home, _ = place
    with customer(home, relais, certificates, "plain", "good", smtpd_tls_security_level="none") as postfix:
        aim(relais, postfix.port)
        lines, light = lines_of_a_test(relais, "--letter-to", EVE)
        assert light == "bad"
        assert (lines["starttls"]["says"], lines["starttls"]["light"]) == ("tls-missing", "bad")
        assert "Switch STARTTLS on" in lines["starttls"]["remedy"]
        assert lines["port"]["says"] == "port-open" and lines["letter"]["says"] == "letter-not-tried"
        assert lines["route"]["says"] == "route-address", "a static address is remarked upon"
        assert postfix.letters(EVE) == []


def test_a_wrong_certificate_is_red_with_its_reason(place, certificates):
    relais, home, _ = place
    with customer(home, relais, certificates, "wrong", "of-unknown", smtpd_tls_security_level="may") as postfix:
        aim(relais, postfix.port)
        lines, _ = lines_of_a_test(relais, "--language", "fr")
        assert lines["certificate"]["says"] == "certificate-unknown-authority"
        assert "CN=unknown" in lines["certificate"]["what"]
        assert "n’est pas enregistrée ici" in lines["certificate"]["text"]
        lines, _ = lines_of_a_test(relais)
        assert lines["test-mail"]["says"] == "test-mail-none"


def test_a_closed_port_is_red(place):
    relais, _, _ = place
    aim(relais, free_port())
    lines, _ = lines_of_a_test(relais)
    assert lines["port"]["says"] == "port-closed"


def test_all_is_green_after_mending_and_the_test_mail_is_recognised(place, certificates):
    relais, home, outside = place
    relais.command("integration", "activate", "muster")
    postfix = customer(home, relais, certificates, "good", "good", smtpd_tls_security_level="encrypt",
                       smtpd_tls_ask_ccert="yes", smtpd_tls_req_ccert="yes")
    door = postfix.add_users_door()
    with postfix:
        aim(relais, postfix.port)
        recipient = f"{HANS}.incamail.ch"
        send(door, EVE, [recipient], letter(EVE, recipient, mark(), subject=SUBJECT, body=TEXT.encode()))
        outside.wait_for_letter(HANS, b"Subject: Test-Mail outbound to IncaMail")
        send(door, EVE, [ANNA], letter(EVE, ANNA, mark()))
        # The letter of the test shows no way: nobody wrote it.
        lines, _ = lines_of_a_test(relais, "--letter-to", EVE)
        assert lines["letter"]["says"] == "letter-taken" and lines["receive-internal"]["says"] == "way-none"
        with submission(relais, ANNA) as smtp:
            marker = mark()
            smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, marker, subject=f"<im><c> {marker}"))
        postfix.wait_for_letter(EVE, marker.encode())
        lines, light = lines_of_a_test(relais, "--letter-to", EVE)
        for check, says in [("domain", "domain-proven"), ("state", "active"), ("port", "port-open"),
                            ("starttls", "tls-offered"), ("certificate", "certificate-known"),
                            ("our-certificate", "ours-taken"), ("letter", "letter-taken"), ("sending", "sender-known"),
                            ("test-mail", "test-mail-seen"), ("send-external", "way-seen"),
                            ("receive-internal", "way-seen")]:
            assert lines[check]["says"] == says, lines[check]
        assert light != "bad", lines
        # Both certificates end within thirty days.
        assert lines["certificate-end"]["says"] == "end-near"
        assert b"Subject: Test de liaison" in postfix.wait_for_letter(EVE, b".test@")
    kept = relais.command("integration", "tests", "muster")
    assert len(kept) >= 5 and kept[0]["lines"][0]["check"] == "domain"


def test_the_record_of_acceptance_is_signed(place, work):
    relais, _, _ = place
    relais.command("integration", "answer", "muster", "6.8", "clear", "--remarks", "since Monday")
    relais.command("integration", "phase", "muster", "planning", "done")
    for language in ["fr", "de", "it", "en"]:
        file = work / f"acceptance-{language}.pdf"
        relais.command("integration", "report", "muster", "--output", file, "--language", language)
        assert file.read_bytes().startswith(b"%PDF-")
        said = subprocess.run(["pdfsig", file], capture_output=True, text=True).stdout
        assert "Signature is Valid" in said, said
        text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True).stdout
        assert "since Monday" in text and "stranger.test" in text, text
    assert "Procès-verbal de réception" in subprocess.run(
        ["pdftotext", work / "acceptance-fr.pdf", "-"], capture_output=True, text=True).stdout


def test_the_matrix_names_port_25_in_both_directions(place):
    relais, _, _ = place
    rows = relais.command("integration", "matrix", "muster")
    assert [row["direction"] for row in rows] == ["to-us", "from-us", "browser"]
    assert rows[0]["port"] == 25
    csv = relais.command("integration", "matrix", "muster", "--csv", "--language", "fr")["csv"]
    assert csv.splitlines()[0] == "Sens,De,Hôte,Adresses actuelles,Protocole,Port,But"


def test_recipients_read_the_page_without_signing_in(place):
    relais, _, _ = place
    page = f"https://127.0.0.1:{relais.port('https')}/secure-mail/muster-ag?lang=fr"
    context = ssl.create_default_context(cafile=relais.ca_certificate)

    def read():
        with urllib.request.urlopen(page, context=context, timeout=10) as answer:
            return answer.read().decode()

    with pytest.raises(urllib.error.HTTPError) as refused:
        read()
    assert refused.value.code == 404
    relais.command("integration", "contact", "muster", "first", "--name", "Aide", "--email", "aide@stranger.test",
                   "--hours", "Lundi à vendredi, 8 à 18h", "--except-holidays", "true")
    relais.command("integration", "recipient-page", "muster", "--public-name", "muster-ag", "--publish", "true")
    text = read()
    assert "aide@stranger.test" in text and "sauf jours fériés" in text and "e-mails confidentiels" in text


# By which the letter to recipients is known: the domain of its Message-ID is the platform's, before it stands this.
TO_RECIPIENTS = b".recipient@"


def picture(page, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, scheme in [(1280, "light"), (360, "dark")]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=PICTURES / f"onboarding-{name}-{width}-{scheme}.png", full_page=True)
        assert faults(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def test_recipients_are_told_by_one_letter_each(place, chromium):
    relais, _, outside = place
    integration = relais.command("integration", "show", "muster")["id"]
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    relais.command("integration", "recipient-page", "muster", "--public-name", "muster-ag", "--publish", "false")
    page.goto(manager(relais, f"integrations/{integration}/contacts"))
    expect(page.locator("#inform")).to_contain_text("Publiez d’abord la page")
    relais.command("integration", "contact", "muster", "first", "--name", "Aide", "--email", "aide@stranger.test")
    relais.command("integration", "recipient-page", "muster", "--public-name", "muster-ag", "--publish", "true")
    page.reload()
    page.get_by_label("Adresses des destinataires").fill(f"Hans Muster <{HANS}>\nquelqu’un")
    page.get_by_label("Langue de la lettre").select_option("fr")
    page.get_by_role("button", name="Écrire à ces destinataires").click()
    expect(page.locator("#error-addresses")).to_contain_text("«quelqu’un»")
    expect(page.get_by_label("Adresses des destinataires")).to_have_value(f"Hans Muster <{HANS}>\nquelqu’un")
    picture(page, "informing-refused")
    page.get_by_label("Adresses des destinataires").fill(f"Hans Muster <{HANS}>; {HANS.upper()}")
    page.get_by_role("button", name="Écrire à ces destinataires").click()
    expect(page.locator("#toasts")).to_contain_text("La lettre part à 1 destinataire.")

    octets = outside.wait_for_letter(HANS, TO_RECIPIENTS)
    told = email.message_from_bytes(octets, policy=email.policy.default)
    hostname = re.search(r"postmaster@([^>]+)>", told["From"]).group(1)
    assert told["Message-ID"].strip().endswith(f".recipient@{hostname}>")
    assert (told["Return-Path"], told["To"], told["Auto-Submitted"]) == ("<>", HANS, "auto-generated")
    organisation = relais.command("organisation", "list")[0]["name"]
    assert told["Content-Language"] == "fr"
    assert told["Subject"] == f"{organisation}\u202f: vos e-mails confidentiels arriveront sécurisés", told["Subject"]
    text = told.get_content()
    assert "lettres sécurisées de la plateforme https://" in text and "aide@stranger.test" in text, text
    assert f"{organisation} vous envoie désormais ses e-mails confidentiels" in text, text
    link = re.search(r"https://\S+/secure-mail/muster-ag\?lang=fr", text).group(0)
    page.goto(link)
    expect(page.locator("main")).to_contain_text("vous envoie désormais ses e-mails confidentiels")

    # Without script, and once more: nobody gets it twice.
    plain = window(chromium, java_script_enabled=False)
    page = plain.new_page()
    sign_in(page, relais)
    page.goto(manager(relais, f"integrations/{integration}/contacts"))
    page.get_by_label("Adresses des destinataires").fill(f"{HANS}, {BRUNO}")
    page.get_by_label("Langue de la lettre").select_option("de")
    page.get_by_role("button", name="Écrire à ces destinataires").click()
    expect(page.locator("#toasts")).to_contain_text("La lettre part à 1 destinataire. 1 l’avait déjà.")
    german = email.message_from_bytes(relais.wait_for_letter(BRUNO, TO_RECIPIENTS), policy=email.policy.default)
    assert german["Content-Language"] == "de" and "gesicherte Briefe" in german.get_content()
    asked = relais.command("integration", "inform-recipients", "muster", "--language", "it", "--file", "-",
                           stdin=f"\ufeffHans <{HANS}>\r\n{BRUNO};\r\nnobody@valbois.test\r\n")
    assert asked == {"asked": 1, "known": 2}

    def ended():
        informed = relais.command("integration", "informed-recipients", "muster")
        return informed if all(one["state"] != "waiting" for one in informed) else None

    informed = wait_until(ended, "every letter to be posted")
    assert [(one["address"], one["language"], one["state"]) for one in informed] == [
        ("nobody@valbois.test", "it", "refused"), (BRUNO, "de", "posted"), (HANS, "fr", "posted")]
    assert informed[0]["refusal"].startswith("550"), informed
    assert sum(TO_RECIPIENTS in one for one in outside.letters(HANS)) == 1
    assert sum(TO_RECIPIENTS in one for one in relais.letters(BRUNO)) == 1

    page = context.new_page()
    page.goto(manager(relais, f"integrations/{integration}/contacts"))
    expect(page.locator("#inform")).to_contain_text("2 destinataires informés, 1 refusé")
    picture(page, "informing")
    page.get_by_role("link", name="Voir la liste").click()
    expect(page.locator("main")).to_contain_text("nobody@valbois.test")
    picture(page, "informed")
    page.goto(manager(relais, f"integrations/{integration}/phases"))
    expect(page.get_by_role("link", name="2 destinataires informés")).to_be_visible()
    context.close()
    plain.close()
