// SPDX-License-Identifier: AGPL-3.0-or-later
// Choosing many in the Piano: how many are chosen, and all of a page with one click. Without it
// the boxes are counted by the preview.
"use strict";

const scatole = () => [...document.querySelectorAll('input[name="scelti"]')];

function conta() {
  const modulo = document.getElementById("molti");
  if (!modulo) return;
  const tutte = scatole();
  const tutti = modulo.elements.tutti.checked;
  const quante = tutte.filter((s) => s.checked).length;
  for (const s of tutte) s.disabled = tutti;
  const detto = modulo.querySelector(".molti-quanti");
  detto.hidden = false;
  detto.textContent = tutti ? "" : quante === 0 ? detto.dataset.nessuno
    : quante === 1 ? detto.dataset.uno : detto.dataset.molti.replace("%n", String(quante));
  const capo = document.getElementById("scegli-pagina");
  if (capo) {
    capo.closest(".scelta").classList.add("con-script");
    capo.checked = quante > 0 && quante === tutte.length;
    capo.indeterminate = quante > 0 && quante < tutte.length;
    capo.disabled = tutti;
  }
}

document.addEventListener("change", (evento) => {
  if (evento.target.id === "scegli-pagina") {
    for (const s of scatole()) s.checked = evento.target.checked;
  }
  if (evento.target.closest("#molti, .scelta")) conta();
});
document.addEventListener("htmx:afterSwap", conta);
window.addEventListener("pageshow", conta);
