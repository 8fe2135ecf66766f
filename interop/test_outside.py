"""How letters leave: what Postfix is told and tells, TLS and its absence, a smart host, IPv6, and UTF-8 addresses."""

import email
import imaplib
import re
import smtplib
import socket
import subprocess

import pytest

from conftest import ANNA, EVE
from letters import body_of, letter, mark, send, submission, tls_context
from peers import Dovecot, Postfix, wait_until
from relais import Relais, Served

EVE_IN_UTF8 = "ève@stranger.test"
ZOE_IN_UTF8 = "zoé@valbois.test"
RELAY_USER, RELAY_PASSWORD = "relais@relay.test", "relay-password"


@pytest.fixture(scope="module")
def certificate(work):
    """An authority, and a server's certificate for `localhost` that it signed: paths of authority, certificate, key."""
    directory = work / "certificate"
    directory.mkdir()
    (directory / "extensions").write_text("subjectAltName = DNS:localhost\nbasicConstraints = critical, CA:FALSE\n")
    for command in (
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority"
            " -keyout authority.key -out authority.pem",
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout server.key"
            " -out server.request",
            "x509 -req -in server.request -CA authority.pem -CAkey authority.key -set_serial 2 -days 2"
            " -extfile extensions -out server.pem"):
        subprocess.run(["openssl", *command.split()], cwd=directory, check=True, capture_output=True)
    return directory / "authority.pem", directory / "server.pem", directory / "server.key"


@pytest.fixture(scope="module")
def outside(work, certificate):
    """Relais, and a Postfix of its own that offers TLS and knows an address in UTF-8."""
    _, server, key = certificate
    stranger = Postfix(work / "outside", domains=["stranger.test"], users=[EVE, EVE_IN_UTF8], extra={
        "smtpd_tls_cert_file": server, "smtpd_tls_key_file": key, "smtpd_tls_security_level": "may",
        "smtpd_tls_received_header": "yes", "smtputf8_enable": "yes"})
    relais = Relais(work / "inside", strangers={"stranger.test": stranger.port})
    (stranger.directory / "conf" / "transport").write_text(
        f"valbois.test smtp:[127.0.0.1]:{relais.port_base + 25}\n")
    with relais, stranger:
        yield relais, stranger


def attempt(relais, address, marker):
    """What the log tells of the attempt to bring the letter with this subject there."""
    def tried():
        ways = relais.command("log", "search", "--to", address, "--since", "1h")
        return [event for way in ways if any(event.get("subject") == marker for event in way["events"])
                for event in way["events"] if event["kind"] == "tried"]
    return wait_until(tried, "the attempt in the log", step_seconds=0.2)[0]


def test_tls_is_used_where_it_is_offered_and_told(outside):
    relais, stranger = outside
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, marker, subject=marker))
    arrived = email.message_from_bytes(stranger.wait_for_letter(EVE, marker.encode()))
    # Postfix writes what it saw.
    assert "using TLSv1.3" in arrived["Received"]
    assert attempt(relais, EVE, marker)["tls"].startswith("TLSv1.3")


def test_the_reason_is_told_where_there_is_no_tls(relais, stranger):
    """The stranger that all tests share offers none."""
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, marker, subject=marker))
    stranger.wait_for_letter(EVE, marker.encode())
    told = attempt(relais, EVE, marker)
    assert told["tls"] is None and told["why_no_tls"] == "not offered"


def test_what_the_sender_wants_to_know_is_passed_on_and_comes_back(outside):
    """RFC 3461 §5.2.1: a server that knows DSN takes the wishes over; here Postfix answers for us."""
    relais, stranger = outside
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, marker), ["RET=HDRS", f"ENVID={marker}-id"],
                      ["NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;Eve+2Bfirst@stranger.test"])
    stranger.wait_for_letter(EVE, marker.encode())
    notice = relais.wait_for_letter(ANNA, f"Original-Envelope-Id: {marker}-id".encode())
    assert b"Reporting-MTA: dns; mail.stranger.test" in notice
    assert b"Action: delivered" in notice
    assert b"Original-Recipient: rfc822;Eve+first@stranger.test" in notice
    # RET=HDRS: the head of the letter and nothing of its text.
    report = email.message_from_bytes(notice)
    assert report.get_param("report-type") == "delivery-status"
    assert b"Good day," not in notice


