"""DNS lists of senders whose zones our own DNS door serves: each weight as a sender and a reader see it."""

import smtplib

import pytest

from conftest import ANNA
from names import short
from peers import wait_until
from ports import free_port
from relais import Served

ZONE = "lists.test"
# Who brings the letter: what the lists say about that address.
CLEAN, OPEN, DOUBTFUL, KNOWN = "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"
RECORDS = """\
3.0.0.127.bl A 127.0.0.4
3.0.0.127.bl TXT "open proxy"
4.0.0.127.bl A 127.0.0.9
5.0.0.127.bl A 127.0.0.4
5.0.0.127.wl A 127.0.0.2
spammy.test.dbl A 127.0.1.2
*.everybody A 127.0.0.2
"""
LISTS = [
    ("ip:bl", "refuse", ["127.0.0.2-127.0.0.7"]),
    ("ip:bl", "mark", ["127.0.0.9"]),
    ("domain:dbl", "spam", []),
    ("ip:wl", "allow", []),
    # A list whose owner gave up (RFC 5782 §5).
    ("ip:everybody", "refuse", []),
]


@pytest.fixture(scope="module")
def relais(work):
    relais = Served(work / "lists", f"sqlite:{work}/lists/relais.db")
    port = free_port()
    relais.facts["ports"]["dns"] = port
    lists = "".join(f'\n[[judge.lists]]\nlist = "{name}.{ZONE}"\nweight = "{weight}"\ncodes = {codes}\n'
                    for name, weight, codes in LISTS)
    config = relais.data / "relais.toml"
    config.write_text(config.read_text().replace("[listen]\n", f'[listen]\ndns = ["127.0.0.1:{port}"]\n') + (
        f'\n[dns]\nvalidation = "off"\n\n[dns.forward]\n"{ZONE}" = ["127.0.0.1:{port}"]\n{lists}'))
    relais.populate(ANNA)
    relais.command("zone", "create", ZONE)
    assert relais.command("zone", "import", ZONE, "-", stdin=RECORDS)["refused"] == []
    with relais:
        wait_until(lambda: short(port, f"spammy.test.dbl.{ZONE}", "A"), "the lists to be served")
        yield relais


def bring(relais, ip, subject, author="zed@fair.test"):
    text = f"From: {author}\r\nTo: {ANNA}\r\nSubject: {subject}\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n\r\nhello\r\n"
    with smtplib.SMTP("127.0.0.1", relais.port("smtp"), timeout=30, source_address=(ip, 0)) as smtp:
        smtp.ehlo("mx.fair.test")
        smtp.sendmail(author, [ANNA], text)


def test_an_address_that_a_list_has_is_refused_with_the_lists_words(relais):
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        bring(relais, OPEN, "from-an-open-proxy")
    said = f"{refused.value.smtp_code} {refused.value.smtp_error.decode()}"
    assert said == f"550 5.7.1 {OPEN} is listed by bl.{ZONE} (127.0.0.4: open proxy)"
    log = relais.command_raw("log", "search", "--to", ANNA).stdout
    assert f"is listed by bl.{ZONE}" in log, log


@pytest.mark.parametrize("ip, author, folder, told", [
    (CLEAN, "zed@fair.test", "INBOX", None),
    (CLEAN, "zed@spammy.test", "Spam", f"spammy.test is listed by dbl.{ZONE}"),
    (DOUBTFUL, "zed@fair.test", "INBOX", f"bl.{ZONE}"),
    # Another list knows it as good.
    (KNOWN, "zed@spammy.test", "INBOX", f"wl.{ZONE}"),
])
def test_each_weight_has_its_place_and_is_told(relais, ip, author, folder, told):
    subject = f"by-{ip}-of-{author.split('@')[1]}"
    bring(relais, ip, subject, author)
    relais.wait_for_letter(ANNA, subject.encode(), folder)
    ways = relais.command("log", "search", "--to", ANNA, "--from", author)
    assert ways
    log = relais.command_raw("log", "search", "--to", ANNA, "--from", author).stdout
    assert told is None or told in log, log
    # What lists everybody is left alone, and the log says so.
    assert f"everybody.{ZONE}" in log and "RFC 5782" in log, log


def test_a_list_learns_at_once_what_its_owner_changes(relais):
    relais.command("zone", "add", ZONE, "late.test.dbl", "A", "127.0.1.2")
    wait_until(lambda: short(relais.port("dns"), f"late.test.dbl.{ZONE}", "A"), "the new entry", 10)
    bring(relais, CLEAN, "from-late", "zed@late.test")
    relais.wait_for_letter(ANNA, b"from-late", "Spam")
