"""Addresses: letters that leave from one of their own, as Postfix writes down; pointers, as dig finds them; who is kept
out of every door; and what an owner who reads by a mail program only is told of his mailbox."""

import email
import email.header
import http.client
import re
import smtplib
import socket
import subprocess
import urllib.parse

import pytest
from playwright.sync_api import expect

from browser import PICTURES, manager, sign_in, window
from conftest import ANNA, EVE
from letters import imap_login, letter, mark, send, submission, tls_context
from names import short
from peers import Postfix, wait_until
from relais import Reconfigured, Relais

# Every machine has all of 127/8 on its loopback, and none has this one.
OWN, ELSEWHERE = "127.0.0.9", "192.0.2.77"


@pytest.fixture(scope="module")
def bound(work):
    stranger = Postfix(work / "bound", domains=["stranger.test"], users=[EVE])
    relais = Relais(work / "binding", strangers={"stranger.test": stranger.port})
    (stranger.directory / "conf" / "transport").write_text(
        f"valbois.test smtp:[127.0.0.1]:{relais.port_base + 25}\n")
    with relais, stranger:
        yield relais, stranger


def submit(relais, marker):
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, marker, subject=marker))


def arrived(relais, stranger):
    """Postfix's own Received field of a letter that goes out now."""
    marker = mark()
    submit(relais, marker)
    return email.message_from_bytes(stranger.wait_for_letter(EVE, marker.encode()))["Received"]


def test_letters_of_a_service_leave_from_the_address_that_is_bound_to_it(bound):
    relais, stranger = bound
    assert "[127.0.0.1]" in arrived(relais, stranger)
    service = relais.command("domain", "list")[0]["service"]
    organisation = relais.command("organisation", "list")[0]["id"]
    relais.command("ip", "create", OWN, "--dedicated-to", organisation)
    relais.command("ip", "set-pointer", OWN, "lettres.valbois.test")
    told = relais.command("ip", "bind", OWN, "--service", service)
    assert told["service"] == service and told["server"] is None
    received = arrived(relais, stranger)
    # Nobody has found that the name leads back to the address, so that the node goes by its own.
    assert re.match(r"from mail\.valbois\.test \(.*\[127\.0\.0\.9\]\)", received), received
    # The way of the letter tells it, too.
    def sources():
        ways = relais.command("log", "search", "--to", EVE, "--since", "1h")
        return {event.get("source") for way in ways for event in way["events"] if event["kind"] == "tried"}

    wait_until(lambda: sources() == {None, OWN}, "the attempts in the log")


def test_a_letter_waits_where_the_node_does_not_have_its_address(bound):
    relais, stranger = bound
    service = relais.command("domain", "list")[0]["service"]
    relais.command("ip", "bind", OWN)
    organisation = relais.command("organisation", "list")[0]["id"]
    relais.command("ip", "create", ELSEWHERE, "--dedicated-to", organisation)
    relais.command("ip", "bind", ELSEWHERE, "--service", service)
    marker = mark()
    submit(relais, marker)

    def waiting():
        return [entry for entry in relais.command("queue", "list") if ELSEWHERE in str(entry.get("last_reply"))]
    delivery = wait_until(waiting, "the reason in the queue", step_seconds=0.2)[0]["delivery"]
    assert "this node does not have it" in relais.log() and ELSEWHERE in relais.log()
    # As soon as nothing is bound to it any more it leaves as usual.
    relais.command("ip", "delete", ELSEWHERE)
    relais.command("queue", "retry", delivery)
    assert "[127.0.0.1]" in email.message_from_bytes(stranger.wait_for_letter(EVE, marker.encode()))["Received"]


