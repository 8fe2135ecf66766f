"""A letter's way in and out, with Postfix, swaks and smtplib at the other end."""

import email
import smtplib
import subprocess

import pytest

from conftest import ANNA, BRUNO, EVE
from letters import body_of, imap_login, letter, mark, send, submission, tail_from, tls_context
from peers import wait_until


def test_postfix_delivers_to_anna_byte_for_byte(relais, stranger):
    marker = mark()
    data = letter(EVE, ANNA, marker, body="Grüße\r\n".encode() + b"." * 900 + b"\r\n.\x7f\r\n..\r\n")
    send(stranger.port, EVE, [ANNA], data)
    arrived = relais.wait_for_letter(ANNA, marker.encode())
    assert tail_from(arrived, b"From: ") == data
    headers = email.message_from_bytes(arrived)
    assert headers["Return-Path"] == f"<{EVE}>"
    assert headers["Delivered-To"] == ANNA
    assert "stranger.test" in headers["Received"]
    # Postfix says in its own log that it gave up responsibility only for a 250.
    wait_until(lambda: "status=sent (250" in stranger.log(), "Postfix's log")


def test_postfix_used_tls_because_it_was_offered(relais, stranger):
    marker = mark()
    send(stranger.port, EVE, [ANNA], letter(EVE, ANNA, marker))
    relais.wait_for_letter(ANNA, marker.encode())
    assert "TLS connection established to 127.0.0.1" in stranger.log()


def test_one_letter_for_several_recipients_is_one_copy_each(relais, stranger):
    marker = mark()
    send(stranger.port, EVE, [ANNA, BRUNO], letter(EVE, f"{ANNA}, {BRUNO}", marker))
    for address in (ANNA, BRUNO):
        relais.wait_for_letter(address, marker.encode())
        copies = [data for data in relais.letters(address) if marker.encode() in data]
        assert len(copies) == 1
        assert email.message_from_bytes(copies[0])["Delivered-To"] == address


def test_an_unknown_recipient_is_refused_and_postfix_bounces_in_our_words(relais, stranger):
    marker = mark()
    send(stranger.port, EVE, ["nobody@valbois.test"], letter(EVE, "nobody@valbois.test", marker))
    bounce = stranger.wait_for_letter(EVE, marker.encode())
    assert b"550" in bounce and b"5.1.1" in bounce
    assert b"nobody@valbois.test" in bounce


def test_a_letter_larger_than_size_is_refused_before_its_data(relais):
    with smtplib.SMTP("127.0.0.1", relais.port("smtp"), timeout=30) as smtp:
        smtp.ehlo("client.stranger.test")
        limit = int(smtp.esmtp_features["size"])
        code, text = smtp.mail(EVE, [f"SIZE={limit + 1}"])
        assert code == 552, text
        smtp.rset()
        assert smtp.mail(EVE, [f"SIZE={limit}"])[0] == 250


def test_success_notices_come_back_when_asked_for(relais, stranger):
    marker = mark()
    send(stranger.port, EVE, [ANNA], letter(EVE, ANNA, marker), ["RET=HDRS", f"ENVID={marker}"],
         ["NOTIFY=SUCCESS,FAILURE", f"ORCPT=rfc822;{ANNA}"])
    relais.wait_for_letter(ANNA, marker.encode())
    notice = stranger.wait_for_letter(EVE, f"Original-Envelope-Id: {marker}".encode())
    message = email.message_from_bytes(notice)
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "delivery-status"
    assert b"Action: delivered" in notice
    assert f"original-recipient:rfc822;{ANNA}".encode() in notice.lower().replace(b" ", b"")
    assert message["Return-Path"] == "<>"


