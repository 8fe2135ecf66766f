"""The Manager in a real browser: every screen without an accessibility finding, by keyboard, narrow and wide; what
is broken is seen and mended."""

import json
import pathlib

import pytest
from playwright.sync_api import expect

from browser import PICTURES, faults, heavy_pages, manager, sign_in, tab_to, window
from peers import wait_until

DOMAIN = "domains/valbois.test/"
SCREENS = ["", "domains", "domains/new", "sessions", DOMAIN + "zone", DOMAIN + "zone/new", DOMAIN + "zone/new/spf",
           DOMAIN + "zone/new/srv", DOMAIN + "zone/history", DOMAIN + "zone/settings", DOMAIN + "zone/import",
           DOMAIN + "spf", DOMAIN + "synonyms", DOMAIN + "security", DOMAIN + "dmarc", DOMAIN + "tls",
           DOMAIN + "reputation"]
# How soon after a change the lamps follow.
PATIENCE_SECONDS = 20


@pytest.mark.timeout(300)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_accessible_and_says_nothing_on_the_console(chromium, relais, scheme):
    context = window(chromium, scheme=scheme)
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    sign_in(page, relais)
    findings = []
    for screen in SCREENS:
        page.goto(relais.facts["urls"]["manager"] + screen)
        findings += [(screen, *each) for each in faults(page)]
    context.close()
    assert not findings
    assert not said


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language,scheme", [("fr", "light"), ("de", "dark")])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_screen_is_wider_than_its_window(chromium, relais, width, language, scheme):
    PICTURES.mkdir(parents=True, exist_ok=True)
    context = window(chromium, width=width, language=language, scheme=scheme)
    page = context.new_page()
    sign_in(page, relais)
    too_wide = []
    for screen in SCREENS:
        page.goto(relais.facts["urls"]["manager"] + screen)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            too_wide.append(screen)
        name = (screen or "home").replace("/", "_")
        page.screenshot(path=pathlib.Path(PICTURES) / f"{name}-{width}-{language}.png", full_page=True)
    context.close()
    assert not too_wide


def test_the_manager_works_without_script(chromium, relais):
    context = window(chromium, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, relais)
    page.goto(relais.facts["urls"]["manager"] + "domains")
    page.fill("#table-search", "valbois")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=valbois*")
    page.click("td a:has-text('valbois.test')")
    page.wait_for_url("**/domains/valbois.test/**")
    context.close()


@pytest.mark.parametrize("width,shown", [(360, "narrow"), (1280, "wide")])
def test_the_demo_has_charts_and_they_can_be_read(chromium, relais, width, shown):
    context = window(chromium, width=width)
    page = context.new_page()
    sign_in(page, relais)
    for screen, parts in [("dmarc", "rect.pass"), ("dmarc", "rect.quarantined"), ("tls", "rect.rejected"),
                          ("reputation", "circle.dot")]:
        page.goto(relais.facts["urls"]["manager"] + DOMAIN + screen)
        charts = page.locator("svg.chart[role=img]:visible")
        expect(charts).to_have_count(1)
        expect(charts).to_have_class(f"chart {shown}")
        assert charts.locator(parts).count() > 1
        # A label is as large as it was drawn: a scaled one could not be read.
        assert charts.locator("text").first.bounding_box()["height"] >= 10
    page.goto(relais.facts["urls"]["manager"] + DOMAIN + "dmarc")
    expect(page.locator(".notice")).to_contain_text("messages des rapports manquent ici")
    expect(page.locator("main")).to_contain_text("’")
    page.goto(relais.facts["urls"]["manager"] + DOMAIN + "reputation")
    expect(page.locator(".figures dd")).to_contain_text("/ 100")
    expect(page.locator("main")).to_contain_text("Des adresses pièges ont été touchées")
    for tool in ["Google Postmaster Tools", "Sender Score", "Microsoft SNDS", "Talos", "McAfee"]:
        expect(page.locator("main ul a[target=_blank]", has_text=tool)).to_have_count(1)
    expect(page.locator(f"main ul a[href='/manager/{DOMAIN}security']")).to_contain_text("SPF, DKIM et DMARC")
    context.close()


def test_a_first_load_weighs_little(chromium, relais):
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    assert not heavy_pages(page, {screen: manager(relais, screen) for screen in SCREENS})
    context.close()


