// Makes the Manager immediate: replaces the page's main part instead of loading it, keeps tables and forms quick by
// keyboard, shows live changes. Everything works without it.
"use strict";
(() => {
  const main = () => document.getElementById("main");
  const words = () => document.getElementById("words").dataset;
  const isOurs = url => url.origin === location.origin && url.pathname.startsWith("/manager/");
  let isDirty = false, pending = null, isLeaving = false, source = null, selection = -1;

  // --- replacing the main part ---------------------------------------------------------------------------------
  async function go(url, options = {}) {
    // What a reader asked for is not lost to a renewal of the page that is left.
    if (options.isLive && isLeaving) return;
    pending?.abort();
    const own = pending = new AbortController();
    isLeaving = !options.isLive;
    if (isLeaving) document.body.classList.add("loading");
    try {
      const answer = await fetch(url, { ...options.request, signal: own.signal, headers: { "X-Fragment": "1" } });
      if (!(answer.headers.get("Content-Type") ?? "").startsWith("text/html")) { location.href = url; return; }
      // Whoever began something meanwhile keeps it.
      if (options.isLive && isBusy()) { soon(); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const isForm = options.request && !answer.redirected;
      // A page without the frame, such as the sign-in page: the browser shows it, and it carries what was typed.
      if (!page.querySelector(".frame")) { if (isForm) send(url, options.request.body); else location.href = answer.url; return; }
      // What was refused is not saved yet.
      isDirty = Boolean(isForm && page.querySelector(".summary"));
      // What was just told stays where only the content is renewed.
      if (options.isLive) renew(page);
      else for (const part of [".header", ".side", "#main", "#toasts"]) swap(part, page);
      document.title = page.title;
      document.documentElement.lang = page.documentElement.lang;
      // What a form was answered has no address: a reload shows the page of the form.
      if (!options.isBack && !options.isLive && !isForm) history.pushState(null, "", answer.url);
      if (!options.isLive) { window.scrollTo(0, options.keepPlace ? window.scrollY : 0); focusAfter(options); }
      ready();
    } catch (trouble) {
      if (trouble.name === "AbortError") return;
      if (options.isLive) soon(2000); else location.href = url;
    } finally {
      if (pending === own) { isLeaving = false; document.body.classList.remove("loading"); }
    }
  }
  function send(url, data) {
    const form = Object.assign(document.createElement("form"), { method: "post", action: url, hidden: true });
    for (const [name, value] of data) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    document.body.append(form);
    isDirty = false;
    HTMLFormElement.prototype.submit.call(form);
  }
  function swap(part, page) {
    const [before, after] = [document.querySelector(part), page.querySelector(part)];
    if (!before || !after) return;
    before.replaceWith(document.importNode(after, true));
  }
  // The content is renewed under the reader's eyes: what was open stays open, and the focus where it was.
  function renew(page) {
    swap(".header", page);
    if (main().dataset.live === undefined && main().dataset.running === undefined) return;
    const lists = part => [...part.querySelectorAll("details")];
    const called = list => list.querySelector("summary")?.textContent.replace(/\d/g, "");
    const open = new Set(lists(main()).filter(list => list.open).map(called));
    const focused = main().contains(document.activeElement) ? document.activeElement : null;
    const same = element => element.outerHTML === focused.outerHTML;
    swap("#main", page);
    for (const list of lists(main())) if (open.has(called(list))) list.open = true;
    if (focused) ([...main().querySelectorAll(focused.localName)].find(same) ?? main()).focus({ preventScroll: true });
  }
  function focusAfter(options) {
    const summary = document.querySelector(".summary");
    if (summary) { summary.focus(); return; }
    if (options.focusId) { const former = document.getElementById(options.focusId); if (former) { former.focus(); return; } }
    main()?.focus({ preventScroll: true });
  }
  const mayLeave = () => !isDirty || confirm(words().unsaved);

  document.addEventListener("click", event => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const copy = event.target.closest("[data-copy]");
    if (copy) { copyText(copy); return; }
    const close = event.target.closest("[data-close]");
    if (close) { close.closest(".toast, dialog")?.remove(); return; }
    const link = event.target.closest("a[href]");
    if (!link || link.target || link.hasAttribute("download") || link.dataset.plain !== undefined) return;
    const url = new URL(link.href);
    if (!isOurs(url) || (url.pathname === location.pathname && url.search === location.search && url.hash)) return;
    event.preventDefault();
    if (mayLeave()) go(link.href, { focusId: link.id, keepPlace: link.dataset.keepPlace !== undefined });
  });
  document.addEventListener("submit", event => {
    const form = event.target, button = event.submitter;
    if (form.dataset.plain !== undefined || form.enctype === "multipart/form-data") { isDirty = false; return; }
    const url = new URL(button?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href, location.href);
    if (!isOurs(url)) return;
    event.preventDefault();
    const data = new URLSearchParams(new FormData(form, button));
    if (form.method === "get") {
      for (const [name, value] of [...data]) if (!value) data.delete(name);
      url.search = data;
      go(url.href, { focusId: form.querySelector("input[type=search]")?.id, keepPlace: form.dataset.keepPlace !== undefined });
    } else go(url.href, { request: { method: "POST", body: data }, keepPlace: form.dataset.keepPlace !== undefined });
  });
  window.addEventListener("popstate", () => { if (!location.hash) go(location.href, { isBack: true }); });
  window.addEventListener("beforeunload", event => { if (isDirty) event.preventDefault(); });
  document.addEventListener("input", event => {
    if (event.target.closest("form[data-guard], form.form[method=post]:not([data-passkey])")) isDirty = true;
    if (event.target.matches("[data-preview]")) preview(event.target.form);
  });
  document.addEventListener("change", event => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
    if (event.target.matches("[data-all]")) {
      for (const box of document.querySelectorAll("[data-select]")) box.checked = event.target.checked;
    }
    if (event.target.matches("[data-all], [data-select]")) count();
    greyed();
  });
  // What is of no use without a box, or another choice, is greyed until that is made.
  function greyed() {
    for (const field of document.querySelectorAll("[data-needs]")) {
      const [name, value] = field.dataset.needs.split("=");
      const holds = [...field.form.elements].some(other => other.name === name && other.checked && (!value || other.value === value));
      field.disabled = !holds;
      field.closest(".field")?.classList.toggle("off", !holds);
    }
  }
  async function copyText(button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(words().copied);
  }
  function say(text) {
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.append(Object.assign(document.createElement("p"), { textContent: text }));
    document.getElementById("toasts").append(toast);
    setTimeout(() => toast.remove(), 4000);
  }

  // --- the raw view beside a guided form -------------------------------------------------------------------------
  let previewTimer;
  function preview(form) {
    clearTimeout(previewTimer);
    previewTimer = setTimeout(async () => {
      const target = document.getElementById("raw");
      if (!target) return;
      const answer = await fetch(form.dataset.previewUrl, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (answer.ok && target.isConnected) target.textContent = await answer.text();
    }, 250);
  }

  // --- tables ------------------------------------------------------------------------------------------------------
  function count() {
    const bar = document.querySelector(".bulk");
    if (!bar) return;
    const selected = document.querySelectorAll("[data-select]:checked").length;
    bar.hidden = selected === 0;
    bar.querySelector("[data-count]").textContent = bar.dataset.words.replace("%", selected);
  }
  const rows = () => [...document.querySelectorAll("tr[data-row]")];
  function move(step) {
    const all = rows();
    if (!all.length) return;
    selection = Math.min(all.length - 1, Math.max(0, selection + step));
    all.forEach((row, index) => row.classList.toggle("current", index === selection));
    const target = all[selection].querySelector("a, button, input") ?? all[selection];
    target.focus();
    all[selection].scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") { document.querySelectorAll("details.menu[open]").forEach(menu => { menu.open = false; menu.firstElementChild.focus(); }); }
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    // Out of a search, to what it found: there letters are keys again.
    if (event.key === "Escape" && event.target.matches("input[type=search]")) { event.preventDefault(); event.target.blur(); return; }
    const isTyping = event.target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
    if (isTyping) return;
    const row = rows()[selection];
    const keys = {
      j: () => move(1),
      k: () => move(-1),
      x: () => { const box = row?.querySelector("[data-select]"); if (box) { box.checked = !box.checked; count(); } },
      "/": () => (document.querySelector("#main input[type=search]") ?? document.querySelector(".header input"))?.focus(),
      "?": () => document.getElementById("keys")?.showModal(),
      n: () => (document.querySelector(".title .primary") ?? document.querySelector("#main .bar a[href$='/new']"))?.click(),
    };
    // On the box of a row as well: there Enter would send the form with which several are worked on.
    const isOnRow = event.target === document.body || event.target.matches("tr[data-row] [data-select]");
    if (event.key === "Enter" && row && isOnRow) { event.preventDefault(); row.querySelector("a")?.click(); return; }
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  document.addEventListener("toggle", event => {
    if (!event.target.matches?.("details.menu") || !event.target.open) return;
    for (const other of document.querySelectorAll("details.menu[open]")) if (other !== event.target) other.open = false;
  }, true);
  document.addEventListener("click", event => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  // --- times in the reader's zone --------------------------------------------------------------------------------
  function times() {
    const language = document.documentElement.lang;
    const short = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
    const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });
    for (const time of document.querySelectorAll("time[datetime]:not([data-local])")) {
      const date = new Date(time.dateTime);
      if (isNaN(date)) continue;
      time.title = full.format(date);
      time.textContent = short.format(date);
      time.dataset.local = "";
    }
    // What is asked for is in the same zone as what is shown.
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    // The server then writes files and sentences by the same clock.
    if (zone) document.cookie = `relais-zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
    const local = moment => { const at = new Date(moment); return new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16); };
    for (const field of document.querySelectorAll("input[data-zone]")) field.value = zone;
    for (const name of document.querySelectorAll("[data-zone-name]")) name.textContent = zone;
    for (const field of document.querySelectorAll("input[data-moment]")) {
      field.value = local(field.dataset.moment);
      if (field.dataset.earliest) field.min = local(field.dataset.earliest);
    }
  }

  // --- live changes ------------------------------------------------------------------------------------------------
  let renewal;
  const isBusy = () => isDirty || isLeaving || document.querySelector("[data-select]:checked, details.menu[open]")
    || document.activeElement?.matches(".header input, #main :is(textarea, select, input:not([type=checkbox], [type=radio]))");
  // Not while the reader is at work on the page: then a little later.
  function soon(milliseconds = 300) {
    clearTimeout(renewal);
    renewal = setTimeout(() => { if (isBusy()) soon(); else go(location.href, { isLive: true }); }, milliseconds);
  }
  function listen() {
    clearTimeout(renewal);
    // An operation is followed to its end, whatever becomes of the stream.
    if (main()?.dataset.running !== undefined || document.querySelector(".underway")) soon(1000);
    if (!main()?.dataset.live) { source?.close(); source = null; return; }
    if (source) return;
    let isAgain = false;
    source = new EventSource("/manager/events");
    source.addEventListener("changed", event => {
      if ((main()?.dataset.live ?? "").split(" ").includes(event.data)) soon();
    });
    // What changed before the stream began, or while it was broken, was told to nobody.
    source.addEventListener("open", () => {
      if (isAgain || main()?.dataset.running !== undefined) soon();
      isAgain = true;
    });
  }

  function ready() {
    selection = -1;
    times();
    count();
    greyed();
    listen();
    for (const toast of document.querySelectorAll(".toast[data-fades]")) setTimeout(() => { if (!toast.contains(document.activeElement)) toast.remove(); }, 10000);
    const side = document.querySelector(".side > details");
    if (side) side.open = matchMedia("(min-width: 1024px)").matches;
    const summary = document.querySelector(".summary");
    if (summary && document.activeElement === document.body) summary.focus();
  }
  ready();
})();
