"""Sealed envelopes of Relais, opened by an implementation that knows only the specification and by Chromium; and the page
that carries them: what of it reaches the server and what does not."""

import base64
import email.parser
import email.policy
import json
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from browser import window
from relais import REPOSITORY
from safe_envelope import Refused, open_envelope, read, seal, sha256, share, unwrap

TESTDATA = REPOSITORY / "crates" / "wire-safe" / "testdata"
KNOWN = json.loads((TESTDATA / "envelopes.json").read_text())
SCRIPT = (REPOSITORY / "web" / "safe" / "envelope.js").read_bytes()
KEYS = [bytes.fromhex(KNOWN["signing_key"])]
SEED = bytes.fromhex(KNOWN["signing_seed"])
# Refusals of envelope.js have a name more than the specification's table: which of the things that can be wrong with a passphrase.
REASONS = {"malformed": "malformed", "forged": "forged", "shares": "shares", "damaged": "damaged",
           "passphrase-missing": "passphrase", "passphrase-unusable": "passphrase"}


class Known:
    """One of the envelopes that stay as they are."""

    def __init__(self, facts):
        self.facts = facts
        self.name = facts["name"]
        self.mail_share, self.store_share = share(facts["mail_share"]), bytes.fromhex(facts["store_share"])
        self.passphrase = facts["passphrase"]
        if facts["envelope"] is None:
            self.letter = bytes(n * n // 251 % 256 for n in range(70_000))
            self.octets = self.sealed_here()
        else:
            self.letter, self.octets = base64.b64decode(facts["letter"]), base64.b64decode(facts["envelope"])

    def sealed_here(self):
        header, _ = read(bytes.fromhex(self.facts["header"]))
        given = {key: header[key] for key in (3, 4, 5, 6, 8, 10, 11)}
        return seal(self.letter, given, self.mail_share, self.store_share, self.passphrase,
                    bytes.fromhex(self.facts["randomness"]), SEED)

    def open(self, octets=None, mail_share=None, store_share=None, passphrase="", keys=KEYS):
        return open_envelope(self.octets if octets is None else octets, mail_share or self.mail_share,
                             store_share or self.store_share, self.passphrase if passphrase == "" else passphrase, keys)


ALL = [Known(facts) for facts in KNOWN["envelopes"]]
SHORT, EMPTY, WITH_PASSPHRASE, LONG = ALL


def refusal(call, *arguments, **named):
    with pytest.raises(Refused) as caught:
        call(*arguments, **named)
    return caught.value.args[0]


@pytest.mark.parametrize("known", ALL, ids=lambda known: known.name)
def test_the_specification_alone_opens_and_makes_the_same_envelopes(known):
    assert known.open() == known.letter
    made = known.sealed_here()
    assert made == known.octets and len(made) == known.facts["octets"] and sha256(made).hex() == known.facts["sha256"]
    parts = [known.facts[part] for part in ("header", "commitment", "root", "signature")]
    assert made[8:].hex().startswith("".join(parts))


def test_the_wrapped_share_opens_by_the_specification_in_its_row_only():
    header, _ = read(bytes.fromhex(EMPTY.facts["header"]))
    wrapped, key = bytes.fromhex(KNOWN["wrapped_store_share"]), bytes.fromhex(KNOWN["wrapping_key"])
    assert unwrap(wrapped, key, header[3], header[4], KNOWN["organisation"]) == EMPTY.store_share
    assert refusal(unwrap, wrapped, key, header[3], header[4], KNOWN["organisation"] + 1) == "wrapped share"
    assert refusal(unwrap, wrapped, key, header[4], header[3], KNOWN["organisation"]) == "wrapped share"


def flipped(octets, bit):
    changed = bytearray(octets)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def front(octets):
    """Octets before the chunks."""
    return 8 + int.from_bytes(octets[4:8], "big") + 128


def test_the_specification_refuses_every_flipped_bit():
    # Of everything before the chunks each bit; of the chunk a bit of each octet.
    places = [*range(front(SHORT.octets) * 8), *range(front(SHORT.octets) * 8, len(SHORT.octets) * 8, 9)]
    refusals = {refusal(SHORT.open, flipped(SHORT.octets, bit)) for bit in places}
    assert refusals == {"malformed", "forged"}


def test_the_specification_refuses_what_is_not_whole():
    other = bytes(32)
    assert refusal(SHORT.open, mail_share=other) == "shares"
    assert refusal(SHORT.open, store_share=other) == "shares"
    assert refusal(SHORT.open, keys=[]) == refusal(SHORT.open, keys=[other]) == "forged"
    assert refusal(SHORT.open, passphrase="one") == refusal(WITH_PASSPHRASE.open, passphrase=None) == "passphrase"
    assert refusal(WITH_PASSPHRASE.open, passphrase="Genève  2026") == "shares"
    assert WITH_PASSPHRASE.open(passphrase="Genève 2026") == WITH_PASSPHRASE.letter, "written otherwise"


# --- in Chromium ---

class Portal:
    """A portal of the tests on loopback: serves a page with the script, and answers forms with a page that tells what it sees."""

    def __init__(self):
        self.requests = []
        portal = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self):
                portal.requests.append((self.requestline, dict(self.headers), b""))
                if self.path == "/safe/envelope.js":
                    self.give(SCRIPT, "text/javascript")
                else:
                    self.give(b"<!DOCTYPE html><title>portal</title>")

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                portal.requests.append((self.requestline, dict(self.headers), body))
                self.give(b"<!DOCTYPE html><title>answer</title><h1>answer</h1>")

            def give(self, body, kind="text/html; charset=utf-8"):
                self.send_response(200)
                self.send_header("Content-Type", kind)
                # Nothing from elsewhere, no eval: the script has to do with that.
                self.send_header("Content-Security-Policy", "default-src 'none'; script-src 'self'")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def posts(self):
        return [one for one in self.requests if one[0].startswith("POST")]


