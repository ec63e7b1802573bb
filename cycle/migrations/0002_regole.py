# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the database enforces by itself, whoever writes and by whatever way.

Composite foreign keys keep every row within its ente and its objective; triggers keep the org
chart's paths, the optimistic lock, the approved fields, the state, the weights and the registro.
The lists below are frozen here; tests compare them with `cycle.campi` and with the machines.

Every function names its search_path: without it a temporary table called like one of ours would
be read in its place, and its maker would decide what the rules see. The Eventi of the open action
are looked for row by row, by the objective: the statistics do not know the rows of this very
transaction, and a join with all that is new would seem as good. Rows before and rows after are
hashed: a plan made when one row changed is kept, and would compare ten thousand each with each.
"""

from django.db import migrations

# --- rows stay in their ente and objective ------------------------------------------------------

CON_ENTE = [
    "cycle_allegato", "cycle_atto", "cycle_campovariato", "cycle_ciclo", "cycle_collaboratore",
    "cycle_fase", "cycle_incarico", "cycle_indicatore", "cycle_nodostrategico",
    "cycle_obiettivo", "cycle_obiettivonodo", "cycle_obiettivospecifico", "cycle_periodo",
    "cycle_persona", "cycle_presenzaseduta", "cycle_relazionesemestrale",
    "cycle_richiestavariazione", "cycle_rilevazione", "cycle_scadenza", "cycle_seduta",
    "cycle_stanziamento", "cycle_storicoindicatore", "cycle_tipoindicatore",
    "cycle_unitaorganizzativa", "cycle_versioneobiettivo", "cycle_vocerelazione",
]

# (table, column, referred table): within the same ente
NELL_ENTE = [
    ("cycle_atto", "ciclo_id", "cycle_ciclo"),
    ("cycle_atto", "pdf_id", "cycle_allegato"),
    ("cycle_campovariato", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_collaboratore", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_collaboratore", "persona_id", "cycle_persona"),
    ("cycle_fase", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_fase", "responsabile_id", "cycle_persona"),
    ("cycle_incarico", "persona_id", "cycle_persona"),
    ("cycle_incarico", "unita_id", "cycle_unitaorganizzativa"),
    ("cycle_incarico", "delegante_id", "cycle_incarico"),
    ("cycle_indicatore", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_indicatore", "tipo_id", "cycle_tipoindicatore"),
    ("cycle_nodostrategico", "ciclo_id", "cycle_ciclo"),
    ("cycle_nodostrategico", "padre_id", "cycle_nodostrategico"),
    ("cycle_obiettivo", "ciclo_id", "cycle_ciclo"),
    ("cycle_obiettivo", "continua_da_id", "cycle_obiettivo"),
    ("cycle_obiettivo", "responsabile_generale_id", "cycle_persona"),
    ("cycle_obiettivo", "responsabile_operativo_id", "cycle_persona"),
    ("cycle_obiettivo", "unita_id", "cycle_unitaorganizzativa"),
    ("cycle_obiettivonodo", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_obiettivonodo", "nodo_id", "cycle_nodostrategico"),
    ("cycle_obiettivospecifico", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_periodo", "ciclo_id", "cycle_ciclo"),
    ("cycle_presenzaseduta", "seduta_id", "cycle_seduta"),
    ("cycle_presenzaseduta", "persona_id", "cycle_persona"),
    ("cycle_relazionesemestrale", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_relazionesemestrale", "periodo_id", "cycle_periodo"),
    ("cycle_relazionesemestrale", "seduta_id", "cycle_seduta"),
    ("cycle_richiestavariazione", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_richiestavariazione", "autore_id", "cycle_persona"),
    ("cycle_rilevazione", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_rilevazione", "periodo_id", "cycle_periodo"),
    ("cycle_scadenza", "ciclo_id", "cycle_ciclo"),
    ("cycle_seduta", "ciclo_id", "cycle_ciclo"),
    ("cycle_stanziamento", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_storicoindicatore", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_unitaorganizzativa", "padre_id", "cycle_unitaorganizzativa"),
    ("cycle_unitaorganizzativa", "succede_a_id", "cycle_unitaorganizzativa"),
    ("cycle_versioneobiettivo", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_versioneobiettivo", "atto_id", "cycle_atto"),
    ("cycle_vocerelazione", "obiettivo_id", "cycle_obiettivo"),
]

# (table, column, referred table): within the same objective too
NELL_OBIETTIVO = [
    ("cycle_campovariato", "richiesta_id", "cycle_richiestavariazione"),
    ("cycle_collaboratore", "specifico_id", "cycle_obiettivospecifico"),
    ("cycle_fase", "specifico_id", "cycle_obiettivospecifico"),
    ("cycle_indicatore", "specifico_id", "cycle_obiettivospecifico"),
    ("cycle_rilevazione", "indicatore_id", "cycle_indicatore"),
    ("cycle_stanziamento", "specifico_id", "cycle_obiettivospecifico"),
    ("cycle_storicoindicatore", "indicatore_id", "cycle_indicatore"),
    ("cycle_vocerelazione", "relazione_id", "cycle_relazionesemestrale"),
    ("cycle_vocerelazione", "specifico_id", "cycle_obiettivospecifico"),
]

DI_OBIETTIVO = [
    "cycle_campovariato", "cycle_collaboratore", "cycle_fase", "cycle_indicatore",
    "cycle_obiettivonodo", "cycle_obiettivospecifico", "cycle_relazionesemestrale",
    "cycle_richiestavariazione", "cycle_rilevazione", "cycle_stanziamento",
    "cycle_storicoindicatore", "cycle_versioneobiettivo", "cycle_vocerelazione",
]

_RIFERITE = sorted({r for _, _, r in NELL_OBIETTIVO})


def _vincoli():
    for tabella in CON_ENTE:
        yield f"ALTER TABLE {tabella} ADD CONSTRAINT {tabella}_ente_uk UNIQUE (ente_id, id)"
    for tabella in _RIFERITE:
        yield (
            f"ALTER TABLE {tabella} "
            f"ADD CONSTRAINT {tabella}_obiettivo_uk UNIQUE (obiettivo_id, id)"
        )
    for tabella, colonna, riferita in NELL_ENTE:
        yield (
            f"ALTER TABLE {tabella} ADD CONSTRAINT {tabella}_{colonna}_ente_fk "
            f"FOREIGN KEY (ente_id, {colonna}) REFERENCES {riferita} (ente_id, id) "
            "DEFERRABLE INITIALLY DEFERRED"
        )
    for tabella, colonna, riferita in NELL_OBIETTIVO:
        yield (
            f"ALTER TABLE {tabella} ADD CONSTRAINT {tabella}_{colonna}_ob_fk "
            f"FOREIGN KEY (obiettivo_id, {colonna}) REFERENCES {riferita} (obiettivo_id, id) "
            "DEFERRABLE INITIALLY DEFERRED"
        )


def _senza_vincoli():
    for tabella, colonna, _ in NELL_OBIETTIVO:
        yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_{colonna}_ob_fk"
    for tabella, colonna, _ in NELL_ENTE:
        yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_{colonna}_ente_fk"
    for tabella in _RIFERITE:
        yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_obiettivo_uk"
    for tabella in CON_ENTE:
        yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_ente_uk"


# --- what a row is never changes ----------------------------------------------------------------

# The triggers below compare a row before and after by its id; what is filed under an ente, a year
# or an objective stays there.
IDENTITA = """
CREATE FUNCTION cycle_identita_ferma() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'una riga di % non cambia identità, ente, anno, obiettivo o titolare',
        TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
