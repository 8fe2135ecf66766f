"""Two organisations on one platform: over SMTP, IMAP and the command line neither finds what is the other's."""

import email
import imaplib
import json
import smtplib

import pytest

from conftest import ANNA, EVE
from letters import imap_login, letter, mark, send, submission, tls_context

OTHER = "Clinique du Lac"
CLARA = "clara@clinique.test"


@pytest.fixture(scope="module")
def clara(relais):
    """Another organisation with a domain, a mailbox and an alias; Clara's password."""
    relais.command("organisation", "create", OTHER)
    relais.command("domain", "create", "clinique.test", "--organisation", OTHER)
    relais.command("address", "create", CLARA, "--organisation", OTHER)
    relais.command("address", "create", "accueil@clinique.test", "--alias-to", CLARA, "--organisation", OTHER)
    return relais.command("device-password", "create", CLARA, "--label", "test", "--organisation", OTHER)["password"]


def test_the_password_is_random_and_long(clara):
    assert len(clara.replace("-", "")) >= 16


def test_letters_of_one_organisation_do_not_show_in_the_other(relais, stranger, clara):
    marker = mark()
    send(stranger.port, EVE, [ANNA], letter(EVE, ANNA, marker))
    relais.wait_for_letter(ANNA, marker.encode())
    with imap_login(relais, CLARA, clara) as imap:
        assert imap.select("INBOX")[0] == "OK"
        for folder in ("INBOX/anna@valbois.test", "/anna@valbois.test/INBOX", "user/anna@valbois.test", "#user/anna"):
            assert imap.status(f'"{folder}"', "(MESSAGES)")[0] == "NO"
        status, folders = imap.list('""', '"*"')
        assert status == "OK" and not any(b"anna" in line or b"valbois" in line for line in folders)
        assert not any(marker.encode() in str(part).encode() for part in imap.uid("SEARCH", "TEXT", marker)[1])
        for command in (("GETQUOTA", "anna@valbois.test"), ("GETQUOTA", '"user/anna@valbois.test"')):
            assert imap.xatom(*command)[0] in ("NO", "BAD")


def test_nobody_signs_in_with_the_password_of_another(relais, clara):
    with pytest.raises(imaplib.IMAP4.error):
        with imap_login(relais, ANNA, clara):
            pass
    with pytest.raises(imaplib.IMAP4.error):
        with imap_login(relais, CLARA, relais.password(ANNA)):
            pass
    with pytest.raises(smtplib.SMTPAuthenticationError):
        with submission(relais, CLARA, password=relais.password(ANNA)):
            pass


def test_nobody_acts_for_another_with_a_separate_authorisation_identity(relais, clara):
    """RFC 4616 §2: the identity to act as is the client's wish, the server's decision."""
    imap = imaplib.IMAP4_SSL("localhost", relais.port("imaps"), ssl_context=tls_context(relais), timeout=30)
    with pytest.raises(imaplib.IMAP4.error):
        imap.authenticate("PLAIN", lambda _: f"{ANNA}\0{CLARA}\0{clara}".encode())
    imap.shutdown()


def test_nobody_sends_with_an_address_of_another(relais, clara):
    with submission(relais, CLARA, password=clara) as smtp:
        assert smtp.mail(ANNA)[0] == 553
        smtp.rset()
        with pytest.raises(smtplib.SMTPResponseException) as refusal:
            smtp.sendmail(CLARA, [EVE], letter(ANNA, EVE, mark()))
        assert 500 <= refusal.value.smtp_code < 600


def test_an_alias_sends_with_its_own_address(relais, stranger, clara):
    marker = mark()
    with submission(relais, CLARA, password=clara) as smtp:
        smtp.sendmail("accueil@clinique.test", [EVE], letter("accueil@clinique.test", EVE, marker))
    arrived = email.message_from_bytes(stranger.wait_for_letter(EVE, marker.encode()))
    assert arrived["Return-Path"] == "<accueil@clinique.test>"


def test_an_alias_receives_and_says_how_it_was_addressed(relais, clara):
    marker = mark()
    send(relais.port("smtp"), EVE, ["accueil@clinique.test"], letter(EVE, "accueil@clinique.test", marker))
    with imap_login(relais, CLARA, clara) as imap:
        def arrived():
            imap.select("INBOX", readonly=True)
            uids = imap.uid("SEARCH", "HEADER", "Message-ID", marker)[1][0]
            return uids and imap.uid("FETCH", uids.split()[0].decode(), "(BODY.PEEK[])")[1][0][1]
        from peers import wait_until
        assert email.message_from_bytes(wait_until(arrived, "the letter"))["Delivered-To"] == "accueil@clinique.test"


