// Reads a letter (RFC 5322, RFC 2045 to 2047, RFC 2231) as far as it is shown: some fields, its text, its HTML, pictures for it,
// attachments. Everything in it is a stranger's: it has limits, and nothing of it is run.

const DEPTH_LIMIT = 20;
const PARTS_LIMIT = 1000;
const HEADER_LIMIT_OCTETS = 256 * 1024;
const HTML_LIMIT_OCTETS = 4 * 1024 * 1024;
const PICTURES_LIMIT_OCTETS = 16 * 1024 * 1024;
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"]);

const LF = 10;
const CR = 13;

function ascii(octets) {
  let text = "";
  for (let at = 0; at < octets.length; at += 8192) text += String.fromCharCode(...octets.subarray(at, at + 8192));
  return text;
}

// Octets in a charset as text; what nobody knows is read as UTF-8 if it is that, else as Western European.
export function decoded(octets, charset) {
  for (const name of [charset, "utf-8"]) {
    if (!name) continue;
    try {
      return new TextDecoder(name, { fatal: name !== charset }).decode(octets);
    } catch {
      // The next one.
    }
  }
  return new TextDecoder("windows-1252").decode(octets);
}

// Where the header ends, and where the body begins.
function split(octets) {
  let start = 0;
  while (start < octets.length) {
    let end = octets.indexOf(LF, start);
    if (end < 0) end = octets.length;
    const is_blank = end === start || (end === start + 1 && octets[start] === CR);
    if (is_blank) return [octets.subarray(0, start), octets.subarray(Math.min(end + 1, octets.length))];
    start = end + 1;
  }
  return [octets, new Uint8Array(0)];
}

// The fields by their names in small letters; the first of each.
function fields(header) {
  const found = new Map();
  const octets = header.subarray(0, HEADER_LIMIT_OCTETS);
  const text = decoded(octets, octets.some((one) => one > 127) ? "utf-8" : "ascii").replace(/\r?\n(?=[ \t])/g, "");
  for (const line of text.split(/\r?\n/)) {
    const at = line.indexOf(":");
    if (at <= 0) continue;
    const name = line.slice(0, at).trim().toLowerCase();
    if (!found.has(name)) found.set(name, line.slice(at + 1).trim());
  }
  return found;
}

function from_base64(text) {
  const clean = text.replace(/[^A-Za-z0-9+/]/g, "");
  const whole = clean.slice(0, clean.length - (clean.length % 4 === 1 ? 1 : 0));
  return Uint8Array.from(atob(whole), (one) => one.charCodeAt(0));
}

