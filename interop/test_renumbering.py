"""The platform's gateways move to other addresses: dig before, during and after, and the letters to a customer."""

import re
import urllib.request
from datetime import datetime, timedelta, timezone

import pytest

from conftest import ANNA, EVE
from letters import mark, tls_context
from names import addresses_of_this_machine, dig, missing_tools, short
from peers import wait_until
from relais import Reconfigured
from test_letters import swaks
from test_sources import first_line

ZONE = "gateways.test"
ADMINISTRATOR = "admin@valbois.test"
SUFFIX = "incamail.ch"
# A gateway of ours that anybody reaches: every machine has all of 127/8.
BEFORE, AFTER = "127.0.0.1", "127.0.0.2"
# A server that sends to us, and that no rule keeps out; both addresses would be kept out otherwise.
SENDER_BEFORE, SENDER_AFTER = "198.51.100.21", "198.51.100.22"


class TwoAddresses(Reconfigured):
    """The demo on one machine that has the old address and the new one, as the manual has it."""

    def reconfigured(self, text):
        port = self.port("smtp")
        text, count = re.subn(r"(?m)^smtp = .*", f'smtp = ["{BEFORE}:{port}", "{AFTER}:{port}"]', text)
        assert count == 1
        return text


@pytest.fixture(scope="module")
def house(work):
    assert not missing_tools("dig"), "scripts/test install"
    with TwoAddresses(work / "renumbering") as relais:
        relais.command("zone", "create", ZONE)
        relais.command("installation", "change", "--exchanger", f"10,gw1.{ZONE},192.0.2.86",
                       "--exchanger", f"20,gw2.{ZONE},192.0.2.87", "--spf-host", f"spf.{ZONE}")
        relais.command("zone", "import", ZONE, "-", stdin=f"ws A 192.0.2.85\ngw3 A {BEFORE}\n")
        relais.command("integration", "create", "Gateway", "--organisation", organisation(relais))
        wait_until(lambda: short(relais.port("dns"), f"ws.{ZONE}") == ["192.0.2.85"], "the zone to be served")
        yield relais


def organisation(relais):
    return relais.command("organisation", "list")[0]["name"]


def moment(seconds):
    at = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def declare(relais, name, seconds, overlap, *endpoints):
    arguments = [part for endpoint in endpoints for part in ("--endpoint", endpoint)]
    return relais.command("renumbering", "declare", name, "--at", moment(seconds), "--overlap", overlap, *arguments)["id"]


def stage(relais, change):
    return relais.command("renumbering", "show", change)["stage"]


def ttl(relais, name, kind="A"):
    """The time to live of an answer."""
    answer = dig(relais.port("dns"), name, kind, options=["+noall", "+answer"])
    return int(answer.split()[1])


def test_the_suffix_zone_leads_every_domain_below_it_to_the_gateways(house):
    house.command("installation", "publish-suffix", "--owner", organisation(house))
    port = house.port("dns")
    wanted = [f"10 gw1.{ZONE}.", f"20 gw2.{ZONE}."]
    wait_until(lambda: sorted(short(port, f"example.com.{SUFFIX}", "MX")) == wanted, "the wildcard")
    assert short(port, f"deep.below.example.com.{SUFFIX}", "TXT") == ['"v=spf1 -all"']
    house.command("installation", "withdraw-suffix", SUFFIX)
    wait_until(lambda: short(port, f"example.com.{SUFFIX}", "MX") == [], "the wildcard to go")
    house.command("installation", "publish-suffix", SUFFIX, "--owner", organisation(house))
    wait_until(lambda: sorted(short(port, f"example.com.{SUFFIX}", "MX")) == wanted, "the wildcard")


