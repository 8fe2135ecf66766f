"""The main tasks of an administrator by keyboard alone, from the first page on: no mouse, no focus set by the test."""

import json

import pytest
from playwright.sync_api import expect

from browser import sign_in, tab_to, window
from conftest import ANNA, BRUNO
from letters import letter, mark, submission
from peers import wait_until
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


def arrives(page, title):
    """Waits for the page of this title: its focus comes before the next key."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


def choose(page, selector, value):
    """Of these radio buttons the one with the value, by arrows."""
    tab_to(page, selector)
    for _ in range(page.locator(selector).count()):
        if page.locator(f"{selector}:checked").get_attribute("value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no arrow leads to {value}")


def test_a_host_and_a_mail_server_are_made_and_applied(page):
    press(page, "nav.side details.nested > summary")
    press(page, "nav.side a[href='/manager/hosts']")
    arrives(page, "Hôtes")
    page.keyboard.press("n")
    arrives(page, "Nouvel hôte")
    tab_to(page, "#field-name")
    page.keyboard.type("clavier4")
    tab_to(page, "#field-ipv4")
    page.keyboard.type("192.162.0.44")
    page.keyboard.press("Enter")
    arrives(page, "clavier4")
    press(page, "nav.side a[href='/manager/servers']")
    arrives(page, "Serveurs de mail")
    page.keyboard.press("n")
    arrives(page, "Nouveau serveur de mail")
    press(page, "#field-imap", "Space")
    press(page, "button[popovertarget=hosts]")
    press(page, "#hosts button[name=pick]:not([disabled])")
    expect(page.locator(".picked")).to_contain_text("clavier4")
    expect(page.locator("#field-imap")).to_be_checked()
    press(page, "form.form .actions button.primary")
    arrives(page, "clavier4")
    press(page, ".postit")
    arrives(page, "Modifications en attente")
    press(page, "form[action='/manager/changes/apply'] button")
    expect(page.get_by_text("Rien n’attend")).to_be_visible()


def test_somebody_is_invited(page, relais):
    relais.command("address", "create", f"invitee@{DOMAIN}", "--password-stdin", stdin=PASSWORD + "\n")
    press(page, "nav.side a[href='/manager/services']")
    arrives(page, "Services Mail")
    press(page, "main tbody a")
    expect(page.locator("nav.bar")).to_be_visible()
    press(page, "nav.bar a[href*='/manager/addresses?service=']")
    arrives(page, "Adresses")
    page.keyboard.press("/")
    page.keyboard.type("invitee")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    arrives(page, f"invitee@{DOMAIN}")
    press(page, "main a[href$='/users']")
    expect(page.locator("main a[href$='/invite']")).to_be_visible()
    press(page, "main a[href$='/invite']")
    arrives(page, "Inviter")
    choose(page, "input[name=way]", "link")
    tab_to(page, "#field-password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#invitation-link")).to_contain_text("/invitation/")


def test_a_sender_is_blocked(page):
    press(page, "nav.side a[href='/manager/global']")
    arrives(page, "Configuration globale")
    press(page, "main a[href*='/security']")
    expect(page.locator("#field-blocked")).to_be_visible()
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
    arrives(page, "Logs")
    tab_to(page, "#field-address")
    page.keyboard.type(ANNA)
    choose(page, "input[name=direction]", "sent")
    tab_to(page, "#field-text")
    page.keyboard.type("Au clavier")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    arrives(page, "Au clavier")
    expect(page.locator("ol.timeline")).to_be_visible()


def test_a_waiting_letter_is_held_and_deleted(page, relais):
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, ["a@away.test"], letter(ANNA, "a@away.test", mark(), subject="Attend").decode().encode())
    # Nothing else is under way: what was told of the tests before has been delivered.
    wait_until(lambda: [one["recipient"] for one in relais.command("queue", "list")] == ["a@away.test"], "one letter that waits")
    press(page, "nav.side a[href='/manager/queue']")
    arrives(page, "File d’attente")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("x")
    press(page, ".bulk button[value=hold]")
    expect(page.locator(".toast")).to_contain_text("1")
    expect(page.locator("tbody tr", has_text="a@away.test")).to_contain_text("retenu")
    page.keyboard.press("j")
    page.keyboard.press("x")
    press(page, ".bulk button[value=delete]")
    arrives(page, "Supprimer")
    press(page, "main form button.danger")
    expect(page.get_by_role("heading", name="La file est vide")).to_be_visible()


def test_a_source_is_let_in_again_and_banned_again(page, relais):
    relais.command("ban", "create", "198.51.100.9", "--hours", "2", "--reason", "clavier")
    relais.command("staff", "add", relais.facts["users"][0]["login"])

    def banned():
        return "198.51.100.9" in json.dumps(relais.command("ban", "list"))

    assert banned()
    press(page, "nav.side a[href='/manager/sources']")
    arrives(page, "Adresses IP")
    press(page, "main .tabs a[href='/manager/sources?of=installation']")
    expect(page.locator("main .tabs a[aria-current=page]")).to_have_text("Toute l’installation")
    press(page, "main form[action*='bans/lift'] button")
    expect(page.locator(".toast")).to_contain_text("198.51.100.9")
    assert not banned()
    press(page, ".toast button:not([data-close])")
    expect(page.locator("main form[action*='bans/lift']")).to_be_visible()
    assert banned()
