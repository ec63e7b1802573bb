// SPDX-License-Identifier: AGPL-3.0-or-later
// How long is left until a term, ticking: the server says how many seconds are left, in its own
// time; the clock of this machine only measures how many have gone by. Without it the page says
// what was left when it was drawn.
"use strict";

function restano(conto) {
  if (!conto.dataset.scade) {
    conto.dataset.scade = String(performance.now() + Number(conto.dataset.restano) * 1000);
  }
  return Math.max(0, Math.ceil((Number(conto.dataset.scade) - performance.now()) / 1000));
}

function dice(conto, secondi) {
  if (secondi === 0) return conto.dataset.passato;
  const giorni = Math.floor(secondi / 86400);
  const ore = Math.floor((secondi % 86400) / 3600);
  const minuti = Math.floor((secondi % 3600) / 60);
  const parti = {
    g: giorni, o: ore, m: String(minuti).padStart(2, "0"), s: String(secondi % 60).padStart(2, "0"),
  };
  const frase = giorni > 1 ? conto.dataset.giorni : giorni ? conto.dataset.giorno : conto.dataset.ore;
  return frase.replace(/%([goms])/g, (_tutto, lettera) => parti[lettera]);
}

function batti() {
  for (const conto of document.querySelectorAll("[data-restano]")) {
    const secondi = restano(conto);
    const detto = dice(conto, secondi);
    if (conto.textContent !== detto) conto.textContent = detto;
    if (secondi === 0) conto.closest(".conto-termine").classList.add("conto-scaduto");
  }
}

batti();
setInterval(batti, 1000);
