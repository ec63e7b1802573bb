# SPDX-License-Identifier: AGPL-3.0-or-later
"""What identifies a person stands apart from the registro, where it can be erased (R90).

A Modifica keeps `{"riservato": id, "impronta": sha256}` in the place of the value: the digest of
a random salt and of the value, which stand in `workflows_riservato`. Once they are erased
nothing can be learnt from the digest, and nothing that was chained has changed. Tables are named
as the registro names them in a Modifica: it depends on none of them.
"""

from django.db import migrations, models

METTI_DA_PARTE = """
CREATE FUNCTION registro_metti_da_parte(
    p_ente bigint, p_tabella text, p_riga bigint, p_valore jsonb
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_sale constant bytea := uuid_send(gen_random_uuid());
    v_id bigint;
BEGIN
    IF p_valore IN ('null', '""', '[]')
       OR jsonb_typeof(p_valore) = 'object' AND p_valore ?& ARRAY['riservato', 'impronta'] THEN
        RETURN p_valore;
    END IF;
    INSERT INTO workflows_riservato (ente_id, tabella, riga_id, sale, valore)
    VALUES (p_ente, p_tabella, p_riga, v_sale, p_valore) RETURNING id INTO v_id;
    RETURN jsonb_build_object('riservato', v_id, 'impronta',
        encode(sha256(v_sale || convert_to(p_valore::text, 'UTF8')), 'hex'));
END $$;

-- A document of fields, with those of `p_campi` (separated by commas) put apart.
CREATE FUNCTION registro_senza_riservati(
    p_ente bigint, p_tabella text, p_riga bigint, p_valori jsonb, p_campi text
) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = public, pg_temp AS $$
    SELECT p_valori || coalesce(
        (SELECT jsonb_object_agg(c, registro_metti_da_parte(p_ente, p_tabella, p_riga,
                                                            p_valori -> c))
           FROM unnest(string_to_array(p_campi, ',')) c WHERE p_valori ? c), '{}')
$$;

CREATE FUNCTION registro_riservato() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.prima := registro_senza_riservati(
        NEW.ente_id, NEW.tabella, NEW.riga_id, NEW.prima, TG_ARGV[0]);
    NEW.dopo := registro_senza_riservati(
        NEW.ente_id, NEW.tabella, NEW.riga_id, NEW.dopo, TG_ARGV[0]);
    RETURN NEW;
END $$;
"""

# Under an open action that says so, and in its ente only: what was put apart for the rows given,
# and the values of `p_tabella` in which one of the texts (a name, as it was written) stands.
OBLIA = """
CREATE FUNCTION registro_oblia(
    p_tabelle text[], p_righe bigint[], p_tabella text, p_testi text[]
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_ente bigint;
    v_quanti bigint;
BEGIN
    SELECT e.ente_id INTO v_ente FROM workflows_evento e
     WHERE e.id = (SELECT azione FROM registro_azione_aperta()) AND e.verbo = 'oblia';
    IF v_ente IS NULL THEN
        RAISE EXCEPTION 'dal registro si oblia solo con l''azione che lo dice (R90)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM workflows_riservato r
     WHERE r.ente_id = v_ente
       AND ((r.tabella, r.riga_id) IN (SELECT * FROM unnest(p_tabelle, p_righe))
            OR r.tabella = p_tabella AND EXISTS (
                SELECT 1 FROM unnest(p_testi) t
                 WHERE jsonb_path_exists(r.valore, '$.** ? (@ == $t)',
                                         jsonb_build_object('t', t))));
    GET DIAGNOSTICS v_quanti = ROW_COUNT;
    RETURN v_quanti;
END $$;
"""

# table -> the columns that identify somebody, and when they do
RISERVATE = {
    "cycle_persona": ("nome_completo,alias,inquadramento,matricola", "true"),
    "cycle_collaboratore": ("nome,inquadramento", "true"),
    # names stand among the values of what is asked of the giunta; a change that does not say of
    # which kind it is may hold one
    "cycle_campovariato": (
        "valore_base,valore_nuovo",
        "coalesce(coalesce(NEW.dopo, NEW.prima) ->> 'genere', 'responsabile') "
        "IN ('responsabile', 'nuovo', 'sostituzione', 'soppressione')",
    ),
}


def _riservate():
    for tabella, (colonne, quando) in RISERVATE.items():
        yield (
            f"CREATE TRIGGER riservato_{tabella} BEFORE INSERT ON workflows_modifica FOR EACH ROW "
            f"WHEN (NEW.tabella = '{tabella}' AND {quando}) "
            f"EXECUTE FUNCTION registro_riservato('{colonne}');"
        )


def _gia_scritte():
    """What was written before them."""
    yield "ALTER TABLE workflows_modifica DISABLE TRIGGER immutabile;"
    for tabella, (colonne, quando) in RISERVATE.items():
        prima, dopo = (
            f"registro_senza_riservati(ente_id, tabella, riga_id, {c}, '{colonne}')"
            for c in ("prima", "dopo")
        )
        yield (
            f"UPDATE workflows_modifica new SET prima = {prima}, dopo = {dopo} "
            f"WHERE tabella = '{tabella}' AND {quando};"
        )
    yield "ALTER TABLE workflows_modifica ENABLE TRIGGER immutabile;"


CUSTODITO = """
CREATE FUNCTION registro_riservato_fermo() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'un dato riservato del registro non si modifica: si oblia (R90)'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER immutabile BEFORE UPDATE OR TRUNCATE ON workflows_riservato
    FOR EACH STATEMENT EXECUTE FUNCTION registro_riservato_fermo();
REVOKE ALL ON FUNCTION registro_metti_da_parte(bigint, text, bigint, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION registro_senza_riservati(bigint, text, bigint, jsonb, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION registro_riservato() FROM PUBLIC;
"""

DISFA = "".join(
    f"DROP TRIGGER riservato_{tabella} ON workflows_modifica;\n" for tabella in RISERVATE
) + """
DROP TRIGGER immutabile ON workflows_riservato;
DROP FUNCTION registro_riservato_fermo();
DROP FUNCTION registro_oblia(text[], bigint[], text, text[]);
DROP FUNCTION registro_riservato();
DROP FUNCTION registro_senza_riservati(bigint, text, bigint, jsonb, text);
DROP FUNCTION registro_metti_da_parte(bigint, text, bigint, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0004_evento_oggetto")]

    operations = [
        migrations.CreateModel(
            name="Riservato",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ente_id", models.BigIntegerField()),
                ("tabella", models.CharField(max_length=40)),
                ("riga_id", models.BigIntegerField()),
                ("sale", models.BinaryField()),
                ("valore", models.JSONField()),
            ],
            options={
                "verbose_name": "dato riservato",
                "verbose_name_plural": "dati riservati",
                "indexes": [
                    models.Index(fields=["tabella", "riga_id"], name="riservato_riga")
                ],
            },
        ),
        migrations.RunSQL("\n".join([METTI_DA_PARTE, OBLIA, CUSTODITO, *_riservate(), *_gia_scritte()]), DISFA),
    ]
