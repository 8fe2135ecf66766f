"""The Manager in a real browser: every screen without an accessibility finding, by keyboard, narrow and wide."""

import pathlib
import shutil

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from relais import REPOSITORY

DOMAIN = "domains/valbois.test/"
SCREENS = ["", "domains", "domains/new", "sessions", DOMAIN + "zone", DOMAIN + "zone/new", DOMAIN + "zone/new/spf",
           DOMAIN + "zone/new/srv", DOMAIN + "zone/history", DOMAIN + "zone/settings", DOMAIN + "zone/import",
           DOMAIN + "spf", DOMAIN + "synonyms", DOMAIN + "security", DOMAIN + "dmarc", DOMAIN + "tls",
           DOMAIN + "reputation"]
SERIOUS = {"serious", "critical"}
# Pictures of every screen, kept as artefacts of the run.
PICTURES = REPOSITORY / "target" / "test-logs" / "screens"


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        # Debian's own: nothing is downloaded.
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def sign_in(page, relais):
    user = relais.facts["users"][0]
    page.goto(relais.facts["urls"]["manager"] + "sign-in")
    page.fill("#login", user["login"])
    page.fill("#password", user["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/manager/")


def window(chromium, width=1280, scheme="light", language="fr", **options):
    return chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language,
                                ignore_https_errors=True, **options)


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
        found = Axe().run(page)["violations"]
        findings += [(screen, each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in SERIOUS]
    context.close()
    assert not findings
    assert not said


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["fr", "de"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_screen_is_wider_than_its_window(chromium, relais, width, language):
    PICTURES.mkdir(parents=True, exist_ok=True)
    context = window(chromium, width=width, language=language)
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
