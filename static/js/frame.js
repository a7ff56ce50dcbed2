// The conversation with the record system that holds this frame (postMessage). Lives outside #page, so that moving
// about inside SFM never starts it anew: clientLoaded is said once per full load.
"use strict";

(() => {
  const { origins = "[]", api = "", embedded, loggedIn: already } = document.body.dataset;
  const registered = JSON.parse(origins);
  const [, , slug, portal] = location.pathname.split("/");
  const home = `/e/${slug}/${portal}/`;
  const framed = window.parent !== window;
  const host = !framed && embedded !== undefined && window.chrome ? window.chrome.webview : null;

  let partner = ""; // the origin that speaks to us, once it has
  let loggedIn = already !== undefined;
  let waiting = null; // the last setPatient that came before login
  let encounter = "";
  let turn = 0; // counts setPatient, so that only the newest shows
  let queue = Promise.resolve(); // one message at a time, in the order they came

  function post(message, origin) {
    if (host) host.postMessage(message);
    else if (framed && origin) window.parent.postMessage(message, origin === "null" ? "*" : origin);
  }

  const reply = (message) => post(message, partner);
  const plain = (address) => String(address || "").replace(/\/+$/, "");
  const decoded = (text) => (text.includes("%") ? decodeURIComponent(text) : text);
  const isTrue = (value) => String(value ?? true).toLowerCase() !== "false";
  const text = (value) => (typeof value === "string" ? value : "");

  function headers() {
    return JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  }

  async function send(path, extra, body) {
    const response = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", ...extra },
      body: JSON.stringify(body),
    });
    const content = await response.json().catch(() => ({}));
    if (response.ok) return content;
    throw Object.assign(new Error(content.title || ""), {
      status: response.status,
      word: response.headers.get("X-SFM-Error"),
      traceId: content.traceId || response.headers.get("X-Trace-Id") || "",
    });
  }

  async function show(url) {
    const before = document.getElementById("page");
    await htmx.ajax("GET", url, {
      target: "#page",
      select: "#page",
      swap: "outerHTML",
      headers: { "HX-Boosted": "true" },
    });
    if (document.getElementById("page") === before) throw new Error("Siden kunne ikke vises.");
    history.replaceState({ htmx: true }, "", url); // «back» never leads to the patient before
    window.sfm.stay();
  }

  function failed(kind, error, word) {
    reply({ [kind]: "failed", error: error.word || word, traceId: error.traceId || "" });
    const id = error.traceId ? ` Feil-ID: ${error.traceId}` : "";
    window.sfm.explain((error.message || "Tjenesten er midlertidig utilgjengelig.") + id);
  }

  // --- login -----------------------------------------------------------------------------------------------------
  async function login(message) {
    if (plain(message.apiEndpoint) !== plain(api)) {
      failed("login", new Error("Journalsystemet viser til en annen SFM-tjeneste enn denne."), "unavailable");
      return;
    }
    try {
      const { csrfToken } = await send("/api/Login", { Authorization: decoded(text(message.code)) }, decoded(text(message.nonce)));
      document.body.setAttribute("hx-headers", JSON.stringify({ ...headers(), "X-CSRFToken": csrfToken }));
    } catch (error) {
      failed("login", error, error.status === 401 ? "code-used" : "unavailable");
      return;
    }
    loggedIn = true;
    const next = waiting;
    waiting = null;
    if (message.metadata && typeof message.metadata === "object") {
      await send(`/e/${slug}/journalsystem`, headers(), message.metadata).catch(() => {}); // for support; not needed
    }
    reply({ login: "success" });
    if (next) await setPatient(next);
    else await show(home).catch((error) => window.sfm.explain(error.message));
  }

  // --- patient ---------------------------------------------------------------------------------------------------
  async function setPatient(message) {
    if (portal !== "pasient") return;
    if (!loggedIn) {
      waiting = message;
      return;
    }
    const mine = ++turn;
    document.dispatchEvent(new CustomEvent("sfm:leaving")); // forms park what is unsaved
    document.getElementById("page").inert = true;
    try {
      const { url } = await send(`/e/${slug}/pasient/sett`, headers(), {
        ticket: message.ticket,
        onBehalfOf: text(message.onBehalfOf),
        encounterIdentifier: text(message.encounterIdentifier),
        showAllergies: isTrue(message.showAllergies),
        showLib: isTrue(message.showLib),
      });
      if (mine !== turn) return;
      await show(url);
      encounter = text(message.encounterIdentifier);
    } catch (error) {
      await show(home).catch(() => document.getElementById("page").replaceChildren());
      failed("setPatient", error, "unavailable");
      return;
    }
    reply({ setPatient: "success" });
    focusFirst();
  }

  function focusFirst() {
    window.focus();
    const row = document.querySelector("#page [data-row], #list tr[data-id]");
    if (row) row.click(); // the list puts its cursor where one clicks
    (row || document.getElementById("content"))?.focus({ preventScroll: true });
  }

  // --- in and out ------------------------------------------------------------------------------------------------
  const actions = { login, setPatient };

  function take(message) {
    if (message === null || typeof message !== "object" || !Object.hasOwn(actions, message.action)) return;
    if (message.action === "setPatient" && (typeof message.ticket !== "string" || !message.ticket)) return;
    if (message.action === "login" && (typeof message.code !== "string" || typeof message.nonce !== "string")) return;
    const run = () => actions[message.action](message);
    queue = queue.then(run).catch((error) => window.sfm.explain(error.message));
  }

  window.addEventListener("message", (event) => {
    if (!framed || event.source !== window.parent || !registered.includes(event.origin)) return;
    partner = event.origin;
    take(event.data);
  });
  if (host) host.addEventListener("message", (event) => take(event.data));

  document.addEventListener("sfm:journalUpdate", (event) => {
    const detail = event.detail || {};
    const reference = encounter || text(detail.encounterIdentifier) || text(detail.value);
    if (reference) reply({ action: "journalUpdate", encounterIdentifier: reference });
  });

  for (const origin of host ? [""] : registered) post({ clientLoaded: "success" }, origin);
})();