def test_organisations_write_to_each_other_like_anybody_else(relais, clara):
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [CLARA], letter(ANNA, CLARA, marker))
    with imap_login(relais, CLARA, clara) as imap:
        from peers import wait_until
        wait_until(lambda: imap.select("INBOX") and imap.uid("SEARCH", "HEADER", "Message-ID", marker)[1][0], "it")


@pytest.mark.parametrize("arguments", [
    ["address", "show", ANNA],
    ["address", "disable", ANNA],
    ["address", "delete", ANNA],
    ["address", "change", ANNA, "--quota", "1MB"],
    ["device-password", "create", ANNA, "--label", "stolen"],
    ["device-password", "list", ANNA],
    ["domain", "show", "valbois.test"],
    ["domain", "delete", "valbois.test", "--force"],
    ["organisation", "show", "Commune de Valbois"],
    ["organisation", "delete", "Commune de Valbois", "--force"],
    ["user", "show", "admin@valbois.test"],
    ["user", "delete", "admin@valbois.test"],
    ["address", "create", "spy@valbois.test"],
])
def test_within_one_scope_the_other_is_not_found(relais, clara, arguments):
    answer = relais.command_raw(*arguments, "--organisation", OTHER, "--json")
    assert answer.returncode == 1, answer
    error = json.loads(answer.stderr)["error"]
    assert error["kind"] == "not_found", error
    assert "valbois" not in error.get("what", "").lower()


@pytest.mark.parametrize("arguments", [
    ["address", "list"], ["domain", "list"], ["user", "list"], ["service", "list"], ["queue", "list"],
    ["log", "search", "--since", "1h"], ["log", "changes"],
])
def test_lists_hold_only_what_is_ones_own(relais, stranger, clara, arguments):
    marker = mark()
    send(stranger.port, EVE, [ANNA], letter(EVE, ANNA, marker))
    relais.wait_for_letter(ANNA, marker.encode())
    answer = relais.command_raw(*arguments, "--organisation", OTHER, "--json")
    assert answer.returncode == 0, answer
    if arguments[:2] != ["log", "search"]:
        assert "valbois" not in answer.stdout
        return
    # Anna may well have written to Clara: her name stands in Clara's log as a sender, and nowhere else.
    for way in json.loads(answer.stdout):
        assert all(not (event.get("recipient") or "").endswith("@valbois.test") for event in way["events"]), way


def test_refusals_name_the_field_the_reason_and_the_rule(relais, clara):
    for arguments in (["domain", "create", "valbois.test", "--organisation", OTHER],
                      ["address", "create", CLARA, "--organisation", OTHER],
                      ["organisation", "create", ""]):
        answer = relais.command_raw(*arguments, "--json")
        assert answer.returncode == 1, answer
        error = json.loads(answer.stderr)["error"]
        assert error["field"] and error["rule"] and error["message"], error


def test_a_disabled_organisation_is_shut_and_comes_back(relais, clara):
    relais.command("organisation", "disable", OTHER)
    try:
        with pytest.raises(imaplib.IMAP4.error):
            with imap_login(relais, CLARA, clara):
                pass
        with smtplib.SMTP("127.0.0.1", relais.port("smtp"), timeout=30) as smtp:
            smtp.ehlo("client.stranger.test")
            smtp.mail(EVE)
            assert smtp.rcpt(CLARA)[0] >= 400
            assert smtp.rcpt(ANNA)[0] == 250
    finally:
        relais.command("organisation", "enable", OTHER)
    with imap_login(relais, CLARA, clara):
        pass


def test_a_quota_is_counted_exactly_and_says_so(relais, clara):
    address = "petit@clinique.test"
    relais.command("address", "create", address, "--quota", "20kB", "--organisation", OTHER)
    password = relais.command("device-password", "create", address, "--label", "x", "--organisation", OTHER)["password"]
    data = letter(EVE, address, mark(), body=b"x" * 70 + b"\r\n")
    with imap_login(relais, address, password) as imap:
        kept = 0
        while kept < 100 and imap.append("INBOX", None, None, data)[0] == "OK":
            kept += 1
        assert kept == 20_000 // len(data)
        used, limit = map(int, imap.getquotaroot("INBOX")[1][1][0].decode().split("STORAGE ")[1].split(")")[0].split()[:2])
        # RFC 9208 §5.1: in units of 1,024 octets.
        assert limit in (19, 20) and used in (kept * len(data) // 1024, kept * len(data) // 1024 + 1)
    with smtplib.SMTP("127.0.0.1", relais.port("smtp"), timeout=30) as smtp:
        smtp.ehlo("client.stranger.test")
        smtp.mail(EVE)
        code, text = smtp.rcpt(address)
        if code == 250:
            # There is room for something smaller than what was refused: the letter itself is what must not fit.
            code, text = smtp.data(letter(EVE, address, mark(), body=b"x" * 70 + b"\r\n"))
        assert code in (250, 452, 552), (code, text)
