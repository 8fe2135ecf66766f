"""Sealed envelopes, a second time: written from docs/formats/safe-envelope.md alone, to see that the page says everything
and that Relais does what it says. Seals and opens."""

import base64
import hashlib
import hmac
import re
import struct
import unicodedata

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

CHUNK = 65_536
LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ORIGIN = re.compile(rf"(?:https://{LABEL}(?:\.{LABEL})*|http://(?:127\.0\.0\.1|localhost))(?::([1-9][0-9]*))?")


class Refused(Exception):
    """The envelope is not opened; the first argument is the refusal of the page's table."""


def demand(condition, refusal):
    if not condition:
        raise Refused(refusal)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def share(text):
    """The octets of 43 characters of base64url."""
    return base64.urlsafe_b64decode(text + "=")


def hkdf(salt, secret, info):
    return HKDF(hashes.SHA256(), 32, salt, info).derive(secret)


# --- deterministic CBOR: what is read is written again, and has to be the same ---

def written(value):
    def head(major, number):
        for size, code in ((0, None), (1, 24), (2, 25), (4, 26), (8, 27)):
            if size == 0 and number < 24:
                return bytes([major << 5 | number])
            if size and number < 1 << 8 * size:
                return bytes([major << 5 | code]) + number.to_bytes(size, "big")
        raise ValueError(number)
    if value is None:
        return b"\xf6"
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(written, value))
    return head(5, len(value)) + b"".join(written(key) + written(value[key]) for key in sorted(value))


def read(octets, at=0, depth=0):
    """The value that begins at an octet, and where it ends."""
    demand(depth < 4 and at < len(octets), "malformed")
    if octets[at] == 0xF6:
        return None, at + 1
    major, short = divmod(octets[at], 32)
    at += 1
    if short >= 24:
        demand(short <= 27, "malformed")
        size = 1 << short - 24
        number, at = int.from_bytes(octets[at:at + size], "big"), at + size
    else:
        number = short
    demand(at <= len(octets), "malformed")
    if major == 0:
        return number, at
    demand(number <= 512, "malformed")
    if major in (2, 3):
        part = octets[at:at + number]
        demand(len(part) == number, "malformed")
        try:
            return (part if major == 2 else part.decode()), at + number
        except UnicodeDecodeError:
            raise Refused("malformed") from None
    values = []
    demand(major in (4, 5), "malformed")
    for _ in range(number * (major - 3)):
        value, at = read(octets, at, depth + 1)
        values.append(value)
    if major == 4:
        return values, at
    demand(all(isinstance(key, int) for key in values[::2]), "malformed")
    return dict(zip(values[::2], values[1::2], strict=True)), at


def check_header(header):
    """The rules of the page's table of fields."""
    demand(isinstance(header, dict) and sorted(header) == list(range(1, 13)), "malformed")
    demand(header[1] == 1 and header[2] == 1, "malformed")
    for key, length in ((3, 16), (4, 16), (7, 8), (9, 32)):
        demand(isinstance(header[key], bytes) and len(header[key]) == length, "malformed")
    demand(header[5] in (1, 2, 3) and isinstance(header[5], int), "malformed")
    demand(isinstance(header[6], str) and re.fullmatch("[A-Za-z0-9._-]{1,32}", header[6]), "malformed")
    demand(isinstance(header[8], list) and len(header[8]) == 2, "malformed")
    demand(all(isinstance(second, int) for second in header[8]), "malformed")
    demand(header[8][0] <= header[8][1] <= 253402300799, "malformed")
    found = isinstance(header[10], str) and len(header[10]) <= 255 and ORIGIN.fullmatch(header[10])
    demand(found and int(found[1] or 1) <= 65535, "malformed")
    if header[11] is not None:
        demand(isinstance(header[11], list) and len(header[11]) == 3 and header[11][0] == 1, "malformed")
        demand(isinstance(header[11][1], bytes) and len(header[11][1]) == 16, "malformed")
        demand(isinstance(header[11][2], int) and 600_000 <= header[11][2] <= 10_000_000, "malformed")
    demand(isinstance(header[12], int) and header[12] >= 4096 and padme(header[12]) == header[12], "malformed")


# --- the parts ---

