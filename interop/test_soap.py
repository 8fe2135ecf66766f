"""Connection mode C: stock zeep loads our descriptions over https, sends a registered payslip, follows it, fetches its
receipt, lists, accepts and reads as its recipient, administers people, programs and connections."""

import base64
import hashlib
import subprocess
import time

import pytest
import requests
import zeep
from zeep.transports import Transport

from conftest import ANNA, BRUNO, EVE
from letters import imap_login
from peers import wait_until

SENDER = "salaires@valbois.test"
# An office: a mailbox that nobody signs in with.
OFFICE = "greffe@valbois.test"
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


@pytest.fixture(scope="module")
def office(relais, administrator):
    """The office's program: it reads what comes to the office, and answers in its name."""
    relais.api("POST", "/addresses", {"address": OFFICE})
    # Whom it answers.
    relais.api("POST", "/addresses", {"address": SENDER})
    return administrator.CreateApplicationAccount(clientRef="account-2", name="greffe", sender=[OFFICE], reads=[OFFICE])


@pytest.fixture(scope="module")
def reading(relais, office):
    return client(relais, "read", office["username"], office["password"])


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


def newest(relais, address):
    """The newest e-mail in the inbox of a mailbox, with a password made for this."""
    place = next(one for one in relais.api("GET", "/addresses")["items"] if one["address"] == address)["id"]
    password = relais.api("POST", f"/addresses/{place}/device-passwords", {"label": "reader"})["password"]
    with imap_login(relais, address, password) as imap:
        imap.select("INBOX", readonly=True)
        _, found = imap.search(None, "ALL")
        _, answer = imap.fetch(found[0].split()[-1], "(BODY.PEEK[])")
        return answer[0][1]


def refused(call, wanted):
    with pytest.raises(zeep.exceptions.Fault) as fault:
        call()
    assert code(fault) == wanted, fault.value


def later(call, waiting="Server.Temporary"):
    """What a call answers once what it waits for, and says with this code, has happened."""
    def answer():
        try:
            return call()
        except zeep.exceptions.Fault as fault:
            said = next(child.text for child in fault.detail.iter() if str(child.tag).endswith("}code"))
            if said != waiting:
                raise
            return None
    return wait_until(answer, "an answer that is not for later", timeout_seconds=150, step_seconds=1)


