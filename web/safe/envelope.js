// Opens sealed envelopes (docs/formats/safe-envelope.md) in the browser, so that the platform never has both shares and the
// letter. It refuses what crates/wire-safe refuses, in the same order.

const MAGIC = "SEM1";
const ENVELOPE_LIMIT_OCTETS = 64 * 1024 * 1024;
const HEADER_LIMIT_OCTETS = 512;
const CHUNK_OCTETS = 64 * 1024;
const TAG_OCTETS = 16;
const PADDED_MINIMUM_OCTETS = 4 * 1024;
const LENGTH_OCTETS = 8;
const LAST_SECOND = 253_402_300_799;
const STRETCHING_MINIMUM_ITERATIONS = 600_000;
const STRETCHING_LIMIT_ITERATIONS = 10_000_000;
const PASSPHRASE_LIMIT_OCTETS = 1024;
const WRAPPING_KEY = /^[A-Za-z0-9._-]{1,32}$/;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const ORIGIN = new RegExp(`^(?:https://${LABEL}(?:\\.${LABEL})*|http://(?:127\\.0\\.0\\.1|localhost))(?::([1-9][0-9]{0,4}))?$`);
const MODES = ["confidential", "personal", "registered"];

// Why an envelope is refused. `reason` is for programs:
// "malformed"            not an envelope
// "forged"               not sealed by the platform, or changed since
// "passphrase-missing"   it needs one
// "passphrase-unusable"  empty, too long, or none is asked for
// "shares"               a share or the passphrase is another's
// "damaged"              the platform itself has sealed it wrongly
// "unsupported"          this browser cannot check signatures
export class NotOpened extends Error {
  constructor(reason, message, cause) {
    super(message, { cause });
    this.name = "NotOpened";
    this.reason = reason;
  }
}

const malformed = (message) => new NotOpened("malformed", message);

function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const equal = (left, right) => left.length === right.length && left.every((octet, place) => octet === right[place]);
const ascii = (text) => new TextEncoder().encode(text);
const sha256 = async (octets) => new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
const hex = (octets) => Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");

// The 32 octets of 43 characters of base64url, or null. There is one spelling of each.
export function readShare(text) {
  if (!/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text)) return null;
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/") + "="), (one) => one.charCodeAt(0));
}

// Deterministic CBOR (RFC 8949 §4.2.1): shortest numbers, definite lengths.
class Reader {
  constructor(octets) {
    this.octets = octets;
    this.at = 0;
  }

  take(count) {
    if (count > this.octets.length - this.at) throw malformed("the header ends too early");
    this.at += count;
    return this.octets.subarray(this.at - count, this.at);
  }

  // The number in the head of an item of this major type.
  head(major) {
    const [first] = this.take(1);
    if (first >> 5 !== major) throw malformed("the header has a value of another type");
    const short = first & 31;
    if (short < 24) return short;
    if (short > 27) throw malformed("the header has a length without end");
    const size = 1 << (short - 24);
    const value = this.take(size).reduce((sum, octet) => sum * 256 + octet, 0);
    // What needs fewer octets has to have fewer. Above 2^53 the sum is not exact, and every limit is below.
    if (value < (size === 1 ? 24 : 2 ** (4 * size))) throw malformed("the header has a number in a long form");
    return value;
  }

  number() {
    return this.head(0);
  }

  bytes(count) {
    if (this.head(2) !== count) throw malformed("the header has a field of another length");
    return this.take(count);
  }

  text(pattern) {
    const octets = this.take(this.head(3));
    const text = String.fromCharCode(...octets);
    const found = text.match(pattern);
    if (!found) throw malformed("the header has a text that is not allowed");
    return found;
  }

  list(count) {
    if (this.head(4) !== count) throw malformed("the header has a list of another length");
  }

  key(key) {
    if (this.number() !== key) throw malformed("the header has a field too many, too few or twice");
    return this;
  }
}

// Padmé: the exponent's number of leading binary digits stay, the others are rounded up.
function paddedOctets(letterOctets) {
  const octets = Math.max(letterOctets + LENGTH_OCTETS, PADDED_MINIMUM_OCTETS);
  const exponent = 31 - Math.clz32(octets);
  const granule = 2 ** (exponent - (32 - Math.clz32(exponent)));
  return Math.ceil(octets / granule) * granule;
}

