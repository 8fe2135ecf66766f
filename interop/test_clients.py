"""IMAP through programs that others wrote: mbsync, imaplib, imapclient; and SCRAM from RFC 5802 itself."""

import base64
import imaplib
import re
import smtplib
import subprocess
import sys

import pytest

from conftest import ANNA, BRUNO, EVE
from letters import imap_login, letter, mark, send, tls_context
from mbsync import Side, Sync
from peers import Dovecot
from scram import Scram
from test_peers import both_hold_the_same, synchronise_both_ways


def test_mbsync_makes_relais_and_dovecot_equal_both_ways(work, relais, dovecot):
    ours = Side(relais.port("imaps"), ANNA, relais.password(ANNA), relais.ca_certificate)
    theirs = Side(dovecot.port, "copy@dovecot.test", "copy-password")
    ours.create("Sync-far")
    theirs.create("Sync-far")
    synchronise_both_ways(work / "mbsync-far", ours, theirs, "Sync-far")
    ours.create("Sync-near")
    theirs.create("Sync-near")
    synchronise_both_ways(work / "mbsync-near", theirs, ours, "Sync-near")


def test_mbsync_carries_a_tree_of_folders_with_names_of_all_kinds(work, relais):
    with Dovecot(work / "tree", {"tree@dovecot.test": "tree-password"}) as dovecot:
        ours = Side(relais.port("imaps"), BRUNO, relais.password(BRUNO), relais.ca_certificate)
        theirs = Side(dovecot.port, "tree@dovecot.test", "tree-password")
        names = ["Arbre", "Arbre/Branche", "Arbre/Branche/Feuille", "Arbre/Entw&APw-rfe", "Arbre/a &- b"]
        for name in names:
            ours.create(name)
            ours.append(name, letter(EVE, BRUNO, mark(), subject=name), "(\\Seen)")
        Sync(work / "mbsync-tree", ours, theirs, ["Arbre*"]).run()
        for name in names:
            both_hold_the_same(ours, theirs, name, 1)


def test_mbsync_pulls_what_postfix_delivered(work, relais, stranger):
    marker = mark()
    send(stranger.port, EVE, [BRUNO], letter(EVE, BRUNO, marker))
    relais.wait_for_letter(BRUNO, marker.encode())
    with Dovecot(work / "pull", {"pull@dovecot.test": "pull-password"}) as dovecot:
        ours = Side(relais.port("imaps"), BRUNO, relais.password(BRUNO), relais.ca_certificate)
        theirs = Side(dovecot.port, "pull@dovecot.test", "pull-password")
        Sync(work / "mbsync-pull", ours, theirs, ["INBOX"]).run()
        both_hold_the_same(ours, theirs, "INBOX", len(ours.holds("INBOX")))
        assert any(marker.encode() in data for data, _, _ in theirs.holds("INBOX"))


def test_imaplib_walks_through_a_session(relais):
    with imap_login(relais, ANNA) as imap:
        folder = '"Session"'
        assert imap.create(folder)[0] == "OK"
        assert imap.subscribe(folder)[0] == "OK"
        status, answer = imap.list('""', '"*"')
        assert status == "OK" and any(b"Session" in line for line in answer)
        junk = [line for line in answer if b"\\Junk" in line]
        assert len(junk) == 1 and b"Spam" in junk[0]
        marker = mark()
        data = letter(EVE, ANNA, marker)
        status, answer = imap.append(folder, "(\\Seen)", imaplib.Time2Internaldate(1700000000), data)
        assert status == "OK"
        uid_validity, uid = re.search(rb"APPENDUID (\d+) (\d+)", answer[0]).groups()
        assert imap.select(folder) == ("OK", [b"1"])
        assert imap.response("UIDVALIDITY")[1] == [uid_validity]
        assert imap.uid("SEARCH", "SUBJECT", '"A letter"')[1] == [uid]
        assert imap.uid("SEARCH", "BODY", marker)[1] == [uid]
        assert imap.uid("SEARCH", "UNSEEN")[1] == [b""]
        status, answer = imap.uid("FETCH", uid.decode(), "(UID FLAGS RFC822.SIZE INTERNALDATE ENVELOPE BODYSTRUCTURE)")
        assert f"RFC822.SIZE {len(data)}".encode() in answer[0]
        assert marker.encode() in answer[0]
        assert imap.uid("FETCH", uid.decode(), "(BODY.PEEK[])")[1][0][1] == data
        assert imap.uid("FETCH", uid.decode(), "(BODY.PEEK[]<3.10>)")[1][0][1] == data[3:13]
        assert imap.uid("COPY", uid.decode(), "Trash")[0] == "OK"
        assert imap.uid("STORE", uid.decode(), "+FLAGS", "(\\Deleted $Forwarded)")[0] == "OK"
        assert imap.expunge()[1] == [b"1"]
        assert imap.close()[0] == "OK"
        assert imap.delete(folder)[0] == "OK"
        assert imap.getquotaroot("INBOX")[0] == "OK"