"""

_CON_CICLO = {t for t, colonna, _ in NELL_ENTE if colonna == "ciclo_id"}


def _colonne_ferme(tabella):
    if tabella == "cycle_ente":
        return ["id", "pid", "codice_ipa"]  # in every URL, and in the names of its groups
    return [
        "id",
        "pid",
        "ente_id",
        *(["obiettivo_id"] if tabella in DI_OBIETTIVO else []),
        *(["ciclo_id"] if tabella in _CON_CICLO else []),
        # an incarico ends and another begins (R81-R83)
        *(
            ["persona_id", "ruolo", "unita_id", "tipo", "delegante_id"]
            if tabella == "cycle_incarico"
            else []
        ),
    ]


def _identita():
    for tabella in [*CON_ENTE, "cycle_ente"]:
        prima, dopo = (
            ", ".join(f"{riga}.{c}" for c in _colonne_ferme(tabella)) for riga in ("OLD", "NEW")
        )
        yield (
            f"CREATE TRIGGER identita_ferma BEFORE UPDATE ON {tabella} FOR EACH ROW "
            f"WHEN (({prima}) IS DISTINCT FROM ({dopo})) EXECUTE FUNCTION cycle_identita_ferma()"
        )


# --- the org chart ------------------------------------------------------------------------------

PERCORSO = """
CREATE FUNCTION cycle_percorso_unita() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.padre_id IS DISTINCT FROM OLD.padre_id
                             OR NEW.percorso IS DISTINCT FROM OLD.percorso) THEN
        RAISE EXCEPTION 'una unità non si sposta: si chiude e se ne apre un''altra'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.percorso := coalesce((SELECT u.percorso FROM cycle_unitaorganizzativa u
                                   WHERE u.id = NEW.padre_id AND u.ente_id = NEW.ente_id), '/')
                        || NEW.id || '/';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER percorso BEFORE INSERT OR UPDATE ON cycle_unitaorganizzativa
    FOR EACH ROW EXECUTE FUNCTION cycle_percorso_unita();