def padme(length):
    exponent = length.bit_length() - 1
    granule = 1 << exponent - exponent.bit_length()
    return -(-length // granule) * granule


def padded_length(length):
    return padme(max(length + 8, 4096))


def root(leaves):
    """RFC 6962 §2.1, as it is defined."""
    if len(leaves) == 1:
        return sha256(b"\0", leaves[0])
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1", root(leaves[:split]), root(leaves[split:]))


def stretched(passphrase, salt, rounds):
    demand(len(passphrase.encode()) <= 1024, "passphrase")
    spaced = "".join(" " if unicodedata.category(one) == "Zs" else one for one in passphrase)
    text = unicodedata.normalize("NFC", spaced)
    demand(text, "passphrase")
    return PBKDF2HMAC(hashes.SHA256(), 32, salt, rounds).derive(text.encode())


def nonce(number, is_last):
    return number.to_bytes(11, "big") + bytes([is_last])


def signed(digest, commitment, tree):
    return b"SEM1-envelope\0" + digest + commitment + tree


# --- sealing and opening ---

def seal(letter, header, mail_share, store_share, passphrase, randomness, signing_seed):
    """The envelope; `header` has the fields 3 to 11 without those that follow from the rest."""
    key = Ed25519PrivateKey.from_private_bytes(signing_seed)
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    shares = mail_share + store_share
    if passphrase is not None:
        shares += stretched(passphrase, *header[11][1:])
    salt = hmac.digest(shares, b"SEM1 salt" + randomness + sha256(letter), "sha256")
    length = padded_length(len(letter))
    encoded = written(header | {1: 1, 2: 1, 7: sha256(public)[:8], 9: salt, 12: length})
    digest = sha256(encoded)
    content, commitment = (hkdf(salt, shares, label + digest) for label in (b"SEM1 content", b"SEM1 commitment"))
    padded = letter.ljust(length - 8, b"\0") + struct.pack(">Q", len(letter))
    pieces = [padded[at:at + CHUNK] for at in range(0, length, CHUNK)]
    chunks = [AESGCM(content).encrypt(nonce(number, number + 1 == len(pieces)), piece, digest)
              for number, piece in enumerate(pieces)]
    tree = root(chunks)
    signature = key.sign(signed(digest, commitment, tree))
    return b"SEM1" + struct.pack(">I", len(encoded)) + encoded + commitment + tree + signature + b"".join(chunks)


def open_envelope(octets, mail_share, store_share, passphrase=None, keys=()):
    """The letter. The checks are numbered as on the page."""
    # 1
    demand(len(octets) <= 67_108_864 and octets[:4] == b"SEM1" and len(octets) >= 8, "malformed")
    header_length = struct.unpack(">I", octets[4:8])[0]
    demand(header_length <= 512 and len(octets) >= 8 + header_length + 128, "malformed")
    encoded, rest = octets[8:8 + header_length], octets[8 + header_length:]
    commitment, tree, signature, body = rest[:32], rest[32:64], rest[64:128], rest[128:]
    # 2
    header, end = read(encoded)
    demand(end == len(encoded), "malformed")
    check_header(header)
    demand(written(header) == encoded, "malformed")
    # 3
    length = header[12]
    count = -(-length // CHUNK)
    demand(len(body) == length + 16 * count, "malformed")
    digest = sha256(encoded)
    # 4, 5
    key = next((key for key in keys if sha256(key)[:8] == header[7]), None)
    demand(key, "forged")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed(digest, commitment, tree))
    except InvalidSignature:
        raise Refused("forged") from None
    # 6
    chunks = [body[at:at + CHUNK + 16] for at in range(0, len(body), CHUNK + 16)]
    demand(root(chunks) == tree, "forged")
    # 7
    demand((passphrase is None) == (header[11] is None), "passphrase")
    shares = mail_share + store_share
    if passphrase is not None:
        shares += stretched(passphrase, *header[11][1:])
    # 8
    demand(hmac.compare_digest(hkdf(header[9], shares, b"SEM1 commitment" + digest), commitment), "shares")
    # 9
    cipher = AESGCM(hkdf(header[9], shares, b"SEM1 content" + digest))
    try:
        padded = b"".join(cipher.decrypt(nonce(number, number + 1 == count), chunk, digest)
                          for number, chunk in enumerate(chunks))
    except InvalidTag:
        raise Refused("damaged") from None
    # 10
    letter_length = struct.unpack(">Q", padded[-8:])[0]
    demand(letter_length <= length - 8 and padded_length(letter_length) == length, "damaged")
    demand(not any(padded[letter_length:-8]), "damaged")
    return padded[:letter_length]


def unwrap(wrapped, wrapping_key, letter, slot, organisation):
    """The store's share from its row."""
    context = letter + slot + struct.pack(">q", organisation)
    try:
        return AESGCM(hkdf(None, wrapping_key, b"SEM1 share" + context)).decrypt(wrapped[:12], wrapped[12:], context)
    except InvalidTag:
        raise Refused("wrapped share") from None
