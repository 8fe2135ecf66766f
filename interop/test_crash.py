"""kill -9 at random moments under load: what was acknowledged is there exactly once, and nothing is there half.

CRASH_ROUNDS (8) and CRASH_SEED (random, printed) steer it.
"""

import hashlib
import os
import random
import re
import smtplib
import imaplib
import threading
import time

import pytest

from conftest import ANNA, BRUNO, EVE
from letters import imap_login, submission
from peers import Postfix, wait_until
from relais import Relais, Served

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "8"))
SMTP_SESSIONS = 6
SUBMISSION_SESSIONS = 2
APPEND_SESSIONS = 2
LONGEST_ROUND_SECONDS = 2.0
DRAIN_TIMEOUT_SECONDS = 90


class Tally:
    """Which letters were acknowledged, per place; and which were only begun."""

    def __init__(self):
        self.lock = threading.Lock()
        self.begun = set()
        self.acknowledged = {ANNA: set(), BRUNO: set(), EVE: set(), "Crash": set()}
        self.count = 0

    def next(self, place):
        with self.lock:
            self.count += 1
            name = f"{place.split('@')[0]}-{self.count:06}"
            self.begun.add(name)
            return name

    def done(self, place, name):
        with self.lock:
            self.acknowledged[place].add(name)


def composed(name, sender, recipient, size):
    """A letter that says itself whether it is whole."""
    text = (hashlib.sha256(name.encode()).hexdigest() + "\r\n") * (size // 66 + 1)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return (f"From: {sender}\r\nTo: {recipient}\r\nSubject: {name}\r\nDate: Sat, 21 Nov 2026 12:00:00 +0100\r\n"
            f"Message-ID: <{name}@crash.test>\r\n\r\n{text}digest: {digest}\r\n").encode()


def name_of_whole(data):
    """The letter's name, after a check that every byte of it is there."""
    data = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    name = re.search(rb"^Subject: (\S+)", data, re.MULTILINE)[1].decode()
    body = data.partition(b"\r\n\r\n")[2]
    text, found, digest = body.rpartition(b"digest: ")
    assert found and digest.strip().decode() == hashlib.sha256(text).hexdigest(), f"{name} is there in part only"
    return name


def load(relais, tally, stop, seed):
    """Threads that send and append until told to stop or until the server is gone."""
    gone = (smtplib.SMTPException, imaplib.IMAP4.error, OSError, EOFError)

    def receive(number):
        chance = random.Random(f"{seed}-receive-{number}")
        try:
            with smtplib.SMTP("127.0.0.1", relais.port("smtp"), local_hostname="load.test", timeout=20) as smtp:
                while not stop.is_set():
                    place = chance.choice([ANNA, BRUNO])
                    name = tally.next(place)
                    size = chance.choice([500, 4000, 4000, 40_000, 400_000])
                    smtp.sendmail("load@load.test", [place], composed(name, "load@load.test", place, size))
                    tally.done(place, name)
        except gone:
            pass

    def submit(number):
        try:
            with submission(relais, ANNA) as smtp:
                while not stop.is_set():
                    name = tally.next(EVE)
                    smtp.sendmail(ANNA, [EVE], composed(name, ANNA, EVE, 3000))
                    tally.done(EVE, name)
        except gone:
            pass

    def append(number):
        try:
            with imap_login(relais, ANNA) as imap:
                while not stop.is_set():
                    name = tally.next("Crash")
                    if imap.append("Crash", None, None, composed(name, EVE, ANNA, 2000))[0] == "OK":
                        tally.done("Crash", name)
        except gone:
            pass

    threads = [threading.Thread(target=work, args=(number,))
               for work, count in ((receive, SMTP_SESSIONS), (submit, SUBMISSION_SESSIONS), (append, APPEND_SESSIONS))
               for number in range(count)]
    for thread in threads:
        thread.start()
    return threads


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_nothing_acknowledged_is_lost_or_doubled_by_kill_9(work, request, engine):
    seed = os.environ.get("CRASH_SEED") or str(random.SystemRandom().randrange(1 << 32))
    print(f"CRASH_SEED={seed}")
    chance = random.Random(seed)
    tally = Tally()
    with Postfix(work / f"crash-{engine}-stranger", domains=["stranger.test"], users=[EVE]) as stranger:
        strangers = {"stranger.test": stranger.port}
        if engine == "sqlite":
            relais = Relais(work / "crash", strangers)
        else:
            relais = Served(work / "crash-postgres", request.getfixturevalue("postgres_url"), strangers)
            relais.populate(ANNA, BRUNO)
        try:
            relais.start()
            with imap_login(relais, ANNA) as imap:
                imap.create("Crash")
            for round_number in range(ROUNDS):
                stop = threading.Event()
                threads = load(relais, tally, stop, f"{seed}-{round_number}")
                # The moment is what this test is about, not something it waits for.
                time.sleep(chance.uniform(0.1, LONGEST_ROUND_SECONDS))
                relais.kill()
                stop.set()
                for thread in threads:
                    thread.join(60)
                    assert not thread.is_alive()
                relais.start()
            check(relais, stranger, tally)
            assert relais.stop() == 0
            checked = relais.command_raw("fsck")
            assert checked.returncode == 0, checked
            print(checked.stdout.strip())
        finally:
            relais.kill()


def check(relais, stranger, tally):
    def arrived(address):
        return [name_of_whole(data) for data in relais.letters(address) if b"@crash.test>" in data]

    totals = []
    for place in (ANNA, BRUNO):
        expected = tally.acknowledged[place]
        assert expected, f"no letter for {place} was acknowledged: the load did not run"
        try:
            wait_until(lambda: expected <= set(arrived(place)), f"the letters of {place}", DRAIN_TIMEOUT_SECONDS, 1)
        except TimeoutError:
            missing = sorted(expected - set(arrived(place)))
            raise AssertionError(f"acknowledged but missing for {place}: {len(missing)} of {len(expected)}: {missing[:10]}\n"
                                 + relais.log()[-3000:]) from None
        once_each(arrived(place), tally.begun)
        totals.append(f"{place} {len(expected)}")
    appended = [name_of_whole(data) for data in relais.letters(ANNA, "Crash")]
    missing = tally.acknowledged["Crash"] - set(appended)
    assert not missing, f"appended, acknowledged and missing: {sorted(missing)[:10]}"
    once_each(appended, tally.begun)
    totals.append(f"appended {len(tally.acknowledged['Crash'])}")

    # To another server a crash between its 250 and our commit may send twice: at least once is what SMTP can promise.
    def reached():
        return {name_of_whole(data) for data in stranger.letters(EVE)}
    expected = tally.acknowledged[EVE]
    assert expected, "no submission was acknowledged: the load did not run"
    try:
        wait_until(lambda: expected <= reached(), "the submissions", DRAIN_TIMEOUT_SECONDS, 1)
    except TimeoutError:
        missing = sorted(expected - reached())
        raise AssertionError(f"submitted, acknowledged and missing: {len(missing)}: {missing[:10]}\n{relais.log()[-3000:]}") from None
    totals.append(f"submitted {len(expected)} (seen {len(stranger.letters(EVE))})")
    print(f"{ROUNDS} kills; acknowledged and there: " + ", ".join(totals))


def once_each(names, begun):
    doubled = sorted(name for name in set(names) if names.count(name) > 1) if len(set(names)) != len(names) else []
    assert not doubled, f"there more than once: {doubled[:10]}"
    assert set(names) <= begun
