"""`relais setup`, `check` and `serve`: from nothing to a server that an administrator signs in to."""

import imaplib
import re
import signal
import smtplib
import ssl
import subprocess

import pytest

from letters import letter, mark
from peers import greets, wait_until
from ports import free_port

ADMIN = "admin@setup.test"


def run(program, *arguments):
    return subprocess.run([str(program), *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60)


@pytest.fixture(scope="module")
def installation(work, program):
    """The directory that setup made, with free ports in place of the well-known ones; and what it printed."""
    data = work / "setup"
    # In the sandbox of the tests the pre-flight checks (ports, names) may fail: --yes goes on and says so.
    answer = run(program, "setup", "--data", data, "--hostname", "mail.setup.test", "--organisation", "Setup AG",
                 "--admin", ADMIN, "--yes")
    assert answer.returncode == 0, answer
    config = data / "relais.toml"
    text = config.read_text()
    ports = {port: free_port() for port in (25, 587, 465, 143, 993, 80, 443, 53)}
    for well_known, free in ports.items():
        text = text.replace(f'"0.0.0.0:{well_known}"', f'"127.0.0.1:{free}"')
        text = re.sub(rf',?\s*"\[::\]:{well_known}",?', "", text)
    config.write_text(text)
    return data, ports, answer.stdout


def test_setup_says_what_to_publish_and_what_to_do_next(installation):
    _, _, printed = installation
    for expected in ("setup.test.", "MX", "v=spf1", "_submissions._tcp", "_imaps._tcp", "_dmarc", "_domainkey", "relais check", "relais serve"):
        assert expected in printed, printed


def test_setup_refuses_a_directory_that_is_set_up(installation, program):
    answer = run(program, "setup", "--data", installation[0], "--hostname", "mail.setup.test", "--yes")
    assert answer.returncode == 1 and "relais.toml" in answer.stderr, answer


def test_a_setup_that_fails_can_be_repeated(program, work):
    data, database = work / "set-up-twice", work / "elsewhere.db"
    command = [program, "setup", "--data", data, "--hostname", "mail.again.test", "--organisation", "Again AG",
               "--database", f"sqlite:{database}", "--yes"]
    answer = run(*command, "--admin", "admin@localhost")
    assert answer.returncode == 1 and "--admin" in answer.stderr, answer
    assert run(*command, "--admin", "admin@again.test").returncode == 0
    assert database.exists() and f"sqlite:{database}" in (data / "relais.toml").read_text()
    # Letters and passwords are nobody else's.
    assert data.stat().st_mode & 0o077 == 0 and (data / "relais.toml").stat().st_mode & 0o077 == 0


def test_check_names_what_is_wrong(installation, program, work):
    data, _, _ = installation
    assert run(program, "check", "--config", data / "relais.toml").returncode == 0
    wrong = work / "wrong.toml"
    wrong.write_text((data / "relais.toml").read_text().replace("[listen]", "[listen]\nsmpt = []"))
    answer = run(program, "check", "--config", wrong)
    assert answer.returncode == 1 and "smpt" in answer.stderr, answer


def test_serve_answers_and_the_administrator_signs_in(installation, program):
    data, ports, printed = installation
    password = re.search(rf"{re.escape(ADMIN)}, password (\S+)", printed)[1]
    with open(data.with_name("setup.log"), "wb") as log:
        process = subprocess.Popen([str(program), "serve", "--config", str(data / "relais.toml")],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        wait_until(lambda: process.poll() is not None or greets(ports[143]), "relais serve to greet")
        # No password in the clear: only the demo allows that, and only on loopback.
        plain = imaplib.IMAP4("127.0.0.1", ports[143], timeout=30)
        assert "LOGINDISABLED" in plain.capabilities
        with pytest.raises(imaplib.IMAP4.error):
            plain.login(ADMIN, password)
        plain.logout()
        with smtplib.SMTP("127.0.0.1", ports[587], timeout=30) as smtp:
            smtp.ehlo("client.test")
            assert "auth" not in smtp.esmtp_features
        marker = mark()
        with smtplib.SMTP("127.0.0.1", ports[25], timeout=30) as smtp:
            smtp.sendmail("someone@elsewhere.test", [ADMIN], letter("someone@elsewhere.test", ADMIN, marker))
        context = ssl._create_unverified_context()
        imap = imaplib.IMAP4_SSL("127.0.0.1", ports[993], ssl_context=context, timeout=30)
        imap.login(ADMIN, password)
        wait_until(lambda: imap.select("INBOX") and imap.uid("SEARCH", "HEADER", "Message-ID", marker)[1][0], "the letter")
        imap.logout()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
