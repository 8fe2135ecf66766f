"""People in the Manager, in a real Chromium: second factors with a virtual authenticator, users, the organisation."""

import base64
import hashlib
import re
import shutil
import ssl
import subprocess

import pytest
from playwright.sync_api import expect, sync_playwright

from browser import PICTURES
from second_factor import code_of

HOST = "mail.valbois.test"


def key_of_certificate(port):
    """The hash of the server's key, as Chromium wants it: WebAuthn refuses pages whose certificate is only ignored."""
    pem = ssl.get_server_certificate(("127.0.0.1", port))
    public = subprocess.run(["openssl", "x509", "-noout", "-pubkey"], input=pem.encode(), capture_output=True, check=True)
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=public.stdout, capture_output=True,
                         check=True)
    return base64.b64encode(hashlib.sha256(der.stdout).digest()).decode()


@pytest.fixture(scope="module")
def chromium(relais, tmp_path_factory):
    """A browser that finds the demo under its host name, to which passkeys belong."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("chromium"), executable_path=shutil.which("chromium"), locale="fr",
            args=["--no-sandbox", f"--host-resolver-rules=MAP {HOST} 127.0.0.1",
                  f"--ignore-certificate-errors-spki-list={key_of_certificate(relais.port('https'))}"])
        yield context
        context.close()


@pytest.fixture
def page(chromium):
    chromium.clear_cookies()
    page = chromium.new_page()
    yield page
    page.close()


def manager(relais, path=""):
    return f"https://{HOST}:{relais.port('https')}/manager/{path}"


def sign_in(page, relais, login, password):
    page.goto(manager(relais, "sign-in"))
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("main form[action='/manager/sign-in'] button")


def administrator(relais):
    user = relais.facts["users"][0]
    return user["login"], user["password"]


def add_user(page, relais, login, name):
    """As an administrator does: gives the password that is shown once."""
    sign_in(page, relais, *administrator(relais))
    page.goto(manager(relais, "users"))
    page.get_by_role("link", name="Ajouter un utilisateur").click()
    page.fill("#field-login", login)
    page.fill("#field-name", name)
    page.get_by_role("radio", name="Administrateur").check()
    page.get_by_role("button", name="Ajouter un utilisateur").click()
    password = page.inner_text("#password")
    page.context.clear_cookies()
    return password


def picture(page, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"people-{name}.png", full_page=True)


def test_a_code_of_an_application_is_asked_for_after_the_password(page, relais):
    password = add_user(page, relais, "claire@valbois.test", "Claire")
    sign_in(page, relais, "claire@valbois.test", password)
    page.wait_for_url("**/manager/")
    page.goto(manager(relais, "profile/totp"))
    picture(page, "totp")
    page.get_by_text("Saisir le secret à la main").click()
    secret = page.inner_text("#totp-secret").replace(" ", "")
    page.fill("#field-code", code_of(secret))
    page.get_by_role("button", name="Activer").click()
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10 and all(re.fullmatch(r"\w{5}-\w{5}", code) for code in codes)
    picture(page, "codes")
    page.context.clear_cookies()
    sign_in(page, relais, "claire@valbois.test", password)
    page.wait_for_url("**/sign-in/step**")
    picture(page, "step")
    page.fill("#code", "000000")
    page.get_by_role("button", name="Continuer", exact=True).click()
    expect(page.locator(".summary")).to_be_visible()
    page.fill("#code", code_of(secret, 1))
    page.get_by_role("button", name="Continuer", exact=True).click()
    page.wait_for_url("**/manager/")
    page.context.clear_cookies()
    sign_in(page, relais, "claire@valbois.test", password)
    page.fill("#code", codes[0])
    page.get_by_role("button", name="Continuer", exact=True).click()
    page.wait_for_url("**/manager/")


def test_a_passkey_signs_in_by_itself_and_beside_the_password(page, relais):
    password = add_user(page, relais, "denis@valbois.test", "Denis")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True}})

    def is_touched(enabled):
        devtools.send("WebAuthn.setAutomaticPresenceSimulation",
                      {"authenticatorId": made["authenticatorId"], "enabled": enabled})

    sign_in(page, relais, "denis@valbois.test", password)
    page.wait_for_url("**/manager/")
    page.goto(manager(relais, "profile/passkey"))
    picture(page, "passkey")
    page.get_by_role("button", name="Créer la clé d’accès").click()
    expect(page.locator(".codes code")).to_have_count(10)
    page.context.clear_cookies()
    # Beside the password: nobody touches the key until the step.
    is_touched(False)
    sign_in(page, relais, "denis@valbois.test", password)
    page.wait_for_url("**/sign-in/step**")
    is_touched(True)
    page.get_by_role("button", name="Continuer avec une clé d’accès").click()
    page.wait_for_url("**/manager/")
    page.context.clear_cookies()
    # Alone: the list below the field is answered by the touched key at once.
    page.goto(manager(relais, "sign-in"))
    page.wait_for_url("**/manager/")
    expect(page.locator(".header")).to_contain_text("Denis")


def test_users_and_the_organisation_are_changed_on_their_screens(page, relais):
    add_user(page, relais, "eve@valbois.test", "Eve")
    sign_in(page, relais, *administrator(relais))
    page.goto(manager(relais, "users"))
    picture(page, "users")
    page.get_by_role("link", name="Eve", exact=True).click()
    page.get_by_role("radio", name="Collaborateur").check()
    page.get_by_role("button", name="Modifier le rôle").click()
    expect(page.locator("main dl.facts")).to_contain_text("Collaborateur")
    picture(page, "user")
    page.get_by_role("link", name="Bloquer l’utilisateur").click()
    page.get_by_role("button", name="Bloquer l’utilisateur").click()
    expect(page.locator("main dl.facts")).to_contain_text("bloqué")
    page.get_by_role("link", name="Supprimer l’utilisateur").click()
    page.get_by_role("button", name="Supprimer l’utilisateur").click()
    page.wait_for_url("**/manager/users")
    expect(page.locator("table")).not_to_contain_text("eve@valbois.test")
    page.goto(manager(relais, "organisation"))
    page.fill("#field-brand_colour", "#ffee88")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".summary")).to_contain_text("plus foncée")
    page.fill("#field-brand_colour", "#0b4f57")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".summary")).to_have_count(0)
    picture(page, "organisation")
