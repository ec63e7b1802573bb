// SPDX-License-Identifier: AGPL-3.0-or-later
// Going through the queue with the keyboard: Alt and the arrows move between the osservazioni,
// Ctrl and Enter sign the one that is being written. Without it everything has its button.
"use strict";

const campi = () => [...document.querySelectorAll(".coda-testo textarea")];

for (const aiuto of document.querySelectorAll("[data-tasti]")) aiuto.hidden = false;

document.addEventListener("keydown", (evento) => {
  const qui = evento.target.closest(".coda-riga");
  if (evento.altKey && (evento.key === "ArrowDown" || evento.key === "ArrowUp")) {
    const tutti = campi();
    const dove = qui ? tutti.indexOf(qui.querySelector("textarea")) : -1;
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