def test_anna_answers_and_the_stranger_gets_her_bytes(relais, stranger):
    marker = mark()
    data = letter(ANNA, EVE, marker, subject="Re: A letter", body="Très bien\r\n.\r\n..x\r\n".encode())
    with submission(relais, ANNA) as smtp:
        assert smtp.sendmail(ANNA, [EVE], data, ["BODY=8BITMIME"]) == {}
    arrived = stranger.wait_for_letter(EVE, marker.encode())
    # The local end-of-line convention of a Maildir is LF.
    assert tail_from(arrived.replace(b"\n", b"\r\n"), b"From: ") == data
    assert email.message_from_bytes(arrived)["Return-Path"] == f"<{ANNA}>"


def test_a_letter_without_date_and_message_id_gets_them(relais, stranger):
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], f"From: {ANNA}\r\nTo: {EVE}\r\nSubject: x\r\n\r\n{marker}\r\n".encode())
    arrived = email.message_from_bytes(stranger.wait_for_letter(EVE, marker.encode()))
    assert arrived["Message-ID"] and arrived["Date"]


def test_a_refusal_by_the_stranger_becomes_a_bounce_with_its_words(relais, stranger):
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, ["unknown@stranger.test"], letter(ANNA, "unknown@stranger.test", marker))
    bounce = relais.wait_for_letter(ANNA, b"unknown@stranger.test")
    message = email.message_from_bytes(bounce)
    assert message["Return-Path"] == "<>"
    assert message.get_content_type() == "multipart/report"
    assert b"User unknown in virtual mailbox table" in bounce
    assert b"Action: failed" in bounce
    assert b"Status: 5.1.1" in bounce
    assert marker.encode() in bounce


def test_a_sender_that_does_not_belong_is_refused(relais):
    with submission(relais, ANNA) as smtp:
        code, _ = smtp.mail(BRUNO)
        assert code == 553
        smtp.rset()
        with pytest.raises(smtplib.SMTPResponseException) as refusal:
            smtp.sendmail(ANNA, [EVE], letter(BRUNO, EVE, mark()))
        assert 500 <= refusal.value.smtp_code < 600


def test_submission_needs_a_login_and_nobody_relays(relais):
    for door in ("submission", "smtp"):
        with smtplib.SMTP("localhost", relais.port(door), timeout=30) as smtp:
            smtp.starttls(context=tls_context(relais))
            smtp.ehlo("client.stranger.test")
            code, _ = smtp.mail(EVE)
            if code == 250:
                code, _ = smtp.rcpt(EVE)
            assert code in (530, 550, 554), (door, code)


def test_a_subaddress_reaches_its_base(relais, stranger):
    marker = mark()
    send(stranger.port, EVE, ["anna+list@valbois.test"], letter(EVE, "anna+list@valbois.test", marker))
    arrived = email.message_from_bytes(relais.wait_for_letter(ANNA, marker.encode()))
    assert arrived["Delivered-To"] == "anna+list@valbois.test"


def test_postmaster_and_abuse_are_always_accepted(relais):
    with smtplib.SMTP("127.0.0.1", relais.port("smtp"), timeout=30) as smtp:
        smtp.ehlo("client.stranger.test")
        smtp.mail("")
        for name in ("postmaster", "abuse", "PostMaster"):
            assert smtp.rcpt(f"{name}@valbois.test")[0] == 250
        # RFC 5321 §4.5.1: also without a domain.
        assert smtp.docmd("RCPT", "TO:<postmaster>")[0] == 250


SWAKS = ["swaks", "--server", "127.0.0.1", "--helo", "client.stranger.test", "--timeout", "30", "--hide-all"]


