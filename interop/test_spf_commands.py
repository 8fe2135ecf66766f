"""SPF on the command line, and what `relais domain check` says of a domain below its zone: its exit status, everything
mended at once, and the way back."""

import json
import subprocess

import pytest

from peers import wait_until
from relais import Relais
from scripted_dns import SERVFAIL, ScriptedDns

# How soon after a change the name servers say so.
PATIENCE_SECONDS = 20
ZONE = {
    "x.test": [("TXT", "v=spf1 include:a.test mx include:d.test -all"), ("MX", (10, "mx.x.test"))],
    "a.test": [("TXT", "v=spf1 include:b.test ~all")],
    "b.test": [("TXT", "v=spf1 include:c.test ?all")],
    "c.test": [("TXT", "v=spf1 ip4:192.0.2.0/28 -all")],
    "d.test": [("TXT", "v=spf1 a:nothing.test -all")],
    "two.test": [("TXT", "v=spf1 -all"), ("TXT", "v=spf1 ?all")],
    "later.test": [SERVFAIL],
}


def spf(program, *arguments):
    return subprocess.run([program, "spf", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60)


def test_the_seeds_three_records_become_one(program):
    records = ["v=spf1 include:spf.infomaniak.ch ?all", "v=spf1 include:the-second-domain.xyz ~all",
               "v=spf1 include:the-other-domain.xyz -all"]
    merged = spf(program, "merge", *records)
    assert merged.returncode == 0, merged.stderr
    assert merged.stdout == ("v=spf1 include:spf.infomaniak.ch include:the-second-domain.xyz "
                             "include:the-other-domain.xyz ?all\n")
    assert json.loads(spf(program, "merge", *records, "--json").stdout) == {"record": merged.stdout.strip()}
    wrong = spf(program, "merge", "v=spf1 -all", "v=spf1 ip4:300.1.1.1 -all")
    assert wrong.returncode == 1 and "300.1.1.1" in wrong.stderr, wrong


def test_the_cost_of_a_record_is_shown_with_its_tree(program):
    with ScriptedDns(ZONE) as dns:
        def count(domain, *more):
            return spf(program, "count", domain, "--dns", dns.address, *more)

        told = count("x.test")
        lines = told.stdout.splitlines()
        assert lines[0] == "look-ups: 6 of 10, 1 of 2 found nothing", told
        assert [line.split(" (")[0] for line in lines[1:6]] == [
            "x.test", "  include:a.test", "    include:b.test", "      include:c.test", "  include:d.test"], told
        assert told.returncode == 0
        tree = json.loads(count("x.test", "--json").stdout)["tree"]
        assert tree["lookups"] == 6
        assert [(each["domain"], each["lookups"]) for each in tree["branches"]] == [("a.test", 2), ("d.test", 1)]
        several = count("two.test")
        assert several.returncode == 1 and "2 SPF records" in several.stdout, several
        later = count("later.test")
        assert later.returncode == 3 and "later.test" in later.stdout, later


@pytest.fixture(scope="module")
def below(work):
    """A mail domain below its zone, on an installation of its own."""
    with Relais(work / "below") as relais:
        relais.command("domain", "create", "hall.valbois.test")
        yield relais


def check(relais, *more):
    return relais.command_raw("domain", "check", "hall.valbois.test", *more)


def lights(answer):
    return {lamp["check"]: lamp["light"] for lamp in json.loads(answer.stdout)["lamps"]}


def test_the_exit_status_of_a_check_says_how_it_stands_and_all_is_mended_at_once(below):
    wait_until(lambda: lights(check(below, "--json"))["mx"] == "good", "the lamp to be good", PATIENCE_SECONDS)
    assert check(below).returncode == 0, check(below).stdout
    broken = ["mx", "spf", "dmarc"]
    for owner, kind in [("hall", "MX"), ("hall", "TXT"), ("_dmarc.hall", "TXT")]:
        below.command("zone", "remove", "valbois.test", owner, kind, "--force")

    def are_bad():
        answer = check(below, "--json")
        return answer.returncode == 1 and all(lights(answer)[lamp] == "bad" for lamp in broken)

    wait_until(are_bad, "the lamps to be bad", PATIENCE_SECONDS)
    mended = check(below, "--fix", "--json")
    assert mended.returncode == 0, mended.stdout
    assert all(lights(mended)[lamp] == "good" for lamp in broken)
    told = json.loads(mended.stdout)["mended"]
    # The way back names the zone, not the domain.
    assert told["zone"] == "valbois.test"
    below.command("zone", "restore", told["zone"], told["before"])
    wait_until(are_bad, "the lamps to be bad again", PATIENCE_SECONDS)
    words = check(below, "--fix")
    assert "`relais zone restore valbois.test " in words.stdout and words.returncode == 0, words.stdout
    assert check(below, "--no-such-option").returncode == 2
    # Of another domain nothing is known.
    assert below.command_raw("domain", "check", "nobody.test").returncode == 1
