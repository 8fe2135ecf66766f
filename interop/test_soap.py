"""Connection mode C: stock zeep loads our descriptions over https, sends a registered payslip, follows it, administers."""

import time

import pytest
import requests
import zeep
from zeep.transports import Transport

from conftest import ANNA, BRUNO, EVE

SENDER = "salaires@valbois.test"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PLACES = {"send": "/3.0/", "read": "/3.0/IncaMailReadService", "administration": "/IncaMailAdminService/IncaMailAdminPort"}


def client(relais, service, user=None, password=None):
    session = requests.Session()
    # A bundle that the environment names would count before ours.
    session.trust_env = False
    session.verify = str(relais.facts["ca_certificate"])
    if user:
        session.auth = (user, password)
    url = f"https://127.0.0.1:{relais.facts['ports']['https']}{PLACES[service]}?wsdl"
    return zeep.Client(url, transport=Transport(session=session, operation_timeout=60)).service


def code(fault):
    """The code in the detail of a fault."""
    return next(child.text for child in fault.value.detail.iter() if str(child.tag).endswith("}code"))


@pytest.fixture(scope="module")
def administrator(relais):
    organisation = relais.command("organisation", "list")[0]["id"]
    made = relais.command("token", "create", "soap", "--write", "--organisation", organisation)
    return client(relais, "administration", "anybody", made["secret"])


@pytest.fixture(scope="module")
def payroll(administrator):
    made = administrator.CreateApplicationAccount(clientRef="account-1", name="payroll", sender=[SENDER], hourlyLetters=100)
    assert made["password"]
    again = administrator.CreateApplicationAccount(clientRef="account-1", name="payroll", sender=[SENDER], hourlyLetters=100)
    assert (again["accountId"], again["password"]) == (made["accountId"], None), "shown once"
    return made


@pytest.fixture(scope="module")
def sending(relais, payroll):
    return client(relais, "send", payroll["username"], payroll["password"])


def letter(reference, to, **more):
    return {"clientRef": reference, "from": SENDER, "to": [{"address": address} for address in to], "subject": "Payslip",
            "text": {"plain": "Enclosed.", "html": "<p>Enclosed.</p>"}, "mode": "registered",
            "attachment": [{"fileName": "payslip.pdf", "mediaType": "application/pdf", "content": PDF}], **more}


def test_a_registered_payslip_goes_to_three_and_is_followed_and_taken_back(sending):
    sent = sending.SendMessage(**letter("2026-11/4711", [ANNA, BRUNO, EVE]))
    assert not sent["isRepetition"]
    assert {one["address"]: one["state"] for one in sent["recipient"]} == {ANNA: "offered", BRUNO: "offered", EVE: "offered"}
    again = sending.SendMessage(**letter("2026-11/4711", [ANNA, BRUNO, EVE]))
    assert again["isRepetition"] and again["messageId"] == sent["messageId"]

    status = sending.GetMessageStatus(messageId=sent["messageId"])
    assert (status["clientRef"], status["mode"], len(status["recipient"])) == ("2026-11/4711", "registered", 3)
    assert sending.GetMessageStatus(clientRef="2026-11/4711")["messageId"] == sent["messageId"]

    taken = sending.RevokeMessage(clientRef="revoke-1", messageId=sent["messageId"], recipient=EVE, reason="wrong month")
    states = {one["address"]: one["state"] for one in taken["recipient"]}
    assert states == {ANNA: "offered", BRUNO: "offered", EVE: "withdrawn"}
    assert sending.RevokeMessage(clientRef="revoke-1", messageId=sent["messageId"], recipient=EVE)["evidenceId"] == taken["evidenceId"]

    deadline = time.monotonic() + 30
    events = []
    while len(events) < 7 and time.monotonic() < deadline:
        time.sleep(1)
        events = sending.ListEvents(messageId=sent["messageId"])["event"]
    names = [event["event"] for event in events]
    assert names.count("SubmissionAcceptance") == 3 and "ContentConsignmentFailure" in names, names
    first = sending.ListEvents(messageId=sent["messageId"], limit=2)
    rest = sending.ListEvents(messageId=sent["messageId"], cursor=first["nextCursor"])
    assert [event["eventId"] for event in [*first["event"], *rest["event"]]] == [event["eventId"] for event in events]


def test_what_is_wrong_is_a_fault_with_a_code(relais, sending, payroll):
    with pytest.raises(zeep.exceptions.Fault) as fault:
        client(relais, "send", payroll["username"], "0000-" * 5 + "0000").GetServiceInfo()
    assert code(fault) == "Client.Auth"
    with pytest.raises(zeep.exceptions.Fault) as fault:
        sending.SendMessage(**{**letter("other-sender", [EVE]), "from": ANNA})
    assert code(fault) == "Client.Forbidden"
    with pytest.raises(zeep.exceptions.Fault) as fault:
        sending.GetMessageStatus(messageId="0" * 32)
    assert code(fault) == "Client.NotFound"
    with pytest.raises(zeep.exceptions.Fault) as fault:
        client(relais, "administration", payroll["username"], payroll["password"]).ListUsers()
    assert code(fault) == "Client.Forbidden"
    with pytest.raises(zeep.exceptions.Fault) as fault:
        client(relais, "administration", "anybody", relais.password(ANNA)).ListUsers()
    assert code(fault) == "Client.Auth", "a person's password is no token"


def test_people_are_administered_and_what_was_sent_is_counted(administrator, sending):
    made = administrator.CreateUser(clientRef="user-1", address="paul@valbois.test", name="Paul")
    assert made["state"] == "invited"
    assert administrator.CreateUser(clientRef="user-1", address="paul@valbois.test", name="Paul")["userId"] == made["userId"]
    assert administrator.UpdateUser(userId=made["userId"], name="Paul Muster")["name"] == "Paul Muster"
    assert administrator.DisableUser(userId=made["userId"])["state"] == "disabled"
    listed = administrator.ListUsers()["user"]
    assert made["userId"] in [one["userId"] for one in listed]
    sending.SendMessage(**letter("counted", [EVE], mode="confidential"))
    span = {"since": "2020-01-01T00:00:00Z", "until": "2090-01-01T00:00:00Z"}
    usage = administrator.GetUsage(**span)
    assert sum(one["letters"] for one in usage) >= 1
    journal = administrator.ExportJournal(**span, format="csv")
    lines = journal["document"]["content"].decode().split("\r\n")
    assert lines[0].startswith("time,letter,mode,sender") and any("counted" in line for line in lines)
    assert "Payslip" not in "".join(lines), "nothing of a letter's content"