@pytest.fixture(scope="module")
def allowed(house):
    """The identifier of what lets the sending server pass: asked for, confirmed by the link of a letter, granted."""
    house.command("ip", "create", "203.0.113.10", "--dedicated-to", organisation(house))
    source = house.command("allowed-source", "create", SENDER_BEFORE, "--purpose", "Letters", "--contact", ADMINISTRATOR,
                           "--accept-responsibility", "--organisation", organisation(house))["id"]
    link = house.wait_for_link(ADMINISTRATOR, r"https://\S+/allow/\S+")
    origin = "/".join(link.split("/")[:3])
    confirmation = urllib.request.Request(link, method="POST", headers={"Origin": origin})
    urllib.request.urlopen(confirmation, context=tls_context(house), timeout=30).close()
    house.command("allowed-source", "grant", source)
    for address in (SENDER_BEFORE, SENDER_AFTER):
        house.command("ban", "create", address, "--reason", "a network of strangers")
    return source


@pytest.fixture(scope="module")
def change(house, allowed):
    """A change of addresses that is prepared, and whose date is near."""
    assert (short(house.port("dns"), f"gw1.{ZONE}"), ttl(house, f"gw1.{ZONE}")) == (["192.0.2.86"], 3600)
    change = declare(house, "New servers", 60, 1,
                     f"gw1.{ZONE}:25 A,B 192.0.2.86 198.51.100.13",
                     f"gw2.{ZONE}:25 A,B 192.0.2.87 198.51.100.14",
                     f"gw3.{ZONE}:25 A,B {BEFORE} {AFTER}",
                     f"out.{ZONE}:25 B {SENDER_BEFORE} {SENDER_AFTER}",
                     f"ws.{ZONE}:443/3.0/ C 192.0.2.85 198.51.100.117")
    # The old time to live is longer than what is left: the first step is due at once.
    wait_until(lambda: stage(house, change) == "prepared", "short times to live")
    wait_until(lambda: ttl(house, f"gw1.{ZONE}") == 300, "a short time to live")
    return change


def switched(relais, change):
    wait_until(lambda: stage(relais, change) == "switched", "the date", 120)


def arrives_at(relais, *addresses):
    """Letters to each of these addresses of our gateway are read by whom they are for."""
    markers = []
    for address in addresses:
        markers.append(mark())
        answer = swaks("--server", address, "--port", relais.port("smtp"), "--from", EVE, "--to", ANNA, "--body", markers[-1])
        assert answer.returncode == 0, answer
    for marker in markers:
        relais.wait_for_letter(ANNA, marker.encode())


def is_let_in(relais, source):
    return first_line(relais, "smtp", source).startswith("220 ")


def once(condition, what):
    # Seldom: whoever connects too often is turned away with the same words.
    wait_until(condition, what, step_seconds=0.5)


def test_before_the_date_dig_sees_the_old_addresses_with_short_times_to_live(house, change):
    port = house.port("dns")
    assert short(port, f"gw1.{ZONE}") == ["192.0.2.86"]
    spf = short(port, f"spf.{ZONE}", "TXT")[0]
    assert all(f"ip4:{ip}" in spf for ip in ("192.0.2.86", "192.0.2.87", "198.51.100.13", "198.51.100.14")), spf
    assert stage(house, change) == "prepared"


def test_before_the_date_letters_arrive_at_both_addresses(house, change):
    assert short(house.port("dns"), f"gw3.{ZONE}") == [BEFORE]
    arrives_at(house, BEFORE, AFTER)
    assert stage(house, change) == "prepared"


def test_an_allowed_sender_is_let_in_at_its_new_address_from_the_date_on_and_at_the_old_one_until_its_end(house, allowed, change):
    with addresses_of_this_machine(SENDER_BEFORE, SENDER_AFTER):
        once(lambda: not is_let_in(house, SENDER_AFTER), "the ban")
        assert is_let_in(house, SENDER_BEFORE)
        assert stage(house, change) == "prepared"
        switched(house, change)
        once(lambda: is_let_in(house, SENDER_AFTER), "the new address to be let in")
        # The overlap.
        assert is_let_in(house, SENDER_BEFORE)
        house.command("allowed-source", "limit", allowed, "--valid-until", moment(5))
        once(lambda: not is_let_in(house, SENDER_BEFORE), "the end of the old address")
        assert is_let_in(house, SENDER_AFTER)


