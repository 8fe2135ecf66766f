"""The peers alone: what the other tests lean on must hold without us."""

import time

from conftest import EVE
from letters import body_of, letter, mark, send
from mbsync import Side, Sync
from peers import Postfix


def test_postfix_delivers_to_postfix(work):
    far = Postfix(work / "far", domains=["stranger.test"], users=[EVE])
    with far, Postfix(work / "near", routes={"stranger.test": far.port}, hostname="near.test") as near:
        marker = mark()
        data = letter("someone@near.test", EVE, marker)
        send(near.port, "someone@near.test", [EVE], data)
        arrived = far.wait_for_letter(EVE, marker.encode())
        assert body_of(arrived).replace(b"\n", b"\r\n") == body_of(data)


def test_mbsync_makes_two_dovecot_accounts_equal(work, dovecot):
    one = Side(dovecot.port, "copy@dovecot.test", "copy-password")
    two = Side(dovecot.port, "other@dovecot.test", "other-password")
    synchronise_both_ways(work / "mbsync-peers", one, two, "INBOX")


def synchronise_both_ways(directory, far, near, folder):
    """Pull, push, then changes and removals on each side; after each run both hold the same bytes, flags and dates."""
    sync = Sync(directory, far, near, [folder])
    pulled, pushed, answered = mark(), mark(), mark()
    date = '"03-Feb-2025 04:05:06 +0100"'
    far.append(folder, letter("a@b.test", far.user, pulled), "(\\Seen \\Flagged)", date)
    far.append(folder, letter("a@b.test", far.user, answered, body="é\r\n".encode() * 2000), "", date)
    near.append(folder, letter("a@b.test", near.user, pushed), "(\\Answered \\Draft)", '"29-Feb-2024 23:59:59 -1130"')
    sync.run()
    both_hold_the_same(far, near, folder, 3)

    far.change(folder, pulled, "-FLAGS", "(\\Flagged)")
    near.change(folder, pushed, "+FLAGS", "(\\Seen)")
    near.change(folder, answered, "+FLAGS", "(\\Answered)")
    sync.run()
    held = both_hold_the_same(far, near, folder, 3)
    flags = {marker: next(flags for data, flags, _ in held if marker.encode() in data)
             for marker in (pulled, pushed, answered)}
    assert flags == {pulled: [b"\\Seen"], pushed: [b"\\Answered", b"\\Draft", b"\\Seen"], answered: [b"\\Answered"]}

    far.change(folder, pulled, "+FLAGS", "(\\Deleted)")
    far.expunge(folder)
    near.change(folder, answered, "+FLAGS", "(\\Deleted)")
    near.expunge(folder)
    sync.run()
    held = both_hold_the_same(far, near, folder, 1)
    assert pushed.encode() in held[0][0]


def both_hold_the_same(far, near, folder, count):
    on_far, on_near = far.holds(folder), near.holds(folder)
    assert len(on_far) == len(on_near) == count
    for (far_bytes, far_flags, far_date), (near_bytes, near_flags, near_date) in zip(on_far, on_near):
        assert far_bytes == near_bytes
        assert far_flags == near_flags
        assert time.mktime(far_date) == time.mktime(near_date)
    return on_far
