"""What strangers bring is checked: Postfix with OpenDKIM and others send, a scripted name server says what they may."""

import smtplib
import subprocess
import time
from email.parser import BytesHeaderParser

import dkim
import pytest
from peers import Postfix, listens, wait_until
from ports import free_port
from relais import Served
from scripted_dns import SERVFAIL, ScriptedDns
from test_judge import Keys

ANNA = "anna@valbois.test"
KEYS = Keys()


class OpenDkim:
    """Debian's OpenDKIM as a milter that signs for one domain."""

    def __init__(self, directory, domain, selector):
        self.directory = directory
        directory.mkdir(parents=True)
        subprocess.run(["opendkim-genkey", "-b", "2048", "-d", domain, "-s", selector, "-D", str(directory)], check=True)
        self.port = free_port()
        (directory / "opendkim.conf").write_text(
            f"Socket inet:{self.port}@127.0.0.1\nMode s\nDomain {domain}\nSelector {selector}\n"
            f"KeyFile {directory}/{selector}.private\nCanonicalization relaxed/simple\nInternalHosts 127.0.0.0/8\n"
            f"RequireSafeKeys no\nBackground no\nSyslog no\nPidFile {directory}/pid\n")
        # name IN TXT ( "…" "…" ) ; comment
        text = (directory / f"{selector}.txt").read_text()
        self.record = "".join(text.split('"')[1::2])

    def __enter__(self):
        with open(self.directory / "log", "ab") as log:
            self.process = subprocess.Popen(["/usr/sbin/opendkim", "-f", "-x", str(self.directory / "opendkim.conf")],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(lambda: self.process.poll() is not None or listens(self.port), "OpenDKIM to listen")
        assert self.process.poll() is None, (self.directory / "log").read_text()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(15)


@pytest.fixture(scope="module")
def town(work, program):
    """Relais whose resolver is a scripted name server; Postfix with OpenDKIM sends for signed.test."""
    milter = OpenDkim(work / "opendkim", "signed.test", "s2026")
    zone = {
        # Only the signature can make it pass.
        "signed.test": [("TXT", "v=spf1 -all")],
        "s2026._domainkey.signed.test": [("TXT", milter.record)],
        "_dmarc.signed.test": [("TXT", "v=DMARC1; p=reject")],
        "soft.test": [("TXT", "v=spf1 ~all")],
        "neutral.test": [("TXT", "v=spf1 ?all")],
        "fail.test": [("TXT", "v=spf1 -all")],
        "good.test": [("TXT", "v=spf1 ip4:127.0.0.1 -all")],
        "quarantine.test": [("TXT", "v=spf1 ?all")],
        "_dmarc.quarantine.test": [("TXT", "v=DMARC1; p=quarantine")],
        # A list that changes what it passes on, and one that nobody knows: they seal with the same key.
        **{f"arc._domainkey.{name}": [("TXT", KEYS.rsa_record)] for name in ("list.test", "nobodys-list.test")},
        "strict.test": [("TXT", "v=spf1 -all")],
        "_dmarc.strict.test": [("TXT", "v=DMARC1; p=reject")],
        "slow.test": [SERVFAIL],
        "nomail.test": [("MX", (0, "."))],
    }
    with ScriptedDns(zone) as dns:
        relais = Served(work / "checking", f"sqlite:{work}/checking/relais.db", program=program)
        configuration = relais.data / "relais.toml"
        configuration.write_text(configuration.read_text() + 
                                 f'\n[dns]\nvalidation = "off"\n\n[dns.forward]\ntest = ["{dns.address}"]\n'
                                 '\n[judge]\ntrusted_forwarders = ["list.test"]\n')
        relais.populate(ANNA)
        postfix = Postfix(work / "signer", routes={"valbois.test": relais.port("smtp")}, hostname="mail.signed.test",
                          extra={"smtpd_milters": f"inet:127.0.0.1:{milter.port}"})
        with milter, relais, postfix:
            yield relais, postfix, zone


def send(port, sender, subject, author=None):
    text = f"From: {author or sender}\r\nTo: {ANNA}\r\nSubject: {subject}\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n\r\nhello\r\n"
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as smtp:
        smtp.ehlo("mx.stranger.test")
        smtp.sendmail(sender, [ANNA], text)


def refusal(relais, sender, author=None):
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        send(relais.port("smtp"), sender, "refused", author)
    return f"{refused.value.smtp_code} {refused.value.smtp_error.decode().split()[0]}"


def results(letter):
    return " ".join(BytesHeaderParser().parsebytes(letter)["Authentication-Results"].split())


def test_what_postfix_sends_and_opendkim_signs_is_believed(town):
    relais, postfix, _ = town
    send(postfix.port, "zed@signed.test", "signed-by-opendkim")
    told = results(relais.wait_for_letter(ANNA, b"signed-by-opendkim"))
    assert told.startswith("mail.valbois.test; spf=fail"), told
    assert "dkim=pass header.d=signed.test header.s=s2026" in told, told
    assert "dmarc=pass header.from=signed.test" in told, told
    said = relais.command_raw("log", "search", "--to", ANNA).stdout
    assert "DKIM pass (signed.test)" in said and "DMARC pass" in said, said


def test_the_same_name_without_a_signature_is_refused_in_session(town):
    relais, _, _ = town
    assert refusal(relais, "zed@signed.test") == "550 5.7.1"
    assert refusal(relais, "zed@good.test", "boss@signed.test") == "550 5.7.1"
    said = relais.command_raw("log", "search", "--to", ANNA).stdout
    assert "DMARC fail (policy reject of signed.test)" in said, said


@pytest.mark.parametrize("sender, folder, word", [
    ("zed@good.test", "INBOX", "spf=pass"),
    ("zed@neutral.test", "INBOX", "spf=neutral"),
    ("zed@soft.test", "INBOX", "spf=softfail"),
    ("zed@fail.test", "Spam", "spf=fail"),
    ("zed@quarantine.test", "Spam", "dmarc=fail"),
    ("zed@nothing.test", "INBOX", "spf=none"),
    # A stranger in our name.
    (ANNA, "Spam", "smtp.mailfrom=valbois.test"),
])
def test_each_result_has_its_place_and_is_told(town, sender, folder, word):
    relais, _, _ = town
    subject = f"from-{sender.replace('@', '-at-')}"
    send(relais.port("smtp"), sender, subject)
    assert word in results(relais.wait_for_letter(ANNA, subject.encode(), folder))


def test_what_cannot_be_looked_up_comes_again_later(town):
    relais, _, zone = town
    assert refusal(relais, "zed@slow.test") == "451 4.4.3"
    zone["slow.test"] = [("TXT", "v=spf1 ip4:127.0.0.1 -all")]
    # What failed is not remembered for long.
    def comes_in():
        try:
            send(relais.port("smtp"), "zed@slow.test", "slow-at-last")
            return True
        except smtplib.SMTPResponseException as refused:
            assert refused.smtp_code == 451
            return False
    wait_until(comes_in, "the name to be found", step_seconds=1)
    assert "spf=pass" in results(relais.wait_for_letter(ANNA, b"slow-at-last"))


def test_a_sender_that_takes_no_mail_is_refused(town):
    relais, _, _ = town
    assert refusal(relais, "zed@nomail.test") == "550 5.7.27"


def test_forged_results_lose_our_name(town):
    relais, _, _ = town
    text = ("Authentication-Results: mail.valbois.test; dmarc=pass header.from=bank.test\r\n"
            f"From: zed@good.test\r\nTo: {ANNA}\r\nSubject: forged-results\r\n\r\nhello\r\n")
    with smtplib.SMTP("127.0.0.1", relais.port("smtp"), timeout=30) as smtp:
        smtp.sendmail("zed@good.test", [ANNA], text)
    letter = relais.wait_for_letter(ANNA, b"forged-results")
    header = BytesHeaderParser().parsebytes(letter)
    (ours,) = header.get_all("Authentication-Results")
    assert "bank.test" not in ours
    assert "bank.test" in header["X-thentication-Results"]


@pytest.mark.parametrize("forwarder, is_trusted", [("list.test", True), ("nobodys-list.test", False)])
def test_a_forwarder_that_the_configuration_names_is_believed(town, forwarder, is_trusted):
    """What it found before it changed the letter counts: DMARC fails here, and would refuse."""
    relais, _, _ = town
    subject = f"sealed-by-{forwarder}"
    letter = (f"Authentication-Results: mx.{forwarder}; dmarc=pass header.from=strict.test\r\n"
              f"From: zed@strict.test\r\nTo: {ANNA}\r\nSubject: {subject}\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
              f"Message-ID: <1@strict.test>\r\n\r\nhello\r\n").encode()
    seals = dkim.arc_sign(letter, b"arc", forwarder.encode(), KEYS.rsa, f"mx.{forwarder}".encode(), timestamp=str(int(time.time())))
    letter = b"".join(seals) + letter

    def bring():
        with smtplib.SMTP("127.0.0.1", relais.port("smtp"), timeout=30) as smtp:
            smtp.sendmail("zed@strict.test", [ANNA], letter)

    if not is_trusted:
        with pytest.raises(smtplib.SMTPResponseException) as refused:
            bring()
        assert (refused.value.smtp_code, refused.value.smtp_error.split()[0]) == (550, b"5.7.1")
        return
    bring()
    told = results(relais.wait_for_letter(ANNA, subject.encode()))
    assert "dmarc=fail" in told and "arc=pass" in told, told
