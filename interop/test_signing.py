"""What we sign and seal, read by dkimpy and OpenDKIM: submitted letters, forwarded ones, revoked keys, return paths."""

import email
import smtplib
import subprocess

import dkim
import pytest

from conftest import ANNA, BRUNO, EVE, OSCAR
from letters import letter, mark, send, submission
from peers import Postfix, wait_until
from relais import Served
from scripted_dns import ScriptedDns

DOMAIN = "valbois.test"


def publish(relais, dns):
    """The customer copies every record into his zone, which is not ours."""
    keys = relais.command("domain", "dkim", "list", DOMAIN)
    for key in keys:
        dns.zone[key["name"]] = [("TXT", key["value"])]
    return keys


@pytest.fixture(scope="module")
def parts(work, program):
    stranger = Postfix(work / "signing-stranger", domains=["stranger.test"], users=[EVE, OSCAR])
    with ScriptedDns({"stranger.test": [("TXT", "v=spf1 ip4:127.0.0.1 -all")]}) as dns:
        data = work / "signing"
        relais = Served(data, f"sqlite:{data}/relais.db", strangers={"stranger.test": stranger.port})
        with open(data / "relais.toml", "a", encoding="utf-8") as config:
            config.write(f'\n[dns.forward]\n"test" = ["{dns.address}"]\n')
        relais.populate(ANNA, BRUNO)
        relais.command("address", "create", "elsewhere@valbois.test", "--alias-to", EVE)
        # Before the doors open, so that the first look at the DNS finds them.
        publish(relais, dns)
        (stranger.directory / "conf" / "transport").write_text(f"{DOMAIN} smtp:[127.0.0.1]:{relais.port_base + 25}\n")
        with relais, stranger:
            wait_until(lambda: all(key["state"] == "active" for key in relais.command("domain", "dkim", "list", DOMAIN)),
                       "the keys to sign")
            yield relais, stranger, dns


def text_at(dns):
    """dkimpy's way to ask for a record."""
    def ask(name, timeout=5):
        found = dns.zone.get(name.decode().rstrip(".").lower(), [])
        return next((value.encode() for kind, value in found if kind == "TXT"), None)
    return ask


def verified(data, dns):
    """What dkimpy says of each signature: algorithm to result."""
    checked = {}
    message = dkim.DKIM(data)
    count = sum(1 for name, _ in message.headers if name.lower() == b"dkim-signature")
    for index in range(count):
        holds = dkim.DKIM(data).verify(index, dnsfunc=text_at(dns))
        fields = [value for name, value in message.headers if name.lower() == b"dkim-signature"]
        tags = dkim.util.parse_tag_value(fields[index])
        assert tags[b"d"] == DOMAIN.encode() and b"l" not in tags
        checked[tags[b"a"].decode()] = holds
    return checked


BOTH = {"rsa-sha256": True, "ed25519-sha256": True}


def submitted(relais, dns, recipient, data, options=("BODY=8BITMIME",)):
    with submission(relais, ANNA) as smtp:
        assert smtp.sendmail(ANNA, [recipient], data, options) == {}


BODIES = {
    "plain": b"Good day\r\n",
    "blanks": b"  two  \t blanks \r\n\t\r\n \r\nend \t\r\n\r\n\r\n",
    "eight-bit": "Très bien, à bientôt\r\n".encode(),
    "dots": b".\r\n..\r\n.x\r\n",
    "large": b"a line of some length, many times over\r\n" * 20_000,
}


@pytest.mark.parametrize("body", BODIES)
def test_dkimpy_verifies_what_arrives_at_a_stranger_and_in_a_mailbox_of_ours(parts, body):
    relais, stranger, dns = parts
    for recipient, place in [(EVE, stranger), (BRUNO, relais)]:
        marker = mark()
        data = letter(ANNA, recipient, marker, subject="Réponse  avec  blancs" if body == "plain" else "An answer",
                      body=BODIES[body])
        # A header in UTF-8 needs SMTPUTF8; an encoded word does not.
        data = data.replace("Réponse".encode(), b"=?utf-8?Q?R=C3=A9ponse?=")
        submitted(relais, dns, recipient, data)
        assert verified(place.wait_for_letter(recipient, marker.encode()), dns) == BOTH


def test_what_is_changed_on_the_way_does_not_verify(parts):
    relais, stranger, dns = parts
    marker = mark()
    submitted(relais, dns, EVE, letter(ANNA, EVE, marker))
    arrived = stranger.wait_for_letter(EVE, marker.encode())
    assert verified(arrived, dns) == BOTH
    for changed in [
        arrived.replace(b"Good day", b"Bad day"),
        arrived.replace(b"\nSubject: A letter", b"\nSubject: Another letter"),
        # Fields that were not there are sealed as well.
        arrived.replace(b"\nSubject: ", b"\nReply-To: eve@stranger.test\r\nSubject: "),
        arrived.replace(b"\nFrom: ", b"\nFrom: eve@stranger.test\r\nFrom: "),
    ]:
        assert changed != arrived
        for index in range(2):
            with pytest.raises(dkim.ValidationError):
                if not dkim.DKIM(changed).verify(index, dnsfunc=text_at(dns)):
                    raise dkim.ValidationError("it does not hold")