def test_the_office_s_program_lists_accepts_reads_and_answers_a_registered_letter(relais, sending, reading, payroll):
    sent = sending.SendMessage(**letter("to-office", [OFFICE, ANNA, EVE]))
    (listed,) = wait_until(lambda: reading.ListMessages(unprocessed=True)["message"], "the letter in the list")
    assert (listed["state"], listed["mode"], listed["from"], listed["to"]) == ("offered", "registered", SENDER, [OFFICE])
    assert listed["subject"] == "Payslip", "this installation shows it on the outside"
    name = listed["messageId"]
    refused(lambda: reading.GetMessage(messageId=name), "Client.Conflict")
    refused(lambda: reading.AcknowledgeMessage(messageId=name), "Client.Conflict")
    accepted = reading.AcceptMessage(clientRef="accept-1", messageId=name)
    assert accepted["state"] == "consigned" and accepted["evidenceId"].startswith(f"{name}.")
    assert reading.AcceptMessage(clientRef="accept-1", messageId=name)["evidenceId"] == accepted["evidenceId"]
    refused(lambda: reading.RefuseMessage(clientRef="refuse-1", messageId=name), "Client.Conflict")

    # The e-mail lies in the office's mailbox here; the same with the e-mail from elsewhere.
    opened = later(lambda: reading.GetMessage(messageId=name), "Client.Validation")
    assert opened["text"]["plain"].strip() == "Enclosed." and "<p>" in opened["text"]["html"]
    (slip,) = opened["attachment"]
    assert (slip["fileName"], slip["content"]) == ("payslip.pdf", PDF)
    assert opened["summary"]["subject"] == "Payslip" and opened["summary"]["to"] == [OFFICE, ANNA, EVE]
    assert reading.ListMessages()["message"][0]["state"] == "handedOver"
    mail = newest(relais, OFFICE)
    again = reading.GetMessage(messageId=name, mail=mail, part=1)
    assert again["attachment"][0]["content"] == PDF
    refused(lambda: reading.GetMessage(messageId=name, mail=mail.replace(b"#a=", b"#a=AAAA")), "Client.Validation")
    reading.AcknowledgeMessage(messageId=name)
    assert reading.ListMessages(unprocessed=True)["message"] == []

    # What the sender sees of it, and that a program read it, are in the evidence.
    states = {one["address"]: one["state"] for one in sending.GetMessageStatus(messageId=sent["messageId"])["recipient"]}
    assert states == {OFFICE: "handedOver", ANNA: "offered", EVE: "offered"}
    assert set(sending.GetMessageStatus(messageId=sent["messageId"])["receipt"]) == {"submission", "acceptance"}

    reply = reading.ReplyMessage(clientRef="reply-1", messageId=name, toAll=True, text={"plain": "Received."})
    assert reading.ReplyMessage(clientRef="reply-1", messageId=name, toAll=True,
                                text={"plain": "Received."})["messageId"] == reply["messageId"]
    journal = reading.SearchJournal()["entry"]
    assert [entry["direction"] for entry in journal] == ["sent", "sent", "sent", "received"], journal
    assert {entry["address"] for entry in journal if entry["direction"] == "sent"} == {SENDER, ANNA, EVE}
    assert {entry["messageId"] for entry in journal if entry["direction"] == "sent"} == {reply["messageId"]}

    # The sender's side has the key destroyed: both are told, and nobody opens it any more.
    letters = relais.command("secure", "letters", "--recipient", OFFICE)
    letters = [one["id"] for one in letters if one["sender"] == SENDER]
    relais.command("secure", "erase", letters[0], "--reason", "kept long enough")
    assert reading.ListMessages()["message"][0]["erasedTime"] is not None
    erased = {one["address"]: one["erasedTime"] for one in sending.GetMessageStatus(messageId=sent["messageId"])["recipient"]}
    assert erased[OFFICE] is not None and erased[ANNA] is None and erased[EVE] is None
    refused(lambda: reading.GetMessage(messageId=name, mail=mail), "Client.Conflict")


def test_receipts_are_fetched_as_a_page_and_as_evidence_and_verify(sending, reading):
    sent = sending.SendMessage(**letter("receipt", [ANNA]))
    receipt = later(lambda: sending.GetReceipt(messageId=sent["messageId"], type="submission"))
    page = receipt["document"]["content"]
    assert page.startswith(b"%PDF-") and receipt["document"]["fileName"].endswith(".pdf")
    assert receipt["evidenceId"] == sent["submissionEvidenceId"]
    evidence = sending.GetReceipt(messageId=sent["messageId"], type="submission", format="json")["document"]
    assert evidence["mediaType"] == "application/json" and evidence["content"].startswith(b"{")
    found = reading.VerifyEvidence(bundle=page)
    assert found["verdict"] == "holds", found
    flipped = evidence["content"].replace(b'"statements"', b'"statement"', 1)
    refused(lambda: reading.VerifyEvidence(bundle=flipped), "Client.Validation")
    refused(lambda: sending.GetReceipt(messageId=sent["messageId"], type="acceptance"), "Client.NotFound")


def test_nobody_reads_or_follows_what_is_somebody_else_s(relais, sending, reading, office, administrator):
    sent = sending.SendMessage(**letter("not-yours", [ANNA]))
    payroll_reads = client(relais, "read", *(sending_login(relais, administrator)))
    refused(lambda: payroll_reads.ListMessages(), "Client.Forbidden")
    other = client(relais, "send", office["username"], office["password"])
    refused(lambda: other.GetMessageStatus(messageId=sent["messageId"]), "Client.NotFound")
    refused(lambda: other.RevokeMessage(clientRef="r", messageId=sent["messageId"]), "Client.NotFound")
    assert all(event["messageId"] != sent["messageId"] for event in other.ListEvents()["event"])
    refused(lambda: reading.ListMessages(address=ANNA), "Client.NotFound")
    refused(lambda: reading.GetMessage(messageId="0" * 32), "Client.NotFound")
    clerk = administrator.CreateUser(clientRef="clerk", address="clerk@valbois.test", name="Clerk")["address"]
    refused(lambda: administrator.CreateApplicationAccount(clientRef="x", name="spy", sender=[SENDER], reads=[clerk]),
            "Client.Validation")


