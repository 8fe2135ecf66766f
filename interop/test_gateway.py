"""An integrated organisation: Debian's Postfix with a certificate of its own sends to us and receives from us, each side
checking the other's certificate; wrong ones get their refusal, and nothing ever leaves in plaintext."""

import base64
import hashlib
import json
import smtplib
import ssl
import subprocess

import pytest

from conftest import ANNA, EVE
from letters import letter, mark, send, submission
from peers import Postfix, wait_until
from relais import Relais

HOST = "gw1.stranger.test"
HANS = "hans.muster@outside.test"
# A firm with two domains, whose letters leave by one server and arrive at another.
FIONA, GREG = "fiona@firm.test", "greg@branch.test"
OUT, IN = "out.firm.test", "in.firm.test"


def openssl(directory, *command):
    return subprocess.run(["openssl", *command], cwd=directory, check=True, capture_output=True).stdout


def authority(directory, name):
    openssl(directory, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/O=Stranger/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE",
            "-days", "30", "-keyout", f"{name}.key", "-out", f"{name}.pem")
    return directory / f"{name}.pem"


def issue(directory, name, issuer, host, purposes="serverAuth", dates=()):
    """A certificate of the issuer for this host: for servers only, as public authorities issue them."""
    (directory / f"{name}.extensions").write_text(
        f"subjectAltName = DNS:{host}\nbasicConstraints = critical, CA:FALSE\nextendedKeyUsage = {purposes}\n")
    openssl(directory, "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/O=Stranger/CN={host}",
            "-keyout", f"{name}.key", "-out", f"{name}.request")
    openssl(directory, "x509", "-req", "-in", f"{name}.request", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key",
            "-CAcreateserial", "-extfile", f"{name}.extensions", "-out", f"{name}.pem", *(dates or ("-days", "20")))
    return directory / f"{name}.pem", directory / f"{name}.key"


def shows(relais, certificates, name, **settings):
    """What makes a Postfix show this certificate in both directions, and know ours."""
    pair = {"cert_file": certificates / f"{name}.pem", "key_file": certificates / f"{name}.key", "CAfile": relais.ca_certificate}
    both = {f"{side}_tls_{key}": value for side in ("smtp", "smtpd") for key, value in pair.items()}
    return {**both, "smtp_tls_verify_cert_match": "localhost", **settings}


def routes_to(relais):
    """Where a customer sends what is for us: letters to our domain, and to any with the suffix."""
    return {"valbois.test": relais.port("smtp"), ".incamail.ch": relais.port("smtp")}


@pytest.fixture(scope="module")
def certificates(work):
    directory = work / "gateway-certificates"
    directory.mkdir()
    directory.chmod(0o755)
    authority(directory, "known")
    authority(directory, "unknown")
    issue(directory, "good", "known", HOST)
    issue(directory, "of-unknown", "unknown", HOST)
    issue(directory, "of-other-host", "known", "gw2.stranger.test")
    # It ended before it began to be asked for.
    issue(directory, "expired", "known", HOST, dates=("-days", "-1"))
    issue(directory, "sending", "known", OUT)
    issue(directory, "receiving", "known", IN)
    openssl(directory, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}", "-days", "20",
            "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", "self-signed.key", "-out", "self-signed.pem")
    return directory


@pytest.fixture(scope="module")
def place(work, program, certificates):
    """Relais and the customer's Postfix: it shows its certificate when it sends, and demands ours when it receives."""
    home = work / "of-gateway"
    home.mkdir()
    home.chmod(0o755)
    outside = Postfix(home / "outside", domains=["outside.test"], users=[HANS])
    relais = Relais(home / "relais", strangers={"outside.test": outside.port})
    with relais:
        tls = shows(relais, certificates, "good", smtpd_tls_security_level="encrypt", smtpd_tls_ask_ccert="yes",
                    smtpd_tls_req_ccert="yes", smtpd_tls_loglevel="1", smtpd_tls_received_header="yes")
        customer = Postfix(home / "customer", domains=["stranger.test"], users=[EVE], hostname=HOST, routes=routes_to(relais),
                           tls_security_level="verify", extra=tls)
        customer.users_door = customer.add_users_door()
        with customer, outside:
            integrate(relais, customer, certificates)
            yield relais, customer, outside