"""

# --- a delega passes on its delegante's role, on his units, once (R81) --------------------------

DELEGA = """
CREATE FUNCTION cycle_delega_lecita() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM cycle_incarico d
          JOIN cycle_unitaorganizzativa sua ON sua.id = d.unita_id
          JOIN cycle_unitaorganizzativa data ON data.id = NEW.unita_id
         WHERE d.id = NEW.delegante_id AND d.tipo <> 'delega' AND d.ruolo = NEW.ruolo
           AND d.persona_id <> NEW.persona_id AND starts_with(data.percorso, sua.percorso)
    ) THEN
        RAISE EXCEPTION 'si delega ad altri il proprio ruolo, sulle proprie unità, e una delega '
            'non si passa oltre (R81)' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER delega_lecita AFTER INSERT ON cycle_incarico
    FOR EACH ROW WHEN (NEW.tipo = 'delega') EXECUTE FUNCTION cycle_delega_lecita();
"""

# --- a term moves only by an act of proroga (R49), one of the law never (R47) -------------------

TERMINI = """
CREATE FUNCTION cycle_termine_fermo() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.tipo = 'statutaria' THEN
        RAISE EXCEPTION 'un termine di legge non si sposta e non si toglie (R47)'
            USING ERRCODE = 'check_violation';
    ELSIF (SELECT atto FROM registro_azione_aperta()) IS NULL THEN
        RAISE EXCEPTION 'un termine si sposta o si toglie solo con un atto (R49)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER termine_fermo BEFORE UPDATE ON cycle_scadenza FOR EACH ROW
    WHEN ((OLD.codice, OLD.tipo, OLD.data, OLD.festivi, OLD.termine)
          IS DISTINCT FROM (NEW.codice, NEW.tipo, NEW.data, NEW.festivi, NEW.termine))
    EXECUTE FUNCTION cycle_termine_fermo();
CREATE TRIGGER termine_tolto BEFORE DELETE ON cycle_scadenza FOR EACH ROW
    EXECUTE FUNCTION cycle_termine_fermo();
"""

# --- the optimistic lock: whatever changes in an objective or below it, its revisione moves -----

REVISIONE = """
CREATE FUNCTION cycle_tocca_obiettivo() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE cycle_obiettivo SET revisione = revisione + 1
     WHERE id IN (SELECT DISTINCT r.obiettivo_id FROM righe r);
    RETURN NULL;
END $$;

CREATE FUNCTION cycle_nuova_revisione() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    NEW.revisione := OLD.revisione + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER nuova_revisione BEFORE UPDATE ON cycle_obiettivo
    FOR EACH ROW EXECUTE FUNCTION cycle_nuova_revisione();