function readHeader(octets) {
  const from = new Reader(octets);
  if (from.head(5) !== 12) throw malformed("the header has a field too many, too few or twice");
  if (from.key(1).number() !== 1 || from.key(2).number() !== 1) throw malformed("the header is of an unknown version");
  const letter = from.key(3).bytes(16);
  const slot = from.key(4).bytes(16);
  const mode = MODES[from.key(5).number() - 1];
  if (!mode) throw malformed("the header has an unknown mode");
  const [wrappingKey] = from.key(6).text(WRAPPING_KEY);
  const signingKey = from.key(7).bytes(8);
  from.key(8).list(2);
  const notBefore = from.number();
  const notAfter = from.number();
  if (notAfter < notBefore || notAfter > LAST_SECOND) throw malformed("the envelope ends before it begins");
  const salt = from.key(9).bytes(32);
  const [origin, port] = from.key(10).text(ORIGIN);
  if (origin.length > 255 || Number(port ?? 1) > 65535) throw malformed("the header names no portal");
  const stretching = readStretching(from.key(11));
  const padded = from.key(12).number();
  if (padded < PADDED_MINIMUM_OCTETS || padded > ENVELOPE_LIMIT_OCTETS || paddedOctets(padded - LENGTH_OCTETS) !== padded) {
    throw malformed("no letter is padded to this length");
  }
  if (from.at !== octets.length) throw malformed("something stands behind the header");
  return { letter, slot, mode, wrappingKey, signingKey, notBefore, notAfter, salt, origin, stretching, padded };
}

function readStretching(from) {
  if (from.octets[from.at] === 0xf6) {
    from.at += 1;
    return null;
  }
  from.list(3);
  if (from.number() !== 1) throw malformed("a passphrase is stretched in an unknown way");
  const salt = from.bytes(16);
  const iterations = from.number();
  if (iterations < STRETCHING_MINIMUM_ITERATIONS || iterations > STRETCHING_LIMIT_ITERATIONS) {
    throw malformed("a passphrase is stretched too little or too much");
  }
  return { salt, iterations };
}

// The parts of an envelope; `header` says what is written on it (`header.stretching` is null where no passphrase is needed).
// Whose it is, is not known yet.
export function parse(octets) {
  if (octets.length > ENVELOPE_LIMIT_OCTETS) throw malformed("this is too large for an envelope");
  const magic = MAGIC.length;
  if (!equal(octets.subarray(0, magic), ascii(MAGIC))) throw malformed("this does not begin like an envelope");
  if (octets.length < magic + 4) throw malformed("the envelope is cut off");
  const headerOctets = new DataView(octets.buffer, octets.byteOffset + magic, 4).getUint32(0);
  if (headerOctets > HEADER_LIMIT_OCTETS) throw malformed("the header is too long");
  let at = magic + 4;
  const take = (count) => {
    if (octets.length - at < count) throw malformed("the envelope is cut off");
    at += count;
    return octets.subarray(at - count, at);
  };
  const encoded = take(headerOctets);
  const header = readHeader(encoded);
  const [commitment, root, signature] = [take(32), take(32), take(64)];
  const chunks = octets.subarray(at);
  const count = Math.ceil(header.padded / CHUNK_OCTETS);
  if (chunks.length !== header.padded + count * TAG_OCTETS) throw malformed("the envelope has another length than it says");
  return { header, encoded, commitment, root, signature, chunks, count };
}

const chunkOf = (envelope, number) => envelope.chunks.subarray(number * (CHUNK_OCTETS + TAG_OCTETS), (number + 1) * (CHUNK_OCTETS + TAG_OCTETS));

// The Merkle tree hash of RFC 6962 §2.1 over the chunks: equals are joined as they come, the rest from the right.
async function rootOf(envelope) {
  const roots = [];
  for (let number = 0; number < envelope.count; number += 1) {
    let digest = await sha256(concat([0], chunkOf(envelope, number)));
    for (let carry = number; carry & 1; carry >>= 1) digest = await sha256(concat([1], roots.pop(), digest));
    roots.push(digest);
  }
  let root = roots.pop();
  while (roots.length) root = await sha256(concat([1], roots.pop(), root));
  return root;
}

