"""A customer's program with zeep: sends a registered payslip, follows it, reads it, administers. Argument: the base URL."""

import email
import email.policy
import sys
from datetime import datetime, timezone

import requests
import zeep
from lxml import etree
from zeep.wsse.username import UsernameToken

base = sys.argv[1]
PAYSLIP = b"%PDF-1.4\r\n--b\r\n\x00\xff payslip"
TO = ["anna@valbois.test", "bruno@valbois.test", "eve@stranger.test"]


def session(name):
    it = requests.Session()
    it.trust_env = False
    if name:
        it.auth = (name, f"secret-{name}")
    return it


def client(path, name, **more):
    return zeep.Client(f"{base}{path}?wsdl", transport=zeep.Transport(session=session(name)), **more)


def bound(it, service, version):
    return it.bind(service, f"{service}Port{version}")


def letter(reference, content=PAYSLIP):
    return dict(
        clientRef=reference, **{"from": "payroll@valbois.test"}, to=[{"address": one} for one in TO],
        subject="Lohnabrechnung <November> & Zulagen", text={"plain": "Guten Tag\nanbei Ihre Abrechnung"},
        attachment=[{"fileName": "Lohn März.pdf", "mediaType": "application/pdf", "content": content}],
        mode="registered", language="de")


def refused(call, code):
    try:
        call()
    except zeep.exceptions.Fault as fault:
        said = fault.detail.find(".//{*}code").text
        assert said == code, f"{said}, not {code}: {fault.message}"
        return fault
    raise AssertionError(f"not refused with {code}")