def test_a_stranger_finds_the_pointer_of_an_address(bound):
    relais, _ = bound
    address, name = "192.0.2.10", "mail.valbois.test"
    assert short(relais.port("dns"), "-x", address) == []
    relais.command("zone", "create", "2.0.192.in-addr.arpa")
    relais.command("ip", "create", address)
    relais.command("ip", "set-pointer", address, name)
    wait_until(lambda: short(relais.port("dns"), "-x", address) == [f"{name}."], "the pointer", timeout_seconds=10)
    relais.command("ip", "set-pointer", address, "")
    wait_until(lambda: short(relais.port("dns"), "-x", address) == [], "its end", timeout_seconds=10)


def test_whoever_reads_by_a_mail_program_only_is_told_in_the_mailbox(bound):
    relais, _ = bound
    address = "stille@valbois.test"
    relais.command("address", "create", address)
    password = relais.command("device-password", "create", address, "--label", "mutt")["password"]

    def letters_there():
        with imap_login(relais, address, password) as imap:
            imap.select("INBOX", readonly=True)
            return [email.message_from_bytes(imap.fetch(number, "(BODY.PEEK[])")[1][0][1])
                    for number in imap.search(None, "ALL")[1][0].split()]

    # The first password of a mailbox that nobody uses is no news.
    assert letters_there() == []
    relais.command("device-password", "create", address, "--label", "téléphone")
    told = wait_until(letters_there, "the letter")
    assert len(told) == 1 and told[0]["Auto-Submitted"] == "auto-generated"
    assert "appareil" in str(email.header.make_header(email.header.decode_header(told[0]["Subject"])))
    assert address in told[0].get_payload(decode=True).decode()
    # Once a day of the same administrator: the next letter that comes is another one.
    relais.command("device-password", "create", address, "--label", "tablette")
    marker = mark()
    send(relais.port("smtp"), EVE, [address], letter(EVE, address, marker, subject=marker))
    wait_until(lambda: any(one["Subject"] == marker for one in letters_there()), "the letter of Eve")
    assert len(letters_there()) == 2


def has_ipv6():
    """Whether this machine has the loopback of IPv6."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
            return True
    except OSError:
        return False


class Guarded(Reconfigured):
    """The demo's addresses behind rules that hold for this machine too, and `/ip` with names of one family each."""

    def reconfigured(self, text):
        assert "exempt_loopback = true" in text
        https, self.https_v6 = self.port("https"), self.port_base + 995
        if has_ipv6():
            text, count = re.subn(r"(?m)^https = \[[^\]]*\]",
                                  f'https = ["127.0.0.1:{https}", "[::1]:{self.https_v6}"]', text)
            assert count == 1
        text = re.sub(r"(?m)^\[public\]\n", "", text.replace("exempt_loopback = true", "exempt_loopback = false"))
        return text + f'\n[public]\nipv4_name = "localhost:{https}"\nipv6_name = "localhost:{self.https_v6}"\n'


@pytest.fixture(scope="module")
def guarded(work):
    with Guarded(work / "guarded") as relais:
        yield relais


def first_line(relais, door, source):
    """What a door says to somebody from this address."""
    with socket.create_connection(("127.0.0.1", relais.port(door)), timeout=30, source_address=(source, 0)) as peer:
        return peer.makefile("rb").readline().decode()


def asked(relais, source, path, accept="text/html", form=None):
    """Status, place and text of a page that is asked for, or of what a form is answered, from this address."""
    web = http.client.HTTPSConnection("localhost", relais.port("https"), timeout=30, source_address=(source, 0),
                                      context=tls_context(relais))
    try:
        headers = {"Accept": accept}
        if form is not None:
            headers |= {"Origin": f"https://localhost:{relais.port('https')}",
                        "Content-Type": "application/x-www-form-urlencoded"}
            form = urllib.parse.urlencode(form)
        web.request("GET" if form is None else "POST", path, body=form, headers=headers)
        answer = web.getresponse()
        return answer.status, answer.headers.get("Location", ""), answer.read().decode()
    finally:
        web.close()


