"""A Postfix that says no more than it must: what it does not announce is not used, and nothing is lost by that."""

import email
import email.policy

import pytest

from conftest import ANNA, EVE
from letters import letter, mark, submission
from peers import Postfix
from relais import Relais

EVE_IN_UTF8 = "ève@stranger.test"


@pytest.fixture(scope="module")
def plain(work):
    """Relais, and a Postfix without 8BITMIME, SMTPUTF8, DSN, CHUNKING and PIPELINING."""
    stranger = Postfix(work / "plain", domains=["stranger.test"], users=[EVE], extra={
        "smtpd_discard_ehlo_keywords": "8bitmime, smtputf8, dsn, chunking, pipelining", "smtputf8_enable": "no",
        # It refuses what it did not announce.
        "strict_7bit_headers": "yes"})
    relais = Relais(work / "towards-plain", strangers={"stranger.test": stranger.port})
    with relais, stranger:
        yield relais, stranger


def test_eight_bit_text_is_encoded_for_it(plain):
    relais, stranger = plain
    marker = mark()
    text = "Né à Genève, où l'été fut long.\r\n" + "ü" * 300 + "\r\n"
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, marker, body=text.encode()), ["BODY=8BITMIME"])
    arrived = stranger.wait_for_letter(EVE, f"<{marker}@".encode())
    assert arrived.isascii()
    message = email.message_from_bytes(arrived, policy=email.policy.default)
    assert message["Content-Transfer-Encoding"] in ("quoted-printable", "base64")
    assert message.get_content().replace("\n", "\r\n").startswith(text)


def test_a_success_is_reported_by_us_where_it_cannot_be_asked_for(plain):
    """RFC 3461 §5.2.2: handed to a server without DSN, `relayed` is the last that can be known."""
    relais, stranger = plain
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, marker), [f"ENVID={marker}"], ["NOTIFY=SUCCESS"])
    stranger.wait_for_letter(EVE, f"<{marker}@".encode())
    notice = relais.wait_for_letter(ANNA, f"Original-Envelope-Id: {marker}".encode())
    assert b"Action: relayed" in notice and b"Reporting-MTA: dns; mail.valbois.test" in notice


def test_an_international_address_comes_back_with_the_reason(plain):
    """RFC 6531 §3.2: never sent to a server without SMTPUTF8."""
    relais, stranger = plain
    marker = mark()
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE_IN_UTF8], letter(ANNA, EVE_IN_UTF8, marker), ["SMTPUTF8", "BODY=8BITMIME"])
    bounce = relais.wait_for_letter(ANNA, f"<{marker}@".encode())
    assert b"Action: failed" in bounce and b"Status: 5.6.7" in bounce
    assert "ève" not in stranger.log()