@pytest.fixture(scope="module")
def portal():
    portal = Portal()
    yield portal
    portal.server.shutdown()
    portal.server.server_close()


@pytest.fixture(scope="module")
def page(chromium, portal):
    context = window(chromium)
    page = context.new_page()
    page.goto(portal.origin + "/")
    # Many at once: a list of attempts becomes a list of what came of them.
    page.evaluate("""async () => {
        const { open } = await import("/safe/envelope.js");
        const octetsOf = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
        window.attempt = async (base, flips, options) => {
            const results = [];
            const keys = options.signingKeys?.map(octetsOf) ?? null;
            const whole = octetsOf(base);
            for (const bit of flips) {
                const octets = whole.slice();
                if (bit !== null) octets[bit >> 3] ^= 1 << (bit & 7);
                try {
                    const letter = await open(octets, { ...options, storeShare: octetsOf(options.storeShare), signingKeys: keys });
                    results.push("letter " + btoa(Array.from(letter, (octet) => String.fromCharCode(octet)).join("")));
                } catch (refused) {
                    results.push(refused.reason ?? `not a refusal: ${refused.stack}`);
                }
            }
            return results;
        };
    }""")
    yield page
    context.close()


def attempts(page, known, octets=None, flips=(None,), **changes):
    """What envelope.js says of an envelope, with these bits flipped in turn."""
    options = {"mailShare": known.facts["mail_share"], "storeShare": base64.b64encode(known.store_share).decode(),
               "signingKeys": [base64.b64encode(key).decode() for key in KEYS]}
    if known.passphrase is not None:
        options["passphrase"] = known.passphrase
    base = base64.b64encode(known.octets if octets is None else octets).decode()
    return page.evaluate("([base, flips, options]) => attempt(base, flips, options)", [base, list(flips), options | changes])


def letter(known):
    return "letter " + base64.b64encode(known.letter).decode()


@pytest.mark.parametrize("known", ALL, ids=lambda known: known.name)
def test_the_browser_opens_what_relais_seals(page, known):
    assert attempts(page, known) == [letter(known)]
    assert attempts(page, known, signingKeys=None) == [letter(known)], "where the portal has checked the signature"


def test_the_browser_refuses_every_flipped_bit_of_a_small_envelope(page):
    refused = attempts(page, SHORT, flips=range(len(SHORT.octets) * 8))
    assert len(refused) == len(SHORT.octets) * 8
    assert set(refused) == {"malformed", "forged"}
    # As the specification does, bit for bit of all that stands before the chunks.
    for bit in range(front(SHORT.octets) * 8):
        assert REASONS[refused[bit]] == refusal(SHORT.open, flipped(SHORT.octets, bit)), f"bit {bit}"


