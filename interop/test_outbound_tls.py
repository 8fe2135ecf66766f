"""DANE, MTA-STS and routes of our own towards Debian's Postfix: names come from our own DNS door, whose zone is signed; a
wrong certificate makes the mail wait and the log say why, the right one lets it through."""

import hashlib
import http.server
import re
import smtplib
import ssl
import subprocess
import threading

import pytest

from conftest import ANNA
from letters import letter, mark, submission
from peers import Postfix, wait_until
from ports import free_port
from relais import Served
from scripted_dns import ScriptedDns

ZONE = "stranger.test"
# What each domain publishes, and whether the certificate of its server fits.
DOMAINS = {"dane": "good", "wrong-dane": "bad", "sts": "named", "wrong-sts": "other", "plain": "other"}
# Nobody publishes anything about these: only a route leads there.
ROUTED = ["example.com.relayed.test", "relayed.test", "verified.test", "by-name.test"]
# What is hosted elsewhere, by whom another server takes over.
MOVING, OLD, NEW = "moving.test", "127.0.0.1", "127.0.0.2"
POLICY_HOSTS = [f"mta-sts.{domain}.{ZONE}" for domain in ("sts", "wrong-sts")]


def openssl(directory, *command, **options):
    return subprocess.run(["openssl", *command], cwd=directory, check=True, capture_output=True, **options).stdout


def issue(directory, name, hosts):
    """A certificate of the test's authority for these hosts."""
    (directory / f"{name}.extensions").write_text(
        f"subjectAltName = {','.join(f'DNS:{host}' for host in hosts)}\nbasicConstraints = critical, CA:FALSE\n")
    openssl(directory, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
            "-keyout", f"{name}.key", "-out", f"{name}.request")
    openssl(directory, "x509", "-req", "-in", f"{name}.request", "-CA", "authority.pem", "-CAkey", "authority.key",
            "-CAcreateserial", "-days", "2", "-extfile", f"{name}.extensions", "-out", f"{name}.pem")
    return directory / f"{name}.pem", directory / f"{name}.key"


