// SPDX-License-Identifier: AGPL-3.0-or-later
// The news as they happen: the bell, a line that says what happened, and the parts of the page that
// ask to be read again. Pages work without it: they show what was true when they were loaded.
"use strict";

(() => {
  const campana = document.getElementById("campana");
  if (!campana || !("WebSocket" in window)) return;

  const RICOLLEGATI = 4001;
  const FUORI = 4003;
  const TROPPO = 4008;
  const QUIETE = 2000; // milliseconds between two readings of a part
  const visti = new Map(); // id of what was told -> the write of it that was shown
  const inizio = Number(campana.dataset.cursore);
  let cursore = inizio;
  let attesa = 0;
  let presa = null;

  function apri() {
    const sicuro = location.protocol === "https:" ? "wss:" : "ws:";
    presa = new WebSocket(`${sicuro}//${location.host}${campana.dataset.presa}?da=${cursore}`);
    presa.addEventListener("open", () => {
      const oggetto = document.querySelector("[data-guarda]");
      if (!oggetto) return;
      const { guarda, revisione } = oggetto.dataset;
      presa.send(JSON.stringify({ guarda, revisione: Number(revisione) }));
    });
    presa.addEventListener("message", (evento) => ricevi(JSON.parse(evento.data)));
    presa.addEventListener("close", (evento) => {
      if (evento.code === FUORI || evento.code === TROPPO) return;
      // All come back together after a restart: each waits a little more, and not the same.
      attesa = evento.code === RICOLLEGATI ? 0 : Math.min(attesa * 2 + 500, 30000);
      setTimeout(apri, attesa + Math.random() * 500);
    });
  }

  function ricevi(messaggio) {
    attesa = 0;
    // What was there when the page was made is no news, however far back one asks.
    if (messaggio.tipo === "cursore") cursore = Math.max(inizio, messaggio.cursore);
    else if (messaggio.tipo === "notizie") notizie(messaggio);
    else if (messaggio.tipo === "toccato") avverti("toccato");
    else if (messaggio.tipo === "ricarica") {
      avverti("notizie");
      avverti("toccato");
    }
  }

  function notizie(messaggio) {
    conta(messaggio.da_leggere, messaggio.urgenti);
    const nuove = messaggio.righe.filter((riga) => visti.get(riga.id) !== riga.segno);
    for (const riga of nuove) visti.set(riga.id, riga.segno);
    if (!nuove.length) return;
    const dette = nuove.filter((riga) => riga.aperta && !riga.letta);
    if (dette.length) mostra(dette);
    avverti("notizie");
  }

  function conta(quante, urgenti) {
    const numero = campana.querySelector(".campana-numero");
    numero.textContent = quante > 99 ? "99+" : String(quante);
    numero.hidden = quante === 0;
    campana.querySelector(".campana-detto").textContent =
      quante === 1 ? campana.dataset.una : campana.dataset.tante.replace("{n}", quante);
    campana.querySelector(".campana-urgenti").hidden = urgenti === 0;
    campana.querySelector(".campana-quante-urgenti").textContent =
      urgenti === 1 ? campana.dataset.urgente : campana.dataset.urgenti.replace("{n}", urgenti);
  }

  // One line at a time: who is flooded reads nothing.
  function mostra(dette) {
    const annuncio = document.getElementById("annuncio");
    const ultima = dette[dette.length - 1];
    const riga = document.createElement("a");
    riga.href = ultima.link;
    riga.textContent = ultima.testo;
    annuncio.replaceChildren(riga);
    const altre_n = dette.reduce((n, riga) => n + riga.quante, 0) - 1;
    if (altre_n > 0) {
      const altre = document.createElement("a");
      altre.href = campana.href;
      altre.textContent = annuncio.dataset.altre.replace("{n}", altre_n);
      annuncio.append(" ", altre);
    }
    annuncio.append(chiudi());
    annuncio.hidden = false;
  }

  function chiudi() {
    const bottone = document.createElement("button");
    bottone.type = "button";
    bottone.className = "btn-close";
    bottone.setAttribute("aria-label", document.getElementById("annuncio").dataset.chiudi);
    bottone.addEventListener("click", () => {
      document.getElementById("annuncio").hidden = true;
    });
    return bottone;
  }

  // Parts of the page are read again at once, and then once more for all that came meanwhile: not
  // while they are still being read, since what was asked of a part that goes away is lost.
  const inQuiete = new Map(); // what was said -> whether it was said again since

  function avverti(nome) {
    if (inQuiete.has(nome)) {
      inQuiete.set(nome, true);
      return;
    }
    inQuiete.set(nome, false);
    document.body.dispatchEvent(new CustomEvent(nome));
    setTimeout(() => riprendi(nome), QUIETE);
  }

  function riprendi(nome) {
    if (document.querySelector(".htmx-request")) {
      setTimeout(() => riprendi(nome), QUIETE / 4);
      return;
    }
    const ancora = inQuiete.get(nome);
    inQuiete.delete(nome);
    if (ancora) avverti(nome);
  }

  // Nor while the keyboard is in them: they would take its place away. When it leaves, they are.
  let rimandate = false;

  document.body.addEventListener("htmx:beforeRequest", (evento) => {
    const { elt, requestConfig } = evento.detail;
    if (requestConfig.triggeringEvent?.type !== "notizie") return;
    if (!elt.contains(document.activeElement)) return;
    evento.preventDefault();
    rimandate = true;
  });
  document.addEventListener("focusout", () =>
    setTimeout(() => {
      if (!rimandate) return;
      rimandate = false;
      avverti("notizie");
    }),
  );

  // Said twice, it is shown once.
  document.body.addEventListener("htmx:beforeSwap", (evento) => {
    const { target, xhr } = evento.detail;
    if (!target.dataset.guarda) return;
    if (target.dataset.detto === xhr.responseText) evento.detail.shouldSwap = false;
    target.dataset.detto = xhr.responseText;
  });
  document.addEventListener("keydown", (evento) => {
    if (evento.key === "Escape") document.getElementById("annuncio").hidden = true;
  });
  window.addEventListener("pagehide", () => presa?.close());
  window.addEventListener("pageshow", (evento) => {
    if (evento.persisted) apri();
  });
  // Not before the parts of the page listen: what was missed comes with the first message.
  if (document.readyState === "complete") apri();
  else window.addEventListener("load", apri, { once: true });
})();
