"""What our checks say, beside what others say: the SPF suites of RFC 7208 and RFC 4408, dkimpy's DKIM and ARC."""

import base64
import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from scripted_dns import SERVFAIL, ScriptedDns
from spf_vectors import SUITES, expected, fetch, scenarios

LETTER = (b"From: Anna <anna@x.test>\r\nTo: bruno@valbois.test\r\nSubject: bread  and\r\n\tcheese\r\n"
          b"Date: Sat, 21 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@x.test>\r\n\r\n"
          b"Dear Bruno,\r\n\r\n bread \t and  cheese. \r\n\r\n\r\n")


def judge(program, *arguments):
    return subprocess.run([program, "judge", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60)


@pytest.fixture(scope="module")
def suites(tmp_path_factory):
    return fetch(tmp_path_factory.mktemp("pyspf"))


@pytest.mark.parametrize("suite", SUITES)
def test_every_case_of_the_spf_suites_gives_an_expected_result(program, suites, suite):
    cases, wrong = 0, []
    for description, tests, zone in scenarios(suites / suite):
        with ScriptedDns(zone) as dns, ThreadPoolExecutor(4) as pool:
            def run(case, dns=dns):
                return judge(program, "spf", "--ip", case["host"], "--helo", case.get("helo") or "",
                             "--from", case.get("mailfrom") or "", "--dns", dns.address, "--json")
            for (name, case), answer in zip(tests.items(), pool.map(run, tests.values()), strict=True):
                cases += 1
                if answer.returncode != 0:
                    wrong.append(f"{description}: {name}: {answer.stderr}")
                    continue
                told = json.loads(answer.stdout)
                if told["result"] not in expected(case):
                    wrong.append(f"{description}: {name}: {told['result']} ({told['because']}), not {case['result']}")
                # DEFAULT is what a checker says where the domain says nothing.
                words = case.get("explanation")
                if words is not None and (told["explanation"] or "DEFAULT") != words:
                    wrong.append(f"{description}: {name}: explained as {told['explanation']}, not {words}")
    assert not wrong, "\n".join(wrong)
    assert cases == {"rfc7208-tests.yml": 203, "rfc4408-tests.yml": 191}[suite]


def test_the_result_stands_first_and_why_behind_it(program):
    zone = {"x.test": [("TXT", "v=spf1 ip4:192.0.2.1 -all")]}
    with ScriptedDns(zone) as dns:
        told = judge(program, "spf", "--ip", "192.0.2.1", "--helo", "h.x.test", "--from", "a@x.test", "--dns", dns.address)
    assert told.stdout.splitlines()[:2] == ["pass", "ip4:192.0.2.1"], told


class Keys:
    """An RSA and an Ed25519 key, as files of dkimpy want them and as records."""

    def __init__(self, bits=2048):
        key = rsa.generate_private_key(65537, bits)
        self.rsa = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
                                     serialization.NoEncryption())
        public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.rsa_record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
        key = ed25519.Ed25519PrivateKey.generate()
        raw = key.private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())
        self.ed25519 = base64.b64encode(raw)
        public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.ed25519_record = b"v=DKIM1; k=ed25519; p=" + base64.b64encode(public)

    def zone(self):
        return {"r._domainkey.x.test": [("TXT", self.rsa_record)], "e._domainkey.x.test": [("TXT", self.ed25519_record)]}

    def sign(self, text, algorithm=b"rsa-sha256", **more):
        key, selector = (self.rsa, b"r") if algorithm.startswith(b"rsa") else (self.ed25519, b"e")
        return dkim.sign(text, selector, b"x.test", key, signature_algorithm=algorithm, **more) + text


@pytest.fixture(scope="module")
def keys():
    return Keys()


def verdicts(program, tmp_path, zone, text, *arguments):
    """(ours, theirs): whether the topmost signature holds."""
    file = tmp_path / "letter.eml"
    file.write_bytes(text)
    with ScriptedDns(zone) as dns:
        told = judge(program, "message", str(file), "--dns", dns.address, "--json", *arguments)
    assert told.returncode == 0, told.stderr
    evidence = json.loads(told.stdout)["evidence"]
    ours = evidence["dkim"][0]["result"] == "pass" if evidence.get("dkim") else False

    def text_at(name, timeout=5):
        for kind, value in zone.get(name.decode().rstrip("."), []):
            if kind == "TXT":
                return value
        return None

    try:
        theirs = dkim.verify(text, dnsfunc=text_at)
    except dkim.DKIMException:
        theirs = False
    return ours, theirs, evidence


CHANGES = {
    "nothing": lambda text: text,
    "the body": lambda text: text.replace(b"cheese.", b"wine."),
    "the subject": lambda text: text.replace(b"Subject: bread", b"Subject: wine"),
    "blanks in the body": lambda text: text.replace(b"and  cheese.", b"and cheese."),
    "blanks at a line's end": lambda text: text.replace(b"cheese. \r\n", b"cheese.\r\n"),
    "folding": lambda text: text.replace(b"bread  and\r\n\tcheese", b"bread and cheese"),
    "the case of a name": lambda text: text.replace(b"\r\nSubject:", b"\r\nSUBJECT:"),
    "empty lines at the end": lambda text: text + b"\r\n\r\n",
    "text at the end": lambda text: text + b"more\r\n",
    "a second author": lambda text: text.replace(b"\r\nFrom: Anna", b"\r\nFrom: boss@x.test\r\nFrom: Anna"),
    "an unsigned field": lambda text: text.replace(b"\r\nTo:", b"\r\nX-New: 1\r\nTo:"),
    "the signature": lambda text: text.replace(b" b=", b" b=AA", 1),
    "the body hash": lambda text: text.replace(b"bh=", b"bh=AA", 1),
    "the selector": lambda text: text.replace(b"s=r;", b"s=none;").replace(b"s=e;", b"s=none;"),
}