"""


def _revisione(tabella):
    for evento, quali in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        yield (
            f"CREATE TRIGGER tocca_{evento.lower()} AFTER {evento} ON {tabella} "
            f"REFERENCING {quali} TABLE AS righe "
            "FOR EACH STATEMENT EXECUTE FUNCTION cycle_tocca_obiettivo()"
        )


# --- approved fields change only under an Atto --------------------------------------------------

APPROVATI = {
    "cycle_obiettivo": "codice,tipo,categoria,titolo,descrizione,unita_id,"
    "responsabile_generale_id,responsabile_operativo_id,inizio_previsto,fine_prevista,peso,"
    "versione",
    "cycle_obiettivonodo": "nodo_id",
    "cycle_obiettivospecifico": "codice,ordine,titolo,descrizione,peso,inizio_previsto,"
    "fine_prevista",
    "cycle_indicatore": "specifico_id,ordine,nome,tipo_id,unita_misura,natura,aggregazione,peso,"
    "cap,fascia_da,fascia_a",
    "cycle_rilevazione": "indicatore_id,periodo_id,target,target_data",
    "cycle_fase": "specifico_id,ordine,descrizione,peso,inizio_previsto,fine_prevista,"
    "responsabile_id",
}

# table -> the columns without which a row is the settore's: a measured value where the giunta set
# no target is management, and may be written
SENZA_I_QUALI = {"cycle_rilevazione": "target,target_data"}

CAMPI = """
CREATE FUNCTION cycle_serve_un_atto(p_tabella text, p_obiettivi bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    v_azione bigint;
BEGIN
    IF p_obiettivi IS NULL THEN
        RETURN;
    END IF;
    SELECT azione INTO v_azione FROM registro_azione_aperta();
    IF EXISTS (SELECT 1 FROM cycle_obiettivo o
                WHERE o.id = ANY (p_obiettivi)
                  AND (SELECT count(*) FROM workflows_evento e
                        WHERE e.radice_id = o.id AND e.azione = v_azione
                          AND e.ente_id = o.ente_id AND e.atto_id IS NOT NULL) = 0) THEN
        RAISE EXCEPTION 'campi approvati di %: dopo l''approvazione cambiano solo con un atto (R3, R30)',
            p_tabella USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION cycle_righe_approvate() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    v_senza constant text[] := string_to_array(nullif(TG_ARGV[1], ''), ',');
    v_obiettivi bigint[];
BEGIN
    SELECT array_agg(DISTINCT o.id) INTO v_obiettivi
      FROM righe r JOIN cycle_obiettivo o ON o.id = r.obiettivo_id
     WHERE o.stato NOT IN ('bozza', 'proposta')
       AND (v_senza IS NULL OR EXISTS (SELECT 1 FROM unnest(v_senza) c
                                        WHERE to_jsonb(r) -> c <> 'null'::jsonb));
    PERFORM cycle_serve_un_atto(TG_TABLE_NAME, v_obiettivi);
    RETURN NULL;
END $$;

-- An Evento that names an Atto names one that is there when the transaction ends (R2): asked once
-- an action, whatever the number of its objects.
CREATE FUNCTION cycle_atto_esistente() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM cycle_atto WHERE id = NEW.atto_id AND ente_id = NEW.ente_id)
       OR EXISTS (SELECT 1 FROM workflows_evento e
                    JOIN cycle_obiettivo o ON o.id = e.radice_id
                    JOIN cycle_atto a ON a.id = NEW.atto_id
                   WHERE e.id >= NEW.azione AND e.azione = NEW.azione
                     AND (o.ente_id <> NEW.ente_id OR o.ciclo_id <> a.ciclo_id)) THEN
        RAISE EXCEPTION 'l''atto % non è registrato in questo anno dell''ente (R2)', NEW.atto_id
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER atto_esistente AFTER INSERT ON workflows_evento
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.atto_id IS NOT NULL AND NEW.id = NEW.azione)
    EXECUTE FUNCTION cycle_atto_esistente();
"""


# One for each table, so that the fields are compared as they are and not through documents; the
# triggers name them again, for whoever reads the catalogue.
_CAMPI_APPROVATI = """
CREATE FUNCTION {tabella}_approvati() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp SET enable_nestloop = off AS $$
DECLARE
    v_obiettivi bigint[];
BEGIN
    SELECT array_agg({obiettivo}) INTO v_obiettivi
      FROM vecchie v JOIN nuove n ON n.id = v.id
     WHERE {approvato} AND ({prima}) IS DISTINCT FROM ({dopo});
    IF v_obiettivi IS NOT NULL THEN
        PERFORM cycle_serve_un_atto(TG_TABLE_NAME, v_obiettivi);
    END IF;
    RETURN NULL;
