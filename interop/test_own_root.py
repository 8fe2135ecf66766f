"""Our own DNS is the root of everything: Relais serves `.`, `internal` and the zones below, signed, and whoever looks a name up
here starts there – Relais itself with its checks, Debian's Unbound, and through it Postfix and OpenDKIM, which signs what it
sends to us and verifies what we send to it. Ports are those of the internet, on addresses of loopback."""

import re
import smtplib
import subprocess
from email.parser import BytesHeaderParser

import pytest

from letters import letter, mark, submission
from names import Unbound, free_loopback, missing_tools, run
from peers import Postfix, listens, wait_until
from ports import free_port
from relais import Served
from spf_vectors import checker

# Not below `test`: no program of ours asks a root about that (RFC 6761 §6.2).
TOP = "internal"
OURS, SIGNED, BOGUS = (f"{name}.{TOP}" for name in ("valbois", "signed", "bogus"))
ANNA = f"anna@{OURS}"
ZED, EVE = f"zed@{SIGNED}", f"eve@{SIGNED}"
SELECTOR = "s2026"


class Town:
    """All that lives under this root."""

    def __init__(self, work):
        self.directory = work / "own-root"
        self.directory.mkdir()
        # Each on an address of its own, with the port that everybody expects.
        self.dns, self.resolver = free_loopback(53), free_loopback(53)
        self.ours, self.theirs = free_loopback(25), free_loopback(25)
        self.keys()
        self.relais = self.platform(work / "own-root-relais")

    def keys(self):
        subprocess.run(["opendkim-genkey", "-b", "2048", "-d", SIGNED, "-s", SELECTOR, "-D", str(self.directory)], check=True)

    def platform(self, data):
        relais = Served(data, f"sqlite:{data}/relais.db")
        config = data / "relais.toml"
        config.write_text(
            config.read_text().replace("mail.valbois.test", f"mail.{OURS}").replace(
                "smtp = [", f'dns = ["{self.dns}:53"]\nsmtp = ["{self.ours}:25", ')
            + f'\n[outbound]\nsource = ["{self.ours}"]\nmay_reach_itself = true\n')
        relais.command("organisation", "create", relais.ORGANISATION)
        relais.command("organisation", "create", "Registry")
        relais.command("installation", "change", "--hostname", f"mail.{OURS}", "--exchanger", f"10,mail.{OURS},{self.ours}",
                       "--name-server", f"ns.{TOP},{self.dns}")

        def host(zone, organisation, *records):
            relais.command("zone", "create", zone, "--organisation", organisation)
            text = "".join(f"{record}\n" for record in records)
            if records:
                answer = relais.command("zone", "import", zone, "-", "--organisation", organisation, stdin=text)
                assert answer["refused"] == [], answer
            return relais.command("zone", "sign", zone, "--organisation", organisation)["ds"]

        ours = host(OURS, relais.ORGANISATION)
        # name IN TXT ( "…" "…" ) ; comment
        key = " ".join(f'"{part}"' for part in (self.directory / f"{SELECTOR}.txt").read_text().split('"')[1::2])
        signed = host(SIGNED, "Registry", f"@ MX 10 mail.{SIGNED}.", f"mail A {self.theirs}", '@ TXT "v=spf1 -all"',
                      '_dmarc TXT "v=DMARC1; p=reject"', f"{SELECTOR}._domainkey TXT {key}")
        # Its parent vouches for another key.
        bogus = [re.sub(r"[0-9A-F]{8}$", "00000000", line) for line in host(BOGUS, "Registry", f"@ MX 10 mail.{SIGNED}.")]
        cuts = [(OURS, ours), (SIGNED, signed), (BOGUS, bogus)]
        top = host(TOP, "Registry", *(f"{zone}. NS ns.{TOP}." for zone, _ in cuts), *(line for _, ds in cuts for line in ds))
        host(".", "Registry", f"{TOP}. NS ns.{TOP}.", f"ns.{TOP}. A {self.dns}", *top)
        relais.command("domain", "create", OURS, "--organisation", relais.ORGANISATION)
        relais.command("address", "create", ANNA)
        password = relais.command("device-password", "create", ANNA, "--label", "test")["password"]
        relais.facts["addresses"].append({"address": ANNA, "password": password})
        # The root's key, as whoever sets up a resolver gets it: from a file, before the first question.
        with relais:
            self.root_keys = run("dig", f"@{self.dns}", "+short", "+tcp", ".", "DNSKEY").splitlines()
        assert self.root_keys
        (self.directory / "root.key").write_text("".join(f". IN DNSKEY {key}\n" for key in self.root_keys))
        config.write_text(config.read_text() + f'\n[dns]\nresolvers = ["{self.dns}:53"]\n'
                                               f'trust_anchor = "{self.directory}/root.key"\n')
        return relais

    def opendkim(self):
        """A milter that signs what this machine's users bring and verifies what others bring."""
        port = free_port()
        (self.directory / "opendkim.conf").write_text(
            f"Socket inet:{port}@127.0.0.1\nMode sv\nDomain {SIGNED}\nSelector {SELECTOR}\n"
            f"KeyFile {self.directory}/{SELECTOR}.private\nCanonicalization relaxed/simple\nInternalHosts 127.0.0.1\n"
            f"AuthservID mail.{SIGNED}\nAlwaysAddARHeader yes\nNameservers {self.resolver}\n"
            f"TrustAnchorFile {self.directory}/root.key\n"
            f"RequireSafeKeys no\nBackground no\nSyslog no\nPidFile {self.directory}/opendkim.pid\n")
        return port

    def postfix(self, milter):
        postfix = Postfix(self.directory / "postfix", domains=[SIGNED], users=[ZED, EVE], hostname=f"mail.{SIGNED}",
                          tls_security_level="dane", extra={
                              "smtp_dns_support_level": "dnssec", "smtp_host_lookup": "dns", "dnssec_probe": "",
                              "smtpd_milters": f"inet:127.0.0.1:{milter}", "milter_default_action": "tempfail",
                          })
        with open(postfix.directory / "conf" / "master.cf", "a", encoding="utf-8") as master:
            master.write(f"{self.theirs}:25 inet n - n - - smtpd\n")
        postfix.ask(self.resolver)
        return postfix


