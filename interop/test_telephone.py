"""The code of a confidential letter goes to the telephone that its sender named, through a gateway for short messages."""

import email.message
import re
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from browser import PICTURES, faults, window
from conftest import ANNA, BRUNO
from letters import mark, submission
from peers import wait_until
from relais import Served
from test_safe import attachment

NUMBER = "+41791234567"


@pytest.fixture
def gateway():
    """A gateway for short messages, and what it took."""
    heard = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.append((self.headers["Authorization"], dict(urllib.parse.parse_qsl(body))))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, heard
    server.shutdown()


@pytest.mark.parametrize("scheme,width", [("dark", 360), ("light", 1280)])
def test_whoever_reads_the_mailbox_alone_does_not_open_it(chromium, gateway, tmp_path, scheme, width):
    port, heard = gateway
    data = tmp_path / "data"
    relais = Served(data, f"sqlite:{data}/relais.db")
    relais.open_portal(f'\n[sms]\nurl = "http://127.0.0.1:{port}/send"\n'
                       'body = "to={to}&text={text}"\nheaders = { Authorization = "Bearer KEY" }')
    relais.log_everything()
    relais.populate(ANNA, BRUNO)
    words = f"Salaire {mark()}"
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = ANNA, BRUNO, words
    message["X-Relais-Phone"] = f"{BRUNO} +41 79 123 45 67"
    message.set_content(f"Texte de {words}, été\n")
    with relais:
        with submission(relais, ANNA) as session:
            session.send_message(message)
        letter = relais.wait_for_letter(BRUNO, words.encode())
        assert b"Texte de" not in letter and b"1234567" not in letter and b"123 45" not in letter
        context = window(chromium, width=width, scheme=scheme, bypass_csp=True)
        page = context.new_page()
        page.goto(attachment(letter, tmp_path / "Relais.html").as_uri())
        page.get_by_role("button", name="Ouvrir", exact=True).click()
        page.get_by_role("button", name="Envoyer un code au téléphone …67").wait_for()
        picture(page, f"lead-{scheme}-{width}")
        page.get_by_role("button", name="Envoyer un code au téléphone …67").click()
        expect(page.get_by_label("Code reçu par SMS")).to_be_visible()
        picture(page, f"code-{scheme}-{width}")
        wait_until(lambda: heard, "the short message", 20)
        key, said = heard[0]
        assert key == "Bearer KEY" and said["to"] == NUMBER, heard
        assert re.fullmatch(rf"\d{{8}} est votre code pour lire le message de {re.escape(ANNA)}\. Il est valable 10 minutes\.", said["text"]), said
        page.fill("#code", said["text"][:8])
        page.get_by_role("button", name="Continuer avec ce code").click()
        page.get_by_role("button", name="Ouvrir", exact=True).click()
        expect(page.locator("pre.letter")).to_contain_text(f"Texte de {words}, été", timeout=30_000)
        context.close()
        assert len(heard) == 1
        assert len(relais.letters(BRUNO)) == 1, "no code came by mail"
        log = relais.log()
        assert " path=/safe/open " in log and "/enter " in log, "it notes every request"
        for secret in (NUMBER, "791234567", "1234567", "123 45 67", said["text"][:8]):
            assert secret not in log, secret
    database = b"".join(path.read_bytes() for path in data.glob("relais.db*"))
    assert b"791234567" not in database and b"79 123 45 67" not in database, "the number lies encrypted"


def picture(page, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"telephone-{name}.png", full_page=True)
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