@pytest.mark.parametrize("algorithm", [b"rsa-sha256", b"ed25519-sha256"])
@pytest.mark.parametrize("forms", [(b"relaxed", b"relaxed"), (b"simple", b"simple"), (b"relaxed", b"simple"), (b"simple", b"relaxed")])
def test_our_word_is_dkimpys_word(program, tmp_path, keys, algorithm, forms):
    for length in (False, True):
        signed = keys.sign(LETTER, algorithm, canonicalize=forms, length=length)
        for name, change in CHANGES.items():
            ours, theirs, evidence = verdicts(program, tmp_path, keys.zone(), change(signed))
            assert ours == theirs, f"{name}, length={length}: ours {ours}, theirs {theirs}: {evidence['dkim']}"
            if name == "nothing":
                assert ours, evidence
            if name == "the subject":
                assert not ours


def test_weak_keys_and_old_algorithms_prove_nothing(program, tmp_path):
    short = Keys(bits=1024)
    ours, theirs, evidence = verdicts(program, tmp_path, short.zone(), short.sign(LETTER))
    assert ours and theirs and "2048" in evidence["dkim"][0]["because"], evidence
    old = short.sign(LETTER, b"rsa-sha1")
    ours, _, evidence = verdicts(program, tmp_path, short.zone(), old)
    assert not ours and evidence["dkim"][0]["result"] == "policy", evidence


def test_both_signatures_of_rfc_8463_hold(program, tmp_path, keys):
    twice = keys.sign(keys.sign(LETTER), b"ed25519-sha256")
    ours, theirs, evidence = verdicts(program, tmp_path, keys.zone(), twice)
    assert ours and theirs
    assert [one["result"] for one in evidence["dkim"]] == ["pass", "pass"]


def test_chains_sealed_by_dkimpy_hold_and_break_as_it_says(program, tmp_path, keys):
    zone = keys.zone()

    def text_at(name, timeout=5):
        return next((value for _, value in zone.get(name.decode().rstrip("."), [])), None)

    letter = b"Authentication-Results: list.test; spf=pass smtp.mailfrom=x.test; dkim=pass; dmarc=pass header.from=x.test\r\n" + LETTER
    once = b"".join(dkim.arc_sign(letter, b"r", b"x.test", keys.rsa, b"list.test", timestamp=str(int(time.time()))))
    once += letter
    again = b"Authentication-Results: list.test; arc=pass; dmarc=pass header.from=x.test\r\n" + once
    twice = b"".join(dkim.arc_sign(again, b"r", b"x.test", keys.rsa, b"list.test", timestamp=str(int(time.time()))))
    twice += again
    changes = [
        (lambda text: text, True),
        (lambda text: text.replace(b"cheese.", b"wine."), False),
        (lambda text: text.replace(b"cv=none", b"cv=pass"), False),
        (lambda text: text.replace(b"ARC-Seal:", b"X-Seal:", 1), False),
        (lambda text: text.replace(b"spf=pass", b"spf=none"), False),
    ]
    for sealed in (once, twice):
        for change, holds in changes:
            text = change(sealed)
            try:
                theirs = dkim.arc_verify(text, dnsfunc=text_at)[0] == b"pass"
            except dkim.DKIMException:
                theirs = False
            file = tmp_path / "sealed.eml"
            file.write_bytes(text)
            with ScriptedDns(zone) as dns:
                told = judge(program, "message", str(file), "--dns", dns.address, "--json")
            arc = json.loads(told.stdout)["evidence"]["arc"]
            assert (arc["result"] == "pass") == theirs, (arc, theirs)
            if sealed is once and holds:
                assert theirs, arc


def test_a_message_is_judged_as_a_whole(program, tmp_path, keys):
    zone = keys.zone() | {"x.test": [("TXT", "v=spf1 ip4:192.0.2.1 -all")],
                          "_dmarc.x.test": [("TXT", "v=DMARC1; p=reject")]}
    file = tmp_path / "letter.eml"
    # With the line ends of a Unix file.
    for text, ip, extra, verdict in [
        (LETTER, "192.0.2.1", {}, "inbox"),
        (LETTER, "192.0.2.2", {}, "refused: 550 5.7.1"),
        (keys.sign(LETTER), "192.0.2.2", {}, "inbox"),
        (LETTER, "192.0.2.1", {"_dmarc.x.test": [SERVFAIL]}, "refused: 451 4.4.3"),
        (LETTER, "192.0.2.1", {"x.test": [SERVFAIL]}, "refused: 451 4.4.3"),
        (keys.sign(LETTER), "192.0.2.2", {"r._domainkey.x.test": [SERVFAIL]}, "refused: 451 4.4.3"),
        (keys.sign(LETTER), "192.0.2.1", {"r._domainkey.x.test": [SERVFAIL]}, "inbox"),
    ]:
        file.write_bytes(text.replace(b"\r\n", b"\n"))
        with ScriptedDns(zone | extra) as dns:
            told = judge(program, "message", str(file), "--ip", ip, "--helo", "h.x.test", "--from", "anna@x.test",
                         "--dns", dns.address)
        assert told.stdout.startswith(verdict), (ip, told.stdout, told.stderr)