def fails_to_log_in(relais, source):
    """One wrong login; false once the door is closed."""
    with socket.create_connection(("127.0.0.1", relais.port("imap")), timeout=60, source_address=(source, 0)) as peer:
        stream = peer.makefile("rwb")
        if not stream.readline().startswith(b"* OK"):
            return False
        # Too long to be hashed, so that it is quick; it counts like any other.
        stream.write(b"a LOGIN %s {1000+}\r\n%s\r\n" % (ANNA.encode(), b"x" * 1000))
        stream.flush()
        while line := stream.readline():
            if line.startswith(b"a "):
                assert line.startswith(b"a NO"), line
                break
        return True


def closed(relais, source):
    assert first_line(relais, "imap", source).startswith("* BYE")
    assert first_line(relais, "smtp", source)[:1] in "45"
    status, place, _ = asked(relais, source, "/manager/sign-in")
    assert (status, place.split("?")[0]) == (303, "/unblock")
    assert asked(relais, source, "/api/v1/domains", "application/json")[0] == 403


def test_wrong_logins_close_every_door_for_their_source_alone(guarded):
    bad, good = "127.0.0.13", "127.0.0.14"
    tries = 0
    while fails_to_log_in(guarded, bad):
        tries += 1
        assert tries < 50, "nobody keeps it out"
    assert tries >= 5
    closed(guarded, bad)
    # Where it stands and how to be let in again it may ask for.
    assert asked(guarded, bad, "/ip", "*/*")[2] == f"{bad}\n"
    status, _, text = asked(guarded, bad, "/unblock")
    assert status == 200 and "form" in text
    # Others are served.
    assert first_line(guarded, "imap", good).startswith("* OK")
    assert first_line(guarded, "smtp", good).startswith("220")
    assert asked(guarded, good, "/manager/sign-in")[0] == 200
    # And what an administrator lifts is open.
    guarded.command("ban", "delete", bad)
    wait_until(lambda: first_line(guarded, "imap", bad).startswith("* OK"), "the door to open", timeout_seconds=10)


def wrong_submission(relais, source):
    """One wrong AUTH where letters are handed in; false once the door is closed."""
    smtp = smtplib.SMTP(timeout=60, source_address=(source, 0), local_hostname="client.test")
    try:
        if smtp.connect("localhost", relais.port("submission"))[0] != 220:
            return False
        # The name that the certificate is checked for.
        smtp._host = "localhost"
        smtp.starttls(context=tls_context(relais))
        with pytest.raises((smtplib.SMTPAuthenticationError, smtplib.SMTPServerDisconnected)):
            smtp.login(ANNA, "wrong")
        return True
    finally:
        smtp.close()


def wrong_sign_in(relais, source):
    """One wrong password in the form of the Manager; false once the page is not to be had."""
    form = {"login": ANNA, "password": "wrong", "next": ""}
    status, place, _ = asked(relais, source, "/manager/sign-in", form=form)
    assert status != 403, "the form is refused for another reason"
    return "/unblock" not in place


def without_token(relais, source):
    """One request of a program that has no token; false once another answer comes."""
    return asked(relais, source, "/api/v1/domains", "application/json")[0] == 401


@pytest.mark.parametrize(("number", "tries", "most"), [
    (16, wrong_submission, 50), (17, wrong_sign_in, 50), (18, without_token, 500)])
def test_each_way_of_trying_closes_every_door(guarded, number, tries, most):
    bad, count = f"127.0.0.{number}", 0
    while tries(guarded, bad):
        count += 1
        assert count < most, "nobody keeps it out"
    assert count >= 5
    closed(guarded, bad)


def test_who_tries_names_on_port_25_is_kept_out_of_every_door(guarded):
    bad = "127.0.0.15"

    def tries():
        """One connection; false once the door is closed."""
        smtp = smtplib.SMTP(timeout=60, source_address=(bad, 0), local_hostname="client.test")
        try:
            if smtp.connect("127.0.0.1", guarded.port("smtp"))[0] != 220:
                return False
            smtp.ehlo()
            smtp.mail(EVE)
            for number in range(20):
                if smtp.rcpt(f"nobody{number}@valbois.test")[0] == 250:
                    raise AssertionError("there is nobody of that name")
        except smtplib.SMTPServerDisconnected:
            pass
        finally:
            smtp.close()
        return True

    connections = 0
    while tries():
        connections += 1
        assert connections < 20, "nobody keeps it out"
    closed(guarded, bad)


