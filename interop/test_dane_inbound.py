"""DANE towards us: Debian's Postfix trusts our certificate because our own signed zone names it, and only then.

Everything is as on the internet, ports included, on addresses of loopback: Relais hosts its own zone and receives on port
25, Debian's Unbound validates with the zone's key as its trust anchor, and Postfix asks nobody but Unbound.
"""

import re
import smtplib
import subprocess

import pytest

from conftest import ANNA
from letters import letter, mark
from names import Unbound, free_loopback, missing_tools, short
from peers import Postfix, wait_until
from ports import free_port
from relais import Served

ZONE = "valbois.test"
HOST = f"mail.{ZONE}"
# Mail for this domain is led to a name whose TLSA record somebody forgot to change.
ASTRAY = "astray.test"
ZED = f"zed@{ASTRAY}"
EVE = "eve@stranger.test"
WRONG = "3 1 1 " + "ab" * 32


@pytest.fixture(scope="module")
def relais(work):
    assert not missing_tools("dig", "unbound"), "scripts/test install"
    address = free_loopback(25)
    relais = Served(work / "dane-in", f"sqlite:{work}/dane-in/relais.db")
    relais.facts["ports"]["dns"] = free_port()
    config = relais.data / "relais.toml"
    config.write_text(config.read_text().replace(
        "smtp = [", f'dns = ["127.0.0.1:{relais.port("dns")}"]\nsmtp = ["{address}:25", '))
    relais.command("organisation", "create", relais.ORGANISATION)
    relais.command("installation", "change", "--hostname", HOST, "--exchanger", f"10,{HOST},{address}",
                   "--name-server", f"ns.{ZONE},127.0.0.1")
    relais.command("zone", "create", ZONE)
    for domain in (ZONE, ASTRAY):
        relais.command("domain", "create", domain)
    for mailbox in (ANNA, ZED):
        relais.command("address", "create", mailbox)
        password = relais.command("device-password", "create", mailbox, "--label", "test")["password"]
        relais.facts["addresses"].append({"address": mailbox, "password": password})
    relais.command("zone", "sign", ZONE)
    publish(relais, f"old A {address}", f"_25._tcp.old TLSA {WRONG}")
    with relais:
        # What Relais publishes by itself about its own certificate.
        wait_until(lambda: short(relais.port("dns"), f"_25._tcp.{HOST}", "TLSA"), "our TLSA record", 20)
        yield relais


def publish(relais, *records):
    answer = relais.command("zone", "import", ZONE, "-", stdin="".join(f"{record}\n" for record in records))
    assert answer["refused"] == [], answer


@pytest.fixture(scope="module")
def postfix(relais, work):
    keys = short(relais.port("dns"), ZONE, "DNSKEY")
    with Unbound(work / "unbound", free_loopback(53), ZONE, relais.port("dns"), keys) as unbound:
        postfix = Postfix(work / "dane-out", tls_security_level="dane", extra={
            "smtp_dns_support_level": "dnssec", "smtp_host_lookup": "dns", "smtp_tcp_port": "25", "dnssec_probe": "",
            # Each attempt asks anew.
            "smtp_connection_cache_on_demand": "no", "max_use": "1",
        })
        (postfix.directory / "conf" / "transport").write_text(f"{ASTRAY} smtp:[old.{ZONE}]\n")
        postfix.ask(unbound.address)
        with postfix:
            yield postfix


def post(postfix, address):
    marker = mark()
    with smtplib.SMTP("127.0.0.1", postfix.port) as smtp:
        smtp.sendmail(EVE, [address], letter(EVE, address, marker, subject=marker))
    return marker


def test_the_resolver_vouches_for_our_record(relais, postfix, work):
    """Otherwise Postfix would fall back to any certificate, and nothing below would show anything."""
    address = (work / "dane-out" / "queue" / "etc" / "resolv.conf").read_text().split()[1]
    answer = subprocess.run(["dig", f"@{address}", f"_25._tcp.{HOST}", "TLSA", "+dnssec"], capture_output=True, text=True,
                            check=True).stdout
    assert re.search(r"flags: [^;]*\bad\b", answer), answer
    assert "status: NOERROR" in answer and "3 1 1" in answer


def test_postfix_trusts_the_certificate_that_our_zone_names(relais, postfix):
    marker = post(postfix, ANNA)
    relais.wait_for_letter(ANNA, marker.encode())
    log = postfix.log()
    assert f"Verified TLS connection established to {HOST}[" in log, log[-3000:]
    assert not re.search(r"(Untrusted|Anonymous|Trusted) TLS connection established", log), log[-3000:]


def test_postfix_keeps_the_mail_where_the_record_names_another_certificate(relais, postfix):
    marker = post(postfix, ZED)
    said = wait_until(lambda: re.search(rf"to=<{ZED}>.*status=(\w+) \((.*)\)", postfix.log()), "Postfix to try", 30)
    assert said.group(1) == "deferred" and "Server certificate not" in said.group(2), said.group(0)
    assert relais.letters(ZED) == []
    assert relais.command("log", "search", "--to", ZED, "--since", "1h") == []
    # Whoever mends the record gets the letter that waited.
    right = short(relais.port("dns"), f"_25._tcp.{HOST}", "TLSA")[0]
    relais.command("zone", "remove", ZONE, "_25._tcp.old", "TLSA")
    publish(relais, f"_25._tcp.old TLSA {right}")
    wait_until(lambda: short(relais.port("dns"), f"_25._tcp.old.{ZONE}", "TLSA") == [right], "the right record", 10)
    postfix.flush()
    relais.wait_for_letter(ZED, marker.encode())