for version in "Soap11", "Soap12":
    # Send.
    sender = client("/3.0/", "payroll")
    send = bound(sender, "IncaMailSendService", version)
    info = send.GetServiceInfo()
    assert info.clientRefDays == 7 and info.profile == ["ch"], info
    checked = send.CheckRecipients(address=TO + ["blocked@valbois.test"], mode="registered")
    assert [one.leastAuthentication for one in checked] == ["account"] * 4, checked
    sent = send.SendMessage(**letter(f"run-{version}"))
    assert [one.address for one in sent.recipient] == TO and not sent.isRepetition, sent
    again = send.SendMessage(**letter(f"run-{version}"))
    assert again.isRepetition and again.messageId == sent.messageId, again
    status = send.GetMessageStatus(messageId=sent.messageId)
    assert {one.state for one in status.recipient} == {"offered"}, status
    assert status.submissionTime == datetime(2026, 11, 21, 20, 5, tzinfo=timezone.utc), status
    receipt = send.GetReceipt(messageId=sent.messageId, type="submission")
    assert receipt.document.content == b"%PDF-1.7\r\n--\x00\xff", receipt
    revoked = send.RevokeMessage(clientRef="r", messageId=sent.messageId, recipient=TO[2], reason="wrong address")
    assert revoked.recipient[2].state == "withdrawn", revoked
    assert send.ListEvents().event[0].event == "SubmissionAcceptance"

    # Faults.
    refused(lambda: send.GetMessageStatus(messageId="unknown"), "Client.NotFound")
    wrong = letter("w")
    wrong["subject"] = "x" * 1000
    fault = refused(lambda: send.SendMessage(**wrong), "Client.Validation")
    assert fault.detail.find(".//{*}field").text == "SendMessage/subject", etree.tostring(fault.detail)
    blocked = letter("b")
    blocked["to"] = [{"address": "blocked@valbois.test"}]
    refused(lambda: send.SendMessage(**blocked), "Client.RecipientBlocked")

    # Read, as the recipient, with a password in the envelope's header.
    path = "/3.0/IncaMailReadService"
    token = UsernameToken("anna@valbois.test", "secret-anna@valbois.test")
    read = bound(client(path, None, wsse=token), "IncaMailReadService", version)
    own = read.ListMessages(unprocessed=True).message[-1]
    assert own.messageId == sent.messageId and own.state == "offered", own
    refused(lambda: read.GetMessage(messageId=own.messageId), "Client.Conflict")
    assert read.AcceptMessage(clientRef="a", messageId=own.messageId).state == "accepted"
    refused(lambda: read.RefuseMessage(clientRef="b", messageId=own.messageId), "Client.Conflict")
    opened = read.GetMessage(messageId=own.messageId)
    assert opened.attachment[0].content == PAYSLIP and opened.attachment[0].fileName == "Lohn März.pdf", opened
    assert opened.text.plain == "Guten Tag\nanbei Ihre Abrechnung", opened
    read.AcknowledgeMessage(messageId=own.messageId)
    reply = read.ReplyMessage(clientRef="c", messageId=own.messageId, toAll=False, text={"html": "<p>Merci</p>"})
    assert reply.messageId.endswith("-reply"), reply
    assert len(read.SearchJournal(mode="registered").entry) >= 1
    assert read.VerifyEvidence(bundle=receipt.document.content).verdict == "holds"
    assert read.VerifyEvidence(bundle=b"x").claim[0].verdict == "fails"
    wrong = bound(client(path, None, wsse=UsernameToken("anna@valbois.test", "x")), "IncaMailReadService", version)
    refused(wrong.ListMessages, "Client.Auth")

    # Administer.
    administrator = client("/IncaMailAdminService/IncaMailAdminPort", "admin")
    admin = bound(administrator, "IncaMailAdminService", version)
    user = admin.CreateUser(clientRef="u", address="carla@valbois.test", name="Carla Rossi", language="it")
    assert user.state == "invited", user
    assert admin.UpdateUser(userId=user.userId, phone="+41791234567").phone == "+41791234567"
    assert admin.GetUser(userId=user.userId).name == "Carla Rossi"
    assert admin.DisableUser(userId=user.userId).state == "disabled"
    assert admin.ListUsers().user[-1].userId == user.userId
    certificate = admin.AddPeerCertificate(
        clientRef="p", domain="valbois.test", match="fingerprint", certificate=b"\x30\x82")
    assert len(certificate.fingerprint) == 64, certificate
    assert len(admin.ListPeerCertificates(domain="valbois.test")) == 1
    assert admin.RemovePeerCertificate(certificateId=certificate.certificateId) == 0
    report = admin.TestConnection(domain="valbois.test")
    assert not report.works and [line.lamp for line in report.line] == ["green"] * 300 + ["red"], report
    assert admin.SetConnectionMode(domain="valbois.test", mode="gateway").mode == "gateway"
    account = admin.CreateApplicationAccount(clientRef=f"a-{version}", name="Payroll", sender=["p@valbois.test"])
    assert account.password == "once", account
    admin.RevokeApplicationAccount(accountId=account.accountId)
    span = dict(since=datetime(2026, 1, 1, tzinfo=timezone.utc), until=datetime(2027, 1, 1, tzinfo=timezone.utc))
    assert admin.ExportJournal(format="csv", **span).document.content == b"time,mode\r\n"
    refused(lambda: admin.GetUsage(**span), "Server.Internal")
    stranger = bound(client("/IncaMailAdminService/IncaMailAdminPort", "payroll"), "IncaMailAdminService", version)
    refused(lambda: stranger.CreateUser(clientRef="u", address="x@valbois.test", name="X"), "Client.Forbidden")

    # The same letter by MTOM: zeep reads it and does not send it, so that the parts are put together here.
    node = sender.create_message(send, "SendMessage", **letter(f"mtom-{version}", content=b"@"))
    content = node.find(".//{*}content")
    content.text = None
    etree.SubElement(content, "{http://www.w3.org/2004/08/xop/include}Include", href="cid:slip%40valbois.test")
    kind = "text/xml" if version == "Soap11" else "application/soap+xml"
    parts = [
        (f'application/xop+xml; charset=UTF-8; type="{kind}"', "<root@valbois.test>", etree.tostring(node)),
        ("application/pdf", "<slip@valbois.test>", PAYSLIP),
    ]
    body = b"".join(
        f"--=_x\r\nContent-Type: {media}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {id}\r\n\r\n".encode()
        + octets + b"\r\n" for media, id, octets in parts) + b"--=_x--\r\n"
    media = f'multipart/related; boundary="=_x"; type="application/xop+xml"; start="<root@valbois.test>"; start-info="{kind}"'
    answer = session("payroll").post(f"{base}/3.0/", data=body, headers={"Content-Type": media})
    assert answer.status_code == 200, answer.text
    head = b"Content-Type: " + answer.headers["Content-Type"].encode() + b"\r\n\r\n"
    message = email.message_from_bytes(head + answer.content, policy=email.policy.HTTP)
    root = next(message.iter_parts())
    assert root.get_content_type() == "application/xop+xml", answer.text
    assert b"<svc:isRepetition>false" in root.get_payload(decode=True), answer.text

    # An answer with parts, as zeep reads it.
    asked = sender.create_message(send, "GetReceipt", messageId="letter-1", type="submission")
    media = media.replace("multipart/related;", "multipart/related;")
    body = (f'--=_x\r\nContent-Type: application/xop+xml; charset=UTF-8; type="{kind}"\r\nContent-ID: <root@valbois.test>\r\n\r\n'
            .encode() + etree.tostring(asked) + b"\r\n--=_x--\r\n")
    answer = session("payroll").post(f"{base}/3.0/", data=body, headers={"Content-Type": media})
    assert answer.headers["Content-Type"].startswith("multipart/related"), answer.headers
    receipt = send._binding.process_reply(sender, send._binding.get("GetReceipt"), answer)
    assert receipt.document.content == b"%PDF-1.7\r\n--\x00\xff", receipt

print("done")
