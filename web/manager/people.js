// Passkeys, and printing of what is shown once. A form with data-passkey asks the browser for a passkey and then goes
// as any other; without script it stays hidden, and the password or a code does.
"use strict";
(() => {
  const isAble = () => "PublicKeyCredential" in window && window.isSecureContext;
  const octets = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
  const base64 = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  let waiting = null;

  async function ask(form) {
    const data = new FormData();
    const proof = form.querySelector("[name=_token]");
    if (proof) data.set("_token", proof.value);
    const answer = await fetch(form.dataset.options, { method: "POST", body: new URLSearchParams(data) });
    return answer.ok ? answer.json() : null;
  }
  const known = list => (list ?? []).map(key => ({ ...key, id: octets(key.id) }));
  async function make(asked) {
    const options = asked.options.publicKey;
    const made = await navigator.credentials.create({ publicKey: {
      ...options, challenge: octets(options.challenge), user: { ...options.user, id: octets(options.user.id) },
      excludeCredentials: known(options.excludeCredentials) } });
    return { id: made.id, rawId: base64(made.rawId), type: made.type, extensions: {}, response: {
      attestationObject: base64(made.response.attestationObject), clientDataJSON: base64(made.response.clientDataJSON) } };
  }
  async function show(asked, more) {
    const options = asked.options.publicKey;
    const shown = await navigator.credentials.get({ ...more, publicKey: {
      ...options, challenge: octets(options.challenge), allowCredentials: known(options.allowCredentials) } });
    const handle = shown.response.userHandle;
    return { id: shown.id, rawId: base64(shown.rawId), type: shown.type, extensions: {}, response: {
      authenticatorData: base64(shown.response.authenticatorData), clientDataJSON: base64(shown.response.clientDataJSON),
      signature: base64(shown.response.signature), userHandle: handle ? base64(handle) : null } };
  }
  function send(form, asked, answer) {
    form.elements.challenge.value = asked.token;
    form.elements.answer.value = JSON.stringify(answer);
    form.submit();
  }
  async function act(form) {
    const trouble = form.querySelector("[data-trouble]");
    if (trouble) trouble.hidden = true;
    try {
      waiting?.abort();
      const asked = await ask(form);
      if (!asked) throw new Error("nothing to ask");
      send(form, asked, await (form.dataset.passkey === "create" ? make(asked) : show(asked, {})));
    } catch {
      if (trouble) { trouble.hidden = false; trouble.focus(); }
    }
  }
  // Before the script that replaces parts of pages sees it.
  document.addEventListener("submit", event => {
    if (!event.target.matches("form[data-passkey]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act(event.target);
  }, true);
  document.addEventListener("click", event => { if (event.target.closest("[data-print]")) print(); });

  // Passkeys in the list below the login.
  async function offer(form) {
    if (!await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
    const asked = await ask(form);
    if (!asked) return;
    waiting = new AbortController();
    try { send(form, asked, await show(asked, { mediation: "conditional", signal: waiting.signal })); } catch { /* Another way was taken. */ }
  }
  function ready() {
    for (const form of document.querySelectorAll("form[data-passkey]")) form.hidden = !isAble();
    for (const text of document.querySelectorAll("[data-unable]")) text.hidden = isAble();
  }
  ready();
  new MutationObserver(ready).observe(document.body, { childList: true, subtree: true });
  const first = document.querySelector("form[data-offer]");
  if (first && isAble()) offer(first);
})();