def test_a_browser_shows_the_address_of_each_family(guarded, chromium):
    context = window(chromium)
    page = context.new_page()
    page.goto(f"https://localhost:{guarded.port('https')}/ip")
    families = page.locator("dd[data-ip]")
    expect(families.nth(0)).to_have_text("127.0.0.1")
    if has_ipv6():
        expect(families.nth(1)).to_have_text("::1")
    # Nobody else is asked, whatever a script wants.
    other = f"https://127.0.0.1:{guarded.port('https')}/ip?format=text"
    assert page.evaluate("url => fetch(url).then(() => 'asked', () => 'refused')", other) == "refused"
    context.close()
    # A network without IPv6.
    context = window(chromium)
    context.route(f"**:{guarded.https_v6}/**", lambda route: route.abort())
    page = context.new_page()
    page.goto(f"https://localhost:{guarded.port('https')}/ip")
    expect(page.locator("dd[data-ip]").nth(1)).to_contain_text("Aucune")
    context.close()
    # Without script there are two links.
    context = window(chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"https://localhost:{guarded.port('https')}/ip")
    assert page.locator("dd[data-ip] a").count() == 2
    page.click("dd[data-ip] a >> nth=0")
    assert "127.0.0.1" in page.inner_text("main")
    context.close()


def test_the_address_is_told_over_ipv6_as_it_was_asked_for(guarded):
    if not has_ipv6():
        pytest.skip("this machine has no IPv6")
    context = tls_context(guarded)
    for accept, expected in [("*/*", "::1\n"), ("application/json", '{"ip":"::1","version":6}')]:
        web = http.client.HTTPSConnection("::1", guarded.https_v6, timeout=30, context=context)
        web.request("GET", "/ip", headers={"Accept": accept, "Host": f"localhost:{guarded.https_v6}"})
        assert web.getresponse().read().decode() == expected
        web.close()


def test_a_dedicated_address_is_bound_and_gets_its_name_on_the_screen(bound, chromium):
    """«IP dédiées et PTR»: the letters of the mail service leave from it, and whoever asks finds the name."""
    relais, stranger = bound
    address, name = "127.0.0.11", "envoi.valbois.test"
    organisation = relais.command("organisation", "list")[0]["id"]
    relais.command("zone", "create", "0.0.127.in-addr.arpa")
    relais.command("ip", "create", address, "--dedicated-to", organisation)
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)

    def form(label):
        page.goto(manager(relais, "sources"))
        row = page.locator("section[aria-labelledby=ips] tbody tr", has_text=address)
        row.locator("summary", has_text=label).click()
        return row

    row = form("Entrée PTR")
    row.get_by_label("Entrée PTR : nom d’hôte").fill(name)
    row.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".toast")).to_contain_text("écrite dans la zone inverse")
    wait_until(lambda: short(relais.port("dns"), "-x", address) == [f"{name}."], "the pointer", timeout_seconds=10)
    service = relais.api("GET", "/services")["items"][0]
    row = form("Mails envoyés depuis cette adresse")
    row.get_by_label("Service Mail").select_option(label=service["name"])
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "sources-binding-1280-fr.png", full_page=True)
    row.get_by_role("button", name="Enregistrer").last.click()
    expect(page.locator(".toast")).to_contain_text(f"les mails liés partent de {address}")
    assert f"[{address}]" in arrived(relais, stranger)
    row = form("Mails envoyés depuis cette adresse")
    row.get_by_label("Service Mail").select_option(label="Aucun en particulier")
    row.get_by_role("button", name="Enregistrer").last.click()
    expect(page.locator(".toast")).to_be_visible()
    assert f"[{address}]" not in arrived(relais, stranger)
    context.close()
