"""Reports about mail: ours as independent parsers read them, others' as Relais reads them."""

import base64
import gzip
import json
import time
from email import message_from_bytes
from pathlib import Path

import parsedmarc
from lxml import etree

from conftest import ANNA, EVE
from letters import mark, send
from peers import wait_until

SAMPLES = Path(__file__).parent / "samples"
DAY_SECONDS = 86_400


def attachment(path):
    """The report in a letter, unpacked."""
    for part in message_from_bytes(path.read_bytes()).walk():
        if "gzip" in part.get_content_type():
            return gzip.decompress(part.get_payload(decode=True))
    raise AssertionError(f"{path} has no report")


def read(path):
    return parsedmarc.parse_report_file(str(path), offline=True)


# crates/mail-reports holds its letters to be these very files.
def test_parsedmarc_reads_our_dmarc_report():
    found = read(SAMPLES / "dmarc-report.eml")
    assert found["report_type"] == "aggregate"
    report = found["report"]
    assert report["report_metadata"]["begin_date"] == "2026-11-20 00:00:00"
    assert report["policy_published"]["domain"] == "valbois.test"
    assert [(record["count"], record["alignment"]["dmarc"]) for record in report["records"]] == [(2, False), (5, True)]


def test_our_dmarc_report_keeps_to_the_schema():
    schema = etree.XMLSchema(etree.parse(str(Path(__file__).parent / "dmarc.xsd")))
    document = etree.fromstring(attachment(SAMPLES / "dmarc-report.eml"))
    assert schema.validate(document), schema.error_log


def test_parsedmarc_reads_our_tls_report():
    found = read(SAMPLES / "tls-report.eml")
    assert found["report_type"] == "smtp_tls"
    policy = found["report"]["policies"][0]
    assert (policy["successful_session_count"], policy["failed_session_count"]) == (25, 4)
    assert policy["failure_details"][0]["result_type"] == "certificate-expired"
    assert json.loads(attachment(SAMPLES / "tls-report.eml"))["policies"][0]["policy"]["policy-type"] == "sts"


def report_letter(report_id, about, source):
    """A DMARC report of yesterday, as a stranger sends it."""
    begin = int(time.time()) // DAY_SECONDS * DAY_SECONDS - DAY_SECONDS
    xml = f"""<?xml version="1.0"?><feedback><version>1.0</version><report_metadata><org_name>Stranger Mail</org_name>
<email>{EVE}</email><report_id>{report_id}</report_id><date_range><begin>{begin}</begin>
<end>{begin + DAY_SECONDS - 1}</end></date_range></report_metadata><policy_published><domain>{about}</domain>
<adkim>r</adkim><aspf>r</aspf><p>none</p><sp>none</sp><pct>100</pct><fo>0</fo></policy_published><record><row>
<source_ip>{source}</source_ip><count>3</count><policy_evaluated><disposition>none</disposition><dkim>fail</dkim>
<spf>pass</spf></policy_evaluated></row><identifiers><envelope_from>{about}</envelope_from>
<header_from>{about}</header_from></identifiers><auth_results><spf><domain>{about}</domain><scope>mfrom</scope>
<result>pass</result></spf></auth_results></record></feedback>"""
    content = base64.encodebytes(gzip.compress(xml.encode())).replace(b"\n", b"\r\n")
    name = f"stranger.test!{about}!{begin}!{begin + DAY_SECONDS - 1}.xml.gz"
    return (f"From: {EVE}\r\nTo: dmarc-reports@valbois.test\r\nSubject: Report Domain: {about}\r\n"
            f"Message-ID: <{report_id}@stranger.test>\r\nDate: Sat, 21 Nov 2026 12:00:00 +0100\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: application/gzip; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n"
            f"Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n").encode() + content


def test_a_report_through_postfix_shows_who_sends_as_us(relais, stranger):
    report_id = mark()
    before = len(relais.letters(ANNA))
    send(stranger.port, EVE, ["dmarc-reports@valbois.test"], report_letter(report_id, "valbois.test", "203.0.113.25"))

    def arrived():
        found = relais.command("domain", "reports", "valbois.test")
        return found if any(source["address"] == "203.0.113.25" for source in found["sources"]) else None

    found = wait_until(arrived, "the report's rows")
    source = next(source for source in found["sources"] if source["address"] == "203.0.113.25")
    assert source["letters"]["passed"] == 3 and source["spf_aligned"] == 3
    assert "Stranger Mail" in [reporter["name"] for reporter in found["reporters"]]
    # It is no letter for anybody's mailbox.
    assert len(relais.letters(ANNA)) == before
    shown = relais.command_raw("domain", "reports", "valbois.test")
    assert "Who sends as valbois.test" in shown.stdout


def test_a_report_about_somebody_else_is_refused_in_the_log_and_unanswered(relais, stranger):
    report_id = mark()
    send(stranger.port, EVE, ["dmarc-reports@valbois.test"], report_letter(report_id, "elsewhere.test", "203.0.113.26"))

    def refused():
        shown = relais.command_raw("log", "search", "--to", "dmarc-reports@valbois.test").stdout
        return "the report is about elsewhere.test" in shown

    wait_until(refused, "the refusal in the log")
    assert not any(report_id.encode() in letter for letter in stranger.letters(EVE))


def test_every_domain_has_a_reputation(relais):
    found = relais.command("domain", "reputation", "valbois.test")
    assert 0 <= found["points"] <= 100
    assert "Google Postmaster Tools" in [tool["name"] for tool in found["elsewhere"]]
