// SPDX-License-Identifier: AGPL-3.0-or-later
// What HTML alone cannot do. Every page works without it.
"use strict";

// A menu closes with Esc, and when one looks elsewhere.
document.addEventListener("keydown", (evento) => {
  if (evento.key !== "Escape") return;
  const aperta = document.querySelector("details.tendina[open]");
  if (!aperta) return;
  aperta.open = false;
  aperta.querySelector("summary").focus();
});
document.addEventListener("click", (evento) => {
  for (const tendina of document.querySelectorAll("details.tendina[open]")) {
    if (!tendina.contains(evento.target)) tendina.open = false;
  }
});

// A second click on the same button sends nothing: the first answer is the one to read (R50).
document.addEventListener("submit", (evento) => {
  const modulo = evento.target;
  if (evento.defaultPrevented || modulo.method !== "post") return;
  if (evento.submitter?.getAttribute("formtarget")) return; // it opens beside, and this one stays
  if (modulo.dataset.inviato) evento.preventDefault();
  modulo.dataset.inviato = "1";
});
window.addEventListener("pageshow", () => {
  for (const modulo of document.querySelectorAll("form[data-inviato]")) delete modulo.dataset.inviato;
});

// When the server does not answer an htmx request, say so where messages are read.
for (const muto of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(muto, () => avvisa("rete"));
}
document.addEventListener("htmx:responseError", (evento) => {
  if (evento.detail.xhr.status >= 500) avvisa("guasto");
});

function avvisa(quale) {
  const avvisi = document.getElementById("avvisi");
  const avviso = document.createElement("p");
  avviso.className = "alert alert-danger";
  avviso.textContent = avvisi.dataset[quale];
  avvisi.replaceChildren(avviso);
}
