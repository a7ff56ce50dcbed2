// The keyboard. Which keys there are, and what they do, is the server's table (portals/shared/keys.py).
"use strict";

(() => {
  // [key, where, act]; where: "list" = focus in the list or nowhere special, "page" = anywhere outside fields
  const KEYS = JSON.parse(document.getElementById("help").dataset.map);
  let here = ""; // «on» or «off» from the help sheet, until the page is closed; else what the person's settings say

  const enabled = () => (here || document.getElementById("page").dataset.keys) !== "off";

  // Scripts of a portal answer first (they listen on the document) and ask the body whether keys are on.
  const announce = () => {
    document.body.dataset.keys = enabled() ? "on" : "off";
    document.querySelector("#help [data-keys-on]").checked = enabled();
  };

  const rows = () => [...document.querySelectorAll("#page [data-row]")];
  const current = () => document.activeElement.closest("[data-row]");
  const typing = () => document.activeElement.closest("input:not([type=checkbox],[type=radio],[type=button]), select, textarea, [contenteditable]");

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = all[Math.min(all.length - 1, Math.max(0, at === -1 ? 0 : at + by))];
    for (const row of all) row.setAttribute("aria-selected", String(row === next));
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function mark() {
    const box = current() && current().querySelector("input[type=checkbox]");
    if (box) box.click();
  }

  function openTab(digit) {
    const tab = document.querySelectorAll("#page .tabs > a, #page .tabs > details > summary")[Number(digit) - 1];
    if (!tab) return;
    tab.click();
    tab.parentElement.querySelector(":scope > summary + div a")?.focus();
  }

  const openTabs = () => document.querySelector("#page .more-tabs[open]");

  function closeTabs() {
    const more = openTabs();
    if (!more) return false;
    if (more.contains(document.activeElement)) more.querySelector("summary").focus();
    more.open = false;
    return true;
  }

  function help() {
    const sheet = document.getElementById("help");
    if (sheet.open) sheet.close();
    else {
      sheet.showModal();
      sheet.scrollTop = 0;
    }
  }

  // Elements name their key: <button data-key="f">. In a row, the row's own comes first.
  function press(key) {
    const place = [...(current() ? [current()] : []), document.getElementById("page")];
    for (const root of place) {
      const found = root.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
      if (found) {
        found.matches("input:not([type=checkbox],[type=button],[type=submit]), textarea, section") ? found.focus() : found.click();
        return true;
      }
    }
    return false;
  }

  const OWN = { next: () => step(1), previous: () => step(-1), mark, help, tab: (digit) => openTab(digit) };

  function line(event) {
    const key = event.ctrlKey && event.key === "Enter" ? "sign" : event.key;
    if (/^[1-9]$/.test(key) && !event.ctrlKey) return ["1–9", "page", "tab", key];
    return KEYS.find(([name]) => name === key);
  }

  function allowed([key, where]) {
    if (where === "always") return !document.getElementById("help").open;
    if (typing() || document.getElementById("help").open) return false;
    if (where === "row") return document.activeElement.matches("[data-row]");
    if (!enabled() && key.length === 1) return false;
    return where === "page" || Boolean(current()) || document.activeElement === document.body || document.activeElement.id === "content";
  }

  window.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    if (event.ctrlKey && event.key !== "Enter") return; // the browser's own shortcuts stay its own
    const found = line(event);
    if (!found || !allowed(found)) return;
    const [key, , act, digit] = found;
    if (key === "Escape" && closeTabs()) return event.preventDefault();
    const done = act in OWN ? OWN[act](digit) !== false : press(key) || (key === "/" && press("n"));
    if (done) event.preventDefault();
  });

  document.querySelector("#help [data-keys-on]").addEventListener("change", (event) => {
    here = event.target.checked ? "on" : "off";
    announce();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) help();
    if (!event.target.closest(".more-tabs")) closeTabs();
  });

  document.addEventListener("htmx:afterSwap", announce);
  announce();
  window.sfm = { ...window.sfm, keys: KEYS };
})();
