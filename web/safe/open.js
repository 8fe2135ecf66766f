// The page of a letter: opens it in this browser when its reader asks, with the mail's share of the key that keep.js kept.

import { NotOpened, open } from "./envelope.js";
import { read } from "./letter.js";
import { document_of } from "./clean.js";
import { offer_answer } from "./answer.js";

const reader = document.getElementById("reader");
const { path, slot } = reader.dataset;
const words = JSON.parse(reader.dataset.words);
const key = `relais-safe-${slot}`;

const secret = document.querySelector("#opening #passphrase");
const opening = document.getElementById("opening");
if (opening) {
  const has = sessionStorage.getItem(key) !== null;
  opening.hidden = !has;
  document.getElementById("missing").hidden = has;
  document.getElementById("open").addEventListener("click", show);
  secret?.addEventListener("keydown", (event) => { if (event.key === "Enter") show(); });
}

class Refused extends Error {
  constructor(status) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

async function ask(what, method) {
  const answer = await fetch(`${path}/${what}`, { method, credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) throw new Refused(answer.status);
  return answer;
}

async function show() {
  const button = document.getElementById("open");
  const failed = document.getElementById("failed");
  button.disabled = true;
  const said = button.textContent;
  button.textContent = words.opening;
  failed.hidden = true;
  try {
    const { share } = await (await ask("share", "POST")).json();
    const octets = new Uint8Array(await (await ask("envelope", "GET")).arrayBuffer());
    // Derived here: what the sender agreed with the reader goes nowhere.
    const passphrase = secret ? secret.value : null;
    const letter = await open(octets, { mailShare: sessionStorage.getItem(key), storeShare: share, passphrase });
    // Before it is shown: the sender learns of every letter that somebody read.
    await ask("opened", "POST");
    sessionStorage.removeItem(key);
    draw(letter);
  } catch (trouble) {
    button.disabled = false;
    button.textContent = said;
    failed.firstElementChild.textContent = reason(trouble);
    failed.hidden = false;
    if (secret) secret.select();
  }
}

function reason(trouble) {
  // Which of the shares is another's, nobody can tell: here it is most likely the one that was typed.
  const isSecret = secret && ["shares", "passphrase-missing", "passphrase-unusable"].includes(trouble.reason);
  if (isSecret) return words.passphrase;
  if (trouble instanceof NotOpened) return words.changed;
  return trouble instanceof Refused && trouble.status < 500 ? words.failed : words.later;
}

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

// A button that gives the octets as a file. No page of ours is made of them: the type is that of a file, whatever they say.
function file(label, name, octets, classes) {
  const button = element("button", "");
  button.type = "button";
  button.className = classes;
  button.append(label);
  button.addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([octets], { type: "application/octet-stream" }));
    const link = element("a", "");
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  });
  return button;
}

// A date in the reader's language and zone; as it was written where nobody understands it.
function moment(text) {
  const at = new Date(text.replace(/\(.*\)/, ""));
  if (Number.isNaN(at.getTime())) return text;
  return at.toLocaleString(document.documentElement.lang, {
    day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });
}

function kilobytes(octets) {
  const form = { style: "unit", unit: "kilobyte", unitDisplay: "short" };
  return new Intl.NumberFormat(document.documentElement.lang, form).format(Math.ceil(octets / 1024));
}

function draw(octets) {
  const letter = read(octets);
  const facts = element("dl", "");
  facts.className = "facts";
  for (const name of ["from", "to", "cc", "date", "subject"]) {
    if (!letter.header[name]) continue;
    facts.append(element("div", "", element("dt", words[name]), element("dd", "", element("bdi", name === "date" ? moment(letter.header.date) : letter.header[name]))));
  }
  reader.append(facts);
  if (letter.html !== null) {
    const frame = element("iframe", "");
    frame.className = "letter";
    frame.title = words.title;
    // No script, no form, no address of ours; links open in a window of their own.
    frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
    frame.srcdoc = document_of(letter.html, letter.pictures);
    reader.append(frame);
  } else if (letter.text !== null) {
    const text = element("pre", letter.text);
    text.className = "letter";
    text.tabIndex = 0;
    reader.append(text);
  } else {
    reader.append(element("p", words.empty));
  }
  if (letter.attachments.length) {
    const list = element("ul", "");
    list.className = "attachments";
    for (const one of letter.attachments) {
      const size = element("span", kilobytes(one.octets.length));
      size.className = "soft";
      const label = document.createDocumentFragment();
      label.append(element("bdi", one.name), " ", size);
      list.append(element("li", "", file(label, one.name, one.octets, "second")));
    }
    reader.append(element("h2", words.attachments), list);
  }
  reader.append(file(words.download, "message.eml", octets, ""));
  const note = element("p", words.note);
  note.className = "soft";
  reader.append(note);
  const title = document.querySelector("h1");
  title.textContent = words.title;
  title.tabIndex = -1;
  document.getElementById("about").hidden = true;
  reader.hidden = false;
  offer_answer(letter, words);
  title.focus();
}