def sending_login(relais, administrator):
    made = administrator.CreateApplicationAccount(clientRef="account-3", name="deaf", sender=[SENDER])
    return made["username"], made["password"]


def test_a_personal_letter_is_not_read_by_a_program(sending, reading):
    sending.SendMessage(**letter("personal", [OFFICE], mode="personal"))
    (listed,) = wait_until(lambda: [one for one in reading.ListMessages()["message"] if one["mode"] == "personal"],
                           "the letter in the list")
    refused(lambda: reading.GetMessage(messageId=listed["messageId"]), "Client.Forbidden")


def certificate():
    """A certificate as a customer's mail server has one, in DER."""
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                           "-keyout", "/dev/null", "-subj", "/CN=gw.kunde.test", "-days", "90", "-outform", "DER"],
                          capture_output=True, check=True)
    return made.stdout


def test_a_domain_is_connected_with_its_certificates(administrator):
    refused(lambda: administrator.AddPeerCertificate(clientRef="p-0", domain="kunde.test", match="name", name="gw.kunde.test"),
            "Client.NotFound")
    refused(lambda: administrator.SetConnectionMode(domain="valbois.test", mode="gateway"), "Client.Conflict")
    connected = administrator.SetConnectionMode(domain="kunde.test", mode="gateway")
    assert (connected["mode"], connected["previous"]) == ("safe", "safe"), "it is not yet shown as the organisation's"
    assert any("TXT" in one for one in connected["outstanding"]) and len(connected["outstanding"]) == 3, connected

    der = certificate()
    added = administrator.AddPeerCertificate(clientRef="p-1", domain="kunde.test", match="fingerprint", certificate=der)
    assert added["fingerprint"] == hashlib.sha256(der).hexdigest() and added["domain"] == ["kunde.test"]
    again = administrator.AddPeerCertificate(clientRef="p-1", domain="kunde.test", match="fingerprint", certificate=der)
    assert again["certificateId"] == added["certificateId"]
    named = administrator.AddPeerCertificate(clientRef="p-2", domain="kunde.test", match="name", name="gw.kunde.test")
    refused(lambda: administrator.AddPeerCertificate(clientRef="p-3", domain="kunde.test", match="name", certificate=der),
            "Client.Validation")
    listed = administrator.ListPeerCertificates(domain="kunde.test")
    assert {one["certificateId"] for one in listed} == {added["certificateId"], named["certificateId"]}
    # Nothing of it stands yet: the test says so, line by line, with what to do.
    tested = administrator.TestConnection(domain="kunde.test")
    assert not tested["works"] and tested["line"], tested
    red = [line for line in tested["line"] if line["lamp"] == "red"]
    assert red and all(line["advice"] for line in red), tested
    refused(lambda: administrator.TestConnection(domain="nobody.test"), "Client.NotFound")
    assert administrator.RemovePeerCertificate(certificateId=named["certificateId"]) == 1
    refused(lambda: administrator.RemovePeerCertificate(certificateId=named["certificateId"]), "Client.NotFound")
    assert administrator.SetConnectionMode(domain="kunde.test", mode="safe")["mode"] == "safe"
    refused(lambda: administrator.ListPeerCertificates(domain="kunde.test"), "Client.NotFound")


