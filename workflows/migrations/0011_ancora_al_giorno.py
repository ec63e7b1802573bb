# SPDX-License-Identifier: AGPL-3.0-or-later
"""No anchor is of a day that has not come anywhere: a time zone is a word of whoever asks, and one
days ahead (`X-167`) would have kept the anchors of a week from being made."""

from importlib import import_module

from django.db import migrations

catena = import_module("workflows.migrations.0006_catena")

PRIMA = catena.ANCORA.split("CREATE FUNCTION registro_marca")[0].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
_GIORNO = "(clock_timestamp() AT TIME ZONE p_fuso)::date;"
_AL_PIU = """least(clock_timestamp() AT TIME ZONE p_fuso,
        clock_timestamp() AT TIME ZONE 'UTC' + interval '14 hours')::date;"""
assert _GIORNO in PRIMA


class Migration(migrations.Migration):
    dependencies = [("workflows", "0010_per_persona")]

    operations = [migrations.RunSQL(PRIMA.replace(_GIORNO, _AL_PIU), PRIMA)]
