# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page. What belongs to an ente begins with its codice IPA; the API stands apart."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from cycle.views import (
    accesso,
    aiuto,
    anno,
    aperti,
    atti,
    bozza,
    calendario,
    catalogo,
    conferimenti,
    confronto,
    convertitori,  # noqa: F401 - registers the words of these addresses
    copia,
    correzioni,
    cruscotto,
    decisione,
    demo,
    fogli,
    foglio_piano,
    giunta,
    griglia,
    in_giunta,
    incarichi,
    inviti,
    inviti_variazione,
    molti,
    neutralizzazioni,
    notifiche,
    nucleo,
    organico,
    perche_no,
    piano,
    programmi,
    proposte,
    registro,
    registro_variazioni,
    relazione,
    richiesta,
    scheda,
    scrivania,
    seduta,
    sedute,
    stampe,
    transizioni,
    trasmetti,
    variazioni,
)

_obiettivo: list[URLPattern | URLResolver] = [
    path("", scheda.scheda, name="scheda"),
    path("modifica/", bozza.modifica, name="modifica"),
    path("elimina/", proposte.elimina, name="elimina"),
    path("percentuale/", scheda.percentuale, name="percentuale"),
    path("stampa/", stampe.scheda, name="stampa_scheda"),
    path("cambiata/", notifiche.cambiata, name="cambiata"),
    path("transizioni/<slug:nome>/", transizioni.transizione, name="transizione"),
    path("perche-no/<slug:nome>/", perche_no.perche_no, name="perche_no"),
    path("chi-puo/<slug:nome>/", incarichi.chi_puo_passo, name="chi_puo_passo"),
    path("invito/", inviti_variazione.nuovo, name="invita_variazione"),
    path("neutralizza/", neutralizzazioni.nuova, name="neutralizzazione_nuova"),
    path("variazioni/nuova/", richiesta.nuova, name="variazione_nuova"),
    path("variazioni/stralcio/", richiesta.stralcio, name="variazione_stralcio"),
    path("relazioni/<slug:periodo>/", relazione.relazione, name="relazione"),
    path("relazioni/<slug:periodo>/risposte/", nucleo.risposte, name="risposte"),
    path(
        "relazioni/<slug:periodo>/transizioni/<slug:nome>/",
        transizioni.transizione,
        name="transizione_relazione",
    ),
    path(
        "relazioni/<slug:periodo>/perche-no/<slug:nome>/",
        perche_no.perche_no,
        name="perche_no_relazione",
    ),
    path(
        "relazioni/<slug:periodo>/chi-puo/<slug:nome>/",
        incarichi.chi_puo_passo,
        name="chi_puo_passo_relazione",
    ),
]

_incarichi: list[URLPattern | URLResolver] = [
    path("", incarichi.incarichi, name="incarichi"),
    path("chi-puo/", incarichi.chi_puo, name="chi_puo"),
    path("conferisci/", conferimenti.conferisci, name="incarichi_conferisci"),
    path("delega/", conferimenti.delega, name="incarichi_delega"),
    path("<uuid:pid>/cessa/", conferimenti.cessa, name="incarichi_cessa"),
    path("persone/<uuid:pid>/", incarichi.persona, name="incarichi_persona"),
]

_giunta: list[URLPattern | URLResolver] = [
    path("", giunta.elenco_insiemi, name="giunta"),
    path("avanzamento/<uuid:chiave>/", decisione.avanzamento, name="avanzamento"),
    path("<uuid:pid>/", giunta.insieme, name="insieme"),
    path("<uuid:pid>/componi/", giunta.componi, name="insieme_componi"),
    path("<uuid:pid>/passi/<slug:nome>/", giunta.passo, name="insieme_passo"),
    path("<uuid:pid>/pareri/<slug:tipo>/", decisione.parere, name="insieme_parere"),
    path("<uuid:pid>/decisione/", decisione.decisione, name="insieme_decisione"),
]

_variazione: list[URLPattern | URLResolver] = [
    path("", variazioni.variazione, name="variazione"),
    path("modifica/", richiesta.modifica, name="variazione_modifica"),
    path("passi/<slug:nome>/", variazioni.passo, name="variazione_passo"),
    path("pareri/<slug:tipo>/", variazioni.parere, name="variazione_parere"),
    path("allegati/<slug:sha256>/", variazioni.allegato, name="variazione_allegato"),
]

