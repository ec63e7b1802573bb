// SPDX-License-Identifier: AGPL-3.0-or-later
// The pages of the objective, a little better with a script: they all work without it.
"use strict";

// What opens under the acts takes the focus, so that the keyboard and the screen reader follow.
document.addEventListener("htmx:afterSwap", (evento) => {
  if (evento.detail.target.id === "azione") document.querySelector("#azione h2")?.focus();
});

// A form that came back with errors begins from them.
document.getElementById("errori")?.focus();

// What a filter leaves empty stays out of the address.
document.addEventListener("htmx:configRequest", (evento) => {
  if (!evento.target.matches("form.filtri, form.e-se")) return;
  const dati = evento.detail.formData;
  for (const [nome, valore] of [...dati.entries()]) if (valore === "") dati.delete(nome);
});

// Paper has nothing to open: what is folded prints open.
const piegate = new Set();
window.addEventListener("beforeprint", () => {
  for (const piega of document.querySelectorAll(".scheda details.piega:not([open])")) {
    piegate.add(piega);
    piega.open = true;
  }
});
window.addEventListener("afterprint", () => {
  for (const piega of piegate) piega.open = false;
  piegate.clear();
});

// The report: how many values are missing, what is not saved yet.
let modificata = document.querySelector("form[data-modificata]") !== null;

document.addEventListener("input", (evento) => {
  const modulo = evento.target.closest("form[data-avvisa]");
  if (!modulo) return;
  modificata = true;
  const avviso = modulo.querySelector("[data-da-salvare]");
  avviso.textContent = avviso.dataset.testo;
  for (const campo of modulo.querySelectorAll("[data-dovuta]")) {
    campo.closest("td").classList.toggle("da-scrivere", campo.value.trim() === "");
  }
});
document.addEventListener("submit", (evento) => {
  const altrove = evento.submitter?.getAttribute("formtarget"); // what opens beside saves nothing
  if (evento.target.matches("form[data-avvisa]") && !altrove) modificata = false;
});
document.addEventListener("htmx:afterSwap", () => {
  if (document.querySelector("form[data-modificata]")) modificata = true;
});
window.addEventListener("beforeunload", (evento) => {
  if (modificata) evento.preventDefault();
});