def integrate(relais, customer, certificates):
    relais.command("authority", "add", "known", certificates / "known.pem")
    made = relais.command("integration", "create", "stranger", "--inbound", f"127.0.0.1:{customer.port}",
                          "--ordinary", "--contact", "Eve", "--organisation", first_organisation(relais))
    assert made["state"] == "planned"
    assert [warning["kind"] for warning in made["warnings"]] == ["static-address"]
    assert "usually change" in made["warnings"][0]["text"]
    added = relais.command("integration", "add-domain", "stranger", "stranger.test")
    assert added["records"][0]["name"] == "_relais-gateway.stranger.test"
    relais.command("integration", "confirm-domain", "stranger", "stranger.test")
    relais.command("integration", "add-certificate", "stranger", "--name", HOST)
    assert relais.command("integration", "activate", "stranger")["state"] == "active"


def first_organisation(relais):
    return relais.command("organisation", "list")[0]["id"]


def test_the_customer_sends_with_its_certificate(place):
    relais, customer, _ = place
    marker = mark()
    send(customer.users_door, EVE, [ANNA], letter(EVE, ANNA, marker))
    relais.wait_for_letter(ANNA, marker.encode())
    # Whose certificate it was is known from now on, and when it ends.
    shown = relais.command("integration", "show", "stranger")["certificates"][0]
    assert shown["seen_fingerprint"] and shown["ends_at"]


def test_the_customer_receives_from_us_and_checks_our_certificate(place):
    relais, customer, _ = place
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, marker))
    arrived = customer.wait_for_letter(EVE, marker.encode())
    # Postfix writes whose client certificate it verified.
    header = b" ".join(arrived.split(b"\n\n", 1)[0].split())
    assert b"Client CN" in header and b"verified OK" in header, header
    assert "Trusted TLS connection established from" in customer.log() or "Verified TLS" in customer.log()

    def attempts():
        ways = relais.command("log", "search", "--to", EVE)
        return [event for way in ways for event in way["events"] if event["kind"] == "tried"]

    tried = wait_until(attempts, "the attempt in the log")[0]
    assert tried["policy"] == "gateway" and tried["tls"].startswith("TLSv1")


def said(relais, certificates, name, sender):
    """What we say to MAIL by one who shows this certificate; OpenSSL is the client."""
    context = ssl.create_default_context(cafile=relais.ca_certificate)
    if name:
        context.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")
    with smtplib.SMTP("localhost", relais.port("smtp"), local_hostname=HOST, timeout=30) as smtp:
        smtp.starttls(context=context)
        smtp.ehlo()
        code, text = smtp.mail(sender)
        return f"{code} {text.decode()}"


@pytest.mark.parametrize("name, words", [
    ("of-unknown", "550 5.7.5 unknown certificate authority"),
    ("expired", "550 5.7.5 expired certificate"),
    ("self-signed", "550 5.7.5 self-signed certificate"),
    ("of-other-host", "550 5.7.8 wrong certificate name"),
])
def test_each_wrong_certificate_gets_its_refusal_and_the_log_has_it(place, certificates, name, words):
    relais, _, _ = place
    answer = said(relais, certificates, name, EVE)
    assert answer.startswith(words), answer
    assert said(relais, certificates, name, "somebody@else.test").startswith("250 ")
    events = [event for way in relais.command("log", "search", "--from", EVE) for event in way["events"]]
    assert any(event["kind"] == "refused" and event["reply"]["text"] in answer for event in events), events


def test_the_customer_speaks_for_its_own_domains_only(place, certificates):
    relais, _, _ = place
    assert said(relais, certificates, "good", EVE).startswith("250 ")
    assert said(relais, certificates, "good", "").startswith("250 ")
    assert said(relais, certificates, "good", ANNA).startswith("550 5.7.1 wrong sender domain")
    assert said(relais, certificates, "good", "x@else.test").startswith("550 5.7.1 wrong sender domain")
    # Without a certificate nothing is different from before.
    assert said(relais, certificates, None, EVE).startswith("250 ")


@pytest.mark.parametrize("settings, why", [
    ({"smtpd_tls_security_level": "none"}, "no TLS: not offered"),
    ({"smtpd_tls_security_level": "may", "wrong": "of-unknown"}, "authority is not registered here"),
    ({"smtpd_tls_security_level": "may", "wrong": "expired"}, "has expired"),
    ({"smtpd_tls_security_level": "may", "wrong": "of-other-host"}, "it is for gw2.stranger.test"),
])
def test_a_peer_that_is_not_as_declared_gets_nothing(place, work, certificates, settings, why):
    relais, customer, _ = place
    shown = settings.pop("wrong", "good")
    impostor = Postfix(work / f"impostor-{mark()}", domains=["stranger.test"], users=[EVE], extra={
        "smtpd_tls_cert_file": certificates / f"{shown}.pem", "smtpd_tls_key_file": certificates / f"{shown}.key",
        **settings})
    with impostor:
        relais.command("integration", "change", "stranger", "--inbound", f"127.0.0.1:{impostor.port}")
        marker = mark()
        with submission(relais, ANNA) as smtp:
            smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, marker))
        waits_and_goes_later(relais, "stranger", why, customer, EVE, marker)
        assert impostor.letters(EVE) == []


