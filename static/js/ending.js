// Warns five minutes before the session ends: left idle, not renewed by the record system, or, for the service provider's
// staff, because a login lasts no longer. Nothing is asked of the
// server until then, and asking keeps nothing alive.
"use strict";

(() => {
  const WARN = 5 * 60; // seconds
  const now = () => Date.now() / 1000;
  const page = () => document.getElementById("page");
  const box = document.getElementById("ending");
  const when = (seconds) => new Date(seconds * 1000).toLocaleTimeString("nb-NO", { hour: "2-digit", minute: "2-digit" });

  let seen = now(); // the last time the server heard of us
  let exp = 0; // seconds since 1970
  let timer = 0;

  const idleEnd = () => seen + Number(page().dataset.idle);

  const left = () => Math.min(exp, idleEnd()) - now();

  function plan() {
    clearTimeout(timer);
    if (page().dataset.exp === undefined) return hide(); // nobody is logged in
    exp = Math.max(exp, Number(page().dataset.exp));
    if (left() > WARN) hide();
    timer = setTimeout(check, Math.min(1000 * Math.max(0, left() - WARN), 2 ** 31 - 1));
  }

  function hide() {
    if (box.firstChild) box.replaceChildren();
  }

  async function check() {
    if (exp <= idleEnd()) await ask("GET"); // the record system may have renewed it
    if (left() > WARN) return plan();
    warn();
    clearTimeout(timer);
    timer = setTimeout(check, 30_000);
  }

  async function ask(method) {
    try {
      const answer = await fetch(page().dataset.ask + (method === "POST" ? "/fortsett" : ""), {
        method,
        credentials: "same-origin",
        headers: { Accept: "application/json", ...JSON.parse(document.body.getAttribute("hx-headers") || "{}") },
      });
      if (!answer.ok) return false;
      exp = (await answer.json()).exp;
      return true;
    } catch {
      return false; // no network: what is on the screen says so when something is done
    }
  }

  function warn() {
    const idle = idleEnd() < exp;
    const again = page().dataset.again; // where one logs in oneself
    const granted = again ? "fordi innloggingen ikke varer lenger" : "hvis journalsystemet ikke fornyer den";
    const why = idle ? "fordi ingenting er gjort her på en stund" : granted;
    const said = `Økten går ut kl. ${when(Math.min(exp, idleEnd()))} ${why}. Det som ikke er lagret, må lagres før det.`;
    if (box.firstChild?.textContent === said) return; // read out once
    const words = document.createElement("p");
    words.textContent = said;
    box.replaceChildren(words, !idle && again ? toLogin(again) : toGoOn(idle ? "Fortsett økten" : "Sjekk igjen"));
  }

  function toGoOn(said) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = said;
    button.addEventListener("click", goOn);
    return button;
  }

  function toLogin(address) {
    const link = document.createElement("a");
    link.className = "button";
    link.href = address;
    link.textContent = "Logg inn på nytt";
    return link;
  }

  async function goOn() {
    const next = page().dataset.again ? "Logg inn på nytt." : "Åpne pasienten på nytt i journalsystemet.";
    if (!(await ask("POST"))) return window.sfm.explain(`Økten kunne ikke fortsettes. ${next}`, "Økten er utløpt");
    seen = now();
    if (left() > WARN) window.sfm.say("Økten fortsetter.");
    plan();
  }

  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.xhr || event.detail.xhr.status === 0 || event.detail.xhr.status === 401) return;
    seen = now();
    plan();
  });
  document.addEventListener("htmx:afterSettle", plan);
  plan();
})();
