"""Thunderbird reads Anna's letter over IMAP and answers it by submission."""

import ssl

from conftest import ANNA, EVE
from letters import letter, mark, send
from gecko import Thunderbird

# args: CA certificate as base64 or null, address, password, IMAP port, its socket type, submission port, its type.
SET_UP = """
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const [authority, address, password, imapPort, imapSocket, smtpPort, smtpSocket, login] = args;
if (authority) {
  Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(authority, "C,,");
}
const incoming = MailServices.accounts.createIncomingServer(address, "localhost", "imap");
incoming.port = imapPort;
incoming.socketType = imapSocket;
incoming.authMethod = Ci.nsMsgAuthMethod.passwordCleartext;
incoming.loginAtStartUp = false;
incoming.doBiff = false;
incoming.password = password;
const outgoing = MailServices.outgoingServer.createServer("smtp").QueryInterface(Ci.nsISmtpServer);
outgoing.hostname = "localhost";
outgoing.port = smtpPort;
outgoing.socketType = smtpSocket;
if (login) {
  outgoing.authMethod = Ci.nsMsgAuthMethod.passwordCleartext;
  outgoing.username = address;
  outgoing.password = password;
} else {
  outgoing.authMethod = Ci.nsMsgAuthMethod.none;
}
const identity = MailServices.accounts.createIdentity();
identity.email = address;
identity.fullName = "Anna";
identity.smtpServerKey = outgoing.key;
identity.composeHtml = false;
identity.doFcc = false;
const account = MailServices.accounts.createAccount();
account.incomingServer = incoming;
account.addIdentity(identity);
return [incoming.key, identity.key, account.key];
"""

# args: server key, marker. Asks for new mail until a letter with this Message-ID is there; gives its text.
READ = """
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const [serverKey, marker] = args;
const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
const server = MailServices.accounts.getIncomingServer(serverKey);
// The folders are discovered with the first look for new mail.
server.performExpand(null);
let inbox;
for (let attempt = 0; attempt < 400 && !inbox; attempt++) {
  inbox = server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
  if (!inbox) await new Promise(resolve => setTimeout(resolve, 100));
}
if (!inbox) throw new Error("no INBOX was discovered");
let header;
for (let attempt = 0; attempt < 40 && !header; attempt++) {
  await new Promise((resolve, reject) => inbox.getNewMessages(null, {
    OnStartRunningUrl() {},
    OnStopRunningUrl(url, status) { Components.isSuccessCode(status) ? resolve() : reject(new Error("status " + status)); },
  }));
  header = [...inbox.messages].find(candidate => candidate.messageId.startsWith(marker));
  if (!header) await new Promise(resolve => setTimeout(resolve, 250));
}
if (!header) throw new Error("the letter did not come; there are " + inbox.getTotalMessages(false));
const uri = inbox.getUriForMsg(header);
const text = await new Promise((resolve, reject) => {
  const stream = Cc["@mozilla.org/network/sync-stream-listener;1"].createInstance(Ci.nsISyncStreamListener);
  let all = "";
  MailServices.messageServiceFromURI(uri).streamMessage(uri, {
    QueryInterface: ChromeUtils.generateQI(["nsIStreamListener", "nsIRequestObserver"]),
    onStartRequest() {},
    onDataAvailable(request, input, offset, count) {
      const reader = Cc["@mozilla.org/binaryinputstream;1"].createInstance(Ci.nsIBinaryInputStream);
      reader.setInputStream(input);
      all += reader.readBytes(count);
    },
    onStopRequest(request, status) { Components.isSuccessCode(status) ? resolve(all) : reject(new Error("status " + status)); },
  }, null, null, false, "");
});
return {subject: header.mime2DecodedSubject, author: header.author, size: header.messageSize, text,
        folders: server.rootFolder.descendants.map(folder => folder.name)};
"""

# args: identity key, account key, recipient, subject, marker
ANSWER = """
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const [identityKey, accountKey, recipient, subject, marker] = args;
const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
const identity = MailServices.accounts.getIdentity(identityKey);
fields.from = identity.email;
fields.to = recipient;
fields.subject = subject;
fields.body = marker + " \\u00e9crit par Thunderbird\\r\\n";
fields.forcePlainText = true;
const parameters = Cc["@mozilla.org/messengercompose/composeparams;1"].createInstance(Ci.nsIMsgComposeParams);
parameters.composeFields = fields;
parameters.identity = identity;
parameters.type = Ci.nsIMsgCompType.New;
parameters.format = Ci.nsIMsgCompFormat.PlainText;
const compose = Cc["@mozilla.org/messengercompose/compose;1"].createInstance(Ci.nsIMsgCompose);
compose.initialize(parameters);
await new Promise((resolve, reject) => {
  const listener = {
    QueryInterface: ChromeUtils.generateQI(["nsIMsgSendListener"]),
    onStartSending() {}, onProgress() {}, onStatus() {}, onGetDraftFolderURI() {}, onTransportSecurityError() {},
    onSendNotPerformed() { reject(new Error("not performed")); },
    onStopSending(id, status) { Components.isSuccessCode(status) ? resolve() : reject(new Error("sending: " + status.toString(16))); },
  };
  compose.addMsgSendListener(listener);
  compose.sendMsg(Ci.nsIMsgCompDeliverMode.Now, identity, accountKey, null, null).catch(reject);
});
return true;
"""

CLEAR, STARTTLS, TLS = 0, 2, 3


def read_and_answer(directory, set_up, marker):
    """The letter as Thunderbird holds it; afterwards its answer to Eve, which holds the marker, is on its way."""
    with Thunderbird(directory) as thunderbird:
        server, identity, account = thunderbird.run(SET_UP, *set_up)
        read = thunderbird.run(READ, server, marker)
        thunderbird.run(ANSWER, identity, account, EVE, "Re: " + read["subject"], marker)
        return read


def test_thunderbird_reads_and_answers(work, relais, stranger):
    marker = mark()
    data = letter(EVE, ANNA, marker, subject="=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", body="Grüße\r\n".encode())
    send(stranger.port, EVE, [ANNA], data)
    relais.wait_for_letter(ANNA, marker.encode())
    with open(relais.ca_certificate) as file:
        authority = "".join(line for line in file.read().splitlines() if not line.startswith("-"))
    assert ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(open(relais.ca_certificate).read()))
    read = read_and_answer(work / "thunderbird", [
        authority, ANNA, relais.password(ANNA), relais.port("imaps"), TLS, relais.port("submission"), STARTTLS, True],
        marker)
    assert read["subject"] == "Grüße"
    assert EVE in read["author"]
    assert read["text"].encode("latin-1").endswith(data[data.index(b"From: "):])
    assert {"Spam", "Sent", "Drafts", "Trash"} <= set(read["folders"])
    answer = stranger.wait_for_letter(EVE, f"{marker} écrit par Thunderbird".encode())
    assert b"User-Agent: Mozilla Thunderbird" in answer