def test_the_browser_refuses_flipped_bits_without_the_signature_too(page):
    # The signature itself apart, which it then does not look at.
    start = front(SHORT.octets)
    flips = [bit for bit in range(0, len(SHORT.octets) * 8, 3) if not start - 64 <= bit // 8 < start]
    refused = attempts(page, SHORT, flips=flips, signingKeys=None)
    assert {*refused} == {"malformed", "forged", "shares"}


def test_the_browser_refuses_wrong_shares_passphrases_and_keys(page):
    zero = base64.b64encode(bytes(32)).decode()
    other_mail = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")
    for known in (SHORT, LONG):
        assert attempts(page, known, mailShare=other_mail) == ["shares"]
        assert attempts(page, known, storeShare=zero) == ["shares"]
        assert attempts(page, known, signingKeys=[zero]) == attempts(page, known, signingKeys=[]) == ["forged"]
    for wrong in ("", SHORT.facts["mail_share"][:42], SHORT.facts["mail_share"] + "=", "x" * 43, None):
        assert attempts(page, SHORT, mailShare=wrong) == ["shares"], wrong
    assert attempts(page, SHORT, passphrase="one") == ["passphrase-unusable"]
    assert attempts(page, WITH_PASSPHRASE, passphrase=None) == ["passphrase-missing"]
    assert attempts(page, WITH_PASSPHRASE, passphrase="") == ["passphrase-unusable"]
    assert attempts(page, WITH_PASSPHRASE, passphrase="é" * 513) == ["passphrase-unusable"]
    assert attempts(page, WITH_PASSPHRASE, passphrase="Genève  2026") == ["shares"]
    assert attempts(page, WITH_PASSPHRASE, passphrase="Gen\u00e8ve\u30002026") == [letter(WITH_PASSPHRASE)]


def test_the_browser_refuses_what_is_cut_off_or_put_together(page):
    octets, start = LONG.octets, front(LONG.octets)
    for length in (*range(0, start, 7), start, len(octets) - 1):
        assert attempts(page, LONG, octets[:length]) == ["malformed"], length
    assert attempts(page, LONG, octets + b"\0") == ["malformed"]
    chunk = 65_536 + 16
    swapped = octets[:start] + octets[start + chunk:] + octets[start:start + chunk]
    assert attempts(page, LONG, swapped) == attempts(page, LONG, swapped, signingKeys=None) == ["forged"]
    spliced = SHORT.octets[:start - 64] + EMPTY.octets[start - 64:]
    assert len(spliced) == len(SHORT.octets) and attempts(page, SHORT, spliced) == ["forged"]


def signed_again(known, change):
    """The envelope with another spelling of the header, signed by the platform's own key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    encoded = change(bytes.fromhex(known.facts["header"]))
    rest = known.octets[front(known.octets) - 128:]
    signature = Ed25519PrivateKey.from_private_bytes(SEED).sign(b"SEM1-envelope\0" + sha256(encoded) + rest[:64])
    return b"SEM1" + len(encoded).to_bytes(4, "big") + encoded + rest[:64] + signature + rest[128:]


def test_every_implementation_refuses_headers_that_are_not_deterministic(page):
    end = bytes([0x0C, 0x19, 0x10, 0x00])
    spellings = {
        "a number in a long form": lambda header: header.replace(end, bytes([0x0C, 0x1A, 0, 0, 0x10, 0])),
        "a number in the longest form": lambda header: header.replace(end, bytes([0x0C, 0x1B, *bytes(6), 0x10, 0])),
        "a length in a long form": lambda header: header.replace(b"\x03\x50", b"\x03\x58\x10", 1),
        "a map without end": lambda header: b"\xbf" + header[1:] + b"\xff",
        "an unknown field": lambda header: b"\xad" + header[1:] + b"\x0d\x01",
        "a field too few": lambda header: b"\xab" + header[1:-len(end)],
        "fields in another order": lambda header: b"\xac\x02\x01\x01\x01" + header[5:],
        "something behind": lambda header: header + b"\xf6",
        "undefined for null": lambda header: header.replace(b"\x0b\xf6", b"\x0b\xf7"),
        "an origin with a path": lambda header: header.replace(b"\x77https://safe.example.ch", b"\x78\x18https://safe.example.ch/"),
        "an origin in capitals": lambda header: header.replace(b"safe.example", b"SAFE.example"),
        "an unencrypted origin": lambda header: header.replace(b"\x77https://", b"\x76http://"),
        "another version": lambda header: header.replace(b"\xac\x01\x01", b"\xac\x01\x02"),
        "too few rounds": lambda header: header.replace(b"\x0b\xf6", b"\x0b\x83\x01\x50" + bytes(16) + b"\x1a\x00\x09\x27\xbf"),
        "a length that no letter has": lambda header: header.replace(end, bytes([0x0C, 0x19, 0x10, 0x01])),
        "another mode": lambda header: header.replace(b"\x05\x01\x06", b"\x05\x04\x06"),
        "an end before the beginning": lambda header: header.replace(b"\x1a\x6c\xe3\x64\x00", b"\x00"),
    }
    for what, change in spellings.items():
        octets = signed_again(SHORT, change)
        assert octets != SHORT.octets, what
        assert refusal(SHORT.open, octets) == "malformed", what
        assert attempts(page, SHORT, octets) == ["malformed"], what
    assert signed_again(SHORT, lambda header: header) == SHORT.octets


# --- the page that carries an envelope ---

@pytest.fixture
def attachment(tmp_path, portal):
    """As it lies in a mailbox, for the tests' portal."""
    html = (TESTDATA / "page.html").read_bytes()
    assert html.count(b"https://safe.example.ch") == 3
    path = tmp_path / "lettre.html"
    path.write_bytes(html.replace(b"https://safe.example.ch", portal.origin.encode()))
    return path


def fields(request):
    """The fields of a form, by name, in their order."""
    line, headers, body = request
    parsed = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
        b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + body)
    return {part.get_param("name", header="Content-Disposition"): part.get_payload(decode=True) for part in parsed.iter_parts()}


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("scheme,width", [("light", 360), ("dark", 1280)])
def test_the_first_button_sends_the_envelope_and_keeps_the_share(chromium, portal, attachment, scheme, width, script):
    context = window(chromium, width=width, scheme=scheme, java_script_enabled=script)
    page = context.new_page()
    before = len(portal.requests)
    page.goto(attachment.as_uri())
    assert len(portal.requests) == before, "opening the attachment asks nobody"
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.get_by_role("heading", name="answer")).to_be_visible()
    share = SHORT.facts["mail_share"]
    assert page.url == f"{portal.origin}/safe/open#a={share}"
    if script:
        assert page.evaluate("location.hash") == f"#a={share}"
    [request] = [one for one in portal.requests[before:] if one[0].startswith("POST")]
    assert request[0] == "POST /safe/open HTTP/1.1"
    assert list(fields(request)) == ["envelope"]
    assert base64.b64decode(b"".join(fields(request)["envelope"].split())) == SHORT.octets
    for line, headers, body in portal.requests[before:]:
        told = line + json.dumps(headers)
        assert share not in told and share.encode() not in body, "the server has not seen the share"
    context.close()