class PolicyHandler(http.server.BaseHTTPRequestHandler):
    """The same policy for every host: enforce, and the server's name as the domain's MX record says it."""

    def do_GET(self):
        domain = self.headers["Host"].split(":")[0].removeprefix("mta-sts.").removesuffix(f".{ZONE}")
        body = f"version: STSv1\r\nmode: enforce\r\nmx: {DOMAINS[domain]}.{ZONE}\r\nmax_age: 86400\r\n".encode()
        self.send_response(200 if self.path == "/.well-known/mta-sts.txt" else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def policies(work):
    directory = work / "outbound-tls"
    directory.mkdir()
    openssl(directory, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=authority", "-keyout", "authority.key", "-out", "authority.pem")
    certificate, key = issue(directory, "web", POLICY_HOSTS)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), PolicyHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield directory, server.server_address[1]
    server.shutdown()


@pytest.fixture(scope="module")
def elsewhere():
    """A name server that changes its mind, so that nobody may remember what it says for long."""
    zone = {MOVING: [("MX", (10, f"first.{MOVING}"))], f"first.{MOVING}": [("A", OLD)], f"second.{MOVING}": [("A", NEW)],
            f"relay.{MOVING}": [("A", OLD)]}
    with ScriptedDns(zone, ttl=1) as dns:
        yield dns


@pytest.fixture(scope="module")
def town(work, policies, elsewhere):
    directory, https_port = policies
    certificate, key = issue(directory, "mail", [f"named.{ZONE}"])
    users = [f"eve@{domain}" for domain in [*(f"{domain}.{ZONE}" for domain in DOMAINS), *ROUTED, f"any.suffix.{ZONE}", MOVING]]
    stranger = Postfix(work / "outbound-peer", domains=[user.split("@")[1] for user in users], users=users, extra={
        "smtpd_tls_cert_file": certificate, "smtpd_tls_key_file": key, "smtpd_tls_security_level": "may"})
    # Two servers to all who ask for them: each says in its line of the head which one it is.
    with open(stranger.directory / "conf" / "master.cf", "a", encoding="utf-8") as master:
        master.write(f"{NEW}:{stranger.port} inet n - n - - smtpd\n  -o myhostname=second.{MOVING}\n")
    relais = Served(work / "outbound-relais", f"sqlite:{work / 'outbound-relais' / 'relais.db'}")
    dns_port = free_port()
    anchor = relais.data / "anchor"
    config = relais.data / "relais.toml"
    config.write_text(config.read_text().replace("[listen]\n", f'[listen]\ndns = ["127.0.0.1:{dns_port}"]\n') + (
        f'\n[dns.forward]\n"{ZONE}" = ["127.0.0.1:{dns_port}"]\n"{MOVING}" = ["{elsewhere.address}"]\n\n[outbound]\nport = {stranger.port}\n'
        f'https_port = {https_port}\nmay_reach_itself = true\n'))
    relais.populate(ANNA)
    relais.command("organisation", "create", "Strangers")
    relais.command("zone", "create", ZONE, "--organisation", "Strangers")

    public_key = openssl(directory, "pkey", "-pubout", "-outform", "DER", "-in", key)
    records = [f"@ NS ns.{ZONE}."]
    records += [f"{host} A 127.0.0.1" for host in ("ns", "good", "bad", "named", "other")]
    records += [f"{domain} MX 10 {host}.{ZONE}." for domain, host in DOMAINS.items()]
    records.append(f"*.suffix MX 10 good.{ZONE}.")
    for host, named in (("good", public_key), ("bad", b"another")):
        records.append(f"_{stranger.port}._tcp.{host} TLSA 3 1 1 {hashlib.sha256(named).hexdigest()}")
    for host in POLICY_HOSTS:
        records += [f"{host}. A 127.0.0.1", f'_{host}. TXT "v=STSv1; id=20261121;"']
    (directory / "zone").write_text("".join(f"{record}\n" for record in records))
    relais.command("zone", "import", ZONE, directory / "zone", "--organisation", "Strangers")
    relais.command("zone", "sign", ZONE, "--organisation", "Strangers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(directory / "authority.pem"))
        # The key that vouches for the zone is what the zone itself says; only then is it trusted.
        with relais:
            answer = subprocess.run(
                ["dig", "@127.0.0.1", "-p", str(dns_port), ZONE, "DNSKEY", "+short"], check=True, capture_output=True,
                text=True).stdout
        anchor.write_text("".join(f"{ZONE}. IN DNSKEY {line}\n" for line in answer.splitlines()))
        config.write_text(config.read_text() + f'\n[dns]\ntrust_anchor = "{anchor}"\n')
        with relais, stranger:
            yield relais, stranger


def tried(relais, address, marker):
    """What the log tells of the attempt to bring the letter with this subject there."""
    def events():
        ways = relais.command("log", "search", "--to", address, "--since", "1h")
        return [event for way in ways if any(event.get("subject") == marker for event in way["events"])
                for event in way["events"] if event["kind"] == "tried"]
    return wait_until(events, f"an attempt at {address} in the log", step_seconds=0.2)[0]


def post(relais, domain, **extra):
    marker, address = mark(), f"eve@{domain}.{ZONE}"
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [address], letter(ANNA, address, marker, subject=marker), **extra)
    return marker, address


@pytest.mark.parametrize("domain, policy", [("dane", "DANE"), ("sts", "MTA-STS")])
def test_the_right_certificate_lets_the_mail_through_and_the_log_names_the_policy(town, domain, policy):
    relais, stranger = town
    marker, address = post(relais, domain)
    stranger.wait_for_letter(address, marker.encode())
    told = tried(relais, address, marker)
    assert told["tls"].startswith("TLSv1.3") and told["policy"] == policy and "failure" not in told
    assert f"({policy}): 250" in relais.command_raw("log", "search", "--to", address, "--since", "1h").stdout


@pytest.mark.parametrize("domain, policy, failure", [
    ("wrong-dane", "DANE", "tlsa-invalid"),
    ("wrong-sts", "MTA-STS", "certificate-host-mismatch"),
])
def test_a_wrong_certificate_makes_the_mail_wait_and_the_log_says_why(town, domain, policy, failure):
    relais, stranger = town
    marker, address = post(relais, domain)
    told = tried(relais, address, marker)
    assert (told["policy"], told["failure"], told["tls"]) == (policy, failure, None)
    text = relais.command_raw("log", "search", "--to", address, "--since", "1h").stdout
    assert f"({policy} not met: {failure}): 454" in text and "deferred until" in text
    assert any(entry["recipient"] == address for entry in relais.command("queue", "list"))
    # A sender who sets the policies aside gets through to the same server (RFC 8689 §5).
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [address], b"TLS-Required: No\r\n" + letter(ANNA, address, marker, subject=marker))
    stranger.wait_for_letter(address, marker.encode())


def test_without_a_policy_the_same_server_gets_mail_as_ever(town):
    relais, stranger = town
    marker, address = post(relais, "plain")
    stranger.wait_for_letter(address, marker.encode())
    told = tried(relais, address, marker)
    assert told["tls"].startswith("TLSv1.3") and "policy" not in told


def test_what_requires_tls_comes_back_from_a_postfix_that_does_not_know_it(town):
    """Debian's Postfix offers no REQUIRETLS, so the letter must not go there (RFC 8689 §4.2.1)."""
    relais, _ = town
    marker = mark()
    address = f"eve@dane.{ZONE}"
    with submission(relais, ANNA) as smtp:
        assert "requiretls" in smtp.esmtp_features
        smtp.sendmail(ANNA, [address], letter(ANNA, address, marker, subject=marker), mail_options=["REQUIRETLS"])
    returned = relais.wait_for_letter(ANNA, b"5.7.30")
    assert b"REQUIRETLS" in returned and marker.encode() in returned
    with smtplib.SMTP("127.0.0.1", relais.port("smtp")) as smtp:
        smtp.ehlo("peer.test")
        assert "requiretls" not in smtp.esmtp_features
        assert smtp.docmd("MAIL FROM:<a@peer.test> REQUIRETLS")[0] == 555