@pytest.fixture(scope="module")
def town(work, program):
    assert not missing_tools("dig", "unbound", "opendkim", "opendkim-genkey"), "scripts/test install"
    town = Town(work)
    with town.relais:
        wait_until(lambda: all(key["state"] == "active" for key in town.relais.command("domain", "dkim", "list", OURS)),
                   "the keys to sign")
        with Unbound(town.directory / "unbound", town.resolver, ".", 53, town.root_keys, server=town.dns):
            port = town.opendkim()
            with open(town.directory / "opendkim.log", "ab") as log:
                milter = subprocess.Popen(["/usr/sbin/opendkim", "-f", "-x", str(town.directory / "opendkim.conf")],
                                          stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            try:
                wait_until(lambda: milter.poll() is not None or listens(port), "OpenDKIM to listen")
                assert milter.poll() is None, (town.directory / "opendkim.log").read_text()
                with town.postfix(port) as town.stranger:
                    yield town
            finally:
                milter.terminate()
                milter.wait(15)


def resolved(town, *question):
    return run("dig", f"@{town.resolver}", "+dnssec", *question, check=False)


def results(data, host):
    """What a host says it found, as one line; its own field stands on top."""
    fields = BytesHeaderParser().parsebytes(data).get_all("Authentication-Results")
    (field,) = [field for field in fields if field.split(";")[0].split()[0] == host]
    return " ".join(field.split())


@pytest.mark.parametrize("name, kind", [
    (".", "SOA"), (TOP, "NS"), (OURS, "MX"), (SIGNED, "MX"), (f"{SELECTOR}._domainkey.{SIGNED}", "TXT"),
    (f"_25._tcp.mail.{OURS}", "TLSA"), (f"_dmarc.{OURS}", "TXT"), (f"nobody.{OURS}", "A"), ("nowhere", "A"),
])
def test_a_validating_resolver_follows_the_chain_from_our_root(town, name, kind):
    answer = resolved(town, name, kind)
    assert re.search(r"flags: [^;]*\bad\b", answer), answer


def test_a_broken_chain_is_bogus_to_it_and_mail_of_ours_waits(town):
    assert "status: SERVFAIL" in resolved(town, BOGUS, "MX")
    assert "status: NOERROR" in resolved(town, BOGUS, "MX", "+cdflag")
    with submission(town.relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [f"zed@{BOGUS}"], letter(ANNA, f"zed@{BOGUS}", mark()))

    def told():
        ways = town.relais.command("log", "search", "--to", f"zed@{BOGUS}")
        return [event for way in ways for event in way["events"] if event["kind"] == "tried"]
    (tried, *_) = wait_until(told, "an attempt", 30, step_seconds=0.2)
    assert "dnssec" in str(tried).lower(), tried


def test_what_postfix_sends_and_opendkim_signs_is_believed(town):
    marker = mark()
    with smtplib.SMTP("127.0.0.1", town.stranger.port, timeout=30) as smtp:
        smtp.sendmail(ZED, [ANNA], letter(ZED, ANNA, marker))
    try:
        told = results(town.relais.wait_for_letter(ANNA, marker.encode()), f"mail.{OURS}")
    except AssertionError as error:
        raise AssertionError(f"{error}\n{town.stranger.log()[-3000:]}") from None
    assert "spf=fail" in told and f"dkim=pass header.d={SIGNED} header.s={SELECTOR}" in told, told
    assert f"dmarc=pass header.from={SIGNED}" in told, told
    # The way there was looked up as well: the exchanger's name, and the certificate that our zone vouches for.
    assert f"Verified TLS connection established to mail.{OURS}[{town.ours}]:25" in town.stranger.log()


def test_the_same_letter_changed_on_the_way_is_refused(town):
    marker = mark()
    with smtplib.SMTP("127.0.0.1", town.stranger.port, timeout=30) as smtp:
        smtp.sendmail(ZED, [EVE, ANNA], letter(ZED, ANNA, marker))
    signed = town.stranger.wait_for_letter(EVE, marker.encode()).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert b"DKIM-Signature:" in signed and b"Good day" in signed
    with smtplib.SMTP(town.ours, 25, timeout=30) as smtp, pytest.raises(smtplib.SMTPDataError) as refused:
        smtp.sendmail(ZED, [ANNA], signed.replace(b"Good day", b"Bad day"))
    assert (refused.value.smtp_code, refused.value.smtp_error.split()[0]) == (550, b"5.7.1")


def test_opendkim_verifies_what_we_sign_and_deliver(town):
    marker = mark()
    with submission(town.relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, marker), ["BODY=8BITMIME"])
    try:
        arrived = town.stranger.wait_for_letter(EVE, marker.encode())
    except AssertionError as error:
        raise AssertionError(f"{error}\n{town.relais.log()[-3000:]}") from None
    told = results(arrived, f"mail.{SIGNED}")
    for algorithm in ("rsa-sha256", "ed25519-sha256"):
        assert f"header.d={OURS} header.i=@{OURS} header.a={algorithm}" in told, told
    # It says so where the key came by signatures that lead to the root.
    assert "dkim=pass (2048-bit key; secure)" in told and told.count("dkim=pass") == 2, told


