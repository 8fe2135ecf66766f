"""The whole of secured letters in one life of a server: a connected customer's Postfix by certificate in both directions (mode A),
payroll by SMTP with AUTH (mode B) and by SOAP (mode C), and a stranger in Chromium who opens, answers, opens an account, accepts and refuses. OpenSSL
stamps the time. Then the server is stopped, and everything that people kept is verified without it."""

import email.message
import json
import re
import subprocess

import pytest
from playwright.sync_api import expect

from browser import window
from conftest import ANNA, EVE
from letters import letter, mark, send, submission
from peers import Postfix, wait_until
from relais import Reconfigured
from test_gateway import HANS, HOST, authority, first_organisation, integrate, issue, routes_to, shows
from test_letters import swaks
from test_safe import attachment, code_for, codes, parsed, set_up_totp
from test_soap import client
from time_stamps import TimeStamps

SALARIES = "salaires@valbois.test"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class WithSuffix(Reconfigured):
    """The demo, which finds the zone of the suffix where it serves it, and asks nobody else."""

    def reconfigured(self, text):
        forward = re.compile(r'(?m)^test = (.*)$')
        assert forward.search(text), text
        return forward.sub(r'test = \1\n"incamail.ch" = \1', text)


@pytest.fixture(scope="module")
def parties(work, program):
    """Time, Relais, the customer with its certificate, and the server where Hans has his mailbox."""
    home = work / "of-secured"
    certificates = home / "certificates"
    certificates.mkdir(parents=True)
    home.chmod(0o755)
    certificates.chmod(0o755)
    authority(certificates, "known")
    # Its end is warned of thirty days before.
    issue(certificates, "good", "known", HOST, dates=("-days", "60"))
    with TimeStamps(home / "time") as time:
        outside = Postfix(home / "outside", domains=["outside.test"], users=[HANS])
        relais = WithSuffix(home / "relais", strangers={"outside.test": outside.port},
                            options=["--time-stamps", time.url, "--time-stamp-roots", str(time.roots)])
        with relais:
            customer = Postfix(home / "customer", domains=["stranger.test"], users=[EVE], hostname=HOST, routes=routes_to(relais),
                               tls_security_level="verify",
                               extra=shows(relais, certificates, "good", smtpd_tls_security_level="encrypt",
                                           smtpd_tls_ask_ccert="yes", smtpd_tls_req_ccert="yes"))
            customer.users_door = customer.add_users_door()
            with customer, outside:
                integrate(relais, customer, certificates)
                # A name, which stays where an address changes.
                relais.command("integration", "change", "stranger", "--inbound", f"localhost:{customer.port}")
                relais.command("installation", "publish-suffix", "--owner", first_organisation(relais))
                yield time, relais, customer, outside


def brought(context, outside, words, path):
    """The page of a letter that came to Hans, opened from the attachment that he saved."""
    arrived = outside.wait_for_letter(HANS, words.encode())
    assert b"Texte de" not in arrived and b"Enclosed" not in arrived
    page = context.new_page()
    page.goto(attachment(arrived, path).as_uri())
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    return page


def told(relais, mailbox, begins, words):
    """The letter that tells a sender what happened, with its receipt."""
    def look():
        found = [one for one in map(parsed, relais.letters(mailbox)) if str(one["Subject"]).strip().startswith(begins) and words in str(one["Subject"])]
        return found[0] if found else None
    return wait_until(look, f"«{begins}» about {words}", 60)


def receipt_of(message, path):
    part = next(part for part in message.walk() if part.get_content_type() == "application/pdf")
    path.write_bytes(part.get_payload(decode=True))
    return path


