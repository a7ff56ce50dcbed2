// The list: cursor, marking, quick menu and keys. Everything here also works as a link or a form without it.
"use strict";

(() => {
  // One table for menu and keys: the server's (portals/treatment/words.py). Which verbs a row has: data-actions.
  let read = { text: "{}", verbs: {} };
  const BATCHES = { confirm: "Bekreft merkede", draft_confirm: "Foreslå bekreftet", renew: "Forny merkede", draft_renew: "Foreslå fornyet", dismiss: "Legg bort merkede" };
  const BATCH_KEYS = { b: ["confirm", "draft_confirm"], f: ["renew", "draft_renew"] };
  const SAID = { confirm: "Bekreftet i bruk", draft_confirm: "Foreslått bekreftet i bruk", renew: "Fornyet, sendes når du signerer", draft_renew: "Fornying klargjort for legen", dismiss: "Lagt bort" };
  let cursor = ""; // id of the row under the keyboard
  let place = 0; // and where it stood

  const list = () => document.getElementById("list");
  function verbs() {
    const text = list()?.dataset.verbs || "{}";
    if (text !== read.text) read = { text, verbs: JSON.parse(text) };
    return read.verbs;
  }
  const rows = () => [...(list()?.querySelectorAll("tbody:not(.collapsed) tr[data-id]") || [])];
  const current = () => (cursor && document.getElementById(`row-${cursor}`)) || null;
  const marked = () => rows().filter((row) => row.querySelector("input[name=row]:checked"));

  function select(row, { focus = true } = {}) {
    for (const other of rows()) other.setAttribute("aria-selected", String(other === row));
    cursor = row ? row.dataset.id : "";
    place = rows().indexOf(row);
    if (row && focus) row.focus({ preventScroll: false });
  }

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    select(all[Math.min(all.length - 1, Math.max(0, at + by))]);
  }

  // A verb that this row does not have is said, unless the key means something else on the page.
  function refuse(row, key) {
    const verb = Object.values(verbs()).find((one) => one.key === key);
    if (!verb || document.querySelector(`#page [data-key="${CSS.escape(key)}"]`)) return;
    window.sfm.say(`${verb.label}: kan ikke gjøres med ${row.dataset.name} nå`);
  }

  function address(row, path) {
    const base = list().dataset.root;
    if (row.dataset.kind === "draft") return `${base}utkast`;
    return `${base}behandling/${row.dataset.id}${path ? "/" + path : ""}`;
  }

  function go(url) {
    htmx.ajax("GET", url, { target: "#page", swap: "outerHTML", select: "#page", push: url });
  }

  function perform(row, name) {
    const verb = verbs()[name];
    if (!verb || !row.dataset.actions.split(" ").includes(name)) return;
    closeMenu();
    if (!verb.posts) return go(address(row, verb.path));
    row.setAttribute("aria-busy", "true");
    place = rows().indexOf(row);
    const values = { version: row.dataset.version };
    if (row.dataset.to) values.to = row.dataset.to;
    htmx.ajax("POST", address(row, verb.path), { source: row, target: row, swap: "outerHTML", values });
  }

  // ---- quick menu -------------------------------------------------------------------------------------------
  function menuItem(row, name) {
    const verb = verbs()[name];
    const item = document.createElement("button");
    item.type = "button";
    item.setAttribute("role", "menuitem");
    item.append(verb.label);
    if (verb.key) {
      const key = document.createElement("kbd");
      key.textContent = verb.key === "Enter" ? "↵" : verb.key;
      item.append(key);
    }
    item.addEventListener("click", () => perform(row, name));
    return item;
  }

  function openMenu(row, x, y) {
    closeMenu();
    const menu = document.createElement("div");
    menu.className = "row-menu";
    menu.setAttribute("role", "menu");
    menu.setAttribute("aria-label", `Handlinger for ${row.dataset.name}`);
    menu.append(...row.dataset.actions.split(" ").filter((name) => verbs()[name]).map((name) => menuItem(row, name)));
    document.body.append(menu);
    menu.style.left = `${Math.max(4, Math.min(x, innerWidth - menu.offsetWidth - 8))}px`;
    menu.style.top = `${Math.max(4, Math.min(y, innerHeight - menu.offsetHeight - 8))}px`;
    menu.querySelector("button")?.focus();
  }

  function closeMenu() {
    const menu = document.querySelector(".row-menu");
    if (!menu) return false;
    const had = menu.contains(document.activeElement);
    menu.remove();
    if (had) current()?.focus();
    return true;
  }

  function menuKey(event) {
    const items = [...document.querySelectorAll(".row-menu button")];
    const at = items.indexOf(document.activeElement);
    if (event.key === "ArrowDown") items[(at + 1) % items.length].focus();
    else if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length].focus();
    else if (event.key === "Escape" || event.key === "Tab") closeMenu();
    else return;
    event.preventDefault();
  }

  // ---- batch ------------------------------------------------------------------------------------------------
  function showBatch() {
    const chosen = marked();
    for (const button of document.querySelectorAll("[data-batch]")) {
      const able = chosen.filter((row) => row.dataset.actions.split(" ").includes(button.dataset.batch));
      button.hidden = able.length === 0;
      button.textContent = `${BATCHES[button.dataset.batch]} (${able.length})`;
    }
  }

  // Never A or B: the server says which rows (data-expiring)
  function markExpiring() {
    const boxes = [...list().querySelectorAll("tr[data-expiring] input[name=row]")];
    for (const box of boxes) box.checked = true;
    showBatch();
    window.sfm.say(boxes.length ? `${boxes.length} som utløper er merket` : "Ingen utløper innen 60 dager");
  }

  // The verb a key does with marked rows: of those this person has a button for
  function batchOf(key) {
    if (!marked().length) return "";
    return (BATCH_KEYS[key] || []).find((name) => document.querySelector(`[data-batch="${name}"]`)) || "";
  }

  function batch(name) {
    // a renewal is told of rows it cannot take: the server says which, and why
    const chosen = marked().filter((row) => name === "renew" || row.dataset.actions.split(" ").includes(name));
    if (!chosen.length) return;
    const url = `${list().dataset.root}merkede/${name}`;
    const values = { row: chosen.map((row) => `${row.dataset.id}:${row.dataset.version}`) };
    const before = document.getElementById("page");
    htmx.ajax("POST", url, { target: "#page", swap: "outerHTML", select: "#page", values }).then(() => {
      const said = document.querySelector("#page [data-said]")?.dataset.said || `${SAID[name]}: ${chosen.length}`;
      if (document.getElementById("page") !== before) window.sfm.say(said);
    });
  }

  // ---- events -----------------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-menu]");
    if (opener) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const row = opener.closest("tr");
      select(row, { focus: false });
      const box = opener.getBoundingClientRect();
      return openMenu(row, box.right - 300, box.bottom + 2);
    }
    if (!event.target.closest(".row-menu")) closeMenu();
    const toggle = event.target.closest("[data-toggle]");
    if (toggle) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const open = !toggle.closest("tbody").classList.toggle("collapsed");
      return toggle.setAttribute("aria-expanded", String(open));
    }
    const batchButton = event.target.closest("[data-batch]");
    if (batchButton) return batch(batchButton.dataset.batch);
    const row = event.target.closest("#list tr[data-id]");
    if (row) select(row, { focus: !event.target.closest("a, button, input") });
  }, true);

  document.addEventListener("contextmenu", (event) => {
    const row = event.target.closest("#list tr[data-id]");
    if (!row) return;
    event.preventDefault();
    select(row, { focus: false });
    openMenu(row, event.clientX, event.clientY);
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("#list input[name=row]")) showBatch();
  });

  document.addEventListener("keydown", (event) => {
    if (document.querySelector(".row-menu")) return menuKey(event);
    if (!list() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([name=row]), textarea, select, dialog") || (document.body.dataset.keys === "off" && event.key.length === 1)) return;
    const row = current();
    if (["j", "ArrowDown"].includes(event.key)) step(1);
    else if (["k", "ArrowUp"].includes(event.key)) step(-1);
    else if (event.key === "x" && row) {
      row.querySelector("input[name=row]")?.click();
    } else if (event.key === "*") markExpiring();
    else if (batchOf(event.key)) batch(batchOf(event.key));
    else if (row && event.target.closest("a, button") === null) {
      const name = row.dataset.actions.split(" ").find((action) => verbs()[action]?.key === event.key);
      if (!name) return refuse(row, event.key);
      perform(row, name);
    } else return;
    event.preventDefault();
  });

  // Nothing unsent is lost when the frame is left: it is told, once, by the browser (portals.md E16).
  addEventListener("beforeunload", (event) => {
    if (document.querySelector("#action-bar [data-warn-leaving]")) event.preventDefault();
  });

  // Somebody else was first: what was pressed did nothing, and the row is shown as it is now.
  document.addEventListener("sfm:row-stale", (event) => {
    const row = document.getElementById(`row-${event.detail.id}`);
    if (row) htmx.ajax("GET", address(row, "rad"), { source: row, target: row, swap: "outerHTML" });
  });

  // A row that was swapped keeps the cursor; the focus never falls to the top of the page.
  document.addEventListener("htmx:afterSettle", () => {
    const seen = rows();
    const gone = cursor && !seen.includes(current()); // or folded away: the one in its place
    const row = gone ? seen[Math.min(Math.max(place, 0), seen.length - 1)] : current();
    const nowhere = [document.body, document.getElementById("content")].includes(document.activeElement);
    if (row) select(row, { focus: nowhere });
    const fresh = new URLSearchParams(location.search).get("ny");
    if (fresh) document.getElementById(`row-${fresh}`)?.classList.add("new-row");
    showBatch();
  });
})();