def test_opendkim_says_fail_where_our_letter_was_changed(town):
    marker = mark()
    with submission(town.relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, marker), ["BODY=8BITMIME"])
    arrived = town.stranger.wait_for_letter(EVE, marker.encode()).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    text = arrived[arrived.index(b"DKIM-Signature:"):].replace(b"Good day", b"Bad day")
    with smtplib.SMTP(town.theirs, 25, timeout=30, source_address=(town.ours, 0)) as smtp:
        smtp.sendmail(ANNA, [EVE], text)
    told = results(town.stranger.wait_for_letter(EVE, b"Bad day"), f"mail.{SIGNED}")
    assert "dkim=fail" in told and "dkim=pass" not in told, told


def test_pyspf_lets_our_exchangers_send_in_our_name_and_nobody_else(town, tmp_path):
    pyspf = checker(tmp_path, town.resolver)

    def check(ip):
        return pyspf.check2(i=ip, s=ANNA, h=f"mail.{OURS}")[0]

    (record,) = [text for text in resolved(town, "+short", OURS, "TXT").splitlines() if text.startswith('"v=spf1')]
    assert record.endswith(' -all"'), record
    assert (check(town.ours), check(town.theirs), check("192.0.2.1")) == ("pass", "fail", "fail")
    # RFC 7208 §3.1: only TXT. Type 99 was given up.
    assert "status: NOERROR" in (answer := resolved(town, OURS, "TYPE99")) and "ANSWER: 0" in answer, answer
    # One click later nobody is told to refuse.
    town.relais.command("domain", "spf", OURS, "soft")
    wait_until(lambda: ' ?all"' in resolved(town, "+short", OURS, "TXT"), "the softer record", 10)
    assert (check(town.ours), check("192.0.2.1")) == ("pass", "neutral")
    town.relais.command("domain", "spf", OURS, "strict")
    wait_until(lambda: ' -all"' in resolved(town, "+short", OURS, "TXT"), "the strict record", 10)
    assert check("192.0.2.1") == "fail"
