"""Mutt, which reads with CONDSTORE, QRESYNC and COMPRESS and signs in with SCRAM-SHA-256, over IMAP and SMTP."""

import os
import pty
import select
import subprocess
import time

import pytest

from conftest import ANNA, EVE
from letters import imap_login, letter, mark

TIMEOUT_SECONDS = 60


class Mutt:
    """A home of its own, with settings for one account; what it says on the wire lands in its debug file."""

    def __init__(self, home, relais, address, folder):
        self.home = home
        home.mkdir()
        (home / "headers").mkdir()
        user = address.replace("@", "%40")
        self.settings = home / "muttrc"
        self.settings.write_text(
            f'set imap_user="{address}" imap_pass="{relais.password(address)}" smtp_pass="{relais.password(address)}"\n'
            f'set from="{address}" realname="" use_envelope_from=yes copy=no\n'
            f'set folder="imaps://localhost:{relais.port("imaps")}/" spoolfile="+{folder}" record="" postponed=""\n'
            f'set smtp_url="smtps://{user}@localhost:{relais.port("submissions")}/"\n'
            f'set imap_authenticators="scram-sha-256" smtp_authenticators="scram-sha-256"\n'
            f'set imap_condstore=yes imap_qresync=yes imap_deflate=yes header_cache="{home}/headers/"\n'
            f'set certificate_file="{relais.ca_certificate}" ssl_ca_certificates_file="{relais.ca_certificate}" ssl_verify_host=yes\n'
            f'set sort=mailbox-order mark_old=no delete=yes confirmappend=no wait_key=no sleep_time=0 beep=no\n')

    def environment(self):
        return {**os.environ, "HOME": str(self.home), "TERM": "xterm", "LANG": "C.UTF-8"}

    def read(self, keys):
        """Opens the folder on a terminal, does what the keys say, and leaves; the debug file of this run."""
        self._forget()
        master, slave = pty.openpty()
        process = subprocess.Popen(
            ["mutt", "-d", "4", "-F", str(self.settings), "-e", f'push "{keys}"'], stdin=slave, stdout=slave,
            stderr=slave, env=self.environment(), start_new_session=True)
        os.close(slave)
        screen = b""
        end = time.monotonic() + TIMEOUT_SECONDS
        while process.poll() is None:
            if time.monotonic() > end:
                process.kill()
                raise AssertionError(f"mutt did not end:\n{screen[-3000:]!r}")
            if select.select([master], [], [], 0.1)[0]:
                try:
                    screen += os.read(master, 65536)
                except OSError:
                    break
        process.wait()
        os.close(master)
        return self.said()

    def send(self, recipient, subject, text):
        self._forget()
        answer = subprocess.run(["mutt", "-d", "4", "-F", str(self.settings), "-s", subject, "--", recipient], input=text,
                                env=self.environment(), capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
        assert answer.returncode == 0, answer
        return self.said()

    def _forget(self):
        for file in self.home.glob(".muttdebug*"):
            file.unlink()

    def said(self):
        return (self.home / ".muttdebug0").read_text(errors="replace")


@pytest.fixture(scope="module")
def mutt(work, relais):
    return Mutt(work / "mutt", relais, ANNA, "Mutt")


def test_mutt_reads_compressed_and_catches_up_with_what_it_missed(relais, mutt):
    markers = [mark() for _ in range(6)]
    with imap_login(relais, ANNA) as imap:
        imap.create("Mutt")
        for marker in markers:
            imap.append("Mutt", None, None, letter(EVE, ANNA, marker, subject=marker))
        first = mutt.read("<first-entry><flag-message><sync-mailbox><quit>")
        assert "SCRAM-SHA-256" in first, first[-3000:]
        assert "COMPRESS DEFLATE" in first, first[-3000:]
        assert "* ENABLED QRESYNC" in first, first[-3000:]
        imap.select("Mutt")
        assert imap.search(None, "FLAGGED")[1] == [b"1"]

        # Meanwhile another client takes two away, marks one, and brings one.
        imap.store("2,4", "+FLAGS", "(\\Deleted)")
        imap.expunge()
        imap.store("2", "+FLAGS", "(\\Answered)")
        late = mark()
        imap.append("Mutt", None, None, letter(EVE, ANNA, late, subject=late))
        again = mutt.read("<limit>~Q<enter><tag-pattern>~A<enter><tag-prefix><set-flag>!<limit>all<enter>"
                          "<last-entry><flag-message><sync-mailbox><quit>")
        # It asked for what changed since, and was told what is gone.
        assert "VANISHED)" in again and "CHANGEDSINCE" in again, again[-3000:]
        assert "VANISHED (EARLIER) 2,4" in again, again[-3000:]
        imap.noop()
        assert imap.search(None, "ALL")[1] == [b"1 2 3 4 5"]
        # It knew which was answered, and where the new one stands.
        assert imap.search(None, "FLAGGED")[1] == [b"1 2 5"]
        assert imap.search(None, "FLAGGED", "SUBJECT", late)[1] == [b"5"]


def test_mutt_submits_with_scram(relais, stranger, mutt):
    marker = mark()
    said = mutt.send(EVE, marker, f"Bonjour, {marker}\n")
    assert "SCRAM-SHA-256" in said, said[-3000:]
    assert b"Bonjour" in stranger.wait_for_letter(EVE, marker.encode())


def test_mutt_sends_a_secured_letter_by_what_is_typed_into_its_subject_and_address(relais, stranger, mutt):
    marker = mark()
    mutt.send(f"{EVE}.incamail.ch", f"<im><c> {marker}", f"Bonjour, {marker}\n")
    arrived = stranger.wait_for_letter(EVE, marker.encode())
    assert b"Relais.html" in arrived and b"Bonjour" not in arrived
    assert f"To: {EVE}\n".encode() in arrived and b"<im>" not in arrived and b"incamail" not in arrived