def test_nobody_is_told_who_wants_to_hear_nothing(outside):
    relais, _ = outside
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, ["nobody@stranger.test"], letter(ANNA, "nobody@stranger.test", marker, subject=marker),
                      rcpt_options=["NOTIFY=NEVER"])

    def bounced():
        ways = relais.command("log", "search", "--to", "nobody@stranger.test", "--since", "1h")
        return any(marker in str(way) and "bounced" in str(way) for way in ways)
    wait_until(bounced, "the end of the letter in the log")
    wait_until(lambda: relais.command("queue", "list") == [], "an empty queue")
    assert not any(marker.encode() in data for data in relais.letters(ANNA))


def test_addresses_in_utf8_go_both_ways(outside):
    relais, stranger = outside
    marker = mark()
    data = letter(ANNA, EVE_IN_UTF8, marker, subject="Né à Genève")
    with submission(relais, ANNA) as smtp:
        smtp.ehlo("client.test")
        assert "smtputf8" in smtp.esmtp_features
        smtp.sendmail(ANNA, [EVE_IN_UTF8], data, ["SMTPUTF8", "BODY=8BITMIME"])
    assert body_of(stranger.wait_for_letter(EVE_IN_UTF8, marker.encode())).replace(b"\n", b"\r\n") == body_of(data)

    relais.command("address", "create", ZOE_IN_UTF8)
    password = relais.command("device-password", "create", ZOE_IN_UTF8, "--label", "x")["password"]
    marker = mark()
    with smtplib.SMTP("127.0.0.1", stranger.port, local_hostname="client.stranger.test", timeout=30) as smtp:
        smtp.ehlo()
        smtp.sendmail(EVE_IN_UTF8, [ZOE_IN_UTF8], letter(EVE_IN_UTF8, ZOE_IN_UTF8, marker),
                      ["SMTPUTF8", "BODY=8BITMIME"])

    # Python's `login` takes ASCII only: by AUTHENTICATE.
    def arrived():
        imap = imaplib.IMAP4_SSL("localhost", relais.port("imaps"), ssl_context=tls_context(relais), timeout=30)
        imap.authenticate("PLAIN", lambda _: f"\0{ZOE_IN_UTF8}\0{password}".encode())
        imap.select("INBOX", readonly=True)
        answer = imap.fetch("1:*", "(BODY.PEEK[])")[1]
        imap.logout()
        return next((part[1] for part in answer if isinstance(part, tuple) and marker.encode() in part[1]), None)
    found = wait_until(arrived, "the letter for Zoé", step_seconds=0.2)
    assert f"Delivered-To: {ZOE_IN_UTF8}".encode() in found
    assert f"Return-Path: <{EVE_IN_UTF8}>".encode() in found