END $$;
"""


def _campi_approvati(tabella, campi):
    prima, dopo = (", ".join(f"{riga}.{c}" for c in campi.split(",")) for riga in "vn")
    if tabella == "cycle_obiettivo":
        obiettivo = "v.id"
        approvato = "(v.stato NOT IN ('bozza', 'proposta') OR n.versione <> v.versione)"
    else:
        obiettivo = "n.obiettivo_id"
        approvato = (
            "EXISTS (SELECT 1 FROM cycle_obiettivo o WHERE o.id = n.obiettivo_id "
            "AND o.stato NOT IN ('bozza', 'proposta'))"
        )
    return _CAMPI_APPROVATI.format(
        tabella=tabella, obiettivo=obiettivo, approvato=approvato, prima=prima, dopo=dopo
    )


def _approvati():
    for tabella, campi in APPROVATI.items():
        yield _campi_approvati(tabella, campi)
        yield (
            f"CREATE TRIGGER approvati_update AFTER UPDATE ON {tabella} "
            "REFERENCING OLD TABLE AS vecchie NEW TABLE AS nuove "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {tabella}_approvati('{campi}')"
        )
        if tabella == "cycle_obiettivo":
            continue
        senza = SENZA_I_QUALI.get(tabella, "")
        for evento, quali in (("INSERT", "NEW"), ("DELETE", "OLD")):
            yield (
                f"CREATE TRIGGER approvati_{evento.lower()} AFTER {evento} ON {tabella} "
                f"REFERENCING {quali} TABLE AS righe FOR EACH STATEMENT "
                f"EXECUTE FUNCTION cycle_righe_approvate('{campi}', '{senza}')"
            )


# --- the state has one writer -------------------------------------------------------------------

# A state changes only within an open action whose Evento says so, and only along the machine. A
# row is born in another state than the first only by an import that names its objective.
STATO = """
CREATE FUNCTION cycle_stato_custodito() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp SET enable_nestloop = off AS $$
DECLARE
    v_ammessi constant text[] := string_to_array(TG_ARGV[0], ' ');
    v_azione bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM vecchie v JOIN nuove n ON n.id = v.id
                    WHERE n.stato <> v.stato) THEN
        RETURN NULL;
    END IF;
    SELECT azione INTO v_azione FROM registro_azione_aperta();
    IF EXISTS (
        SELECT 1 FROM vecchie v JOIN nuove n ON n.id = v.id
         WHERE n.stato <> v.stato
           AND (SELECT count(*) FROM workflows_evento e
                 WHERE e.radice_id = (to_jsonb(n) ->> TG_ARGV[1])::bigint
                   AND e.azione = v_azione AND e.ente_id = n.ente_id AND e.oggetto_id = n.id
                   AND e.da = v.stato AND e.a = n.stato
                   AND e.verbo || ':' || e.da || '>' || e.a = ANY (v_ammessi)) = 0
    ) THEN
        RAISE EXCEPTION 'lo stato di % cambia solo con un passo della sua procedura (R1)',
            TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION cycle_stato_di_nascita() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    v_azione bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM nuove n WHERE n.stato <> TG_ARGV[0]) THEN
        RETURN NULL;
    END IF;
    SELECT azione INTO v_azione FROM registro_azione_aperta();
    IF EXISTS (
        SELECT 1 FROM nuove n
         WHERE n.stato <> TG_ARGV[0]
           AND (n.stato <> ALL (string_to_array(TG_ARGV[1], ' '))
                OR (SELECT count(*) FROM workflows_evento e
                     WHERE e.radice_id = (to_jsonb(n) ->> TG_ARGV[2])::bigint
                       AND e.azione = v_azione AND e.ente_id = n.ente_id AND e.verbo = 'importa'
                       AND (TG_ARGV[2] <> 'id' OR e.a = n.stato)) = 0)
    ) THEN
        RAISE EXCEPTION '% nasce in uno stato che la sua procedura non prevede (R1)',
            TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""

MACCHINE = {
    "cycle_obiettivo": (
        "proponi:bozza>proposta rinvia:proposta>bozza approva:proposta>approvato "
        "avvia:approvato>in_corso rendiconta:in_corso>rendicontato "
        "riapri:rendicontato>in_corso riapri:validato>rendicontato "
        "valida:rendicontato>validato stralcia:approvato>stralciato "
        "stralcia:in_corso>stralciato",
        ("bozza", "proposta validato"),
    ),
    "cycle_relazionesemestrale": (
        "trasmetti:da_compilare>trasmessa trasmetti:riaperta>trasmessa valida:trasmessa>validata "
        "riapri:trasmessa>riaperta riapri:validata>riaperta",
        ("da_compilare", "validata"),
    ),
}