async function checkSignature(envelope, headerDigest, signingKeys) {
  let octets = null;
  for (const key of signingKeys) {
    if (equal((await sha256(key)).subarray(0, 8), envelope.header.signingKey)) octets = key;
  }
  if (!octets) throw new NotOpened("forged", `no key ${hex(envelope.header.signingKey)} signs envelopes here`);
  let key;
  try {
    key = await crypto.subtle.importKey("raw", octets, { name: "Ed25519" }, false, ["verify"]);
  } catch (cause) {
    throw new NotOpened("unsupported", "this browser cannot check the signature", cause);
  }
  const signed = concat(ascii("SEM1-envelope\0"), headerDigest, envelope.commitment, envelope.root);
  if (!(await crypto.subtle.verify({ name: "Ed25519" }, key, envelope.signature, signed))) {
    throw new NotOpened("forged", "the signature is not right");
  }
}

// The third share: the passphrase with its spaces and accents written in one way (RFC 8265 §4.2.2), stretched.
async function stretch(passphrase, { salt, iterations }) {
  const text = passphrase.replace(/\p{Zs}/gu, " ").normalize("NFC");
  if (text === "" || ascii(passphrase).length > PASSPHRASE_LIMIT_OCTETS) {
    throw new NotOpened("passphrase-unusable", "the passphrase is empty or too long");
  }
  const key = await crypto.subtle.importKey("raw", ascii(text), "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, 256));
}

async function keysOf(header, headerDigest, shares) {
  const secret = await crypto.subtle.importKey("raw", shares, "HKDF", false, ["deriveKey", "deriveBits"]);
  const expand = (label) => ({ name: "HKDF", hash: "SHA-256", salt: header.salt, info: concat(ascii(label), headerDigest) });
  const commitment = new Uint8Array(await crypto.subtle.deriveBits(expand("SEM1 commitment"), secret, 256));
  const content = await crypto.subtle.deriveKey(expand("SEM1 content"), secret, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  return { commitment, content };
}

async function decrypt(envelope, headerDigest, key) {
  const padded = new Uint8Array(envelope.header.padded);
  for (let number = 0; number < envelope.count; number += 1) {
    const iv = new Uint8Array(12);
    new DataView(iv.buffer).setUint32(7, number);
    iv[11] = number + 1 === envelope.count ? 1 : 0;
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: headerDigest }, key, chunkOf(envelope, number));
      padded.set(new Uint8Array(plain), number * CHUNK_OCTETS);
    } catch (cause) {
      throw new NotOpened("damaged", `chunk ${number} does not open`, cause);
    }
  }
  const end = padded.length - LENGTH_OCTETS;
  const length = Number(new DataView(padded.buffer).getBigUint64(end));
  if (length > end || paddedOctets(length) !== padded.length || padded.subarray(length, end).some((octet) => octet !== 0)) {
    throw new NotOpened("damaged", "the letter is not padded as it should be");
  }
  return padded.subarray(0, length);
}

function shareOf(share) {
  const octets = typeof share === "string" ? readShare(share) : share;
  if (!(octets instanceof Uint8Array) || octets.length !== 32) throw new NotOpened("shares", "a share has 32 octets");
  return octets;
}

// Opens an envelope: a promise of the letter's octets, or of a NotOpened.
//
// octets       the envelope, a Uint8Array
// mailShare    from the address's fragment: 43 characters of base64url, or 32 octets
// storeShare   from the portal: the same
// passphrase   what the recipient typed, where the header asks for it; else nothing
// signingKeys  the platform's public keys, each 32 octets. Without them the signature is not checked here: the portal gives
//              the store's share for an envelope that it has verified, and not every browser knows Ed25519.
export async function open(octets, { mailShare, storeShare, passphrase = null, signingKeys = null }) {
  const envelope = parse(octets);
  const headerDigest = await sha256(envelope.encoded);
  if (signingKeys) await checkSignature(envelope, headerDigest, signingKeys);
  if (!equal(await rootOf(envelope), envelope.root)) throw new NotOpened("forged", "the chunks are not those of this envelope");
  const { stretching } = envelope.header;
  if (stretching && passphrase === null) throw new NotOpened("passphrase-missing", "this envelope needs a passphrase");
  if (!stretching && passphrase !== null) throw new NotOpened("passphrase-unusable", "this envelope asks for no passphrase");
  const shares = [shareOf(mailShare), shareOf(storeShare)];
  if (stretching) shares.push(await stretch(passphrase, stretching));
  const keys = await keysOf(envelope.header, headerDigest, concat(...shares));
  // AES-GCM alone would accept a ciphertext that was made to open under two keys.
  if (!equal(keys.commitment, envelope.commitment)) {
    throw new NotOpened("shares", "the shares or the passphrase are not those of this envelope");
  }
  return decrypt(envelope, headerDigest, keys.content);
}
