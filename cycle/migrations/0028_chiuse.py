# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a trigger runs with the owner's rights is nobody else's to hang on a table of his own, where
it would write in the registro what happened to no login of ours (R84)."""

from django.db import migrations

FUNZIONI = ("cycle_utente_cambiato()", "cycle_gettone_cambiato()", "cycle_concessioni_cambiate()")


def _tutte(che_cosa):
    return "".join(f"{che_cosa.format(funzione)};\n" for funzione in FUNZIONI)


class Migration(migrations.Migration):
    dependencies = [("cycle", "0027_stanziamenti")]

    operations = [
        migrations.RunSQL(
            _tutte("REVOKE ALL ON FUNCTION {} FROM PUBLIC"),
            _tutte("GRANT EXECUTE ON FUNCTION {} TO PUBLIC"),
        )
    ]
