// SPDX-License-Identifier: AGPL-3.0-or-later
// The grid of a period with a script: the keyboard of a spreadsheet, paste of a block, each cell
// saved as one leaves it. Without it the page is one form, which saves whole.
//
// It is a plain table of labelled fields, not an ARIA grid: screen readers then read it as any
// table, each field says its own name, and what one types goes where it always does. The arrows
// are a convenience added to that, and take nothing away from it.
"use strict";

document.getElementById("errori")?.focus();
const modulo = document.getElementById("griglia");
if (modulo?.elements.base) griglia(modulo, document.getElementById("stato"));

function griglia(modulo, stato) {
  const parole = stato.dataset;
  const annuncio = document.getElementById("griglia-annuncio");
  const celle = new Map([...modulo.querySelectorAll(".cella")].map((c) => [c.name, c]));
  const daSalvare = new Set(); // names
  const errate = new Set([...celle.values()].filter((c) => c.ariaInvalid === "true").map((c) => c.name));
  const inVolo = new Map(); // name -> text that was sent
  let salvatoAlle = "";
  let guaio = ""; // what keeps cells from being saved, in words
  let attesa = 0; // ms before the next try
  let orologio = 0;
  let corregge = null; // the cell in which arrows move the caret (F2)
  let siEsce = false;

  // --- where cells are --------------------------------------------------------------------------

  const riga = (cella) => cella.closest("tr");
  const tipo = (tr) => (tr.closest("table").classList.contains("tabella-griglia-fasi") ? "fasi" : "valori");
  const righe = { valori: [], fasi: [] };
  for (const tr of modulo.querySelectorAll(".tabella-griglia tbody tr")) righe[tipo(tr)].push(tr);
  const nellaRiga = (tr) => [...tr.querySelectorAll(".cella")];

  function accanto(cella, verso) {
    const fila = nellaRiga(riga(cella));
    return fila[fila.indexOf(cella) + verso];
  }

  function sopraOSotto(cella, verso) {
    const elenco = righe[tipo(riga(cella))];
    for (let n = elenco.indexOf(riga(cella)) + verso; elenco[n]; n += verso) {
      const altra = elenco[n].querySelector(`.cella[data-colonna="${cella.dataset.colonna}"]`);
      if (altra) return altra;
    }
    return null;
  }

  function vai(cella) {
    if (!cella) return;
    cella.focus();
    cella.select();
  }

  // --- the keyboard -----------------------------------------------------------------------------

  modulo.addEventListener("keydown", (evento) => {
    const cella = evento.target.closest(".cella");
    if (!cella || evento.isComposing || evento.ctrlKey || evento.metaKey) return;
    const inTabella = riga(cella) !== null;
    if (evento.key === "Escape") {
      if (cella.value === cella.dataset.prima && !errate.has(cella.name)) return;
      evento.preventDefault();
      rimetti(cella);
    } else if (!inTabella) {
      return;
    } else if (evento.key === "F2") {
      evento.preventDefault();
      corregge = cella;
      cella.setSelectionRange(cella.value.length, cella.value.length);
    } else if (evento.key === "Enter") {
      evento.preventDefault();
      if (evento.altKey && cella.tagName === "TEXTAREA") return cella.setRangeText("\n", cella.selectionStart, cella.selectionEnd, "end");
      corregge = null;
      const altra = sopraOSotto(cella, evento.shiftKey ? -1 : 1);
      if (altra) vai(altra);
      else scrivi(cella);
    } else if (evento.key.startsWith("Arrow") && corregge !== cella && !evento.shiftKey && !evento.altKey) {
      freccia(evento, cella);
    }
  });

  function freccia(evento, cella) {
    const verticale = evento.key === "ArrowUp" || evento.key === "ArrowDown";
    const verso = evento.key === "ArrowUp" || evento.key === "ArrowLeft" ? -1 : 1;
    const intera = cella.selectionStart === 0 && cella.selectionEnd === cella.value.length;
    const alBordo = cella.selectionStart === cella.selectionEnd
      && cella.selectionStart === (verso < 0 ? 0 : cella.value.length);
    if (!verticale && !intera && !alBordo) return;
    const altra = verticale ? sopraOSotto(cella, verso) : accanto(cella, verso);
    if (!altra) return;
    evento.preventDefault();
    vai(altra);
  }

  modulo.addEventListener("focusout", () => { corregge = null; });

  // --- paste of a block copied from a spreadsheet -----------------------------------------------

  modulo.addEventListener("paste", (evento) => {
    const cella = evento.target.closest(".cella");
    if (!cella || !riga(cella)) return;
    const blocco = tabella(evento.clipboardData.getData("text/plain"));
    if (blocco.length === 1 && blocco[0].length === 1) return; // one text: the browser's own
    evento.preventDefault();
    const elenco = righe[tipo(riga(cella))];
    const inizio = elenco.indexOf(riga(cella));
    const colonna = nellaRiga(riga(cella)).indexOf(cella);
    let dentro = 0;
    let fuori = 0;
    blocco.forEach((testi, n) => testi.forEach((testo, m) => {
      const altra = elenco[inizio + n] && nellaRiga(elenco[inizio + n])[colonna + m];
      if (!altra) { if (testo.trim()) fuori += 1; return; }
      altra.value = testo.trim();
      scrivi(altra);
      dentro += 1;
    }));
    annuncio.textContent = (fuori ? parole.troppo : parole.incollate)
      .replace("%n", String(dentro)).replace("%m", String(fuori));
  });

  // Rows and columns as a spreadsheet copies them: a text with line ends stands in quotes.
  function tabella(testo) {
    const blocco = [[""]];
    let virgolette = false;
    const pulito = testo.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let n = 0; n < pulito.length; n += 1) {
      const ultima = blocco[blocco.length - 1];
      const lettera = pulito[n];
      if (virgolette && lettera === '"' && pulito[n + 1] === '"') { ultima[ultima.length - 1] += '"'; n += 1; }
      else if (lettera === '"' && (virgolette || ultima[ultima.length - 1] === "") && (virgolette || chiusa(pulito, n))) virgolette = !virgolette;
      else if (!virgolette && lettera === "\t") ultima.push("");
      else if (!virgolette && lettera === "\n") blocco.push([""]);
      else ultima[ultima.length - 1] += lettera;
    }
    return blocco;
  }

  const chiusa = (testo, n) => /^"(?:[^"]|"")*"(?:[\t\n]|$)/.test(testo.slice(n));

  // --- saving -----------------------------------------------------------------------------------

  modulo.addEventListener("change", (evento) => {
    const cella = evento.target.closest(".cella");
    if (cella) scrivi(cella);
    else if (evento.target.type === "file" || evento.target.name === "togli") mostra();
  });

  function scrivi(cella) {
    if (cella.value.trim() === cella.dataset.prima) {
      daSalvare.delete(cella.name);
      if (errate.has(cella.name)) sta(cella);
    } else {
      daSalvare.add(cella.name);
    }
    mostra();
    programma(300);
  }

  function rimetti(cella) {
    cella.value = cella.dataset.prima;
    daSalvare.delete(cella.name);
    corregge = null;
    sta(cella);
    cella.select();
    mostra();
  }

  function programma(fra) {
    clearTimeout(orologio);
    if (daSalvare.size) orologio = setTimeout(manda, fra);
  }

  async function manda() {
    clearTimeout(orologio);
    if (inVolo.size || !daSalvare.size) return;
    const voci = [...daSalvare].slice(0, 1000).map((nome) => {
      const cella = celle.get(nome);
      inVolo.set(nome, cella.value);
      daSalvare.delete(nome);
      return { nome, valore: cella.value, base: cella.dataset.prima };
    });
    mostra();
    let detto = null;
    let codice = 0;
    try {
      const risposta = await fetch(modulo.dataset.celle, {
        method: "POST",
        headers: { "X-CSRFToken": modulo.elements.csrfmiddlewaretoken.value },
        body: new URLSearchParams({ celle: JSON.stringify(voci) }),
        redirect: "manual",
      });
      codice = risposta.status;
      if ((risposta.headers.get("Content-Type") || "").includes("json")) detto = await risposta.json();
    } catch { codice = 0; }
    const mandate = new Map(inVolo);
    inVolo.clear();
    if (detto?.celle) riesce(detto, mandate);
    else fallisce(codice, detto, mandate);
    mostra();
  }

  function riesce(detto, mandate) {
    guaio = "";
    attesa = 0;
    salvatoAlle = detto.quando;
    for (const [nome, esito] of Object.entries(detto.celle)) {
      const cella = celle.get(nome);
      if (esito.stato === "scritta") {
        cella.dataset.prima = esito.testo;
        sta(cella);
        if (cella.value === mandate.get(nome)) { if (cella.value !== esito.testo) cella.value = esito.testo; }
        else daSalvare.add(nome);
      } else if (cella.value !== mandate.get(nome)) {
        daSalvare.add(nome);
      } else if (esito.stato === "errata") {
        nonSta(cella, esito.errore);
      } else {
        nonSta(cella, esito.detto, esito.adesso);
      }
    }
    programma(300);
  }

  function fallisce(codice, detto, mandate) {
    for (const nome of mandate.keys()) daSalvare.add(nome);
    if (detto?.errore) { // refused as a whole, with its reasons
      for (const nome of mandate.keys()) { daSalvare.delete(nome); nonSta(celle.get(nome), detto.errore); }
      guaio = "";
    } else if (codice === 0 || codice >= 500) {
      if (guaio !== parole.rete) annuncio.textContent = parole.rete;
      guaio = parole.rete;
      attesa = Math.min(30000, Math.max(2000, attesa * 2));
      programma(attesa);
    } else {
      guaio = parole.sessione;
      annuncio.textContent = guaio;
    }
  }

  window.addEventListener("online", () => programma(0));

  // --- what a cell says of itself ---------------------------------------------------------------

  function sta(cella) {
    errate.delete(cella.name);
    cella.classList.remove("cella-errata", "cella-contesa");
    cella.removeAttribute("aria-invalid");
    cella.removeAttribute("aria-describedby");
    document.getElementById(`e_${cella.name}`)?.remove();
    riga(cella)?.classList.toggle("da-scrivere", [...riga(cella).querySelectorAll("[data-dovuta]")].some((c) => c.dataset.prima === ""));
  }

  function nonSta(cella, frase, adesso) {
    sta(cella);
    errate.add(cella.name);
    const contesa = adesso !== undefined;
    cella.classList.add(contesa ? "cella-contesa" : "cella-errata");
    cella.setAttribute("aria-invalid", "true");
    cella.setAttribute("aria-describedby", `e_${cella.name}`);
    const detto = document.createElement("div");
    detto.className = "cella-detto";
    detto.id = `e_${cella.name}`;
    detto.append(frase);
    if (contesa) {
      detto.append(" ", bottone(parole.mio, cella, () => { cella.dataset.prima = adesso; daSalvare.add(cella.name); programma(0); }),
        " ", bottone(parole.suo, cella, () => { cella.dataset.prima = adesso; rimetti(cella); }));
    }
    (cella.closest(".g-campo") ?? cella).after(detto);
    annuncio.textContent = `${cella.getAttribute("aria-label")}: ${frase}`;
  }

  function bottone(testo, cella, fa) {
    const b = document.createElement("button");
    b.type = "button";
    b.className = "btn btn-outline-primary btn-xs";
    b.textContent = testo;
    b.setAttribute("aria-label", `${testo}: ${cella.getAttribute("aria-label")}`);
    b.addEventListener("click", () => { sta(cella); fa(); cella.focus(); mostra(); });
    return b;
  }

  // --- what is saved, what is missing -----------------------------------------------------------

  const manca = document.querySelector("[data-manca]");
  const dovute = [...celle.values()].filter((c) => "dovuta" in c.dataset);
  const altre = document.querySelectorAll("#manca a[data-a]").length - dovute.filter((c) => c.dataset.prima === "").length;

  function mostra() {
    const quante = daSalvare.size + inVolo.size;
    const file = [...modulo.querySelectorAll("input[type=file]")].some((f) => f.files.length)
      || modulo.querySelector("input[name=togli]:checked") !== null;
    const conta = (n, una, molte) => (n === 1 ? una : molte.replace("%n", String(n)));
    stato.textContent = guaio || [
      errate.size ? conta(errate.size, parole.errata, parole.errate) : "",
      inVolo.size ? parole.salvoOra : quante ? conta(quante, parole.una, parole.molte) : "",
      file ? parole.file : "",
    ].filter(Boolean).join(" · ") || (salvatoAlle ? parole.salvoAlle.replace("%ora", salvatoAlle) : parole.salvo);
    stato.classList.toggle("griglia-guaio", Boolean(guaio || errate.size));
    stato.classList.toggle("griglia-salvo", !guaio && !errate.size && !quante && !file);
    const n = altre + dovute.filter((c) => c.dataset.prima === "").length;
    const testo = n === 0 ? manca.dataset.nessuno : conta(n, manca.dataset.uno, manca.dataset.molti);
    if (manca.textContent !== testo) manca.textContent = testo;
    document.getElementById("manca").classList.toggle("completa", n === 0);
    for (const a of document.querySelectorAll("#manca a[data-a]")) {
      const cella = celle.get(a.dataset.a);
      if (cella) a.hidden = cella.dataset.prima !== "";
    }
    for (const p of document.querySelectorAll("#manca [data-gruppo]")) p.hidden = !p.querySelector("a[data-a]:not([hidden])");
    for (const attesa of modulo.querySelectorAll("tr.da-scrivere")) {
      if (![...attesa.querySelectorAll("[data-dovuta]")].some((c) => c.dataset.prima === "")) attesa.classList.remove("da-scrivere");
    }
  }

  // A link to what is missing opens nothing: it goes there, and the list closes.
  document.getElementById("manca").addEventListener("click", (evento) => {
    const cella = celle.get(evento.target.dataset?.a);
    if (!cella) return;
    evento.preventDefault();
    document.getElementById("manca").open = false;
    vai(cella);
  });

  // --- the form as a whole ----------------------------------------------------------------------

  modulo.addEventListener("submit", (evento) => {
    const file = [...modulo.querySelectorAll("input[type=file]")].some((f) => f.files.length);
    const tutto = file || evento.submitter?.name === "poi" || modulo.querySelector("input[name=togli]:checked");
    if (!tutto) {
      evento.preventDefault();
      for (const cella of celle.values()) if (cella.value.trim() !== cella.dataset.prima) daSalvare.add(cella.name);
      guaio = "";
      manda();
      mostra();
      return;
    }
    const base = {};
    for (const cella of celle.values()) if (cella.dataset.prima) base[cella.name] = cella.dataset.prima;
    modulo.elements.base.value = JSON.stringify(base);
    siEsce = true;
  });
  window.addEventListener("pageshow", () => { siEsce = false; });
  window.addEventListener("beforeunload", (evento) => {
    if (!siEsce && (daSalvare.size || inVolo.size || errate.size)) evento.preventDefault();
  });
  mostra();
}