def test_a_record_is_added_and_taken_back_by_keyboard_alone(chromium, relais):
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    page.goto(relais.facts["urls"]["manager"] + DOMAIN + "zone")
    page.keyboard.press("n")
    page.wait_for_url("**/zone/new")
    tab_to(page, "a[href$='/zone/new/srv']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/zone/new/srv")
    expect(page.locator("#raw")).to_contain_text("_‹Service›._tcp.valbois.test.")
    for field, text in [("service", "sip"), ("port", "5060"), ("target", "pbx.voisin.test.")]:
        tab_to(page, f"#field-{field}")
        page.keyboard.type(text)
    expect(page.locator("#raw")).to_have_text("_sip._tcp.valbois.test. 3600 IN SRV 0 1 5060 pbx.voisin.test.")
    page.keyboard.press("Enter")
    page.wait_for_url("**/domains/valbois.test/zone")
    row = page.locator("tr[data-row]", has_text="5060 pbx.voisin.test.")
    expect(row).to_have_count(1)
    tab_to(page, ".toast form button")
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)
    context.close()


def break_mx(relais):
    """Takes away where the domain's mail goes; the serial before."""
    before = relais.command("zone", "show", "valbois.test")["serial"]
    relais.command("zone", "remove", "valbois.test", "@", "MX", "--force")
    return before


def light(document):
    return next(lamp["light"] for lamp in document["lamps"] if lamp["check"] == "mx")


def test_a_broken_record_is_seen_mended_and_the_mending_undone_in_the_manager(chromium, relais):
    context = window(chromium)
    page = context.new_page()
    sign_in(page, relais)
    security = relais.facts["urls"]["manager"] + DOMAIN + "security"
    page.goto(security)
    expect(page.locator("#mx .lamp")).to_have_class("lamp ok")
    break_mx(relais)
    page.get_by_role("button", name="Vérifier maintenant").click()
    expect(page.locator("#mx .lamp")).to_have_class("lamp lost", timeout=PATIENCE_SECONDS * 1000)
    # What does harm stands first.
    first = page.locator(".things > li").first
    expect(first.locator(".lamp")).to_have_class("lamp lost")
    page.locator("#mx").get_by_role("button", name="Corriger").click()
    expect(page.locator("#mx .lamp")).to_have_class("lamp ok", timeout=PATIENCE_SECONDS * 1000)
    page.locator(".toast").get_by_role("button", name="Annuler", exact=True).click()
    page.wait_for_url("**/domains/valbois.test/zone")

    def is_broken_again():
        page.goto(security)
        return page.locator("#mx .lamp.lost").count() == 1

    wait_until(is_broken_again, "the lamp to be red again", PATIENCE_SECONDS)
    page.locator("#mx").get_by_role("button", name="Corriger").click()
    expect(page.locator("#mx .lamp")).to_have_class("lamp ok", timeout=PATIENCE_SECONDS * 1000)
    context.close()


def test_a_broken_record_is_seen_mended_and_the_mending_undone_by_the_api(relais):
    domain = next(each for each in relais.api("GET", "domains")["items"] if each["name"] == "valbois.test")["id"]
    zone = next(each for each in relais.api("GET", "zones")["items"] if each["name"] == "valbois.test.")["id"]

    def shows(expected):
        def look():
            return light(relais.api("POST", f"domains/{domain}/diagnosis")) == expected

        wait_until(look, f"the lamp to be {expected}", PATIENCE_SECONDS)

    shows("good")
    break_mx(relais)
    shows("bad")
    mended = relais.api("POST", f"domains/{domain}/diagnosis/mend", {"checks": ["mx"]})["mended"]
    shows("good")
    relais.api("POST", f"zones/{zone}/restore", {"serial": mended["before"]})
    shows("bad")
    relais.api("POST", f"domains/{domain}/diagnosis/mend", {"checks": ["mx"]})
    shows("good")


def test_a_broken_record_is_seen_mended_and_the_mending_undone_by_commands(relais):
    def look(*more):
        return json.loads(relais.command_raw("domain", "check", "valbois.test", *more, "--json").stdout)

    wait_until(lambda: light(look()) == "good", "the lamp to be good", PATIENCE_SECONDS)
    break_mx(relais)
    wait_until(lambda: light(look()) == "bad", "the lamp to be bad", PATIENCE_SECONDS)
    # The command itself waits until the name servers have followed.
    mended = look("--fix", "mx")
    assert light(mended) == "good"
    relais.command("zone", "restore", "valbois.test", mended["mended"]["before"])
    wait_until(lambda: light(look()) == "bad", "the lamp to be bad again", PATIENCE_SECONDS)
    assert light(look("--fix", "mx")) == "good"
