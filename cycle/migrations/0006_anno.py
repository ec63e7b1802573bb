# SPDX-License-Identifier: AGPL-3.0-or-later
"""The calendar of an opened year is closed: no term and no period comes or goes. Until then the act
that opens it sets the terms of the law too (R27, R47). A proroga says at which instant it was
recorded, as rules judge it."""

import django.utils.timezone
from django.db import migrations, models

FERMO = """
CREATE OR REPLACE FUNCTION cycle_termine_fermo() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.tipo = 'statutaria'{eccezione} THEN
        RAISE EXCEPTION 'un termine di legge non si sposta e non si toglie (R47)'
            USING ERRCODE = 'check_violation';
    ELSIF (SELECT c.atto_apertura_id FROM cycle_ciclo c WHERE c.id = OLD.ciclo_id) IS NOT NULL THEN
        RAISE EXCEPTION 'un termine fissato non si riscrive: si proroga con un atto (R49)'
            USING ERRCODE = 'check_violation';
    ELSIF (SELECT atto FROM registro_azione_aperta()) IS NULL THEN
        RAISE EXCEPTION 'un termine si sposta o si toglie solo con un atto (R49)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""

AVANTI = (
    """
CREATE FUNCTION cycle_si_apre(p_ciclo bigint) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM cycle_ciclo c
                     JOIN cycle_atto a ON a.ciclo_id = c.id AND a.tipo = 'calendario'
                    WHERE c.id = p_ciclo AND c.atto_apertura_id IS NULL
                      AND a.id = (SELECT atto FROM registro_azione_aperta()))
$$;
"""
    + FERMO.format(eccezione=" AND NOT cycle_si_apre(OLD.ciclo_id)")
    + """
CREATE FUNCTION cycle_calendario_chiuso() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM cycle_ciclo c WHERE c.atto_apertura_id IS NOT NULL
                  AND c.id = CASE TG_OP WHEN 'DELETE' THEN OLD.ciclo_id ELSE NEW.ciclo_id END) THEN
        RAISE EXCEPTION 'l''anno è stato aperto con un atto: il suo calendario non cambia (C2)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER calendario_chiuso BEFORE INSERT ON cycle_scadenza
    FOR EACH ROW EXECUTE FUNCTION cycle_calendario_chiuso();
CREATE TRIGGER calendario_chiuso BEFORE INSERT OR UPDATE OR DELETE ON cycle_periodo
    FOR EACH ROW EXECUTE FUNCTION cycle_calendario_chiuso();
"""
)

INDIETRO = (
    """
DROP TRIGGER calendario_chiuso ON cycle_periodo;
DROP TRIGGER calendario_chiuso ON cycle_scadenza;
DROP FUNCTION cycle_calendario_chiuso();
"""
    + FERMO.format(eccezione="")
    + """
DROP FUNCTION cycle_si_apre(bigint);
"""
)


class Migration(migrations.Migration):
    dependencies = [("cycle", "0005_voce_revisione")]

    operations = [
        migrations.AddField(
            model_name="proroga",
            name="istante",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.RunSQL(AVANTI, INDIETRO),
    ]
