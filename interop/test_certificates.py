"""What `/certificates` shows is what OpenSSL sees on the wire: the command that customers are given, run as it stands there."""

import html
import re
import shlex
import ssl
import subprocess
import urllib.request

import pytest

from relais import Served


def fetched(relais, path):
    context = ssl.create_default_context(cafile=relais.ca_certificate)
    with urllib.request.urlopen(f"https://127.0.0.1:{relais.port('https')}{path}", context=context, timeout=30) as answer:
        return answer.read().decode()


def fingerprint(pem, digest):
    told = subprocess.run(["openssl", "x509", "-noout", "-fingerprint", f"-{digest}"], input=pem, capture_output=True, text=True, check=True)
    return told.stdout.strip().split("=", 1)[1].replace(":", "").lower()


@pytest.fixture(scope="module")
def page(relais):
    return html.unescape(fetched(relais, "/certificates"))


@pytest.fixture(scope="module")
def seen(relais):
    """The seed's command: the certificate that the server shows, in a file."""
    said = subprocess.run(f"openssl s_client -connect 127.0.0.1:{relais.port('smtp')} -starttls smtp -CAfile {relais.ca_certificate}"
                          " -verify_return_error -showcerts < /dev/null", shell=True, capture_output=True, text=True, timeout=60)
    assert "Verify return code: 0 (ok)" in said.stdout, said.stdout + said.stderr
    return re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", said.stdout, re.S).group(0)


def test_the_fingerprints_of_the_page_are_those_on_the_wire(page, seen):
    shown = re.sub(r"[:\s]", "", page).lower()
    for digest in ("sha1", "sha256"):
        assert fingerprint(seen, digest) in shown, (digest, page)
    subject = subprocess.run(["openssl", "x509", "-noout", "-subject", "-ext", "subjectAltName", "-nameopt", "RFC2253"], input=seen,
                             capture_output=True, text=True, check=True).stdout
    for name in re.findall(r"DNS:([^\s,]+)", subject):
        assert name in page, (name, page)


def test_the_command_of_the_page_says_the_same(relais, page, seen):
    command = re.search(r"<pre>(openssl s_client[^<]*)</pre>", page).group(1)
    host = re.search(r"-connect (\S+):25", command).group(1)
    command = command.replace(f"{shlex.quote(host)}:25", f"127.0.0.1:{relais.port('smtp')}")
    told = subprocess.run(f"{{ {command}; }} < /dev/null", shell=True, capture_output=True, text=True, timeout=60, executable="/bin/bash")
    # OpenSSL writes what it thinks of the chain to the other stream; the pipe has the certificate.
    said = told.stdout + told.stderr
    assert fingerprint(seen, "sha256") in said.replace(":", "").lower(), said


def test_the_chain_to_download_leads_to_the_certificate_on_the_wire(relais, page, seen, tmp_path):
    path = re.search(r'href="(/certificates/[a-z]+\.pem)"', page).group(1)
    chain = fetched(relais, path)
    first = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", chain, re.S).group(0)
    assert fingerprint(first, "sha256") == fingerprint(seen, "sha256")
    (tmp_path / "mycert.pem").write_text(first)
    verified = subprocess.run(["openssl", "verify", "-CAfile", relais.ca_certificate, "-untrusted", "/dev/stdin", tmp_path / "mycert.pem"],
                              input=chain, capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_the_steps_of_the_guide_lead_to_the_organisation_and_its_fingerprint(work, tmp_path):
    """Word for word what customers did: the connection into a file, the file read, name and fingerprint compared."""
    relais = Served(work / "named", f"sqlite:{work}/named/relais.db")
    relais.open_portal('issuer = "Post CH AG"')
    with relais:
        steps = (f"openssl s_client -connect 127.0.0.1:{relais.port('smtp')} -starttls smtp >mycert.pem && "
                 "openssl x509 -in mycert.pem -noout -subject -fingerprint -sha1")
        said = subprocess.run(steps, shell=True, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout
        assert re.search(r"^subject=.*\bO ?= ?Post CH AG\b", said, re.M), said
        shown = html.unescape(fetched(relais, "/certificates"))
    assert re.search(r"(?i)^sha1 fingerprint=(\S+)", said, re.M).group(1) in shown, said
    assert "O=Post CH AG" in shown
