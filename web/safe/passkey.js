// Passkeys (WebAuthn Level 3): a form with data-passkey asks the browser for one and then goes as any other. Without script it
// stays hidden, and a code does.

const isAble = "PublicKeyCredential" in window && window.isSecureContext;
const octets = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list) => (list ?? []).map((key) => ({ ...key, id: octets(key.id) }));

// What the platform asks the passkeys: for a new one, for one of somebody's, or for whichever there is.
async function asked(form) {
  const step = form.elements.step?.value ?? "";
  const answer = await fetch(form.dataset.options, { method: "POST", body: new URLSearchParams({ step }), cache: "no-store" });
  const question = answer.ok ? await answer.json() : null;
  if (!question) throw new Error("there is nothing to ask");
  return question;
}

async function make({ publicKey }) {
  const made = await navigator.credentials.create({ publicKey: {
    ...publicKey, challenge: octets(publicKey.challenge), user: { ...publicKey.user, id: octets(publicKey.user.id) },
    excludeCredentials: known(publicKey.excludeCredentials) } });
  return { id: made.id, rawId: base64(made.rawId), type: made.type, extensions: {}, response: {
    attestationObject: base64(made.response.attestationObject), clientDataJSON: base64(made.response.clientDataJSON) } };
}

async function show({ publicKey }) {
  const shown = await navigator.credentials.get({ publicKey: {
    ...publicKey, challenge: octets(publicKey.challenge), allowCredentials: known(publicKey.allowCredentials) } });
  const { authenticatorData, clientDataJSON, signature, userHandle } = shown.response;
  return { id: shown.id, rawId: base64(shown.rawId), type: shown.type, extensions: {}, response: {
    authenticatorData: base64(authenticatorData), clientDataJSON: base64(clientDataJSON), signature: base64(signature),
    userHandle: userHandle ? base64(userHandle) : null } };
}

async function act(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const trouble = form.querySelector("[data-trouble]");
  trouble.hidden = true;
  try {
    const { token, options } = await asked(form);
    const answer = await (form.dataset.passkey === "create" ? make(options) : show(options));
    form.elements.challenge.value = token;
    form.elements.answer.value = JSON.stringify(answer);
    form.submit();
  } catch {
    trouble.hidden = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !isAble;
  form.addEventListener("submit", act);
}