def swaks(*arguments):
    return subprocess.run([*SWAKS, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60)


@pytest.mark.parametrize("door,tls", [("smtp", []), ("smtp", ["--tls"])])
def test_swaks_delivers_from_outside(relais, door, tls):
    marker = mark()
    answer = swaks("--port", relais.port(door), "--from", EVE, "--to", ANNA, "--body", marker, *tls)
    assert answer.returncode == 0, answer
    relais.wait_for_letter(ANNA, marker.encode())


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("door,tls", [("submission", ["--tls"]), ("submissions", ["--tls-on-connect"])])
def test_swaks_submits_with_a_login(relais, stranger, door, tls, mechanism):
    marker = mark()
    answer = swaks("--port", relais.port(door), *tls, "--auth", mechanism, "--auth-user", ANNA,
                   "--auth-password", relais.password(ANNA), "--from", ANNA, "--to", EVE,
                   "--header", f"From: {ANNA}", "--body", marker)
    assert answer.returncode == 0, answer
    stranger.wait_for_letter(EVE, marker.encode())


def test_swaks_with_a_wrong_password_is_refused(relais):
    answer = swaks("--port", relais.port("submission"), "--tls", "--auth", "PLAIN", "--auth-user", ANNA,
                   "--auth-password", "not-the-password", "--from", ANNA, "--to", EVE)
    assert answer.returncode == 28, answer


def test_swaks_delivers_over_lmtp(relais):
    marker = mark()
    answer = swaks("--protocol", "LMTP", "--port", relais.port("lmtp"), "--from", EVE, "--to", f"{ANNA},{BRUNO}",
                   "--body", marker)
    assert answer.returncode == 0, answer
    for address in (ANNA, BRUNO):
        relais.wait_for_letter(address, marker.encode())


def test_curl_submits_and_reads(relais, stranger, work):
    marker = mark()
    file = work / "curl.eml"
    file.write_bytes(letter(ANNA, f"{EVE}, {BRUNO}", marker))
    curl = ["curl", "--silent", "--show-error", "--max-time", "60", "--cacert", relais.ca_certificate]
    for url, options in ((f"smtps://localhost:{relais.port('submissions')}/client.test", []),
                         (f"smtp://localhost:{relais.port('submission')}/client.test", ["--ssl-reqd"])):
        answer = subprocess.run([*curl, *options, url, "--user", f"{ANNA}:{relais.password(ANNA)}", "--mail-from", ANNA,
                                 "--mail-rcpt", EVE, "--mail-rcpt", BRUNO, "--upload-file", str(file)],
                                stdin=subprocess.DEVNULL, capture_output=True)
        assert answer.returncode == 0, answer
    stranger.wait_for_letter(EVE, marker.encode())
    relais.wait_for_letter(BRUNO, marker.encode())
    with imap_login(relais, BRUNO) as imap:
        imap.select("INBOX", readonly=True)
        uid = imap.uid("SEARCH", "HEADER", "Message-ID", marker)[1][0].split()[0].decode()
    for url, options in ((f"imaps://localhost:{relais.port('imaps')}/INBOX;UID={uid}", []),
                         (f"imap://localhost:{relais.port('imap')}/INBOX;UID={uid}", ["--ssl-reqd"])):
        answer = subprocess.run([*curl, *options, url, "--user", f"{BRUNO}:{relais.password(BRUNO)}"],
                                stdin=subprocess.DEVNULL, capture_output=True)
        assert answer.returncode == 0, answer
        assert body_of(answer.stdout) == body_of(file.read_bytes())


def test_a_plaintext_login_in_the_clear_is_for_loopback_only_by_setting(relais):
    """The demo allows it on loopback (design: `[auth] plaintext_from`), so that the simplest client works."""
    with smtplib.SMTP("127.0.0.1", relais.port("submission"), timeout=30) as smtp:
        smtp.login(ANNA, relais.password(ANNA))


def test_log_search_tells_the_whole_way(relais, stranger):
    marker = mark()
    send(stranger.port, EVE, [ANNA], letter(EVE, ANNA, marker, subject=marker))
    relais.wait_for_letter(ANNA, marker.encode())
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, marker, subject="Re: " + marker))
    stranger.wait_for_letter(EVE, b"Re: " + marker.encode())

    inward = relais.command_raw("log", "search", "--to", ANNA, "--since", "1h")
    assert inward.returncode == 0, inward
    assert EVE in inward.stdout and "accepted" in inward.stdout.lower() and "delivered" in inward.stdout.lower()
    outward = relais.command_raw("log", "search", "--to", EVE, "--since", "1h")
    assert outward.returncode == 0, outward
    # The remote's own words.
    assert "250 2.0.0 Ok: queued as" in outward.stdout