def _stati():
    for tabella, (passaggi, (prima, altre)) in MACCHINE.items():
        radice = OSSERVATE[tabella]
        yield (
            f"CREATE TRIGGER stato_custodito AFTER UPDATE ON {tabella} "
            "REFERENCING OLD TABLE AS vecchie NEW TABLE AS nuove "
            "FOR EACH STATEMENT EXECUTE FUNCTION "
            f"cycle_stato_custodito('{passaggi}', '{radice}')"
        )
        yield (
            f"CREATE TRIGGER stato_di_nascita AFTER INSERT ON {tabella} "
            "REFERENCING NEW TABLE AS nuove "
            f"FOR EACH STATEMENT EXECUTE FUNCTION "
            f"cycle_stato_di_nascita('{prima}', '{altre}', '{radice}')"
        )


# --- weights sum to 100 from approvato on, where the ente weighs (R68) --------------------------

PESI = """
CREATE FUNCTION cycle_pesi_sbagliati(p_obiettivi bigint[]) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT string_agg(s.codice || ' = ' || t.somma, ', ')
      FROM (SELECT i.specifico_id, sum(coalesce(i.peso, 0)) AS somma
              FROM cycle_indicatore i
              JOIN cycle_obiettivo o ON o.id = i.obiettivo_id
              JOIN cycle_ciclo a ON a.id = o.ciclo_id
             WHERE i.obiettivo_id = ANY (p_obiettivi)
               AND o.stato NOT IN ('bozza', 'proposta')
               AND coalesce((a.parametri ->> 'pesi')::boolean, true)
             GROUP BY i.specifico_id HAVING bool_or(i.peso IS NOT NULL)) t
      JOIN cycle_obiettivospecifico s ON s.id = t.specifico_id
     WHERE abs(t.somma - 100) > 0.01
$$;

CREATE FUNCTION cycle_pesi_a_cento() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    v_obiettivi bigint[];
    v_sbagliati text;
BEGIN
    IF TG_TABLE_NAME = 'cycle_obiettivo' THEN
        SELECT array_agg(t.id) INTO v_obiettivi
          FROM (SELECT n.id FROM nuove n WHERE n.stato NOT IN ('bozza', 'proposta')
                INTERSECT
                SELECT v.id FROM vecchie v WHERE v.stato IN ('bozza', 'proposta')) t;
    ELSE
        SELECT array_agg(o.id) INTO v_obiettivi FROM cycle_obiettivo o
         WHERE o.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.obiettivo_id ELSE NEW.obiettivo_id END
           AND o.stato NOT IN ('bozza', 'proposta');
    END IF;
    IF v_obiettivi IS NOT NULL THEN
        v_sbagliati := cycle_pesi_sbagliati(v_obiettivi);
    END IF;
    IF v_sbagliati IS NOT NULL THEN
        RAISE EXCEPTION 'i pesi degli indicatori non sommano a 100: % (R68)', v_sbagliati
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER pesi_a_cento AFTER UPDATE ON cycle_obiettivo
    REFERENCING OLD TABLE AS vecchie NEW TABLE AS nuove
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_pesi_a_cento();
CREATE CONSTRAINT TRIGGER pesi_a_cento AFTER INSERT OR DELETE OR UPDATE OF peso, specifico_id
    ON cycle_indicatore DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION cycle_pesi_a_cento();
"""

# --- what is frozen stays frozen (R30) ----------------------------------------------------------

IMMUTABILI = """
CREATE FUNCTION cycle_immutabile() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% non si modifica e non si elimina (R30)', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER immutabile BEFORE UPDATE OR DELETE OR TRUNCATE ON cycle_versioneobiettivo
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_immutabile();
CREATE TRIGGER immutabile BEFORE UPDATE OR DELETE OR TRUNCATE ON cycle_atto
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_immutabile();
"""

# --- the registro watches every table -----------------------------------------------------------

# table -> column with the objective's id
OSSERVATE = {
    **{t: "" for t in CON_ENTE},
    **{t: "obiettivo_id" for t in DI_OBIETTIVO},
    "cycle_obiettivo": "id",
}


