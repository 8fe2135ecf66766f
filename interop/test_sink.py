"""Postfix's smtp-sink as a stranger that fails at every stage: refuses, puts off, or hangs up."""

import socket
import subprocess

import pytest

from conftest import ANNA
from letters import letter, mark, submission
from peers import wait_until
from ports import free_port
from relais import Relais

STAGES = ["connect", "ehlo", "mail", "rcpt", "data", "."]
# smtp-sink(1): -f hard errors, -r soft errors, -q disconnects, each with the stages' names.
WAYS = {"refuses": "-f", "later": "-r", "leaves": "-q"}


def domain(way, stage):
    return f"{way}-at-{'end' if stage == '.' else stage}.test"


@pytest.fixture(scope="module")
def sinks(work):
    """Relais, and a sink for each way and stage, all started together."""
    ports = {domain(way, stage): free_port() for way in WAYS for stage in STAGES}
    processes = []
    try:
        for way, option in WAYS.items():
            for stage in STAGES:
                # HELO is what a client tries after a refused EHLO: it fails the same way.
                names = "ehlo,helo" if stage == "ehlo" else stage
                port = ports[domain(way, stage)]
                processes.append(subprocess.Popen(["smtp-sink", "-u", "nobody", option, names, f"127.0.0.1:{port}", "10"],
                                                  stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

                def listens(port=port):
                    with socket.socket() as probe:
                        return probe.connect_ex(("127.0.0.1", port)) == 0
                wait_until(listens, "smtp-sink to listen")
        with Relais(work / "sinks", strangers=ports) as relais:
            yield relais
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def markers(sinks):
    """One letter to each of them."""
    sent = {}
    with submission(sinks, ANNA) as smtp:
        for way in WAYS:
            for stage in STAGES:
                name = domain(way, stage)
                sent[name] = mark()
                smtp.sendmail(ANNA, [f"eve@{name}"], letter(ANNA, f"eve@{name}", sent[name]))
    return sent


def waiting(relais, name):
    return [entry for entry in relais.command("queue", "list") if entry["destination"] == name and entry["node"] is None
            and entry["last_reply"]]


@pytest.mark.parametrize("stage", STAGES)
def test_a_refusal_comes_back_as_a_bounce(sinks, markers, stage):
    name = domain("refuses", stage)
    if stage in ("connect", "ehlo"):
        # No word about the letter itself: another server, or a later hour, may take it.
        bounced = wait_until(lambda: waiting(sinks, name) or
                             [data for data in sinks.letters(ANNA) if markers[name].encode() in data], "an end")
        assert len(bounced) == 1
        return
    bounce = sinks.wait_for_letter(ANNA, markers[name].encode())
    assert b"Action: failed" in bounce and f"eve@{name}".encode() in bounce
    # smtp-sink's words.
    assert b"500 5.3.0 Error: command failed" in bounce


@pytest.mark.parametrize("way", ["later", "leaves"])
@pytest.mark.parametrize("stage", STAGES)
def test_trouble_of_the_moment_is_tried_again(sinks, markers, way, stage):
    name = domain(way, stage)
    entry = wait_until(lambda: waiting(sinks, name), f"{name} to wait")[0]
    assert entry["next_at"] > entry["received_at"]
    assert not any(markers[name].encode() in data for data in sinks.letters(ANNA))
    if way == "later" and stage not in ("connect", "ehlo"):
        assert "450 4.3.0 Error: command failed" in entry["last_reply"], entry