def test_a_passphrase_of_the_sender_s_is_asked_for_and_kept_nowhere(relais, sending, reading):
    phrase = "le tracteur bleu de Valbois"
    refused(lambda: sending.SendMessage(**letter("too-short", [OFFICE], passphrase="abc")), "Client.Validation")
    with pytest.raises(zeep.exceptions.Fault) as fault:
        sending.SendMessage(**letter("two-lines", [OFFICE], passphrase=f"{phrase}\nx"))
    assert code(fault) == "Client.Validation" and "tracteur" not in fault.value.message
    with pytest.raises(zeep.exceptions.Fault) as fault:
        sending.SendMessage(**letter("too-long", [OFFICE], passphrase=f"{phrase} " * 60))
    assert code(fault) == "Client.Validation" and "tracteur" not in fault.value.message
    sent = sending.SendMessage(**letter("passphrase", [OFFICE], mode="confidential", passphrase=phrase))
    # To a mailbox here it would go as it is; whoever reads the mailbox shall not open it.
    assert sent["recipient"][0]["route"] == "safe", sent
    (listed,) = wait_until(lambda: [one for one in reading.ListMessages(unprocessed=True)["message"]
                                    if one["mode"] == "confidential"], "the letter in the list")

    def is_asked_for():
        """Once the e-mail lies in the office's mailbox, nothing but the passphrase is missing."""
        with pytest.raises(zeep.exceptions.Fault) as fault:
            reading.GetMessage(messageId=listed["messageId"])
        return code(fault) == "Client.Conflict"
    wait_until(is_asked_for, "the letter that asks for its passphrase")
    forms = [phrase.encode(), base64.b64encode(phrase.encode()), phrase.encode().hex().encode()]
    kept = [file for file in relais.data.rglob("*") if file.is_file()]
    assert any("relais.db" in file.name for file in kept), kept
    for file in [*kept, relais.log_path]:
        octets = file.read_bytes()
        assert not any(form in octets for form in forms), file


def test_a_telephone_is_named_only_where_short_messages_go_out(sending):
    one = {**letter("telephone", [], mode="confidential"), "to": [{"address": OFFICE, "phone": "+41791234567"}]}
    refused(lambda: sending.SendMessage(**one), "Client.Conflict")
    one["to"][0]["phone"] = "079 123 45 67"
    with pytest.raises(zeep.exceptions.Fault) as fault:
        sending.SendMessage(**one)
    assert code(fault) == "Client.Validation" and "123" not in fault.value.message


def test_the_same_is_read_over_rest(relais, sending, reading):
    """As the office's account, with a token of the organisation: the e-mail is found in the office's mailbox here."""
    organisation = relais.command("organisation", "list")[0]["id"]
    token = relais.command("token", "create", "rest", "--write", "--organisation", organisation)["secret"]
    session = requests.Session()
    session.trust_env = False
    session.verify = str(relais.facts["ca_certificate"])
    session.headers["Authorization"] = f"Bearer {token}"

    def ask(method, path, body=None, **query):
        answer = session.request(method, relais.facts["urls"]["api"] + path, params=query, json=body)
        return answer.json() if answer.ok else None

    account = next(one for one in ask("GET", "applications")["items"] if one["name"] == "greffe")["id"]

    def office(method, rest="", body=None, **query):
        return ask(method, f"received-letters{rest}", body, application=account, **query)

    sending.SendMessage(**letter("over-rest", [OFFICE]))
    (listed,) = wait_until(lambda: office("GET", state="offered")["items"], "the letter in the list")
    summary = next(one for one in reading.ListMessages(state="offered")["message"] if one["messageId"] == listed["id"])
    assert (listed["from"], listed["subject"], listed["mode"]) == (summary["from"], summary["subject"], summary["mode"])
    accepted = office("POST", f"/{listed['id']}/acceptance")
    assert accepted["state"] == "consigned"
    again = reading.AcceptMessage(clientRef="over-rest", messageId=listed["id"])
    assert again["evidenceId"] == accepted["evidence_id"], "one act by two doors"
    opened = wait_until(lambda: office("POST", f"/{listed['id']}/opening", {}), "the letter, opened")
    (slip,) = opened["attachments"]
    assert base64.b64decode(slip["content"]) == PDF and opened["text"].strip() == "Enclosed."
    reply = office("POST", f"/{listed['id']}/replies", {"reference": "rest-reply", "text": "Received."})
    same = reading.ReplyMessage(clientRef="rest-reply", messageId=listed["id"], toAll=False, text={"plain": "Received."})
    assert same["messageId"] == reply["public_id"], "one reference for both"
    entries = ask("GET", "secure-journal/entries", application=account, direction="received")["items"]
    assert listed["id"] in [entry["name"] for entry in entries]