def test_a_route_leads_what_matches_its_pattern_to_its_server(town):
    relais, stranger = town
    relais.command("route", "add", "*.relayed.test", f"named.{ZONE}:{stranger.port}", "--tls", "verify")
    assert relais.command("route", "check", "eve@example.com.relayed.test")["route"]["tls"] == "verify"
    assert relais.command("route", "check", "eve@relayed.test")["route"] is None
    marker, address = mark(), "eve@example.com.relayed.test"
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [address], letter(ANNA, address, marker, subject=marker))
    stranger.wait_for_letter(address, marker.encode())
    told = tried(relais, address, marker)
    assert told["tls"].startswith("TLSv1.3") and told["policy"] == "route"


def test_a_route_that_demands_a_certificate_waits_for_the_right_one(town):
    relais, stranger = town
    route = relais.command("route", "add", "verified.test", f"other.{ZONE}:{stranger.port}", "--tls", "verify")
    marker, address = mark(), "eve@verified.test"
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [address], letter(ANNA, address, marker, subject=marker))
    told = tried(relais, address, marker)
    assert (told["policy"], told["failure"], told["tls"]) == ("route", "certificate-host-mismatch", None)
    assert "(route not met: certificate-host-mismatch)" in relais.command_raw(
        "log", "search", "--to", address, "--since", "1h").stdout
    # Where the route leads to the server's right name, the letter that waited goes there.
    relais.command("route", "remove", route["id"])
    relais.command("route", "add", "verified.test", f"named.{ZONE}:{stranger.port}", "--tls", "verify")
    waiting = next(entry for entry in relais.command("queue", "list") if entry["recipient"] == address)
    relais.command("queue", "retry", waiting["delivery"])
    stranger.wait_for_letter(address, marker.encode())


def test_a_route_by_subject_takes_only_what_bears_it(town):
    """The rule of customers of another secure service: the subject contains its tag. Our own, <im>, we honour ourselves."""
    relais, stranger = town
    relais.command("route", "add", f"plain.{ZONE}", f"named.{ZONE}:{stranger.port}", "--subject", "<zix>", "--tls", "encrypt")
    address = f"eve@plain.{ZONE}"
    for subject, policy in ((f"<zix><c> {mark()}", "route"), (mark(), None)):
        marker = mark()
        with submission(relais, ANNA) as smtp:
            smtp.sendmail(ANNA, [address], letter(ANNA, address, marker, subject=subject))
        stranger.wait_for_letter(address, marker.encode())
        assert tried(relais, address, subject).get("policy") == policy


def test_a_static_address_is_taken_with_a_warning(town):
    relais, _ = town
    route = relais.command("route", "add", "static.test", "192.0.2.25")
    assert "change" in route["warning"]
    relais.command("route", "remove", route["id"])


def test_a_wildcard_of_a_signed_zone_leads_to_its_exchanger_and_is_proved(town):
    """The suffix zone of secure mail: `*.suffix MX`. The answer is authentic, so that the TLSA record of its host counts."""
    relais, stranger = town
    marker, address = post(relais, "any.suffix")
    stranger.wait_for_letter(address, marker.encode())
    told = tried(relais, address, marker)
    assert told["host"].startswith("good.") and told["policy"] == "DANE"


@pytest.mark.parametrize("domain, name, before, after", [
    (MOVING, MOVING, ("MX", (10, f"first.{MOVING}")), ("MX", (10, f"second.{MOVING}"))),
    ("by-name.test", f"relay.{MOVING}", ("A", OLD), ("A", NEW)),
], ids=["MX records", "a route to a name"])
def test_a_letter_goes_where_the_names_lead_when_it_leaves(town, elsewhere, domain, name, before, after):
    """Neither whoever has MX records nor whoever is the target of a route by name tells us that its server moves."""
    relais, stranger = town
    if domain != MOVING:
        relais.command("route", "add", domain, f"{name}:{stranger.port}", "--tls", "encrypt")
    address = f"eve@{domain}"

    def taken_by():
        """Which server takes a letter that leaves now."""
        marker = mark()
        with submission(relais, ANNA) as smtp:
            smtp.sendmail(ANNA, [address], letter(ANNA, address, marker))
        return re.search(rb"by (\S+) \(Postfix\)", stranger.wait_for_letter(address, marker.encode()))[1].decode()

    assert elsewhere.zone[name] == [before] and taken_by() == stranger.hostname
    elsewhere.zone[name] = [after]
    wait_until(lambda: taken_by() == f"second.{MOVING}", "a letter to go to the other server", 20)