_griglia: list[URLPattern | URLResolver] = [
    path("", griglia.pagina, name="griglia"),
    path("celle/", griglia.celle, name="griglia_celle"),
    path("foglio/", trasmetti.scarica, name="griglia_foglio"),
    path("importa/", trasmetti.importa, name="griglia_importa"),
    path("trasmetti/", trasmetti.trasmetti, name="griglia_trasmetti"),
    path("evidenze/<uuid:pid>/", griglia.evidenza, name="griglia_evidenza"),
]

_atto: list[URLPattern | URLResolver] = [
    path("", atti.atto, name="atto"),
    path("json/", atti.json, name="atto_json"),
    path("pdf/", atti.pdf, name="atto_pdf"),
    path("documenti/<uuid:doc>/", atti.documento, name="atto_documento"),
]

_organico: list[URLPattern | URLResolver] = [
    path("", organico.organico, name="organico"),
    path("modello/", organico.modello, name="organico_modello"),
    path("carica/", organico.carica, name="organico_carica"),
    path("unita/<uuid:pid>/", organico.unita, name="organico_unita"),
    path("persone/<uuid:pid>/", organico.persona, name="organico_persona"),
    path("inviti/", organico.inviti, name="organico_inviti"),
    path("piano/", organico.del_piano, name="organico_piano"),
]