def test_several_recipients_of_one_domain_go_in_one_transaction(outside):
    relais, stranger = outside
    marker = mark()
    others = [EVE, "eve+one@stranger.test"]
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE, EVE_IN_UTF8], letter(ANNA, ", ".join(others), marker), ["SMTPUTF8"])
    stranger.wait_for_letter(EVE, marker.encode())
    stranger.wait_for_letter(EVE_IN_UTF8, marker.encode())
    identifier = re.search(rf"(\w+): message-id=<{marker}@interop.test>", stranger.log())[1]
    # One entry of its queue, for both.
    assert stranger.log().count(f"message-id=<{marker}@interop.test>") == 1
    wait_until(lambda: re.search(rf"{identifier}: from=<{ANNA}>, size=\d+, nrcpt=2 ", stranger.log()), "Postfix's log")


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_smart_host_takes_everything_after_a_login(work, certificate, tls, monkeypatch):
    """Postfix with Dovecot's SASL, which nobody may use without a password, nor without TLS."""
    authority, server, key = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    directory = work / f"smart-{tls}"
    directory.mkdir()
    accounts = Dovecot(directory / "dovecot", {RELAY_USER: RELAY_PASSWORD}, auth_socket=True)
    relay = Postfix(directory / "relay", domains=["stranger.test"], users=[EVE], hostname="relay.test",
                    greets_first=tls == "starttls", extra={
        "smtpd_tls_cert_file": server, "smtpd_tls_key_file": key, "smtpd_tls_auth_only": "yes",
        "smtpd_tls_security_level": "encrypt", "smtpd_tls_received_header": "yes", "smtpd_tls_wrappermode": "yes" if tls == "implicit" else "no",
        "smtpd_sasl_auth_enable": "yes", "smtpd_sasl_type": "dovecot", "smtpd_sasl_path": accounts.auth_socket,
        "smtpd_recipient_restrictions": "permit_sasl_authenticated, reject"})
    relais = Served(directory / "relais", f"sqlite:{directory}/relais/relais.db")
    (directory / "password").write_text(RELAY_PASSWORD + "\n")
    with open(directory / "relais" / "relais.toml", "a") as config:
        config.write(f'\n[outbound.smarthost]\nhost = "localhost"\nport = {relay.port}\nuser = "{RELAY_USER}"\n'
                     f'password_file = "{directory}/password"\ntls = "{tls}"\n')
    relais.populate(ANNA)
    marker = mark()
    with accounts, relay, relais:
        with submission(relais, ANNA) as smtp:
            smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, marker))
        arrived = email.message_from_bytes(relay.wait_for_letter(EVE, marker.encode()))
        assert "TLSv1.3" in arrived["Received"]
        assert re.search(rf"sasl_method=\S+, sasl_username={RELAY_USER}", relay.log()), relay.log()[-2000:]


def has_ipv6():
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
        return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 on loopback")
def test_letters_travel_over_ipv6_both_ways(work):
    directory = work / "six"
    directory.mkdir()
    stranger = Postfix(directory / "stranger", domains=["stranger.test"], users=[EVE], extra={
        "inet_protocols": "all", "inet_interfaces": "127.0.0.1, [::1]", "mynetworks": "127.0.0.0/8, [::1]/128"})
    with open(stranger.directory / "conf" / "master.cf", "a") as services:
        services.write(f"[::1]:{stranger.port} inet n - n - - smtpd\n")
    relais = Served(directory / "relais", f"sqlite:{directory}/relais/relais.db", strangers={"stranger.test": stranger.port})
    config = directory / "relais" / "relais.toml"
    text = config.read_text().replace(f'"127.0.0.1:{stranger.port}"', f'"[::1]:{stranger.port}"')
    text = re.sub(r'^smtp = \["127.0.0.1:(\d+)"\]', r'smtp = ["127.0.0.1:\1", "[::1]:\1"]', text, flags=re.MULTILINE)
    config.write_text(text)
    relais.populate(ANNA)
    (stranger.directory / "conf" / "transport").write_text(f"valbois.test smtp:[::1]:{relais.port('smtp')}\n")
    with relais, stranger:
        inward, outward = mark(), mark()
        send(stranger.port, EVE, [ANNA], letter(EVE, ANNA, inward))
        assert b"[IPv6:::1]" in relais.wait_for_letter(ANNA, inward.encode())
        with submission(relais, ANNA) as smtp:
            smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, outward))
        assert b"[IPv6:::1]" in stranger.wait_for_letter(EVE, outward.encode())


def test_many_letters_to_one_server_use_few_connections(outside):
    relais, stranger = outside
    before = stranger.log().count("connect from")
    marker = mark()
    with submission(relais, ANNA) as smtp:
        for number in range(20):
            smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, f"{marker}-{number}"))
    for number in range(20):
        stranger.wait_for_letter(EVE, f"<{marker}-{number}@".encode())
    connections = [line for line in stranger.log().splitlines() if re.search(r"smtpd\[\d+\]: connect from", line)]
    assert len(connections) - before < 20, connections