def _osserva(tabella, radice, inserite="inserite", modificate="modificate", eliminate="eliminate"):
    yield (
        f"CREATE TRIGGER registro_inserite AFTER INSERT ON {tabella} "
        "REFERENCING NEW TABLE AS nuove "
        f"FOR EACH STATEMENT EXECUTE FUNCTION registro_{inserite}('{radice}')"
    )
    yield (
        f"CREATE TRIGGER registro_modificate AFTER UPDATE ON {tabella} "
        "REFERENCING OLD TABLE AS vecchie NEW TABLE AS nuove "
        f"FOR EACH STATEMENT EXECUTE FUNCTION registro_{modificate}('{radice}')"
    )
    yield (
        f"CREATE TRIGGER registro_eliminate AFTER DELETE ON {tabella} "
        "REFERENCING OLD TABLE AS vecchie "
        f"FOR EACH STATEMENT EXECUTE FUNCTION registro_{eliminate}('{radice}')"
    )


def _registro():
    for tabella, radice in OSSERVATE.items():
        yield from _osserva(tabella, radice)
    yield from _osserva("cycle_ente", "", "ente_inserito", "ente_modificato", "ente_eliminato")


def _senza_trigger():
    for tabella in [*OSSERVATE, "cycle_ente"]:
        for nome in ("inserite", "modificate", "eliminate"):
            yield f"DROP TRIGGER registro_{nome} ON {tabella}"
    for tabella in ("cycle_versioneobiettivo", "cycle_atto"):
        yield f"DROP TRIGGER immutabile ON {tabella}"
    for tabella in ("cycle_obiettivo", "cycle_indicatore"):
        yield f"DROP TRIGGER pesi_a_cento ON {tabella}"
    for tabella in MACCHINE:
        yield f"DROP TRIGGER stato_custodito ON {tabella}"
        yield f"DROP TRIGGER stato_di_nascita ON {tabella}"
    for tabella in APPROVATI:
        for evento in ("update",) if tabella == "cycle_obiettivo" else (
            "insert",
            "update",
            "delete",
        ):
            yield f"DROP TRIGGER approvati_{evento} ON {tabella}"
    yield "DROP TRIGGER nuova_revisione ON cycle_obiettivo"
    for tabella in DI_OBIETTIVO:
        for evento in ("insert", "update", "delete"):
            yield f"DROP TRIGGER tocca_{evento} ON {tabella}"
    for tabella in [*CON_ENTE, "cycle_ente"]:
        yield f"DROP TRIGGER identita_ferma ON {tabella}"
    yield "DROP TRIGGER atto_esistente ON workflows_evento"
    yield "DROP TRIGGER termine_fermo ON cycle_scadenza"
    yield "DROP TRIGGER termine_tolto ON cycle_scadenza"
    yield "DROP TRIGGER delega_lecita ON cycle_incarico"
    yield "DROP TRIGGER percorso ON cycle_unitaorganizzativa"
    for funzione in (
        "cycle_immutabile()",
        "cycle_pesi_a_cento()",
        "cycle_pesi_sbagliati(bigint[])",
        "cycle_stato_di_nascita()",
        "cycle_stato_custodito()",
        *(f"{tabella}_approvati()" for tabella in APPROVATI),
        "cycle_righe_approvate()",
        "cycle_serve_un_atto(text, bigint[])",
        "cycle_atto_esistente()",
        "cycle_tocca_obiettivo()",
        "cycle_nuova_revisione()",
        "cycle_termine_fermo()",
        "cycle_delega_lecita()",
        "cycle_percorso_unita()",
        "cycle_identita_ferma()",
    ):
        yield f"DROP FUNCTION {funzione}"


def _trigger():
    yield IDENTITA
    yield from _identita()
    yield PERCORSO
    yield DELEGA
    yield TERMINI
    yield REVISIONE
    for tabella in DI_OBIETTIVO:
        yield from _revisione(tabella)
    yield CAMPI
    yield from _approvati()
    yield STATO
    yield from _stati()
    yield PESI
    yield IMMUTABILI
    yield from _registro()


def _sql(istruzioni):
    return ";\n".join(i.strip().rstrip(";") for i in istruzioni) + ";"


class Migration(migrations.Migration):
    dependencies = [("cycle", "0001_initial"), ("workflows", "0002_registro")]

    operations = [
        migrations.RunSQL(_sql(_vincoli()), _sql(_senza_vincoli())),
        migrations.RunSQL(_sql(_trigger()), _sql(_senza_trigger())),
    ]
