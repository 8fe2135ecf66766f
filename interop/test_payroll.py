"""Connection mode B: swaks as a payroll program that signs in with an application account, on every door that takes one."""

import pytest

from conftest import ANNA, EVE
from letters import mark
from test_letters import swaks

SENDER = "salaires@valbois.test"


@pytest.fixture(scope="module")
def payroll(relais):
    return relais.command("application", "create", "payroll", "--sender", SENDER, "--hourly", "12")


def sign_in(relais, payroll, door, tls, mechanism="LOGIN", password=None):
    return ["--port", relais.port(door), *tls, "--auth", mechanism, "--auth-user", payroll["login"],
            "--auth-password", password or payroll["password"]]


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("door,tls", [("smtp", ["--tls"]), ("submission", ["--tls"]), ("submissions", ["--tls-on-connect"])])
def test_payroll_sends_an_ordinary_letter(relais, stranger, payroll, door, tls, mechanism):
    marker = mark()
    answer = swaks(*sign_in(relais, payroll, door, tls, mechanism), "--from", SENDER, "--to", EVE,
                   "--header", f"From: {SENDER}", "--body", marker)
    assert answer.returncode == 0, answer
    stranger.wait_for_letter(EVE, marker.encode())


def test_payroll_sends_a_confidential_letter_that_a_mailbox_here_gets(relais, payroll):
    marker = mark()
    answer = swaks(*sign_in(relais, payroll, "smtp", ["--tls"]), "--from", SENDER, "--to", ANNA,
                   "--header", f"From: {SENDER}", "--header", f"Subject: <im><c> {marker}", "--body", "net: 5000")
    assert answer.returncode == 0, answer
    letter = relais.wait_for_letter(ANNA, marker.encode())
    assert b"<im>" not in letter


def test_nobody_signs_in_with_another_password_or_names_somebody_else(relais, payroll):
    wrong = swaks(*sign_in(relais, payroll, "smtp", ["--tls"], password="0000-" * 5 + "0000"), "--from", SENDER, "--to", EVE)
    assert wrong.returncode == 28, wrong
    other = swaks(*sign_in(relais, payroll, "smtp", ["--tls"]), "--from", ANNA, "--to", EVE)
    assert other.returncode == 23, other
    forged = swaks(*sign_in(relais, payroll, "smtp", ["--tls"]), "--from", SENDER, "--to", EVE, "--header", f"From: {ANNA}")
    assert forged.returncode == 26, forged


def test_the_hour_s_limit_defers_and_a_disabled_account_sends_nothing(relais, payroll):
    small = relais.command("application", "create", "small", "--sender", SENDER, "--hourly", "1")
    send = ["--from", SENDER, "--to", EVE, "--header", f"From: {SENDER}"]
    assert swaks(*sign_in(relais, small, "smtp", ["--tls"]), *send).returncode == 0
    full = swaks(*sign_in(relais, small, "smtp", ["--tls"]), *send)
    assert full.returncode == 26, full
    relais.command("application", "disable", small["id"])
    refused = swaks(*sign_in(relais, small, "smtp", ["--tls"]), *send)
    assert refused.returncode == 28, refused