_ente: list[URLPattern | URLResolver] = [
    path("", scrivania.scrivania, name="scrivania"),
    path("notifiche/", notifiche.notifiche, name="notifiche"),
    path("notifiche/lette/", scrivania.notifiche_lette, name="notifiche_lette"),
    path("notifiche/silenzio/", notifiche.silenzia, name="notifiche_silenzio"),
    path("notifiche/preferenze/", notifiche.preferenze, name="notifiche_preferenze"),
    path("anni/apri/", anno.apri, name="anni_apri"),
    path("<int:anno>/calendario/", calendario.calendario, name="calendario"),
    path("<int:anno>/calendario/proroga/", calendario.proroga, name="proroga"),
    path("<int:anno>/calendario/indirizzo/", calendario.indirizzo, name="calendario_indirizzo"),
    path("calendario/<slug:gettone>.ics", calendario.ics, name="calendario_ics"),
    path("<int:anno>/cruscotto/", cruscotto.cruscotto, name="cruscotto"),
    path("<int:anno>/cruscotto/relazioni/", cruscotto.relazioni, name="cruscotto_relazioni"),
    path("<int:anno>/cruscotto/segnali/", cruscotto.segnali, name="segnali"),
    path("<int:anno>/cruscotto/media/", cruscotto.media, name="media"),
    path("<int:anno>/chiusura/", cruscotto.chiusura, name="chiusura"),
    path("<int:anno>/piano/", piano.piano, name="piano"),
    path("<int:anno>/piano/json/", piano.esportazione, name="esporta_piano"),
    path("<int:anno>/piano/molti/<slug:nome>/", molti.passo_di_molti, name="molti"),
    path("<int:anno>/piano/molti/<slug:nome>/<int:azione>/", molti.esito, name="molti_esito"),
    path("<int:anno>/piano/xlsx/", foglio_piano.esportazione, name="esporta_foglio"),
    path("<int:anno>/piano/stampa/", stampe.anno, name="stampa_anno"),
    path("lavori/<uuid:pid>/", stampe.lavoro, name="lavoro"),
    path("lavori/<uuid:pid>/file/", stampe.file, name="lavoro_file"),
    path("piano/foglio/", foglio_piano.pagina, name="foglio_piano"),
    path("piano/foglio/modello/", foglio_piano.modello, name="foglio_piano_modello"),
    path("piano/foglio/errori/", foglio_piano.errori, name="foglio_piano_errori"),
    path("proposte/", proposte.adesso, name="proposte_ora"),
    path("<int:anno>/proposte/", proposte.elenco, name="proposte"),
    path("<int:anno>/proposte/nuova/", bozza.nuova, name="nuova"),
    path("<int:anno>/programmi/", programmi.programmi, name="programmi"),
    path("<int:anno>/proposte/copia/", copia.copia, name="copia"),
    path("<int:anno>/proposte/foglio/", fogli.foglio, name="foglio_proposte"),
    path("<int:anno>/proposte/importa/", fogli.importa, name="importa_proposte"),
    path("<int:anno>/giunta/", include(_giunta)),
    path("<int:anno>/griglia/", griglia.adesso, name="griglia_ora"),
    path("<int:anno>/griglia/<slug:codice>/", include(_griglia)),
    path("<int:anno>/nucleo/", nucleo.adesso, name="nucleo"),
    path("<int:anno>/nucleo/<slug:codice>/", nucleo.pagina, name="coda"),
    path("<int:anno>/nucleo/<slug:codice>/seduta/", seduta.seduta, name="seduta"),
    path("<int:anno>/attuazione/<str:codice>/", sedute.attuazione, name="attuazione"),
    path("<int:anno>/sedute/", sedute.elenco, name="sedute"),
    path("<int:anno>/sedute/<uuid:pid>/verbale/", sedute.verbale, name="verbale"),
    path("<int:anno>/variazioni/", variazioni.elenco, name="variazioni"),
    path("<int:anno>/variazioni/giunta/", in_giunta.elenco, name="variazioni_giunta"),
    path(
        "<int:anno>/variazioni/giunta/decisione/", in_giunta.decisione, name="variazioni_decisione"
    ),
    path("<int:anno>/correzioni/", correzioni.elenco, name="correzioni"),
    path("correzioni/nuova/<uuid:pid>/", correzioni.nuova, name="correzione_nuova"),
    path("correzioni/<uuid:pid>/", correzioni.correzione, name="correzione"),
    path("<int:anno>/neutralizzazioni/", neutralizzazioni.elenco, name="neutralizzazioni"),
    path(
        "neutralizzazioni/<uuid:pid>/", neutralizzazioni.neutralizzazione, name="neutralizzazione"
    ),
    path(
        "neutralizzazioni/<uuid:pid>/documenti/<slug:sha256>/",
        neutralizzazioni.documento,
        name="neutralizzazione_documento",
    ),
    path("<int:anno>/variazioni/inviti/", inviti_variazione.elenco, name="inviti_variazione"),
    path("variazioni/inviti/<uuid:pid>/", inviti_variazione.invito, name="invito_variazione"),
    path(
        "<int:anno>/variazioni/registro/", registro_variazioni.registro, name="registro_variazioni"
    ),
    path(
        "<int:anno>/variazioni/registro/<slug:forma>/",
        registro_variazioni.esportazione,
        name="registro_variazioni_forma",
    ),
    path("variazioni/<uuid:pid>/", include(_variazione)),
    path("atti/<uuid:pid>/", include(_atto)),
    path("obiettivi/<uuid:pid>/", include(_obiettivo)),
    path("incarichi/", include(_incarichi)),
    path("organico/", include(_organico)),
    path("indicatori/", catalogo.catalogo, name="catalogo"),
    path("dati-aperti/", aperti.adesso, name="aperti_ora"),
    path("<int:anno>/dati-aperti/", aperti.pagina, name="aperti"),
    path("<int:anno>/dati-aperti/<slug:forma>/", aperti.file, name="aperti_file"),
    path("dati-aperti/schema/", aperti.schema, name="aperti_schema"),
    path("registro/confronto/", confronto.confronto, name="confronto"),
    path("registro/", registro.registro, name="registro"),
    path("registro/fatti/<int:numero>/", registro.fatto, name="registro_fatto"),
    path("registro/domande/", registro.salva, name="registro_salva"),
    path("registro/domande/<uuid:pid>/", registro.salvata, name="registro_domanda"),
    path("registro/domande/<uuid:pid>/togli/", registro.togli, name="registro_togli"),
    path("registro/impronta/", registro.impronta, name="registro_impronta"),
    path("registro/esporta/<slug:forma>/", registro.esportazione, name="registro_forma"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", accesso.inizio, name="inizio"),
    path("inviti/<uuid:pid>/<str:gettone>/", inviti.invito, name="invito"),
    path("password/", inviti.password_dimenticata, name="password_dimenticata"),
    path(
        "password/<str:uidb64>/<str:token>/",
        inviti.PasswordNuova.as_view(),
        name="password_nuova",
    ),
    path("accedi/", accesso.Accesso.as_view(), name="accedi"),
    path("esci/", accesso.Uscita.as_view(), name="esci"),
    path("aiuto/", aiuto.aiuto, name="aiuto"),
    path("salute/", accesso.salute, name="salute"),
    path("api/v1/", include("cycle.api.urls")),
    path("<ipa:ipa>/", include(_ente)),
]

if settings.DEMO:
    urlpatterns = [
        path("demo/entra/", demo.entra, name="demo_entra"),
        path("demo/orologio/", demo.orologio, name="demo_orologio"),
        *urlpatterns,
    ]

handler400 = "cycle.views.errori.illeggibile"
handler403 = "cycle.views.errori.vietato"
handler404 = "cycle.views.errori.non_trovato"
handler500 = "cycle.views.errori.guasto"
