"""DKIM's published vectors, and every letter that dkimpy's own tests verify: our word beside dkimpy's.

dkimpy's tests are in its source on PyPI only: fetched by name, never copied. They run as they are, and whenever they ask
dkimpy about a letter, we are asked about the same letter with the same records."""

import importlib.metadata
import json
import subprocess
import sys
import tarfile
import unittest

import dkim
import pytest

from scripted_dns import ScriptedDns

# RFC 8463 appendix A.2: an Ed25519 key (that of RFC 8032 §7.1) and an RSA key; RFC 6376 appendix C: an RSA key.
RECORDS = {
    "brisbane._domainkey.football.example.com": "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "test._domainkey.football.example.com":
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/b"
        "yYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
    "brisbane._domainkey.example.com":
        "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq"
        "631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB",
}
# One blank after «game.»: RFC 6376, erratum 3192.
LETTER = """\
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game. Are you hungry yet?

Joe.
"""
RFC_6376_A_2 = """\
DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
      4bmp/YzhwvcubU4=;
Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
""" + LETTER
RFC_8463_A_3 = """\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
""" + LETTER
ALTERED = [("Joe.", "Jim."), ("dinner", "supper"), ("To: Suzie", "To: Susie"), ("21:00:37", "21:00:38"), ("c=", "x=1; c="),
           ("h=", "h=X-More : "), ("bh=2j", "bh=3j"), ("d=", "d=other."), ("<joe@", "<jim@")]


class Asked(dict):
    """A zone that asks dkimpy's tests for its records: they know them by functions of their own."""

    def __init__(self, ask):
        super().__init__()
        self.ask = ask

    def get(self, name, default=None):
        try:
            value = self.ask(name.encode("latin-1") + b".")
        except AssertionError:
            return default
        return [("TXT", value)] if value else default


def ours(program, path, letter, zone):
    path.write_bytes(letter)
    with ScriptedDns(zone) as dns:
        told = subprocess.run([program, "judge", "message", path, "--dns", dns.address, "--json"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stderr
    return {"dkim": [], "arc": {"result": "none"}, **json.loads(told.stdout)["evidence"]}


def theirs(letter, index):
    try:
        return bool(dkim.DKIM(letter).verify(index, dnsfunc=lambda name, timeout=5: RECORDS.get(name.decode().rstrip("."))))
    except dkim.DKIMException:
        return False


@pytest.mark.parametrize("text, count", [(RFC_6376_A_2, 1), (RFC_8463_A_3, 2)], ids=["RFC 6376 A.2", "RFC 8463 A.3"])
def test_the_examples_of_the_standards_hold_and_fall_as_dkimpy_says(program, tmp_path, text, count):
    zone = {name: [("TXT", record)] for name, record in RECORDS.items()}
    for before, after in [("", ""), *ALTERED]:
        letter = text.replace(before, after).replace("\n", "\r\n").encode() if before else text.replace("\n", "\r\n").encode()
        found = [one["result"] == "pass" for one in ours(program, tmp_path / "letter.eml", letter, zone)["dkim"]]
        assert found == [theirs(letter, index) for index in range(count)], (before, found)
        assert found == [not before] * count, (before, found)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Where dkimpy's own tests are unpacked: of the version that is installed."""
    directory = tmp_path_factory.mktemp("dkimpy")
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary",
                    "dkimpy", "--dest", directory, f"dkimpy=={importlib.metadata.version('dkimpy')}"],
                   stdin=subprocess.DEVNULL, check=True)
    (archive,) = directory.glob("dkimpy-*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(directory, filter="data")
    (unpacked,) = directory.glob("dkimpy-*/dkim/tests")
    return unpacked


def is_too_weak(evidence):
    """RFC 8301 §3: what we refuse by policy, which dkimpy leaves to its user (keys of 512 bits, SHA-1)."""
    return [one["result"] for one in evidence["dkim"][:1]] == ["policy"]


# The least of verified letters that were compared: fewer would mean that the tests are not what they were.
@pytest.mark.parametrize("name, least", [("test_dkim", 70), ("test_dkim_ed25519", 40), ("test_dkim_rsavariants", 20), ("test_arc", 2)])
def test_our_word_is_dkimpys_word_on_every_letter_of_its_own_tests(program, source, tmp_path, monkeypatch, name, least):
    compared, weak, differing = [], [], []

    def whole(message):
        return b"".join(field + b":" + value for field, value in message.headers) + b"\r\n" + message.body

    def beside(verify, holds, is_held):
        def asked(self, *arguments, **named):
            zone = Asked(named["dnsfunc"])
            letter = whole(self)
            evidence = ours(program, tmp_path / "letter.eml", letter, zone)
            try:
                said = verify(self, *arguments, **named)
                compared.append(holds(said))
            except dkim.DKIMException:
                compared.append(False)
                raise
            finally:
                if is_too_weak(evidence):
                    weak.append(letter)
                elif is_held(evidence) != compared[-1]:
                    differing.append((letter.decode(errors="replace"), compared[-1], evidence["dkim"], evidence["arc"]))
            return said
        return asked

    monkeypatch.setattr(dkim.DKIM, "verify", beside(
        dkim.DKIM.verify, bool, lambda evidence: [one["result"] for one in evidence["dkim"][:1]] == ["pass"]))
    monkeypatch.setattr(dkim.ARC, "verify", beside(
        dkim.ARC.verify, lambda said: said[0] == dkim.CV_Pass, lambda evidence: evidence["arc"]["result"] == "pass"))
    monkeypatch.syspath_prepend(str(source))
    monkeypatch.delitem(sys.modules, name, raising=False)
    suite = unittest.defaultTestLoader.loadTestsFromName(name)
    result = unittest.TestResult()
    suite.run(result)
    assert result.wasSuccessful(), [text for _, text in result.errors + result.failures]
    assert not differing, f"{len(differing)} of {len(compared)}: " + "\n\n".join(str(one) for one in differing[:5])
    assert len(compared) - len(weak) >= least, (len(compared), len(weak))
