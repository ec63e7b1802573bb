# SPDX-License-Identifier: AGPL-3.0-or-later
"""One envelope for whatever goes wrong: `{"errore", "motivi": [...]}`.

A reason always has the same six fields: the five of `workflows.errors.Motivo`, and `campo`, the
place in the request that was malformed (empty when the request was well formed and refused).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import ninja.errors
from django.core.exceptions import RequestDataTooBig
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.log import log_response
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI

from workflows.errors import Motivo, Rifiuto

_FRASI = {
    401: gettext_lazy(
        "Serve l'accesso: un gettone in vigore (Authorization: Bearer), o la sessione."
    ),
    403: gettext_lazy("Non autorizzato: serve un incarico che lo consenta."),
    404: gettext_lazy("Non trovato."),
    405: gettext_lazy("Questo indirizzo non ammette questo metodo."),
    409: gettext_lazy("Non è più come lo si era letto: rileggerlo, e ripetere se serve ancora."),
    413: gettext_lazy("La richiesta è troppo grande."),
    422: gettext_lazy("Non si può ancora fare: manca qualcosa."),
    500: gettext_lazy("Guasto interno: è stato annotato. Non è stato scritto nulla."),
}

# What is wrong with a value, by the kind of error that pydantic names.
_FORMATI = {
    "missing": gettext_lazy("manca"),
    "extra_forbidden": gettext_lazy("questo campo non esiste"),
    "string_type": gettext_lazy("deve essere un testo"),
    "string_unicode": gettext_lazy("contiene caratteri che non sono testo"),
    "string_too_long": gettext_lazy("è troppo lungo: al più %(max_length)s caratteri"),
    "int_type": gettext_lazy("deve essere un numero intero"),
    "int_parsing": gettext_lazy("deve essere un numero intero"),
    "int_parsing_size": gettext_lazy("è un numero troppo grande"),
    "int_from_float": gettext_lazy("deve essere un numero intero"),
    "greater_than_equal": gettext_lazy("deve essere almeno %(ge)s"),
    "less_than_equal": gettext_lazy("deve essere al più %(le)s"),
    "bool_type": gettext_lazy("deve essere vero o falso (true, false)"),
    "uuid_type": gettext_lazy("deve essere un identificativo (UUID)"),
    "uuid_parsing": gettext_lazy("deve essere un identificativo (UUID)"),
    "list_type": gettext_lazy("deve essere un elenco"),
    "too_long": gettext_lazy("è troppo lungo: al più %(max_length)s elementi"),
    "model_type": gettext_lazy("deve essere un oggetto"),
    "model_attributes_type": gettext_lazy("deve essere un oggetto"),
    "value_error": gettext_lazy("%(error)s"),
}


class Malformata(Exception):
    """The request says something that cannot be read: (field, what is wrong), in Italian."""

    def __init__(self, *errori: tuple[str, str]) -> None:
        self.errori = errori
        super().__init__("; ".join(f"{campo}: {frase}" for campo, frase in errori))


def solo_parametri(request: HttpRequest, ammessi: Iterable[str]) -> None:
    """A parameter that does not exist is told: ignored, it would answer another question."""
    ignoti = sorted(set(request.GET) - set(ammessi))
    if ignoti:
        raise Malformata(*((nome, _("questo parametro non esiste")) for nome in ignoti))


def busta(codice: int, motivi: Sequence[Mapping[str, str]] = (), errore: str = "") -> JsonResponse:
    """The envelope of a refusal."""
    risposta = JsonResponse(
        {"errore": errore or str(_FRASI[codice]), "motivi": list(motivi)}, status=codice
    )
    if codice == 401:
        risposta["WWW-Authenticate"] = "Bearer"
    return risposta


def motivi(elenco: Iterable[Motivo]) -> list[dict[str, str]]:
    """The reasons of a verdict or of a refusal, as JSON."""
    return [{**asdict(m), "campo": ""} for m in elenco]


def registra(api: NinjaAPI) -> None:
    """Make every exception of the API an envelope."""
    gestori: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Rifiuto: _rifiuto,
        Malformata: _malformata,
        ninja.errors.ValidationError: _non_valida,
        ninja.errors.AuthenticationError: lambda _r, _e: busta(401),
        ninja.errors.HttpError: _http,
        RequestDataTooBig: lambda _r, _e: busta(413),
        Http404: lambda _r, _e: busta(404),
        Exception: _guasto,
    }
    for tipo, gestore in gestori.items():
        api.add_exception_handler(tipo, gestore)


def _rifiuto(request: HttpRequest, rifiuto: Rifiuto) -> JsonResponse:
    """404 says nothing more: not there, or not to be seen."""
    return busta(rifiuto.codice, motivi(rifiuto.tutti()) if rifiuto.codice != 404 else ())


def _malformata(request: HttpRequest, errore: Malformata) -> JsonResponse:
    return busta(
        422,
        [
            {
                "guardia": "formato",
                "regola": "",
                "messaggio": f"{campo}: {frase}.",
                "rimedio": _("Correggere la richiesta: lo schema sta in openapi.json."),
                "chi": "",
                "campo": campo,
            }
            for campo, frase in ((c[:100], f) for c, f in errore.errori[:100])
        ],
        _("La richiesta non si può leggere."),
    )


def _non_valida(request: HttpRequest, errore: ninja.errors.ValidationError) -> JsonResponse:
    return _malformata(request, Malformata(*(_errore_di(e) for e in errore.errors)))


def _errore_di(errore: Mapping[str, Any]) -> tuple[str, str]:
    """(field, sentence) of an error of pydantic. Its place begins with where the value comes
    from, and for a body with the name of our own argument."""
    da, *posto = errore["loc"]
    if da == "body":
        posto = posto[1:]
    campo = ".".join(str(p) for p in posto) or _("corpo della richiesta")
    frase = _FORMATI.get(errore["type"], gettext_lazy("non è un valore accettabile"))
    return campo, str(frase) % errore.get("ctx", {})


def _http(request: HttpRequest, errore: ninja.errors.HttpError) -> JsonResponse:
    """ninja's own: a body that is no JSON (400), a session without its CSRF token (403)."""
    if errore.status_code == 400:
        return _malformata(request, Malformata((_("corpo della richiesta"), _("non è JSON"))))
    return busta(errore.status_code, errore=errore.message)


def _guasto(request: HttpRequest, errore: Exception) -> JsonResponse:
    """A fault of ours: logged and signalled as Django does."""
    got_request_exception.send(sender=None, request=request)
    risposta = busta(500)
    log_response(
        "Guasto: %s %s",
        request.method,
        request.path,
        response=risposta,
        request=request,
        exception=errore,
    )
    return risposta
