"""What an account may: device passwords for one protocol, their revocation, quotas to the byte, and BDAT and LMTP's replies."""

import imaplib
import re
import smtplib

import pytest

from conftest import ANNA, BRUNO, EVE
from letters import imap_login, letter, mark, submission
from peers import wait_until

PAUL = "paul@valbois.test"


@pytest.fixture(scope="module")
def paul(relais):
    relais.command("address", "create", PAUL)

    def password(protocols):
        return relais.command("device-password", "create", PAUL, "--label", protocols, "--protocols", protocols)
    return password


def signs_in(relais, protocol, password):
    """Whether the password opens this door."""
    try:
        if protocol == "imap":
            with imap_login(relais, PAUL, password):
                return True
        with submission(relais, PAUL, password=password):
            return True
    except (imaplib.IMAP4.error, smtplib.SMTPAuthenticationError):
        return False


def test_a_device_password_opens_the_doors_it_is_for(relais, paul):
    for protocols, imap, smtp in (("imap", True, False), ("smtp", False, True), ("imap,smtp", True, True)):
        password = paul(protocols)["password"]
        assert len(password.replace("-", "")) >= 16
        assert (signs_in(relais, "imap", password), signs_in(relais, "smtp", password)) == (imap, smtp), protocols


def test_a_revoked_password_is_refused_at_once_although_it_was_remembered(relais, paul):
    made = paul("all")
    for _ in range(3):
        assert signs_in(relais, "imap", made["password"]) and signs_in(relais, "smtp", made["password"])
    relais.command("device-password", "disable", made["id"])
    # The command is a process of its own; the demo looks at what other processes write.
    wait_until(lambda: not signs_in(relais, "imap", made["password"]), "the refusal", timeout_seconds=2)
    assert not signs_in(relais, "smtp", made["password"])
    relais.command("device-password", "enable", made["id"])
    wait_until(lambda: signs_in(relais, "imap", made["password"]), "the admission", timeout_seconds=2)
    relais.command("device-password", "delete", made["id"])
    wait_until(lambda: not signs_in(relais, "smtp", made["password"]), "the refusal", timeout_seconds=2)


def used(imap):
    return int(re.search(rb"STORAGE (\d+) ", imap.getquota('""')[1][0] or b"STORAGE 0 ")[1])


def test_a_quota_counts_every_way_in_and_out(relais):
    address = "quota@valbois.test"
    relais.command("address", "create", address, "--quota", "40kB")
    password = relais.command("device-password", "create", address, "--label", "x")["password"]
    data = letter(EVE, address, mark(), body=b"x" * 9000 + b"\r\n")

    def brought(body_size):
        """The code of an answer to a letter from outside: to its recipient, its data, or the delivery."""
        with smtplib.SMTP("127.0.0.1", relais.port("lmtp"), timeout=30) as lmtp:
            lmtp.putcmd("LHLO", "client.test")
            assert lmtp.getreply()[0] == 250
            data = letter(EVE, address, mark(), body=b"y" * body_size + b"\r\n")
            # With its size declared, what has no room in one mailbox is refused there and for nobody else.
            assert lmtp.docmd("MAIL", f"FROM:<{EVE}> SIZE={len(data)}")[0] == 250
            first, second = lmtp.docmd("RCPT", f"TO:<{address}>")[0], lmtp.docmd("RCPT", f"TO:<{BRUNO}>")[0]
            assert second == 250
            assert lmtp.docmd("DATA")[0] == 354
            lmtp.send(data + b".\r\n")
            # RFC 2033 §4.2: one reply for each recipient that was accepted, in their order.
            codes = [first] if first != 250 else [lmtp.getreply()[0]]
            codes.append(lmtp.getreply()[0])
            return codes

    with imap_login(relais, address, password) as imap:
        for _ in range(4):
            assert imap.append("INBOX", None, None, data)[0] == "OK"
        # 36 of 40 kB: neither a fifth, nor a copy, nor a letter has room.
        status, answer = imap.append("INBOX", None, None, data)
        assert status == "NO" and b"OVERQUOTA" in answer[0]
        imap.select("INBOX")
        status, answer = imap.copy("1", "Archive")
        assert status == "NO" and b"OVERQUOTA" in answer[0]
        assert brought(9000) == [452, 250]
        # What fits is taken, to the byte that is left.
        assert imap.append("INBOX", None, None, letter(EVE, address, mark(), body=b"z" * 1000 + b"\r\n"))[0] == "OK"

        imap.store("1", "+FLAGS", "(\\Deleted)")
        imap.expunge()
        assert imap.copy("1", "Archive")[0] == "OK"
        imap.store("1", "+FLAGS", "(\\Deleted)")
        imap.expunge()
        assert brought(9000) == [250, 250]
        wait_until(lambda: imap.select("INBOX")[1] == [b"4"], "the letter", step_seconds=0.1)
        sizes = 0
        for folder in ("INBOX", "Archive"):
            imap.select(folder, readonly=True)
            sizes += sum(int(re.search(rb"RFC822.SIZE (\d+)", line)[1]) for line in imap.fetch("1:*", "(RFC822.SIZE)")[1])
    shown = relais.command("address", "show", address)
    assert shown["used_bytes"] == sizes, shown


def test_chunks_arrive_as_one_letter(relais):
    """RFC 3030 through smtplib, which has no word for it: three chunks, of which one is empty, sent without waiting."""
    marker = mark()
    data = letter(EVE, ANNA, marker, body=b"a bare dot:\r\n.\r\nand more\r\n")
    with smtplib.SMTP("127.0.0.1", relais.port("smtp"), timeout=30) as smtp:
        smtp.ehlo("client.stranger.test")
        assert smtp.has_extn("chunking")
        smtp.mail(EVE)
        smtp.rcpt(ANNA)
        smtp.send(b"BDAT 100\r\n" + data[:100] + b"BDAT %d\r\n" % (len(data) - 100) + data[100:] + b"BDAT 0 LAST\r\n")
        assert [smtp.getreply()[0] for _ in range(3)] == [250, 250, 250]
    assert relais.wait_for_letter(ANNA, marker.encode()).endswith(data)