function base64_octets(octets) {
  const pieces = [];
  let rest = "";
  let length = 0;
  for (let at = 0; at < octets.length; at += 65536) {
    const piece = rest + ascii(octets.subarray(at, at + 65536)).replace(/[^A-Za-z0-9+/]/g, "");
    const whole = piece.length - (piece.length % 4);
    rest = piece.slice(whole);
    pieces.push(from_base64(piece.slice(0, whole)));
  }
  pieces.push(from_base64(rest));
  for (const piece of pieces) length += piece.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

const HEX = /^[0-9A-Fa-f]{2}$/;

// Quoted-printable (RFC 2045 §6.7); in encoded words «_» is a space (RFC 2047 §4.2).
function quoted_octets(octets, is_word) {
  const out = new Uint8Array(octets.length);
  let length = 0;
  for (let at = 0; at < octets.length; at += 1) {
    const one = octets[at];
    if (one === 0x3d) {
      const two = String.fromCharCode(octets[at + 1] ?? 0, octets[at + 2] ?? 0);
      if (HEX.test(two)) {
        out[length++] = parseInt(two, 16);
        at += 2;
        continue;
      }
      // A soft line break, with white space that was added on the way.
      let end = at + 1;
      while (octets[end] === 32 || octets[end] === 9 || octets[end] === CR) end += 1;
      if (octets[end] === LF) {
        at = end;
        continue;
      }
    }
    out[length++] = is_word && one === 0x5f ? 32 : one;
  }
  return out.subarray(0, length);
}

const octets_of = (text) => Uint8Array.from(text, (one) => one.charCodeAt(0) & 255);

// Encoded words (RFC 2047); white space between two of them is not part of the text.
export function words(text) {
  return text.replace(/(=\?[^?\s]+\?[bqBQ]\?[^?]*\?=)\s+(?==\?[^?\s]+\?[bqBQ]\?)/g, "$1")
    .replace(/=\?([^?*\s]+)(?:\*[^?]*)?\?([bqBQ])\?([^?]*)\?=/g, (whole, charset, how, coded) => {
      try {
        const octets = how.toLowerCase() === "b" ? from_base64(coded) : quoted_octets(octets_of(coded), true);
        return decoded(octets, charset);
      } catch {
        return whole;
      }
    });
}

// A value with parameters (RFC 2045 §5.1), continued and in other charsets (RFC 2231).
export function valued(text) {
  const parameters = new Map();
  const pieces = text.match(/(?:[^;"]|"(?:\\.|[^"\\])*"?)+/g) ?? [""];
  for (const piece of pieces.slice(1, 100)) {
    const at = piece.indexOf("=");
    if (at < 0) continue;
    const name = piece.slice(0, at).trim().toLowerCase();
    let value = piece.slice(at + 1).trim();
    if (value.startsWith('"')) value = value.slice(1).replace(/"$/, "").replace(/\\(.)/g, "$1");
    if (!parameters.has(name)) parameters.set(name, value);
  }
  const parameter = (name) => {
    if (parameters.has(`${name}*`)) return extended(parameters.get(`${name}*`));
    if (parameters.has(`${name}*0`) || parameters.has(`${name}*0*`)) {
      let whole = "";
      let is_extended = false;
      for (let number = 0; number < 100; number += 1) {
        const plain = parameters.get(`${name}*${number}`);
        const coded = parameters.get(`${name}*${number}*`);
        if (plain === undefined && coded === undefined) break;
        if (number === 0) is_extended = coded !== undefined;
        whole += coded ?? (is_extended ? encodeURIComponent(plain) : plain);
      }
      return is_extended ? extended(whole) : whole;
    }
    const plain = parameters.get(name);
    return plain === undefined ? undefined : words(plain);
  };
  return { value: pieces[0].trim().toLowerCase(), parameter };
}

function extended(text) {
  const [, charset, coded] = text.match(/^([^']*)'[^']*'(.*)$/s) ?? [null, "utf-8", text];
  const octets = quoted_octets(octets_of(coded.replace(/=/g, "=3D").replace(/%(?=[0-9A-Fa-f]{2})/g, "=")), false);
  return decoded(octets, charset);
}

function body_of(part) {
  const how = (part.fields.get("content-transfer-encoding") ?? "").trim().toLowerCase();
  if (how === "base64") return base64_octets(part.body);
  return how === "quoted-printable" ? quoted_octets(part.body, false) : part.body;
}

// The parts between the lines of a boundary (RFC 2046 §5.1.1).
function* between(body, boundary, limit) {
  const marker = octets_of(`--${boundary}`);
  let start = -1;
  let at = 0;
  let count = 0;
  while (at < body.length && count < limit) {
    let end = body.indexOf(LF, at);
    if (end < 0) end = body.length;
    if (body[at] === 0x2d && body[at + 1] === 0x2d && marker.every((one, place) => body[at + place] === one)) {
      const rest = ascii(body.subarray(at + marker.length, Math.min(end, at + marker.length + 80))).trimEnd();
      if (rest === "" || rest === "--") {
        if (start >= 0) {
          // The line break before a boundary belongs to it.
          let stop = at - 1;
          if (body[stop - 1] === CR) stop -= 1;
          yield body.subarray(start, Math.max(start, stop));
          count += 1;
        }
        if (rest === "--") return;
        start = Math.min(end + 1, body.length);
      }
    }
    at = end + 1;
  }
  if (start >= 0 && count < limit) yield body.subarray(start);
}

// What holds something, in order; a letter within the letter is one of them.
function leaves(octets) {
  const found = [];
  const waiting = [{ octets, depth: 0 }];
  while (waiting.length && found.length < PARTS_LIMIT) {
    const { octets: whole, depth } = waiting.pop();
    const [header, body] = split(whole);
    const known = fields(header);
    const type = valued(known.get("content-type") ?? "text/plain");
    const boundary = type.parameter("boundary");
    if (type.value.startsWith("multipart/") && boundary && boundary.length <= 200 && depth < DEPTH_LIMIT) {
      const inner = [...between(body, boundary, PARTS_LIMIT)].map((one) => ({ octets: one, depth: depth + 1 }));
      waiting.push(...inner.reverse());
    } else {
      found.push({ fields: known, type, disposition: valued(known.get("content-disposition") ?? ""), body });
    }
  }
  return found;
}

function name_of(part, number) {
  const said = part.disposition.parameter("filename") ?? part.type.parameter("name") ?? "";
  // Neither what leads elsewhere in a file system nor what turns the direction of what follows.
  const name = said.replace(/[\p{Cc}/\\:\u202a-\u202e\u2066-\u2069]/gu, "").slice(0, 150).trim().replace(/^\.+/, "");
  return name || `${number + 1}${part.type.value === "message/rfc822" ? ".eml" : ""}`;
}

function picture(part, octets) {
  let text = "";
  for (let at = 0; at < octets.length; at += 8190) text += btoa(ascii(octets.subarray(at, at + 8190)));
  return `data:${part.type.value};base64,${text}`;
}

// Reads a letter: { header: { from, to, cc, date, subject }, text, html, pictures, attachments }.
export function read(octets) {
  const known = fields(split(octets)[0]);
  const header = {};
  for (const name of ["from", "to", "cc", "date", "subject"]) {
    header[name] = words(known.get(name) ?? "").replace(/[\p{Cc}]/gu, "").slice(0, 2000).trim();
  }
  const parts = leaves(octets);
  const is_text = (part, type) => part.type.value === type && part.disposition.value !== "attachment";
  const html_part = parts.find((part) => is_text(part, "text/html"));
  const first_text = parts.findIndex((part) => is_text(part, "text/plain"));
  // A text behind other parts is a file that was sent with the letter.
  const text_part = parts.slice(0, Math.max(first_text, 0)).every((part) => part.type.value.startsWith("text/")) ? parts[first_text] : undefined;
  const text_of = (part) => decoded(body_of(part), part.type.parameter("charset") ?? "utf-8");
  const is_short = html_part && html_part.body.length <= HTML_LIMIT_OCTETS;
  const html = is_short ? text_of(html_part) : null;
  const text = text_part ? text_of(text_part) : null;
  const pictures = new Map();
  const attachments = [];
  let left = PICTURES_LIMIT_OCTETS;
  parts.forEach((part, number) => {
    if ((part === html_part && html !== null) || part === text_part) return;
    const body = body_of(part);
    const id = (part.fields.get("content-id") ?? "").replace(/^<|>$/g, "");
    if (html !== null && id && PICTURES.has(part.type.value) && body.length <= left && html.includes(id)) {
      left -= body.length;
      pictures.set(id, picture(part, body));
      return;
    }
    attachments.push({ name: name_of(part, number), type: part.type.value, octets: body });
  });
  return { header, text, html, pictures, attachments };
}
