// SPDX-License-Identifier: AGPL-3.0-or-later
// Going through the queue with the keyboard: Alt and the arrows move between the osservazioni,
// Ctrl and Enter sign the one that is being written. Without it everything has its button.
"use strict";

const campi = () => [...document.querySelectorAll(".coda-testo > textarea")];

for (const aiuto of document.querySelectorAll("[data-tasti]")) aiuto.hidden = false;

document.addEventListener("keydown", (evento) => {
  const qui = evento.target.closest(".coda-riga");
  if (evento.altKey && (evento.key === "ArrowDown" || evento.key === "ArrowUp")) {
    const tutti = campi();
    const dove = qui ? tutti.indexOf(qui.querySelector(".coda-testo > textarea")) : -1;
    const prossimo = tutti[dove + (evento.key === "ArrowDown" ? 1 : -1)];
    if (!prossimo) return;
    evento.preventDefault();
    prossimo.focus();
    prossimo.closest(".coda-riga").scrollIntoView({ block: "nearest" });
  } else if (evento.ctrlKey && evento.key === "Enter" && qui) {
    evento.preventDefault();
    const firma = qui.querySelector('button[value^="firma:"]');
    firma.form.requestSubmit(firma);
  }
});

// The queue grows while one looks at it, not while one writes in it: then only its count does, and
// the rest at the first moment of quiet.
let arretrata = false;

function quieta() {
  const coda = document.getElementById("coda");
  return (
    !coda.classList.contains("htmx-request") &&
    !coda.contains(document.activeElement) &&
    !coda.querySelector("details[open]") &&
    [...coda.querySelectorAll("textarea")].every((campo) => campo.value === campo.defaultValue)
  );
}

function aggiorna() {
  if (!arretrata || !quieta()) return;
  arretrata = false;
  document.body.dispatchEvent(new CustomEvent("coda-quieta"));
}

document.body.addEventListener("notizie", () => {
  arretrata = true;
  aggiorna();
});
document.addEventListener("focusout", () => setTimeout(aggiorna));
document.addEventListener("toggle", aggiorna, true);
document.body.addEventListener("htmx:afterSettle", aggiorna);
