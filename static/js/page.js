// What every page has, whichever portal: errors that stay beside what was typed, copying a Feil-ID, focus after a swap.
"use strict";

(() => {
  const errors = () => document.getElementById("errors");
  const page = () => document.getElementById("page");

  function say(text) {
    const live = document.getElementById("live");
    live.textContent = "";
    setTimeout(() => { live.textContent = text; }, 50);
  }

  // An answer that is not ours (a proxy's page, no network) gets a sentence of our own.
  function explain(text, heading = "Tjenesten svarer ikke") {
    const box = document.createElement("section");
    box.className = "error warn";
    const title = document.createElement("h2");
    title.textContent = heading;
    const words = document.createElement("p");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "quiet";
    close.dataset.closeErrors = "";
    close.textContent = "Lukk";
    box.append(title, words, close);
    errors().replaceChildren(box);
  }

  // A poll that succeeds says nothing about what the user tried.
  function answersTheUser({ target, xhr, requestConfig }) {
    if (!xhr || xhr.status >= 400) return false;
    return target.id === "page" || (requestConfig && requestConfig.verb !== "get");
  }

  const who = () => document.querySelector("#page .banner .who")?.textContent || "den samme siden";

  function lockIfNeeded() {
    if (errors().querySelector("[data-locking]")) page().inert = true;
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status < 400 || xhr.status === 422 || xhr.getResponseHeader("HX-Retarget")) return;
    event.detail.shouldSwap = false;
    explain("Ingenting er lagret, og det du har skrevet står her fortsatt. Vent litt og prøv igjen.");
  });

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () =>
      explain("Får ikke kontakt. Det du har skrevet står her fortsatt. Kontroller nettet og prøv igjen."));
  }

  // «Back» to a page that may not be shown any more (htmx only logs it). What stands on the screen is still true, and
  // so is its address again; an ended login locks it as everywhere else.
  let shown = location.href;
  const stay = () => { shown = location.href; };
  for (const name of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore"]) {
    document.addEventListener(name, stay);
  }

  document.addEventListener("htmx:historyCacheMissLoadError", (event) => {
    const { status, responseText } = event.detail.xhr;
    history.pushState({ htmx: true }, "", shown);
    if (status === 409) {
      explain(`Du kan ikke gå tilbake til pasienten før. Du ser fortsatt ${who()}. Velg pasient i journalsystemet.`, "Pasienten er byttet");
      return;
    }
    const said = new DOMParser().parseFromString(responseText, "text/html").querySelector("section.error");
    if (said) errors().replaceChildren(document.adoptNode(said));
    else explain("Siden kunne ikke hentes. Prøv igjen.");
    lockIfNeeded();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target || event.target; // none when the back button brought a page
    if (target.id === "errors") {
      lockIfNeeded();
      errors().scrollIntoView({ block: "nearest" });
    } else if (answersTheUser({ ...event.detail, target }) && !page().inert) {
      errors().replaceChildren();
    }
    if (target.id === "page") newPage();
  });

  // The head and the body outlive the page: what the person has chosen comes with #page after login.
  function newPage() {
    document.documentElement.dataset.density = page().dataset.density;
    focusNewPage();
    const heading = page().querySelector("h1");
    if (heading && !errors().querySelector("section")) say(heading.textContent.trim()); // a page that only swaps is not read out
  }

  // A screen reader hears the new page; a keyboard starts at its first row, or where the page says.
  function focusNewPage() {
    const anchor = location.hash && document.querySelector(`#page section[tabindex]${location.hash}`);
    const place = anchor || document.querySelector("#page [autofocus]") || document.getElementById("content");
    if (anchor) anchor.scrollIntoView({ block: "nearest" });
    if (place && !document.querySelector("#page [data-row], #list tr[data-id]")) place.focus({ preventScroll: true });
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = document.createElement("textarea"); // the frame may not have the clipboard
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    say("Kopiert");
  }

  document.addEventListener("click", (event) => {
    const copying = event.target.closest("[data-copy]");
    if (copying) copy(copying.dataset.copy);
    if (event.target.closest("[data-close-errors], [data-unlock]")) errors().replaceChildren();
    if (event.target.closest("[data-unlock]")) page().inert = false; // the record system may have renewed the login
  });

  // A day taken from the browser's calendar is written as people write it.
  document.addEventListener("pointerdown", ({ target }) => {
    if (target.matches?.(".day-pick")) target.value = target.previousElementSibling.value.split(".").reverse().join("-");
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.matches(".day-pick") || !target.value) return;
    const field = target.previousElementSibling;
    field.value = target.value.split("-").reverse().join(".");
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
    field.focus();
  });

  document.body.addEventListener("sfm:say", (event) => say(event.detail.value || event.detail.text || ""));

  window.sfm = { ...window.sfm, say, explain, stay };
})();