def verified(program, keys, file):
    """What `relais evidence verify` says, without any server."""
    done = subprocess.run([program, "evidence", "verify", file, "--keys", keys, "--json"], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def all_is_green(relais, customer, outside):
    """The customer's own program tests the connection by SOAP, once there was a letter on each way."""
    marker = mark()
    send(customer.users_door, EVE, [ANNA], letter(EVE, ANNA, marker))
    relais.wait_for_letter(ANNA, marker.encode())
    tried = f"{HANS}.incamail.ch"
    send(customer.users_door, EVE, [tried], letter(EVE, tried, mark(), subject="<im><c> Test-Mail outbound to IncaMail"))
    outside.wait_for_letter(HANS, b"Subject: Test-Mail outbound to IncaMail")
    token = relais.command("token", "create", "soap", "--write", "--organisation", first_organisation(relais))["secret"]
    tested = client(relais, "administration", "anybody", token).TestConnection(domain="stranger.test", testRecipient=EVE)
    assert tested["works"] and {line["lamp"] for line in tested["line"]} == {"green"}, tested
    for check in ("certificate", "our-certificate", "letter", "sending", "test-mail", "suffix", "send-internal", "send-external",
                  "receive-internal", "receive-external"):
        assert check in [line["check"] for line in tested["line"]], tested


def test_the_three_modes_the_stranger_and_the_proof_afterwards(chromium, parties, program, tmp_path):
    time, relais, customer, outside = parties
    kept = []
    # Mode A, to the customer: as it is, over TLS that proves both sides.
    out = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, out, subject=f"<im><c> {out}"))
    arrived = customer.wait_for_letter(EVE, out.encode())
    assert f"Subject: {out}".encode() in arrived and b"Relais.html" not in arrived
    # Mode A, from the customer: sealed for Hans, who is nobody's customer.
    asked = f"Offre {mark()}"
    send(customer.users_door, EVE, [f"{HANS}.incamail.ch"],
         letter(EVE, f"{HANS}.incamail.ch", mark(), subject=f"<im><c> {asked}", body="Texte de l'offre\r\n".encode()))
    # Mode B: payroll signs in and sends a registered payslip.
    account = relais.command("application", "create", "payroll", "--sender", ANNA, "--hourly", "100")
    paid = f"Salaire {mark()}"
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = ANNA, HANS, f"<im><r> {paid}"
    message.set_content("Texte de paie\n")
    message.add_attachment(PDF, "application", "pdf", filename="salaire.pdf")
    (tmp_path / "paid.eml").write_bytes(message.as_bytes())
    answer = swaks("--port", relais.port("submission"), "--tls", "--auth", "LOGIN", "--auth-user", account["login"],
                   "--auth-password", account["password"], "--from", ANNA, "--to", HANS, "--data", f"@{tmp_path / 'paid.eml'}")
    assert answer.returncode == 0, answer
    # Mode C: another payslip by SOAP.
    slip = f"Decompte {mark()}"
    soap = client(relais, "send", account["login"], account["password"])
    sent = soap.SendMessage(clientRef="slip-1", to=[{"address": HANS}], subject=slip, text={"plain": "Enclosed."}, mode="registered",
                            attachment=[{"fileName": "slip.pdf", "mediaType": "application/pdf", "content": PDF}], **{"from": ANNA})

    # Hans reads what the customer sent, with a code, and answers from the page.
    context = window(chromium, width=1280, accept_downloads=True)
    page = brought(context, outside, asked, tmp_path / "offer.html")
    before = codes(outside, HANS)
    page.get_by_role("button", name="Envoyer un code à").click()
    page.fill("#code", code_for(outside, HANS, before))
    page.get_by_role("button", name="Continuer avec ce code").click()
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.locator("#reader")).to_contain_text("Texte de l'offre")
    page.get_by_text("Répondre", exact=True).click()
    page.fill("#reply-text", f"D'accord {out}")
    page.get_by_role("button", name="Envoyer de façon sécurisée").click()
    expect(page.locator("#reply-sent")).to_contain_text(EVE)
    # His domain does not vouch for us: as it is, the customer's server would have to take the answer for a forgery.
    answer = customer.wait_for_letter(EVE, f"Subject: Re: {asked}".encode())
    assert b"Relais.html" in answer and b"D'accord" not in answer
    context.close()
    all_is_green(relais, customer, outside)

    # He opens an account for the registered one, accepts it, and reads it.
    context = window(chromium, width=1280, accept_downloads=True)
    page = brought(context, outside, paid, tmp_path / "paid.html")
    before = codes(outside, HANS)
    page.get_by_role("button", name="Envoyer un code d’activation").click()
    page.fill("#code", code_for(outside, HANS, before))
    page.get_by_role("button", name="Continuer avec ce code").click()
    page.get_by_role("button", name="Ouvrir un compte").click()
    for field in ("#new", "#repeated"):
        page.fill(field, "une phrase de passe")
    page.get_by_role("button", name="Ouvrir le compte").click()
    set_up_totp(page)
    page.get_by_role("button", name="Je suis d’accord").click()
    page.get_by_role("button", name="Accepter la lettre").click()
    expect(page.get_by_text("La lettre est acceptée")).to_be_visible()
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.locator("pre.letter")).to_contain_text("Texte de paie")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Télécharger (.eml)").click()
    downloading.value.save_as(tmp_path / "read.eml")
    page.close()
    # The other one he refuses.
    page = brought(context, outside, slip, tmp_path / "slip.html")
    page.get_by_role("button", name="Refuser…").click()
    page.fill("#reason", "Pas pour moi")
    page.get_by_role("button", name="Refuser définitivement").click()
    expect(page.get_by_text("Cette lettre a été refusée")).to_be_visible()
    # His own receipt of the acceptance, from the journal.
    page.goto(page.url.split("/safe/")[0] + "/safe/journal")
    page.locator("table.journal tbody tr").filter(has_text=paid).get_by_role("link").first.click()
    wait_until(lambda: page.reload() and page.get_by_role("link", name="Quittance d’acceptation (PDF)").count(), "the receipt", 60)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Quittance d’acceptation (PDF)").click()
    downloading.value.save_as(tmp_path / "own-acceptance.pdf")
    kept.append(tmp_path / "own-acceptance.pdf")
    context.close()

    # What the senders are told, by mail and by SOAP; and everything about both letters.
    for words, begins in [(paid, "Acceptée"), (slip, "Refusée")]:
        kept.append(receipt_of(told(relais, ANNA, begins, words), tmp_path / f"{begins}.pdf"))
    fetched = soap.GetReceipt(messageId=sent["messageId"], type="refusal", recipient=HANS)
    (tmp_path / "soap.pdf").write_bytes(fetched["document"]["content"])
    kept.append(tmp_path / "soap.pdf")
    for number, one in enumerate(relais.command("secure", "letters")):
        bundle = tmp_path / f"{number}.evidence.json"
        relais.command("secure", "bundle", one["id"], bundle)
        kept.append(bundle)
    keys = tmp_path / "keys.json"
    keys.write_text(relais.command_raw("secure", "keys").stdout)
    assert time.asked > 0, "OpenSSL stamped"

    # Years later nobody is asked.
    assert relais.stop() == 0
    for file in kept:
        status, said = verified(program, keys, file)
        assert status == 0 and '"proven"' in said, (file, said)
    # The very letter that Hans read is the one that the receipt speaks of, and no other.
    documents = subprocess.run([program, "evidence", "verify", tmp_path / "Acceptée.pdf", tmp_path / "read.eml", "--keys", keys],
                               capture_output=True, text=True)
    assert documents.returncode == 0, documents.stdout + documents.stderr
    (tmp_path / "other.eml").write_bytes((tmp_path / "read.eml").read_bytes().replace(b"Texte de paie", b"Texte de pays"))
    documents = subprocess.run([program, "evidence", "verify", tmp_path / "Acceptée.pdf", tmp_path / "other.eml", "--keys", keys],
                               capture_output=True, text=True)
    assert documents.returncode != 0, documents.stdout
    # One word changed in the evidence is found.
    bundle = next(file for file in kept if file.suffix == ".json")
    changed = json.loads(bundle.read_text())
    statement = changed["letters"][0]["statements"][0]
    statement["sealed"] = statement["sealed"][:-6] + ("AAAAAA" if not statement["sealed"].endswith("AAAAAA") else "BBBBBB")
    bundle.write_text(json.dumps(changed))
    assert verified(program, keys, bundle)[0] != 0
