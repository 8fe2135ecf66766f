"""The REST API as a stranger's tester sees it: schemathesis makes requests from the document that we serve."""

import json
import os
import re
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from conftest import ANNA, EVE
from letters import letter, mark, submission
from peers import wait_until
from relais import Relais

# How long the tester may try; what it tries is the same each time.
TIME_LIMIT_SECONDS = 900
SLOW = ["diagnose_domain", "mend_domain", "list_mail_records", "show_dmarc_reports"]
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.fixture(scope="module")
def relais(work):
    # Nobody listens where the stranger's letters go: they wait.
    with Relais(work / "api", strangers={"stranger.test": 9}) as relais:
        yield relais


def call(relais, path, token=None):
    """The status and the document that a GET is answered with."""
    url = f"https://127.0.0.1:{relais.facts['ports']['https']}{path}"
    request = urllib.request.Request(url)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    context = ssl.create_default_context(cafile=relais.facts["ca_certificate"])
    try:
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


def test_the_demo_names_the_api_and_a_token_that_opens_it(relais):
    assert relais.facts["urls"]["api"].endswith("/api/v1/")
    status, page = call(relais, "/api/v1/domains", relais.facts["api_token"])
    assert status == 200
    assert [domain["name"] for domain in page["items"]] == ["valbois.test"]
    status, problem = call(relais, "/api/v1/domains")
    assert (status, problem["type"]) == (401, "urn:relais:problem:token")


def furnish(relais):
    """One of each kind of thing that the demo lacks; their identifiers by the names of the document's parameters."""
    def made(path, body):
        status, answer = relais.api_answer("POST", path, body)
        assert status in (200, 201, 202), (path, status, answer)
        return answer

    (domain,) = relais.api("GET", "/domains")["items"]
    organisation = relais.api("GET", "/organisations")["items"][0]["id"]
    address = next(one for one in relais.api("GET", "/addresses")["items"] if one["address"] == ANNA)["id"]
    host = made("/hosts", {"domain": domain["id"], "name": "essai", "ipv4": "198.51.100.7"})["id"]
    server = made("/mail-servers", {"host": host, "imap": True, "smtp_in": False, "smtp_out": False})["id"]
    run = made("/server-changes/apply", {})
    redirection = made("/addresses", {"address": "ailleurs@valbois.test", "kind": "redirection",
                                      "targets": [EVE]})["id"]
    application = made("/applications", {"name": "payroll", "senders": ["salaires@valbois.test"]})["application"]["id"]
    sealed = made("/secure-letters", {
        "application": application, "reference": "2026-11/4711", "from": "salaires@valbois.test", "mode": "registered",
        "to": [{"address": EVE}], "subject": "Payslip", "text": "Enclosed."})["letter"]
    with submission(relais, ANNA) as smtp:
        smtp.sendmail(ANNA, [EVE], letter(ANNA, EVE, mark()))
    return {
        "application": application, "secure_letter": sealed["id"], "secure_copy": sealed["copies"][0]["id"],
        "received_letter": sealed["copies"][0]["id"],
        "host": host, "mail_server": server, "apply_run": run["id"],
        "target": relais.api("GET", f"/addresses/{redirection}/targets")["items"][0]["id"],
        "invitation": made(f"/addresses/{address}/invitations",
                           {"password": relais.password(ANNA)})["invitation"]["id"],
        "sender": made(f"/services/{domain['service']}/senders",
                       {"list": "blocked", "pattern": "*@spam.test"})["id"],
        "route": made("/routes", {"recipients": "loin.test", "target": "relay.loin.test"})["id"],
        "ip": made("/ips", {"ip": "198.51.100.8", "organisation": organisation})["ip"],
        "address_list": made("/address-lists", {"domain": domain["id"], "lines": "liste1\nliste2"})["id"],
        "delivery": wait_until(lambda: relais.api("GET", "/queue")["items"], "a letter that waits")[0]["id"],
    }


def identifiers(relais):
    """What the demo has, by the names of the document's parameters; what it lacks keeps made-up identifiers."""
    def first(path):
        page = relais.api("GET", f"/{path}")
        return page["items"][0]["id"] if page["items"] else None

    paths = {"domain": "domains", "organisation": "organisations", "service": "services", "user": "users",
             "zone": "zones", "token": "tokens"}
    found = {name: first(path) for name, path in paths.items()}
    addresses = relais.api("GET", "/addresses")["items"]
    found["address"] = next(one["id"] for one in addresses if one["address"] == ANNA)
    found["device_password"] = first(f"addresses/{found['address']}/device-passwords")
    return {name: value for name, value in found.items() if value} | furnish(relais)


@pytest.mark.timeout(TIME_LIMIT_SECONDS + 60)
def test_a_property_based_tester_finds_no_answer_that_the_document_does_not_describe(relais, tmp_path):
    program = Path(sys.executable).with_name("schemathesis")
    known, answers = tmp_path / "identifiers.json", tmp_path / "answers.txt"
    known.write_text(json.dumps(identifiers(relais)))
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "api_identifiers", "RELAIS_IDENTIFIERS": str(known),
                                "RELAIS_ANSWERS": str(answers), "PYTHONPATH": str(Path(__file__).parent)}
    tester = subprocess.run(
        [
            program, "run", f"https://127.0.0.1:{relais.facts['ports']['https']}/api/openapi.json",
            "--header", f"Authorization: Bearer {relais.facts['api_token']}",
            "--tls-verify", relais.facts["ca_certificate"],
            # Nothing that follows from one answer to the next: it would revoke its own token.
            "--phases", "examples,coverage,fuzzing",
            "--checks", CHECKS, "--max-examples", "3", "--seed", "1",
            # It reads lists and takes identifiers from them: its own token among them.
            "--exclude-operation-id", "revoke_token",
            # These ask name servers for each answer.
            *[word for name in SLOW for word in ("--exclude-operation-id", name)],
        ],
        # It leaves its notes where it runs.
        capture_output=True, text=True, timeout=TIME_LIMIT_SECONDS, check=False, cwd=tmp_path,
        env=environment,
    )
    told = tester.stdout[-8000:] + tester.stderr[-2000:]
    counts = re.search(r"(\d+) generated, (\d+) passed", told)
    assert counts, told
    # Wrong, and known: where we refuse before the whole body has come, the connection may break under the tester,
    # which calls that an error and no failure.
    assert int(counts[1]) > 500 and counts[1] == counts[2], told
    # What lies behind an identifier was met, and not only its absence.
    _, document = call(relais, "/api/openapi.json")
    behind = {operation["operationId"] for path, item in document["paths"].items() if "{" in path
              for operation in item.values()}
    done = {line.split()[0] for line in answers.read_text().splitlines() if line.split()[1].startswith("2")}
    assert len(behind & done) > 60, sorted(behind & done)
