"""Evidence of letters, a second time: written from docs/formats/evidence.md, with other programs' mathematics (cryptography, OpenSSL),
to see that the page says everything and that Relais does what it says. Verifies."""

import base64
import hashlib
import json
import re
import subprocess
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

EVENTS = "http://uri.etsi.org/19522/Event/"
DIGEST = re.compile("[0-9a-f]{64}")
IDENTIFIER = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MEMBERS = {"evidenceVersion", "evidenceIdentifier", "erdsEventId", "eventTime", "submissionTime", "evidenceIssuerPolicyID",
           "evidenceIssuerDetails", "letterIdentifier", "messageIdentifier", "mode", "senderDetails", "recipientDetails",
           "userContentInfo", "sequence"}
SAME = ["letterIdentifier", "messageIdentifier", "mode", "senderDetails", "userContentInfo", "submissionTime"]
# The page's table: states, events, modes, next state.
STATES = """
unsent | SubmissionAcceptance | c p r | submitted
unsent | SubmissionRejection | c p r | rejected
unsent | ReceivedFromNonERDS | c | submitted
submitted | RelayAcceptance | c p r | relayed
submitted | RelayRejection, RelayFailure | c p r | undeliverable
submitted | ContentConsignmentFailure | c p r | withdrawn
submitted | SubmissionRejection | r | blocked
submitted | NotificationForAcceptance | r | offered
submitted, offered | NotificationForAcceptanceFailure | r | undeliverable
offered | NotificationForAcceptance, NotificationDelivered | r | offered
offered | ConsignmentNotificationFailure | r | offered
offered | ContentConsignmentFailure | r | withdrawn
offered | ConsignmentAcceptance | r | accepted
offered | ConsignmentRejection | r | refused
offered | AcceptanceRejectionExpiry | r | expired
accepted | NotificationDelivered | r | accepted
accepted | ContentConsignment | r | consigned
submitted | ContentConsignment | c p | consigned
submitted | RelayToNonERDS | c | relayed
submitted | RelayToNonERDSFailure | c | undeliverable
consigned, notified | ConsignmentNotification | c p r | notified
consigned, notified | ConsignmentNotificationFailure | c p r | consigned
consigned, notified | RelayToNonERDSFailure | c p | undeliverable
consigned, notified | ContentConsignmentFailure | c p | withdrawn
consigned, notified | ContentHandover | c p r | handed over
consigned, notified | ContentHandoverFailure | c p r | unclaimed
consigned | NotificationDelivered | c p r | consigned
notified | NotificationDelivered | c p r | notified
handed over | ContentAccessTracking, NotificationDelivered | c p r | handed over
"""
AFTER = {(mode, state.strip(), event.strip()): after.strip()
         for states, events, modes, after in (line.split("|") for line in STATES.strip().splitlines())
         for state in states.split(",") for event in events.split(",") for mode in modes.split()}


class Refused(Exception):
    """The evidence does not hold; the first argument names the claim of the page, or «unreadable»."""


def demand(condition, claim):
    if not condition:
        raise Refused(claim)