def waits_and_goes_later(relais, integration, why, right, recipient, marker):
    """A letter waits for this reason; it goes as soon as the right server is there."""
    waiting = wait_until(
        lambda: next((entry for entry in relais.command("queue", "list") if why in (entry["last_reply"] or "")), None),
        f"a letter that waits: {why}")
    assert waiting["recipient"] == recipient
    relais.command("integration", "change", integration, "--inbound", f"127.0.0.1:{right.port}")
    relais.command("queue", "retry", "--destination", recipient.split("@")[1])
    right.wait_for_letter(recipient, marker.encode())


def test_a_confidential_letter_goes_to_an_integrated_organisation_as_it_is(place):
    relais, customer, _ = place
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [f"{EVE}.incamail.ch"], letter(ANNA, EVE, marker, subject=f"<im><c> {marker}"))
    arrived = customer.wait_for_letter(EVE, marker.encode())
    assert f"Subject: {marker}".encode() in arrived and b"X-Relais-Secure: confidential" in arrived, arrived
    assert b"Relais.html" not in arrived, "over a verified connection it needs no envelope"


def test_a_personal_letter_goes_to_an_integrated_organisation_sealed(place):
    relais, customer, _ = place
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, mark(), subject=f"<im><p> {marker}"))
    arrived = customer.wait_for_letter(EVE, marker.encode())
    assert b"Relais.html" in arrived, arrived


def test_the_test_mail_of_a_customer_goes_out_sealed(place, certificates, tmp_path):
    """The text of the seed: any address elsewhere with the suffix, this subject, this sentence."""
    relais, customer, outside = place
    subject = "<im><c> Test-Mail outbound to IncaMail"
    text = "Ceci est un test pour vérifier si la règle de routage fonctionne."
    recipient = f"{HANS}.incamail.ch"
    send(customer.users_door, EVE, [recipient], letter(EVE, recipient, mark(), subject=subject, body=text.encode()))
    arrived = outside.wait_for_letter(HANS, b"Subject: Test-Mail outbound to IncaMail")
    assert b"Relais.html" in arrived and b"multipart/signed" in arrived, arrived
    assert b"<im>" not in arrived and "vérifier".encode() not in arrived, arrived
    assert f"To: {HANS}".encode() in arrived, arrived
    # Two servers have had it in their hands: the platform's signature still holds, for the root that it publishes.
    seals = json.loads(relais.command_raw("secure", "keys").stdout)["seal"]
    root = ssl.DER_cert_to_PEM_cert(base64.b64decode(seals[0]["key"]))
    assert signed_by(tmp_path, root, arrived) == ""
    share = arrived.index(b"/safe/open#a=") + 20
    changed = arrived[:share] + (b"A" if arrived[share:share + 1] != b"A" else b"B") + arrived[share + 1:]
    assert "verification failure" in signed_by(tmp_path, root, changed), "one octet of what is signed"
    stranger = (certificates / "known.pem").read_text()
    assert "certificate" in signed_by(tmp_path, stranger, arrived), "another root vouches for nothing"