def test_opendkim_verifies_the_rsa_signature(parts, tmp_path):
    relais, stranger, dns = parts
    marker = mark()
    submitted(relais, dns, EVE, letter(ANNA, EVE, marker, body=BODIES["blanks"] + BODIES["eight-bit"]))
    arrived = stranger.wait_for_letter(EVE, marker.encode()).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    # OpenDKIM knows Ed25519 only in versions that Debian does not have; it may look at one signature at a time.
    header, _, body = arrived.partition(b"\r\n\r\n")
    fields = (header + b"\r\n").replace(b"\r\n\t", b"\0").replace(b"\r\n ", b"\1").split(b"\r\n")
    kept = [field for field in fields if not (field.startswith(b"DKIM-Signature") and b"ed25519" in field)]
    assert len(kept) == len(fields) - 1
    header = b"\r\n".join(kept).replace(b"\0", b"\r\n\t").replace(b"\1", b"\r\n ")
    for name, data, holds in [("good", header + b"\r\n" + body, True),
                              ("bad", (header + b"\r\n" + body).replace(b"blanks", b"blinks"), False)]:
        file = tmp_path / f"{name}.eml"
        file.write_bytes(data)
        records = tmp_path / "records"
        records.write_text("".join(f"{owner} {value}\n" for owner, found in dns.zone.items() for kind, value in found
                                   if "_domainkey" in owner))
        configuration = tmp_path / "opendkim.conf"
        configuration.write_text(f"Mode v\nSyslog no\nTestDNSData file:{records}\n")
        told = subprocess.run(["opendkim", "-t", str(file), "-x", str(configuration), "-v", "-v"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        words = told.stdout + told.stderr
        assert ("verification (s=" in words and "succeeded" in words) == holds, words


def test_a_forwarded_letter_is_sealed_and_dkimpy_follows_the_chain(parts):
    relais, stranger, dns = parts
    marker = mark()
    send(relais.port("smtp"), OSCAR, ["elsewhere@valbois.test"], letter(OSCAR, "elsewhere@valbois.test", marker))
    arrived = stranger.wait_for_letter(EVE, marker.encode())
    headers = email.message_from_bytes(arrived)
    assert headers["Return-Path"].startswith("<SRS0=") and headers["Return-Path"].endswith("=stranger.test=oscar@valbois.test>")
    assert headers["From"] == OSCAR
    assert "spf=pass" in headers["ARC-Authentication-Results"]
    verdict, sets, reason = dkim.ARC(arrived).verify(dnsfunc=text_at(dns))
    assert verdict == dkim.CV_Pass, (verdict, sets, reason)
    assert len(sets) == 1 and sets[0]["as-domain"] == DOMAIN.encode()
    verdict, _, _ = dkim.ARC(arrived.replace(b"Good day", b"Bad day")).verify(dnsfunc=text_at(dns))
    assert verdict == dkim.CV_Fail

    # It comes by once more: the second seal covers the first.
    again = mark()
    text = b"\r\n".join(arrived[arrived.index(b"ARC-Seal"):].splitlines()) + b"\r\n"
    text = text.replace(b"\r\nMessage-ID:", f"\r\nX-Mark: {again}\r\nMessage-ID:".encode(), 1)
    send(relais.port("smtp"), OSCAR, ["elsewhere@valbois.test"], text)
    arrived = stranger.wait_for_letter(EVE, again.encode())
    verdict, sets, reason = dkim.ARC(arrived).verify(dnsfunc=text_at(dns))
    assert verdict == dkim.CV_Pass, (verdict, sets, reason)
    assert len(sets) == 2


def test_a_report_finds_its_way_back_through_the_return_path(parts):
    relais, stranger, dns = parts
    marker = mark()
    send(relais.port("smtp"), OSCAR, ["elsewhere@valbois.test"], letter(OSCAR, "elsewhere@valbois.test", marker))
    path = email.message_from_bytes(stranger.wait_for_letter(EVE, marker.encode()))["Return-Path"].strip("<>")
    report = mark()
    send(relais.port("smtp"), "", [path], letter("mailer-daemon@stranger.test", path, report))
    arrived = stranger.wait_for_letter(OSCAR, report.encode())
    assert email.message_from_bytes(arrived)["Return-Path"] in ("<>", "<MAILER-DAEMON>")
    for sender, wrong, code in [(EVE, path, 550), ("", path.replace("oscar@", "eve@"), 550)]:
        with pytest.raises((smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)) as refused:
            send(relais.port("smtp"), sender, [wrong], letter(sender or "x@stranger.test", wrong, mark()))
        words = str(refused.value)
        assert str(code) in words, words


def test_a_revoked_key_signs_no_more_and_says_so(parts):
    relais, stranger, dns = parts
    marker = mark()
    submitted(relais, dns, EVE, letter(ANNA, EVE, marker))
    arrived = stranger.wait_for_letter(EVE, marker.encode())
    rsa = next(key for key in relais.command("domain", "dkim", "list", DOMAIN) if key["algorithm"] == "rsa")
    relais.command("domain", "dkim", "revoke", DOMAIN, "--selector", rsa["selector"])
    keys = publish(relais, dns)
    revoked = next(key for key in keys if key["selector"] == rsa["selector"])
    assert revoked["state"] == "revoked" and revoked["value"].endswith("p=")
    assert [key["state"] for key in keys if key["algorithm"] == "rsa" and key["selector"] != rsa["selector"]] == ["published"]
    assert verified(arrived, dns) == {"rsa-sha256": False, "ed25519-sha256": True}

    def signatures():
        marker = mark()
        submitted(relais, dns, EVE, letter(ANNA, EVE, marker))
        return verified(stranger.wait_for_letter(EVE, marker.encode()), dns)
    # A notice from the command's process: at once, or after a minute where it goes astray.
    wait_until(lambda: signatures() == {"ed25519-sha256": True}, "only the other key to sign", 90, step_seconds=1)