def test_two_sessions_see_each_other_at_once(relais):
    with imap_login(relais, ANNA) as one, imap_login(relais, ANNA) as two:
        one.create("Together")
        one.select("Together")
        two.select("Together")
        two.append("Together", None, None, letter(EVE, ANNA, mark()))
        one.response("EXISTS")
        one.noop()
        assert one.response("EXISTS")[1] == [b"1"]
        one.store("1", "+FLAGS", "(\\Flagged)")
        two.noop()
        assert b"\\Flagged" in two.response("FETCH")[1][-1]


def test_idle_hears_of_a_new_letter(relais, stranger):
    with imap_login(relais, ANNA) as imap:
        imap.select("INBOX")
        tag = imap._new_tag()
        imap.send(tag + b" IDLE\r\n")
        assert imap.readline().startswith(b"+")
        send(stranger.port, EVE, [ANNA], letter(EVE, ANNA, mark()))
        line = imap.readline()
        while b"EXISTS" not in line:
            line = imap.readline()
        imap.send(b"DONE\r\n")
        while not line.startswith(tag):
            line = imap.readline()
        assert b"OK" in line


def test_a_malformed_command_answers_bad_and_the_session_lives(relais):
    with imap_login(relais, ANNA) as imap:
        for line in (b"x1 FETCH\r\n", b"x1 UID\r\n", b"x1 \xff\xfe\r\n", b"x1 SELECT \"\r\n", b"x1 NOSUCH (((\r\n"):
            imap.send(line)
            answer = imap.readline()
            assert answer.startswith(b"x1 BAD") or answer.startswith(b"* BAD"), (line, answer)
        assert imap.noop()[0] == "OK"


# What fails there by its own faults, with Dovecot 2.3 as well (see test_live_test_of_imapclient).
LIVE_TEST_FAULTS = {
    "test_move": "the variant without UIDs calls imaplib's `move`, which imaplib does not have",
    "test_fetch": "it compares a dictionary with assertSequenceEqual",
    "test_small_connection_timeout_fail": "loopback connects faster than its time limit",
    "test_small_read_timeout_fail": "loopback answers faster than its time limit",
}


def test_live_test_of_imapclient(work, relais):
    """imapclient's own test against a live server, run as it is."""
    config = work / "live.ini"
    config.write_text(f"[DEFAULT]\nhost = localhost\nport = {relais.port('imaps')}\nusername = {BRUNO}\n"
                      f"password = {relais.password(BRUNO)}\nssl = true\nssl_ca_file = {relais.ca_certificate}\n")
    answer = subprocess.run([sys.executable, "-m", "imapclient.livetest", str(config)], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, timeout=240)
    ran = re.search(r"Ran (\d+) tests", answer.stderr)
    assert ran and int(ran[1]) >= 59, answer.stderr[-3000:]
    failed = re.findall(r"^(?:FAIL|ERROR): (\w+)", answer.stderr, re.MULTILINE)
    skipped = re.search(r"skipped=(\d+)", answer.stderr)
    skips = int(skipped[1]) if skipped else 0
    print(f"imapclient live test: {ran[1]} run, {int(ran[1]) - len(failed) - skips} passed, {skips} skipped, "
          f"failed by their own faults: {sorted(set(failed) & set(LIVE_TEST_FAULTS))}")
    ours = [name for name in failed if name not in LIVE_TEST_FAULTS]
    assert not ours, answer.stderr[-6000:]
    assert failed.count("test_move") <= 1, answer.stderr[-6000:]
    # Skipped are XLIST, Gmail's own, ACL, SORT and THREAD, which we do not announce.
    assert skips <= 16, answer.stderr[-6000:]


@pytest.mark.parametrize("right", [True, False])
def test_scram_over_smtp(relais, right):
    scram = Scram(ANNA, relais.password(ANNA) if right else "not-the-password")
    with smtplib.SMTP("localhost", relais.port("submission"), timeout=30) as smtp:
        smtp.starttls(context=tls_context(relais))
        smtp.ehlo("client.test")
        assert "SCRAM-SHA-256" in smtp.esmtp_features["auth"]
        code, text = smtp.docmd("AUTH SCRAM-SHA-256", base64.b64encode(scram.first().encode()).decode())
        assert code == 334, text
        code, text = smtp.docmd(base64.b64encode(scram.final(base64.b64decode(text).decode()).encode()).decode())
        if not right:
            assert code == 535, text
            return
        if code == 334:
            scram.check(base64.b64decode(text).decode())
            code, text = smtp.docmd("")
        assert code == 235, text


def test_scram_over_imap(relais):
    imap = imaplib.IMAP4_SSL("localhost", relais.port("imaps"), ssl_context=tls_context(relais), timeout=30)
    scram = Scram(ANNA, relais.password(ANNA))
    steps = iter([lambda _: scram.first(), lambda server: scram.final(server.decode()),
                  lambda server: scram.check(server.decode()) or ""])
    status, _ = imap.authenticate("SCRAM-SHA-256", lambda server: next(steps)(server))
    assert status == "OK"
    assert imap.select("INBOX")[0] == "OK"
    imap.logout()
