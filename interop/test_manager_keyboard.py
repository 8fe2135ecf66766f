"""The main tasks of an administrator by keyboard alone, from the first page on: no mouse, no focus set by the test."""

import re

import pytest
from playwright.sync_api import expect

from browser import manager, sign_in, tab_to, window
from conftest import ANNA, BRUNO
from letters import letter, mark, submission
from relais import Relais

DOMAIN = "valbois.test"
PASSWORD = "une phrase de passe"


@pytest.fixture(scope="module")
def relais(work):
    """Of its own, with a stranger who never answers: so letters wait."""
    with Relais(work / "keyboard", strangers={"away.test": 9}) as relais:
        yield relais


@pytest.fixture
def page(chromium, relais):
    context = window(chromium)
    page = context.new_page()
    page.set_default_timeout(10_000)
    sign_in(page, relais)
    yield page
    context.close()


def press(page, selector, key="Enter"):
    tab_to(page, selector)
    page.keyboard.press(key)


def heading(page):
    return page.get_by_role("heading", level=1)


def test_a_host_and_a_mail_server_are_made_and_applied(page):
    press(page, "nav.side details.nested > summary")
    press(page, "nav.side a[href='/manager/hosts']")
    expect(heading(page)).to_have_text("Hôtes")
    page.keyboard.press("n")
    tab_to(page, "#field-name")
    page.keyboard.type("clavier4")
    tab_to(page, "#field-ipv4")
    page.keyboard.type("192.162.0.44")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("clavier4")
    press(page, "nav.side a[href='/manager/servers']")
    expect(heading(page)).to_have_text("Serveurs de mail")
    page.keyboard.press("n")
    press(page, "#field-imap", "Space")
    press(page, "button[popovertarget=hosts]")
    press(page, "#hosts button[name=pick]:not([disabled])")
    expect(page.locator(".picked")).to_contain_text("clavier4")
    press(page, "form.form button.primary")
    expect(heading(page)).to_have_text("clavier4")
    press(page, ".postit")
    expect(heading(page)).to_have_text("Modifications en attente")
    press(page, "main form button.primary")
    expect(page.get_by_text("Rien n’attend")).to_be_visible()


def test_somebody_is_invited(page, relais):
    relais.command("address", "create", f"invitee@{DOMAIN}", "--password-stdin", stdin=PASSWORD + "\n")
    press(page, "nav.side a[href='/manager/services']")
    press(page, "main tbody a")
    press(page, "main a[href*='/manager/addresses']")
    page.wait_for_url("**/manager/addresses**")
    page.keyboard.press("/")
    page.keyboard.type("invitee")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=invitee**")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(heading(page)).to_contain_text(f"invitee@{DOMAIN}")
    press(page, "a[href$='/users']")
    press(page, "main a[href$='/invite']")
    tab_to(page, "input[name=way]")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    if page.locator("input[name=way]:checked").get_attribute("value") != "link":
        page.keyboard.press("ArrowUp")
    tab_to(page, "#field-password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#invitation-link")).to_contain_text("/invitation/")


def test_a_sender_is_blocked(page):
    press(page, "nav.side a[href='/manager/global']")
    press(page, "main a[href*='/security']")
    tab_to(page, "#field-blocked")
    page.keyboard.type("*@clavier.test")
    page.keyboard.press("Enter")
    expect(page.get_by_text("attend d’être validée")).to_be_visible()
    press(page, "form[action$='/security/apply'] button")
    expect(page.locator(".toast")).to_contain_text("actif sur toutes les adresses")


def test_a_letter_is_looked_up(page, relais):
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [BRUNO], letter(ANNA, BRUNO, mark(), subject="Au clavier").decode().encode())
    relais.wait_for_letter(BRUNO, b"Au clavier")
    press(page, "nav.side a[href='/manager/logs']")
    tab_to(page, "#field-address")
    page.keyboard.type(ANNA)
    tab_to(page, "input[name=direction]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.wait_for_url("**direction=sent**")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("ol.timeline")).to_be_visible()


def test_a_waiting_letter_is_held_and_deleted(page, relais):
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, ["a@away.test"], letter(ANNA, "a@away.test", mark(), subject="Attend").decode().encode())
    press(page, "nav.side a[href='/manager/queue']")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("x")
    press(page, ".bulk button[value=hold]")
    expect(page.locator(".toast")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    press(page, ".bulk button[value=delete]")
    expect(heading(page)).to_contain_text("Supprimer")
    press(page, "main form button.danger")
    expect(page.get_by_text(re.compile("Rien n’attend|Aucune lettre"))).to_be_visible()


def test_a_source_is_let_in_again(page, relais):
    relais.command("ban", "create", "198.51.100.9", "--hours", "2", "--reason", "clavier")
    relais.command("staff", "add", relais.facts["users"][0]["login"])
    press(page, "nav.side a[href='/manager/sources']")
    page.goto(manager(relais, "sources?of=installation"))
    press(page, "main form[action*='bans/lift'] button")
    expect(page.locator(".toast")).to_be_visible()
    assert "198.51.100.9" not in [ban["source"] for ban in relais.command("ban", "list")]