def test_the_answering_page_opens_the_letter_with_what_stayed_in_the_browser(chromium, portal, attachment):
    context = window(chromium)
    page = context.new_page()
    page.goto(attachment.as_uri())
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.get_by_role("heading", name="answer")).to_be_visible()
    sent = b"".join(fields(portal.posts()[-1])["envelope"].split()).decode()
    opened = page.evaluate("""async ([envelope, storeShare]) => {
        const { open } = await import("/safe/envelope.js");
        const octetsOf = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
        const letter = await open(octetsOf(envelope), { mailShare: location.hash.slice("#a=".length), storeShare: octetsOf(storeShare) });
        return new TextDecoder().decode(letter);
    }""", [sent, base64.b64encode(SHORT.store_share).decode()])
    assert opened.encode() == SHORT.letter
    context.close()


def test_the_second_button_sends_the_share_in_the_body_only(chromium, portal, attachment):
    context = window(chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto(attachment.as_uri())
    page.get_by_role("button", name="Faire ouvrir par la plateforme").click()
    expect(page.get_by_role("heading", name="answer")).to_be_visible()
    assert page.url == f"{portal.origin}/safe/open"
    request = portal.posts()[-1]
    assert request[0] == "POST /safe/open HTTP/1.1" and SHORT.facts["mail_share"] not in json.dumps(request[1])
    sent = fields(request)
    assert list(sent) == ["a", "envelope"], "the share comes first"
    assert sent["a"].decode() == SHORT.facts["mail_share"]
    opened = open_envelope(base64.b64decode(b"".join(sent["envelope"].split())), share(sent["a"].decode()), SHORT.store_share, keys=KEYS)
    assert opened == SHORT.letter
    context.close()


def test_a_large_envelope_arrives_whole(chromium, portal, attachment):
    # Browsers have limits of their own for attributes; what mail servers let through is below them.
    octets = random.Random(1).randbytes(20 * 1024 * 1024)
    before, rest = attachment.read_bytes().split(b'name="envelope" value="')
    attachment.write_bytes(before + b'name="envelope" value="\r\n' + base64.encodebytes(octets).replace(b"\n", b"\r\n") + rest[rest.index(b'"'):])
    context = window(chromium)
    page = context.new_page()
    page.goto(attachment.as_uri())
    page.get_by_role("button", name="Ouvrir", exact=True).click()
    expect(page.get_by_role("heading", name="answer")).to_be_visible(timeout=60_000)
    assert base64.b64decode(fields(portal.posts()[-1])["envelope"]) == octets
    context.close()


@pytest.mark.parametrize("scheme,width", [("light", 360), ("light", 1280), ("dark", 360)])
def test_the_page_is_readable_on_every_screen(chromium, attachment, scheme, width):
    from axe_playwright_python.base import AXE_SCRIPT

    from browser import PICTURES, SCAN, SERIOUS
    context = window(chromium, width=width, scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(attachment.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for button in page.get_by_role("button").all():
        assert button.bounding_box()["height"] >= 44
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("scan => axe.run('html', scan)", SCAN)["violations"]
    assert [(each["id"], each["nodes"][0]["failureSummary"]) for each in found if each["impact"] in SERIOUS] == []
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"safe-attachment-{width}-{scheme}.png", full_page=True)
    context.close()