def test_in_the_overlap_letters_arrive_at_both_addresses(house, change):
    switched(house, change)
    wait_until(lambda: short(house.port("dns"), f"gw3.{ZONE}") == [AFTER], "the new address")
    arrives_at(house, BEFORE, AFTER)


def test_from_the_date_on_dig_sees_the_new_addresses(house, change):
    port = house.port("dns")
    switched(house, change)
    wait_until(lambda: short(port, f"gw1.{ZONE}") == ["198.51.100.13"], "the new address")
    assert short(port, f"gw2.{ZONE}") == ["198.51.100.14"] and short(port, f"ws.{ZONE}") == ["198.51.100.117"]
    assert ttl(house, f"gw1.{ZONE}") == 300 and "ip4:192.0.2.86" in short(port, f"spf.{ZONE}", "TXT")[0]
    # The suffix leads to names, so that nobody has to know.
    assert sorted(short(port, f"example.com.{SUFFIX}", "MX")) == [f"10 gw1.{ZONE}.", f"20 gw2.{ZONE}."]
    refused = house.command_raw("renumbering", "cancel", change)
    assert refused.returncode == 1 and "before its date" in refused.stderr, refused


def test_after_the_overlap_nothing_names_the_old_address(house):
    port = house.port("dns")
    house.command("zone", "import", ZONE, "-", stdin='im A 192.0.2.45\nim TXT "v=spf1 ip4:192.0.2.45 -all"\n')
    wait_until(lambda: short(port, f"im.{ZONE}") == ["192.0.2.45"], "the record to be served")
    change = declare(house, "Submission", 6, 0, f"im.{ZONE}:25 B 192.0.2.45 198.51.100.45")
    wait_until(lambda: stage(house, change) == "completed", "the end", 60)
    wait_until(lambda: short(port, f"im.{ZONE}") == ["198.51.100.45"], "the new address")
    assert short(port, f"im.{ZONE}", "TXT") == ['"v=spf1 ip4:198.51.100.45 -all"']
    assert (ttl(house, f"im.{ZONE}"), ttl(house, f"im.{ZONE}", "TXT")) == (3600, 3600)
    acts = [entry["action"] for entry in house.command("log", "changes")]
    for act in ("declare change of addresses", "prepare change of addresses", "switch addresses", "withdraw former addresses"):
        assert act in acts, acts


def test_a_customer_gets_its_own_section_once_and_answers(house):
    change = declare(house, "Déménagement", 3 * 24 * 3600, 10, f"gw9.{ZONE}:25 A 192.0.2.90 198.51.100.90",
                     f"ws9.{ZONE}:443/3.0/ C 192.0.2.91 198.51.100.91")
    shown = house.command_raw("renumbering", "letters", change, "--language", "fr").stdout
    assert f"gw9.{ZONE}" in shown and f"ws9.{ZONE}" not in shown and "Réception" in shown, shown
    assert house.command("renumbering", "announce", change) == {"letters": 1}
    arrived = house.wait_for_letter(ADMINISTRATOR, b"Content-Language: fr")
    assert b"Auto-Submitted: auto-generated" in arrived
    again = house.command_raw("renumbering", "announce", change)
    assert again.returncode == 1 and "announced once" in again.stderr, again
    name = organisation(house)
    listed = house.command("renumbering", "list", "--organisation", name)
    assert [one["id"] for one in listed] == [change]
    house.command_raw("renumbering", "answer", change, "names-only", "--organisation", name)
    customers = house.command("renumbering", "show", change)["customers"]
    assert [customer["answer"] for customer in customers] == ["names-only"]
    assert customers[0]["notices"][0]["posted_at"], customers
    house.command("renumbering", "cancel", change)
    wait_until(lambda: all(notice["posted_at"] for notice in house.command("renumbering", "show", change)["customers"][0]["notices"]),
               "the letter that tells of the cancellation")
