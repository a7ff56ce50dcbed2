// Search by keyboard, and the form's live preview. Everything here also works without: links, one form, one server.
"use strict";

(() => {
  document.documentElement.classList.add("scripted");
  const form = () => document.getElementById("prescribe");
  const hits = () => [...document.querySelectorAll("#hits [data-hit]")];

  // search: ↓ and ↑ walk through the hits, Enter in the field opens the first hit for what stands there
  function walk(event) {
    const field = document.getElementById("q");
    if (!field || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    const all = hits();
    const at = all.indexOf(document.activeElement);
    if (!all.length || (at === -1 && document.activeElement !== field)) return;
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    if (next < 0) field.focus();
    else all[Math.min(next, all.length - 1)].focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    walk(event);
    if (event.key !== "Enter" || event.target.id !== "q") return;
    const shown = document.getElementById("hits").dataset.q;
    if (hits().length && shown === event.target.value.trim()) {
      event.preventDefault();
      hits()[0].click();
    }
  });

  // the cursor stands after what was typed
  function afterTheWord() {
    const field = document.getElementById("q");
    if (field && document.activeElement === field) field.setSelectionRange(field.value.length, field.value.length);
  }
  document.addEventListener("DOMContentLoaded", afterTheWord);
  document.addEventListener("htmx:afterSettle", (event) => {
    if ((event.detail.target || event.target).id !== "page") return;
    afterTheWord();
    catchUp();
  });

  // what was typed before the new page had ears
  function catchUp() {
    const field = document.getElementById("q");
    const quick = document.getElementById("quick");
    if (field && field.value.trim() !== document.getElementById("hits").dataset.q) window.htmx.trigger(field, "search");
    if (quick && quick.value !== quick.defaultValue) window.htmx.trigger(quick, "look");
    else if (quick) look();
  }
  afterTheWord();

  // preview: the quick entry asks by itself, and fills the boxes; any other field asks on its behalf
  function look() {
    const preview = document.getElementById("preview");
    if (preview && window.htmx) window.htmx.trigger(preview, "look");
  }

  function changed(event) {
    const field = event.target;
    if (!field.closest || field.closest("form") !== form() || !form()) return;
    if (field.matches("[data-reload]") && event.type === "change") {
      form().querySelector("[data-reload-button]").click();
      return;
    }
    if (field.id === "quick" || field.id === "reimbursement") return;
    if (field.closest("#structure")) {
      document.getElementById("quick").value = "";
      if (!field.name.startsWith("tp_")) clear("tp_");
    }
    if (["quantity", "quantity_unit", "package_count"].includes(field.name)) own();
    if (field.name === "discontinue_on") ownStop();
    look();
  }

  // one dose or a taper, never both: whoever writes in the boxes has left the taper
  function clear(prefix) {
    for (const box of form().querySelectorAll(`#structure input[name^="${prefix}"]`)) box.value = "";
  }

  document.addEventListener("input", changed);
  document.addEventListener("change", changed);

  // the amount follows the dose until somebody writes it
  function own() {
    form().dataset.own = "";
    for (const word of form().querySelectorAll(".computed")) word.hidden = true;
  }

  function use(button) {
    const packages = form().elements.package_count;
    const by = form().querySelector("[type=radio][name=amount_by]:checked");
    if (packages && by && by.value === "packages") {
      if (button.dataset.usePackages) packages.value = button.dataset.usePackages;
      return;
    }
    form().elements.quantity.value = button.dataset.useQuantity;
    const unit = form().elements.quantity_unit;
    if ([...unit.options].some((option) => option.value === button.dataset.useUnit)) unit.value = button.dataset.useUnit;
    for (const word of form().querySelectorAll(".computed")) word.hidden = false;
  }

  // a course ends when its dose does, until somebody writes another day
  function ownStop() {
    form().dataset.ownStop = "";
    document.getElementById("f-discontinue_on").classList.remove("by-dose");
  }

  function stopByDose() {
    const field = form().elements.discontinue_on;
    const place = document.getElementById("f-discontinue_on");
    const stop = document.querySelector("#preview [data-course-stop]")?.dataset.courseStop || "";
    const followed = place?.classList.contains("by-dose");
    if (!place || form().dataset.ownStop !== undefined || (field.value && !followed) || field.value === stop) return;
    field.value = stop;
    place.classList.toggle("by-dose", Boolean(stop));
    look();
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if ((event.detail.target || event.target).id !== "preview" || !form()) return;
    const reason = document.getElementById("dose-reason");
    if (reason) reason.hidden = !document.querySelector("#preview [data-needs-reason]");
    const button = document.querySelector("#preview [data-use-quantity]");
    const fresh = form().elements.form.value === "new" && !document.getElementById("summary");
    if (button && fresh && form().dataset.own === undefined) {
      use(button);
      button.hidden = true; // it is done already
    }
    if (fresh) stopByDose();
  });

  document.addEventListener("click", (event) => {
    const fill = event.target.closest("[data-fill]");
    const amount = event.target.closest("[data-use-quantity]");
    if (fill && form()) {
      form().elements[fill.dataset.fill].value = fill.dataset.value;
      look();
    }
    if (amount && form()) {
      use(amount);
      form().dataset.own = "";
      look();
    }
    goTo(event);
  });

  // a link to a field puts the cursor in it
  function goTo(event) {
    const link = event.target.closest('#summary a[href^="#f-"], #preview a[href^="#f-"]');
    const place = link && document.getElementById(link.hash.slice(1));
    if (!place) return;
    event.preventDefault();
    const shown = [...place.querySelectorAll("input:not([type=hidden]), select, textarea")];
    const field = shown.find((one) => one.checkVisibility()) || place;
    field.focus();
    place.scrollIntoView({ block: "center" });
  }
})();
