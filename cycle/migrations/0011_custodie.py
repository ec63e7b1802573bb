# SPDX-License-Identifier: AGPL-3.0-or-later
"""What could still be rewritten from outside a procedure: the digests of a submitted set and the
act that decided it, a parere nobody gave, what a term of an opened year stops and whom it
concerns, the file an Atto keeps, the end of an incarico."""

from django.db import migrations

_DENTRO = """
    EXISTS (SELECT 1 FROM workflows_evento e
             WHERE e.id = (SELECT azione FROM registro_azione_aperta())
               AND e.procedura = 'insieme' AND e.oggetto_id = {insieme}
               AND e.ente_id = {riga}.ente_id{altro})
"""

_PARERE = """
CREATE OR REPLACE FUNCTION cycle_parere_su_cio_che_e() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM cycle_insieme i WHERE i.id = NEW.insieme_id
                     AND i.stato = 'in_istruttoria' AND i.impronta = NEW.impronta) THEN
        RAISE EXCEPTION 'un parere si rende su un insieme in istruttoria, com''è adesso (R15)'
            USING ERRCODE = 'check_violation';
    END IF;{di_chi_lo_rende}
    RETURN NULL;
END $$;
"""

_DI_CHI_LO_RENDE = """
    IF NOT {dentro} THEN
        RAISE EXCEPTION 'un parere lo rende chi ne ha l''incarico, nel momento in cui lo rende (R15)'
            USING ERRCODE = 'check_violation';
    END IF;"""

AVANTI = (
    f"""
CREATE FUNCTION cycle_insieme_intatto() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT {_DENTRO.format(insieme="NEW.id", riga="NEW", altro="")} THEN
        RAISE EXCEPTION 'ciò che un insieme porta in giunta cambia solo con i passi della sua procedura (R15)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER intatto AFTER UPDATE ON cycle_insieme FOR EACH ROW
    WHEN ((OLD.nome, OLD.impronta, OLD.sottoposto_il, OLD.atto_id)
          IS DISTINCT FROM (NEW.nome, NEW.impronta, NEW.sottoposto_il, NEW.atto_id))
    EXECUTE FUNCTION cycle_insieme_intatto();

CREATE FUNCTION cycle_voci_intatte() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM (SELECT DISTINCT insieme_id, ente_id FROM righe) r
                WHERE NOT {_DENTRO.format(insieme="r.insieme_id", riga="r", altro="")}) THEN
        RAISE EXCEPTION 'le voci di un insieme cambiano solo con i passi della sua procedura (R15)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER intatte AFTER UPDATE ON cycle_voceinsieme
    REFERENCING NEW TABLE AS righe FOR EACH STATEMENT EXECUTE FUNCTION cycle_voci_intatte();
"""
    + _PARERE.format(
        di_chi_lo_rende=_DI_CHI_LO_RENDE.format(
            dentro=_DENTRO.format(
                insieme="NEW.insieme_id",
                riga="NEW",
                altro=" AND e.verbo = 'rendi_parere'\n"
                "               AND e.persona_id = NEW.persona_id AND e.istante = NEW.reso_il",
            )
        )
    )
    + """
CREATE TRIGGER regole_chiuse BEFORE UPDATE ON cycle_scadenza FOR EACH ROW
    WHEN ((OLD.nome, OLD.ruoli, OLD.blocca) IS DISTINCT FROM (NEW.nome, NEW.ruoli, NEW.blocca))
    EXECUTE FUNCTION cycle_calendario_chiuso();

CREATE TRIGGER immutabile BEFORE UPDATE OR DELETE OR TRUNCATE ON cycle_allegato
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_immutabile();

CREATE FUNCTION cycle_incarico_finito() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'la fine di un incarico si anticipa, non si rinvia: se ne conferisce un altro (R83)'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER incarico_finito BEFORE UPDATE ON cycle_incarico FOR EACH ROW
    WHEN (OLD.al IS NOT NULL AND (NEW.al IS NULL OR NEW.al > OLD.al))
    EXECUTE FUNCTION cycle_incarico_finito();
"""
)

INDIETRO = (
    """
DROP TRIGGER incarico_finito ON cycle_incarico;
DROP FUNCTION cycle_incarico_finito();
DROP TRIGGER immutabile ON cycle_allegato;
DROP TRIGGER regole_chiuse ON cycle_scadenza;
"""
    + _PARERE.format(di_chi_lo_rende="")
    + """
DROP TRIGGER intatte ON cycle_voceinsieme;
DROP FUNCTION cycle_voci_intatte();
DROP TRIGGER intatto ON cycle_insieme;
DROP FUNCTION cycle_insieme_intatto();
"""
)


class Migration(migrations.Migration):
    dependencies = [("cycle", "0010_pesi_e_versioni")]

    operations = [migrations.RunSQL(AVANTI, INDIETRO)]