def sha256(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


def strict(octets, claim="unreadable"):
    """JSON in its one spelling."""
    try:
        value = json.loads(octets)
    except ValueError:
        raise Refused(claim) from None
    again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    demand(again == octets, claim)
    return value


def unbase64url(text):
    try:
        octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refused("unreadable") from None
    demand(base64.urlsafe_b64encode(octets).rstrip(b"=").decode() == text, "unreadable")
    return octets


def moment(text, form="%Y-%m-%dT%H:%M:%S.%fZ"):
    return datetime.strptime(text, form).replace(tzinfo=timezone.utc)


def seconds(text):
    return moment(text, "%Y-%m-%dT%H:%M:%SZ")


def holds(entry, at):
    return seconds(entry["from"]) <= at and ("until" not in entry or at < seconds(entry["until"]))


def certificate(text):
    return x509.load_der_x509_certificate(base64.b64decode(text, validate=True))


def leads(leaf, others, roots, at, claim):
    """A path of certificates to a root, all valid at that moment."""
    def path(one, depth):
        demand(one.not_valid_before_utc <= at <= one.not_valid_after_utc and depth < 8, claim)
        for issuer in roots + others:
            try:
                one.verify_directly_issued_by(issuer)
            except (InvalidSignature, ValueError, TypeError):
                continue
            if issuer in roots and issuer.not_valid_before_utc <= at <= issuer.not_valid_after_utc:
                return
            if issuer in others and issuer != one:
                return path(issuer, depth + 1)
        raise Refused(claim)
    path(leaf, 0)


def leaf(blind, sealed):
    return sha256(b"\0", blind, sha256(sealed.encode()))


def from_inclusion(index, size, node, proof):
    """RFC 9162 §2.1.3.2: the root to which a proof leads."""
    demand(index < size, "log")
    place, last = index, size - 1
    for other in proof:
        demand(last > 0, "log")
        if place & 1 or place == last:
            node = sha256(b"\1", other, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = sha256(b"\1", node, other)
        place, last = place >> 1, last >> 1
    demand(last == 0, "log")
    return node


def is_beginning(old, old_root, new, new_root, proof):
    """RFC 9162 §2.1.4.2."""
    demand(0 < old <= new, "append-only")
    if old == new:
        return demand(not proof and old_root == new_root, "append-only")
    proof = list(proof)
    if not old & (old - 1):
        proof.insert(0, old_root)
    demand(proof, "append-only")
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    one = other = proof.pop(0)
    for node in proof:
        demand(last > 0, "append-only")
        if place & 1 or place == last:
            one, other = sha256(b"\1", node, one), sha256(b"\1", node, other)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            other = sha256(b"\1", other, node)
        place, last = place >> 1, last >> 1
    demand(last == 0 and one == old_root and other == new_root, "append-only")


def stamped(token, text, keys):
    """The latest moment that a token may mean, by OpenSSL."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "token").write_bytes(token)
        (here / "text").write_bytes(text)
        shown = subprocess.run(["openssl", "ts", "-reply", "-in", "token", "-token_in", "-token_out", "-text"],
                               cwd=here, capture_output=True, text=True).stdout
        facts = dict(line.split(": ", 1) for line in shown.splitlines() if ": " in line)
        demand("Time stamp" in facts, "time")
        stamp = facts["Time stamp"].removesuffix(" GMT")
        form = "%b %d %H:%M:%S.%f %Y" if "." in stamp else "%b %d %H:%M:%S %Y"
        at = moment(" ".join(stamp.split()), form)
        roots = [certificate(entry["key"]) for entry in keys["timeStamp"] if holds(entry, at)]
        (here / "roots").write_bytes(b"".join(root.public_bytes(Encoding.PEM) for root in roots))
        said = subprocess.run(["openssl", "ts", "-verify", "-data", "text", "-in", "token", "-token_in", "-CAfile", "roots",
                               "-attime", str(int(at.timestamp()))], cwd=here, capture_output=True, text=True)
        demand("Verification: OK" in said.stdout, "time")
        accuracy = re.search(r"0x([0-9A-F]+) seconds", facts.get("Accuracy", ""))
        return at + timedelta(seconds=int(accuracy[1], 16) if accuracy else 0)


def checkpoint(one, keys):
    text, _, lines = one["note"].rpartition("\n\n")
    text += "\n"
    demand(lines.endswith("\n") and text.count("\n") == 3, "checkpoint")
    origin, size, root = text.splitlines()
    demand(size == str(int(size)), "checkpoint")
    stamps = [stamped(base64.b64decode(token, validate=True), text.encode(), keys) for token in one["tokens"]]
    stamp = min(stamps, default=None)
    signed = False
    for entry in keys["log"]:
        name, identifier, key = entry["key"].split("+", 2)
        key = base64.b64decode(key, validate=True)
        demand(key[0] == 1 and sha256(name.encode(), b"\n", key)[:4].hex() == identifier, "checkpoint")
        if name != origin or stamp and not holds(entry, stamp):
            continue
        for line in lines.splitlines():
            dash, by, signature = line.split(" ")
            signature = base64.b64decode(signature, validate=True)
            if dash == "—" and by == name and signature[:4].hex() == identifier:
                try:
                    Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], text.encode())
                except InvalidSignature:
                    raise Refused("checkpoint") from None
                signed = True
    demand(signed, "checkpoint")
    return {"origin": origin, "size": int(size), "root": base64.b64decode(root, validate=True), "stamp": stamp}


def statement(sealed):
    """What a sealed statement says, with its header."""
    header, says, _ = (unbase64url(part) for part in sealed.split("."))
    header, says = strict(header), strict(says)
    demand(set(header) == {"alg", "crit", "cty", "kid", "sigT", "typ", "x5t#S256"}, "unreadable")
    demand((header["alg"], header["crit"], header["cty"], header["typ"]) == ("ES256", ["sigT"], "json", "JOSE"), "unreadable")
    demand(set(says) - {"deadline", "eventReasons", "previous"} == MEMBERS and says["evidenceVersion"] == "1", "unreadable")
    demand(header["kid"] == says["evidenceIssuerDetails"]["key"], "unreadable")
    demand(says["erdsEventId"].startswith(EVENTS), "unreadable")
    event = says["erdsEventId"].removeprefix(EVENTS)
    negative = event.endswith(("Rejection", "Failure")) or event == "AcceptanceRejectionExpiry"
    demand(says.get("eventReasons") or not negative, "unreadable")
    demand(("previous" in says) == (says["sequence"] != 1), "unreadable")
    demand(all(IDENTIFIER.fullmatch(says[name]) for name in ("evidenceIdentifier", "letterIdentifier")), "unreadable")
    demand(moment(says["submissionTime"]) <= moment(says["eventTime"]), "unreadable")
    if "deadline" in says:
        demand(event == "NotificationForAcceptance" and moment(says["submissionTime"]) <= moment(says["deadline"]), "unreadable")
    return header, says, event


def within(says, event, offered):
    """The time limit that holds after a statement, which keeps to the one before."""
    at = moment(says["eventTime"])
    if event == "NotificationForAcceptance":
        demand(offered in (None, says.get("deadline")), "chain")
        return says.get("deadline")
    if event in ("ConsignmentAcceptance", "ConsignmentRejection"):
        demand(offered is None or at <= moment(offered), "chain")
    if event == "AcceptanceRejectionExpiry":
        demand(offered is not None and at >= moment(offered), "chain")
    return offered


def seal(sealed, header, bundle, keys, at):
    wanted = unbase64url(header["x5t#S256"])
    others = [certificate(text) for text in bundle["certificates"]]
    roots = [certificate(entry["key"]) for entry in keys["seal"] if holds(entry, at)]
    own = [one for one in others + roots if one.fingerprint(hashes.SHA256()) == wanted]
    demand(own, "seal")
    leads(own[0], others, roots, at, "seal")
    signed, _, signature = sealed.rpartition(".")
    signature = unbase64url(signature)
    demand(len(signature) == 64, "seal")
    r, s = (int.from_bytes(half) for half in (signature[:32], signature[32:]))
    try:
        own[0].public_key().verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Refused("seal") from None


def verify(octets, keys, documents=()):
    """The states of the bundle's letters; or the first claim that does not hold."""
    bundle = strict(octets)
    demand(bundle.get("format") == "relais-evidence/1" and DIGEST.fullmatch(bundle["digest"]), "unreadable")
    zeros = octets.replace(b'"digest":"' + bundle["digest"].encode(), b'"digest":"' + b"0" * 64, 1)
    demand(sha256(zeros).hex() == bundle["digest"], "unreadable")
    known = []
    for one in bundle["checkpoints"]:
        this, proof = checkpoint(one, keys), [bytes.fromhex(node) for node in one["consistency"]]
        if known:
            demand(known[-1]["origin"] == this["origin"], "append-only")
            is_beginning(known[-1]["size"], known[-1]["root"], this["size"], this["root"], proof)
        else:
            demand(not proof, "append-only")
        known.append(this)
    for earlier, later in reversed(list(zip(known, known[1:]))):
        earlier["stamp"] = min((at for at in (earlier["stamp"], later["stamp"]) if at), default=None)

    states, contents, seen = [], [], set()
    for letter in bundle["letters"]:
        state, first, previous, last, before, offered = "unsent", None, None, -1, None, None
        salt = bytes.fromhex(letter["salt"])
        for sequence, one in enumerate(letter["statements"], 1):
            header, says, event = statement(one["sealed"])
            logged = one["logged"]
            at = known[logged["checkpoint"]]
            node = leaf(bytes.fromhex(one["blind"]), one["sealed"])
            proof = [bytes.fromhex(node) for node in logged["proof"]]
            demand(from_inclusion(logged["index"], at["size"], node, proof) == at["root"] and logged["index"] > last, "log")
            demand(at["stamp"], "before")
            seal(one["sealed"], header, bundle, keys, at["stamp"])
            latest = at["stamp"] + timedelta(seconds=2)
            demand(moment(says["eventTime"]) <= latest and seconds(header["sigT"]) <= latest, "before")
            demand(says["sequence"] == sequence and says.get("previous") == previous, "chain")
            demand(before is None or before <= moment(says["eventTime"]), "chain")
            before, offered = moment(says["eventTime"]), within(says, event, offered)
            first = first or says
            demand(all(says[name] == first[name] for name in SAME), "chain")
            demand(all(says["recipientDetails"][name] == first["recipientDetails"][name] for name in ("address", "slot")), "chain")
            state = AFTER.get((says["mode"][0], state, event))
            demand(state, "states")
            previous, last = sha256(one["sealed"].encode()).hex(), logged["index"]
        whom = first["letterIdentifier"], first["recipientDetails"]["slot"]
        demand(whom not in seen, "chain")
        seen.add(whom)
        content = first["userContentInfo"]
        demand(content["saltDigest"] == sha256(b"relais-evidence/1 salt\0", salt).hex(), "salt")
        contents.append((salt, {(part["size"], part["digest"]) for part in [content, *content["partsInfo"]]}))
        states.append(state)
    for document in documents:
        demand(any((len(document), sha256(salt, document).hex()) in parts for salt, parts in contents), "document")
    return states
