"""SPF as seeds and requirements tell it: the installation's own includes served and counted, a broken record red and mended at
once with all the others – in the Manager, by the API and by a command whose exit status says what was found."""

import json

import pytest
from playwright.sync_api import expect

from browser import sign_in, window
from names import run, short
from peers import wait_until
from relais import Relais
from test_manager import DOMAIN, PATIENCE_SECONDS

ZONE = "valbois.test"
# What the installation sends by, besides its exchangers: three services of its own and somebody else's.
NESTED = {
    "relay": f"relay.{ZONE}", "app": f"app.{ZONE}", "newsletter": f"newsletter.{ZONE}", "third": "amazonses.test",
}


@pytest.fixture(scope="module")
def house(work, program):
    with Relais(work / "spf-house") as relais:
        relais.command("zone", "create", NESTED["third"])
        for number, host in enumerate(NESTED.values()):
            zone, owner = (ZONE, host.removesuffix(f".{ZONE}")) if host.endswith(f".{ZONE}") else (host, "@")
            relais.command("zone", "add", zone, owner, "TXT", f'"v=spf1 ip4:192.0.2.{number} -all"')
        shown = relais.command("installation", "show")
        sources = [f"--spf-source=include:{host}" for host in NESTED.values()]
        relais.command("installation", "change", *sources)
        relais.spf_host = shown["spf_host"]
        wait_until(lambda: NESTED["third"] in text(relais, relais.spf_host), "the installation's own SPF", PATIENCE_SECONDS)
        yield relais


def text(relais, name):
    """The SPF record of a name as dig reads it."""
    return "".join(line for line in short(relais.port("dns"), name, "TXT") if line.startswith('"v=spf1')).strip('"')


def look(relais, *more):
    """What the command says and its exit status, which must be what the worst lamp says."""
    answer = relais.command_raw("domain", "check", ZONE, *more, "--json")
    told = json.loads(answer.stdout)
    assert answer.returncode == {"bad": 1, "unknown": 3}.get(told["light"], 0), (told["light"], answer.returncode)
    return told, answer.returncode


def lamp(document, check="spf"):
    return next(each for each in document["lamps"] if each["check"] == check)


def break_all(relais):
    """Somebody tidies up: two records of the mail service are gone."""
    before = relais.command("zone", "show", ZONE)["serial"]
    spf = text(relais, ZONE)
    relais.command("zone", "remove", ZONE, "@", "TXT", f'"{spf}"', "--force")
    relais.command("zone", "remove", ZONE, "@", "MX", "--force")
    wait_until(lambda: text(relais, ZONE) == "" and short(relais.port("dns"), ZONE, "MX") == [], "the loss", PATIENCE_SECONDS)
    return before


def whole(relais):
    return text(relais, ZONE) == f"v=spf1 include:{relais.spf_host} -all" and short(relais.port("dns"), ZONE, "MX") != []


def test_four_nested_includes_are_served_and_followed(house):
    """R126–R130."""
    assert text(house, ZONE) == f"v=spf1 include:{house.spf_host} -all"
    includes = [term.removeprefix("include:") for term in text(house, house.spf_host).split() if term.startswith("include:")]
    assert includes == list(NESTED.values())
    for number, host in enumerate(includes):
        assert text(house, host) == f"v=spf1 ip4:192.0.2.{number} -all"
        # Who follows them comes to a place that may send.
        told = json.loads(run(house.program, "judge", "spf", "--ip", f"192.0.2.{number}", "--helo", "mail.x.test", "--from",
                              f"a@{ZONE}", "--dns", f"127.0.0.1:{house.port('dns')}", "--json"))
        assert (told["result"], told["lookups"]) == ("pass", 2 + number), told


def test_they_are_counted_on_the_page_with_their_tree(chromium, house):  # noqa: F811
    context = window(chromium)
    page = context.new_page()
    sign_in(page, house)
    page.goto(house.facts["urls"]["manager"] + DOMAIN + "spf")
    # The include of the installation and the four below it.
    expect(page.locator("#budget")).to_have_text("Recherches utilisées : 5/10")
    expect(page.locator("progress")).to_have_attribute("value", "5")
    nested = page.locator("ul.tree > li > ul > li > ul > li")
    expect(nested).to_have_count(len(NESTED))
    for host, branch in zip(NESTED.values(), nested.all(), strict=True):
        expect(branch).to_contain_text(f"include:{host}")
    context.close()


def test_everything_that_is_broken_is_mended_with_one_click(chromium, house):  # noqa: F811
    """R131."""
    context = window(chromium)
    page = context.new_page()
    sign_in(page, house)
    break_all(house)
    page.goto(house.facts["urls"]["manager"] + DOMAIN + "security")
    for check in ("spf", "mx"):
        expect(page.locator(f"#{check} .lamp")).to_have_class("lamp lost")
    page.locator(".title form[action$='/security/fix'] button").click()
    for check in ("spf", "mx"):
        expect(page.locator(f"#{check} .lamp")).to_have_class("lamp ok", timeout=PATIENCE_SECONDS * 1000)
    assert whole(house)
    context.close()


def test_everything_that_is_broken_is_mended_by_one_question_to_the_api(house):
    domain = next(each for each in house.api("GET", "domains")["items"] if each["name"] == ZONE)["id"]
    break_all(house)
    found = house.api("POST", f"domains/{domain}/diagnosis")
    assert (lamp(found)["light"], lamp(found, "mx")["light"]) == ("bad", "bad")
    assert house.api("POST", f"domains/{domain}/diagnosis/mend", {"checks": []})["mended"]
    wait_until(lambda: whole(house), "what was mended", PATIENCE_SECONDS)
    assert house.api("POST", f"domains/{domain}/diagnosis/mend", {"checks": []})["mended"] is None


def test_everything_that_is_broken_is_mended_by_one_command_whose_status_tells(house):
    before = break_all(house)
    told, status = look(house)
    assert status == 1 and (lamp(told)["light"], lamp(told, "mx")["light"]) == ("bad", "bad")
    told, status = look(house, "--fix")
    assert (lamp(told)["light"], lamp(told, "mx")["light"]) == ("good", "good") and whole(house)
    assert told["mended"]["before"] != before
    # There is nothing left to do, and what others must do is no fault of this domain.
    told, status = look(house)
    assert status == 0 and told["mended"] is None, told
    # docs/manual/diagnosis.md: a domain that is not here is no good news; a question that makes no sense is none at all.
    assert house.command_raw("domain", "check", "nobody.test").returncode == 1
    assert house.command_raw("domain", "check").returncode == 2
