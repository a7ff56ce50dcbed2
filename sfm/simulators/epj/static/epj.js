// The page of the demo EPJ. It talks to its own server for everything, and to SFM's frame by postMessage alone.
"use strict";

const frame = document.getElementById("sfm");
const encounter = document.body.dataset.encounter;
const REFRESH_EVERY = 240_000; // milliseconds
let origin = ""; // of SFM, known from the session's addresses
let portal = "";
let pending = null; // { code, nonce, apiEndpoint } waiting for clientLoaded
let patient = null; // the chosen patient, waiting for login or switch
let loggedIn = false;

async function post(path) {
  const response = await fetch(path, { method: "POST" });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error || `Feil ${response.status}`);
  return body;
}

function log(direction, message) {
  const shown = { ...message };
  for (const secret of ["code", "nonce", "ticket"]) if (shown[secret]) shown[secret] = "…";
  const line = document.createElement("li");
  line.className = direction;
  line.textContent = `${direction === "out" ? "EPJ → SFM" : "SFM → EPJ"} ${JSON.stringify(shown)}`;
  document.getElementById("messages").append(line);
  line.scrollIntoView({ block: "nearest" });
}

function send(message) {
  log("out", message);
  frame.contentWindow.postMessage(message, origin);
}

async function open(which) {
  loggedIn = false;
  const session = await post("/sfm/session");
  pending = { code: session.code, nonce: session.nonce, apiEndpoint: session.apiEndpoint };
  portal = which;
  origin = new URL(session.metadata[which]).origin;
  frame.src = session.metadata[which];
}

async function show() {
  if (!patient) return;
  const { ticket } = await post(`/sfm/ticket/${patient.patient}`);
  send({ action: "setPatient", ticket, showAllergies: true, showLib: true, onBehalfOf: "", encounterIdentifier: encounter });
}

async function choose(button) {
  patient = { ...button.dataset };
  for (const other of document.querySelectorAll("[data-patient]")) other.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
  const name = document.createElement("h1");
  name.textContent = patient.name;
  const facts = document.createElement("span");
  facts.textContent = `${patient.born ? "født " + patient.born.split("-").reverse().join(".") : ""} · ${patient.pid}`;
  document.getElementById("chosen").replaceChildren(name, facts);
  if (loggedIn && portal === "patientportal") await show();
  else await open("patientportal");
}

async function fill(id, path) {
  const response = await fetch(path);
  const target = document.getElementById(id);
  if (response.ok) target.innerHTML = await response.text();
  else target.textContent = "Får ikke hentet dette fra SFM nå.";
}

async function aside() {
  const calls = await (await fetch("/sfm/calls")).json();
  const lines = calls.calls.map((call) => {
    const line = document.createElement("li");
    line.textContent = `${call.line} → ${call.status}`;
    return line;
  });
  document.getElementById("calls").replaceChildren(...lines);
  await Promise.all([fill("tasks", "/sfm/tasks"), fill("notes", `/sfm/notes/${encounter}`)]);
}

function failed(error) {
  const text = document.createElement("p");
  text.className = "error";
  text.textContent = error.message;
  document.getElementById("chosen").append(text);
}

window.addEventListener("message", (event) => {
  if (event.source !== frame.contentWindow || event.origin !== origin) return;
  log("in", event.data);
  if (event.data.clientLoaded === "success" && pending) {
    send({ action: "login", ...pending });
    pending = null;
  }
  if (event.data.login === "success") {
    loggedIn = true;
    if (portal === "patientportal") show().catch(failed);
  }
  if (event.data.setPatient === "success" || event.data.action === "journalUpdate") aside().catch(failed);
});

document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-patient]");
  if (chosen) choose(chosen).catch(failed);
  const which = event.target.closest("[data-portal]");
  if (which) open(which.dataset.portal).catch(failed);
});

document.getElementById("filter").addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase();
  for (const item of document.querySelectorAll(".patients li")) {
    item.hidden = !item.textContent.toLowerCase().includes(wanted);
  }
});

setInterval(() => loggedIn && post("/sfm/refresh").catch(failed), REFRESH_EVERY);
aside().catch(failed);
