"""The queue by command: a stranger that is away, held, released, retried, deleted; and a restart in between."""

import pytest

from conftest import ANNA, EVE
from letters import letter, mark, submission
from peers import Postfix, wait_until
from relais import Relais


@pytest.fixture(scope="module")
def away(work):
    """Relais, and a Postfix that is not started yet."""
    stranger = Postfix(work / "away", domains=["stranger.test"], users=[EVE])
    with Relais(work / "queue", strangers={"stranger.test": stranger.port}) as relais:
        yield relais, stranger
        stranger.stop()


def deliveries(relais):
    return relais.command("queue", "list")


def submitted(relais):
    """One more letter to Eve that waits, by its delivery's entry in the list."""
    marker = mark()
    known = {entry["delivery"] for entry in deliveries(relais)}
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, marker))

    # The first one is tried; the destination is known to be away then, and the next ones wait for its turn.
    def waits():
        return [entry for entry in deliveries(relais) if entry["delivery"] not in known and entry["node"] is None]
    return marker, wait_until(waits, "the delivery to wait")[0]


def test_a_stranger_who_is_away_gets_his_letters_later(away):
    relais, stranger = away
    kept, kept_entry = submitted(relais)
    held, held_entry = submitted(relais)
    gone, gone_entry = submitted(relais)
    assert "refused" in kept_entry["last_reply"].lower() or "connect" in kept_entry["last_reply"].lower(), kept_entry

    relais.command("queue", "hold", held_entry["delivery"])
    relais.command("queue", "delete", gone_entry["delivery"])
    assert len(deliveries(relais)) == 2

    # Nothing of it is lost by a restart.
    relais.stop()
    relais.start()
    assert {entry["delivery"] for entry in deliveries(relais)} == {kept_entry["delivery"], held_entry["delivery"]}

    stranger.start()
    relais.command("queue", "retry", "--all")
    stranger.wait_for_letter(EVE, kept.encode())
    wait_until(lambda: [entry["delivery"] for entry in deliveries(relais)] == [held_entry["delivery"]], "the letter to leave")
    relais.command("queue", "release", held_entry["delivery"])
    stranger.wait_for_letter(EVE, held.encode())
    assert not any(gone.encode() in data for data in stranger.letters(EVE))
    wait_until(lambda: deliveries(relais) == [], "an empty queue")

    way = relais.command("log", "search", "--to", EVE, "--since", "1h", "--message", str(held_entry["message"]))
    told = str(way).lower()
    for step in ("accepted", "queued", "held", "released", "tried", "delivered"):
        assert step in told, (step, way)
