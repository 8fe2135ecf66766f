// Answering the letter that is open here: its text is quoted by this browser, and the page stays while the answer goes.

// As much as the portal takes; the rest stays in the letter.
const QUOTED_CHARACTERS = 30_000;

// The text of a letter, for quoting. HTML is read in a document where nothing runs or is fetched.
function text_of(letter) {
  if (letter.text !== null) return letter.text;
  if (letter.html === null) return "";
  const inert = new DOMParser().parseFromString(letter.html, "text/html");
  for (const one of inert.querySelectorAll("script, style, title, template, noscript")) one.remove();
  for (const one of inert.querySelectorAll("br, p, div, tr, li, h1, h2, h3, blockquote")) one.append("\n");
  return inert.body.textContent.replace(/[ \t]+/g, " ").replace(/\n\s*\n\s*\n/g, "\n\n").trim();
}

export function offer_answer(letter, words) {
  const answer = document.getElementById("answer");
  if (!answer) return;
  const form = document.getElementById("reply-form");
  form.elements.quoted.value = text_of(letter).slice(0, QUOTED_CHARACTERS);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, answer, words);
  });
  answer.hidden = false;
}

async function send(form, answer, words) {
  const button = form.querySelector("button");
  const failed = document.getElementById("reply-failed");
  const said = button.textContent;
  button.disabled = true;
  button.textContent = words.sending;
  failed.hidden = true;
  try {
    const sent = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { accept: "application/json" },
      credentials: "same-origin",
      cache: "no-store",
    });
    const told = await sent.json();
    if (sent.ok) return show_sent(answer, told.words);
    fail(told.words ?? (sent.status === 429 ? words["too-often"] : sent.status < 500 ? words["not-sent"] : words.later));
  } catch {
    fail(words.later);
  }
  function fail(why) {
    button.disabled = false;
    button.textContent = said;
    failed.firstElementChild.textContent = why;
    failed.hidden = false;
    failed.scrollIntoView({ block: "nearest" });
  }
}

function show_sent(answer, words) {
  const notice = document.getElementById("reply-sent");
  notice.firstElementChild.firstChild.textContent = `${words} `;
  notice.hidden = false;
  notice.tabIndex = -1;
  answer.remove();
  notice.focus();
}
