"""Connection mode B: swaks as a payroll program that signs in with an application account, on every door that takes one."""

import time

import pytest

from conftest import ANNA, EVE
from letters import mark
from peers import wait_until
from relais import Served
from test_gateway import authority, issue
from test_letters import swaks

SENDER = "salaires@valbois.test"
DOORS = [("smtp", ["--tls"]), ("submission", ["--tls"]), ("submissions", ["--tls-on-connect"])]


@pytest.fixture(scope="module")
def payroll(relais):
    return relais.command("application", "create", "payroll", "--sender", SENDER, "--hourly", "12")


def sign_in(relais, payroll, door, tls, mechanism="LOGIN", password=None):
    return ["--port", relais.port(door), *tls, "--auth", mechanism, "--auth-user", payroll["login"],
            "--auth-password", password or payroll["password"]]


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("door,tls", DOORS)
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
    # Counted by the hour of the clock: not across its end.
    wait_until(lambda: time.time() % 3600 < 3570, "the next hour")
    small = relais.command("application", "create", "small", "--sender", SENDER, "--hourly", "1")
    send = ["--from", SENDER, "--to", EVE, "--header", f"From: {SENDER}"]
    assert swaks(*sign_in(relais, small, "smtp", ["--tls"]), *send).returncode == 0
    full = swaks(*sign_in(relais, small, "smtp", ["--tls"]), *send)
    assert full.returncode == 26, full
    relais.command("application", "disable", small["id"])
    refused = swaks(*sign_in(relais, small, "smtp", ["--tls"]), *send)
    assert refused.returncode == 28, refused


def test_each_name_of_the_platform_takes_letters_under_its_own_certificate(work, stranger):
    """As `gw1.incamail.com` and `im.post.ch` are one platform: the program that signs in knows one of the names."""
    names = {"first": "mail.valbois.test", "second": "im.valbois.test"}
    home = work / "names"
    relais = Served(home / "relais", f"sqlite:{home}/relais/relais.db", strangers={"stranger.test": stranger.port})
    known = authority(home, "known")
    for file, name in names.items():
        issue(home, file, "known", name)
    with open(relais.data / "relais.toml", "a") as config:
        config.write(f'\n[tls]\ncertificate = "{home}/first.pem"\nkey = "{home}/first.key"\n'
                     f'certificates = [{{ certificate = "{home}/second.pem", key = "{home}/second.key" }}]\n')
    relais.populate(ANNA)
    payroll = relais.command("application", "create", "payroll", "--sender", SENDER)
    with relais:
        for door, tls in DOORS:
            for name in names.values():
                marker = mark()
                answer = swaks("--no-hide-all", *sign_in(relais, payroll, door, tls), "--tls-sni", name, "--tls-verify", "--tls-ca-path", known,
                               "--from", SENDER, "--to", EVE, "--header", f"From: {SENDER}", "--body", marker)
                assert answer.returncode == 0 and f'/CN={name}"' in answer.stdout, answer
                stranger.wait_for_letter(EVE, marker.encode())