def signed_by(directory, root, arrived):
    """What OpenSSL has against the signature of a letter, for those who trust this root; nothing if it holds."""
    (directory / "root.pem").write_text(root)
    (directory / "arrived.eml").write_bytes(arrived)
    done = subprocess.run(["openssl", "cms", "-verify", "-in", "arrived.eml", "-CAfile", "root.pem", "-purpose", "any", "-out", "content"],
                          cwd=directory, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr


def test_an_integrated_server_relays_nothing_that_is_not_secured(place, certificates):
    relais, _, outside = place
    context = ssl.create_default_context(cafile=relais.ca_certificate)
    context.load_cert_chain(certificates / "good.pem", certificates / "good.key")
    marker = mark()
    with smtplib.SMTP("localhost", relais.port("smtp"), local_hostname=HOST, timeout=30) as smtp:
        smtp.starttls(context=context)
        smtp.ehlo()
        assert smtp.mail(EVE)[0] == 250
        assert smtp.rcpt(HANS)[0] == 250, "its subject may say that it goes secured"
        code, text = smtp.data(letter(EVE, HANS, marker))
        assert code == 550, text
        # The same address without a suffix, with the tag: that goes out, sealed.
        tagged = mark()
        smtp.mail(EVE)
        smtp.rcpt(HANS)
        code, text = smtp.data(letter(EVE, HANS, mark(), subject=f"<im><c> {tagged}"))
        assert code == 250, text
        # Another organisation's author is not vouched for by this certificate.
        smtp.mail(EVE)
        smtp.rcpt(HANS)
        code, text = smtp.data(letter(ANNA, HANS, marker, subject=f"<im><c> {marker}"))
        assert code == 550 and b"author" in text, text
    arrived = outside.wait_for_letter(HANS, f"Subject: {tagged}".encode())
    assert b"Relais.html" in arrived and b"<im>" not in arrived, arrived
    assert not any(marker.encode() in kept for kept in outside.letters(HANS))


@pytest.fixture(scope="module")
def firm(place, work, certificates):
    """One integration with two domains and a server for each direction: what sends, what receives."""
    relais, _, _ = place
    sending = Postfix(work / "firm-sending", hostname=OUT, routes=routes_to(relais), tls_security_level="verify",
                      extra=shows(relais, certificates, "sending", smtpd_tls_security_level="may"))
    receiving = Postfix(work / "firm-receiving", hostname=IN, domains=["firm.test", "branch.test"], users=[FIONA, GREG],
                        extra=shows(relais, certificates, "receiving", smtpd_tls_security_level="encrypt", smtpd_tls_ask_ccert="yes",
                                    smtpd_tls_req_ccert="yes", smtpd_tls_received_header="yes"))
    relais.command("integration", "create", "firm", "--inbound", f"127.0.0.1:{receiving.port}", "--ordinary",
                   "--organisation", first_organisation(relais))
    for domain in ("firm.test", "branch.test"):
        relais.command("integration", "add-domain", "firm", domain)
        relais.command("integration", "confirm-domain", "firm", domain)
    relais.command("integration", "add-certificate", "firm", "--name", OUT, "--direction", "sending")
    relais.command("integration", "add-certificate", "firm", "--name", IN, "--direction", "reception")
    relais.command("integration", "activate", "firm")
    with sending, receiving:
        yield sending, receiving


def seen(relais, direction):
    """The fingerprint of the certificate that was seen last in this direction."""
    shown = relais.command("integration", "show", "firm")["certificates"]
    found = next(one["seen_fingerprint"] for one in shown if one["direction"] == direction)
    return (found or "").replace(":", "").lower()


def fingerprint(certificates, name):
    certificate = (certificates / f"{name}.pem").read_text()
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest()


@pytest.mark.parametrize("author", [FIONA, GREG])
def test_both_domains_of_an_integration_send_by_one_server_and_receive_at_another(place, firm, certificates, author):
    relais, _, outside = place
    sending, receiving = firm
    # Out of here its letters are let, as those of nobody who is not identified.
    marker, recipient = mark(), f"{HANS}.incamail.ch"
    send(sending.port, author, [recipient], letter(author, recipient, mark(), subject=f"<im><c> {marker}"))
    assert b"Relais.html" in outside.wait_for_letter(HANS, f"Subject: {marker}".encode())
    marker = mark()
    send(sending.port, author, [ANNA], letter(author, ANNA, marker))
    relais.wait_for_letter(ANNA, marker.encode())
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [author], letter(ANNA, author, marker, subject=f"<im><c> {marker}"))
    arrived = receiving.wait_for_letter(author, marker.encode())
    assert b"X-Relais-Secure: confidential" in arrived and b"Relais.html" not in arrived, arrived
    assert b"verified OK" in b" ".join(arrived.split(b"\n\n", 1)[0].split()), arrived
    for direction, name in (("sending", "sending"), ("reception", "receiving")):
        wait_until(lambda: seen(relais, direction) == fingerprint(certificates, name), f"whose certificate it was, {direction}", 10)


def test_the_certificate_of_one_direction_is_no_good_in_the_other(place, firm, certificates):
    relais, _, _ = place
    sending, receiving = firm
    assert said(relais, certificates, "sending", FIONA).startswith("250 ")
    answer = said(relais, certificates, "receiving", FIONA)
    assert answer.startswith("550 5.7.8 wrong certificate name"), answer
    relais.command("integration", "change", "firm", "--inbound", f"127.0.0.1:{sending.port}")
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [FIONA], letter(ANNA, FIONA, marker))
    waits_and_goes_later(relais, "firm", f"it is for {OUT}", receiving, FIONA, marker)
