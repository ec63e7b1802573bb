# SPDX-License-Identifier: AGPL-3.0-or-later
"""The product's pages, and before them the one that writes by hand."""

from django.urls import path

from cycle.urls import urlpatterns as del_prodotto
from tests.bench.viste import a_mano

urlpatterns = [path("a-mano/<str:ipa>/<uuid:pid>/", a_mano), *del_prodotto]

handler403 = "cycle.views.errori.vietato"
handler404 = "cycle.views.errori.non_trovato"
handler500 = "cycle.views.errori.guasto"
