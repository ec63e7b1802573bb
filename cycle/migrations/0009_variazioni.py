# SPDX-License-Identifier: AGPL-3.0-or-later
"""Variazioni: requests with their machine, what is said of them, invitations of the Nucleo, the
correction of a material error.

New in the database: the states of a request move only along its machine; what was filed is fixed,
but for a rebase by its author; the instant of filing and `tardiva` are for ever; an opinion is
given on the request as it is, and is for ever.
"""

from importlib import import_module

import django.contrib.postgres.functions
import django.db.models.deletion
from django.db import migrations, models

regole = import_module("cycle.migrations.0002_regole")
veloce = import_module("cycle.migrations.0004_veloce")

NUOVE = [
    "cycle_allegatovariazione", "cycle_correzione", "cycle_invitovariazione",
    "cycle_parerevariazione",
]

# (table, column, referred table): within the same ente
NELL_ENTE = [
    ("cycle_allegatovariazione", "allegato_id", "cycle_allegato"),
    ("cycle_allegatovariazione", "richiesta_id", "cycle_richiestavariazione"),
    ("cycle_correzione", "decisa_da_id", "cycle_persona"),
    ("cycle_correzione", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_correzione", "segnalata_da_id", "cycle_persona"),
    ("cycle_invitovariazione", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_invitovariazione", "persona_id", "cycle_persona"),
    ("cycle_parerevariazione", "persona_id", "cycle_persona"),
    ("cycle_parerevariazione", "richiesta_id", "cycle_richiestavariazione"),
    ("cycle_richiestavariazione", "atto_id", "cycle_atto"),
    ("cycle_richiestavariazione", "presentata_da_id", "cycle_persona"),
]

# (table, column, referred table): within the same objective too
NELL_OBIETTIVO = [
    ("cycle_correzione", "voce_id", "cycle_vocerelazione"),
    ("cycle_richiestavariazione", "invito_id", "cycle_invitovariazione"),
]
RIFERITE = ["cycle_invitovariazione", "cycle_vocerelazione"]

# columns that say what a row is, and never change
FERME = {
    "cycle_allegatovariazione": ["richiesta_id", "allegato_id"],
    "cycle_correzione": ["obiettivo_id"],
    "cycle_invitovariazione": ["obiettivo_id"],
    "cycle_parerevariazione": ["richiesta_id"],
}

# table -> column with the objective's id
OSSERVATE = {
    "cycle_allegatovariazione": "",
    "cycle_correzione": "obiettivo_id",
    "cycle_invitovariazione": "obiettivo_id",
    "cycle_parerevariazione": "",
}
DI_OBIETTIVO = [t for t, radice in OSSERVATE.items() if radice]

MACCHINE = {
    "cycle_richiestavariazione": (
        "presenta:bozza>presentata istruisci:presentata>istruita "
        "dichiara_irricevibile:presentata>irricevibile approva:istruita>approvata "
        "respingi:presentata>respinta respingi:istruita>respinta "
        "ritira:bozza>ritirata ritira:presentata>ritirata ritira:istruita>ritirata",
        "bozza",
    ),
    "cycle_correzione": (
        "accogli:segnalata>accolta respingi:segnalata>respinta",
        "segnalata",
    ),
}

PRIMA = """
ALTER TABLE cycle_richiestavariazione DISABLE TRIGGER USER;
UPDATE cycle_richiestavariazione v SET numero = n.numero,
       motivazione_decisione = CASE WHEN v.stato IN ('respinta', 'irricevibile')
                                    THEN 'Motivazione non registrata.' ELSE '' END
  FROM (SELECT id, row_number() OVER (PARTITION BY obiettivo_id ORDER BY id) AS numero
          FROM cycle_richiestavariazione) n
 WHERE n.id = v.id;
ALTER TABLE cycle_richiestavariazione ENABLE TRIGGER USER;
"""

RICHIESTE = """
CREATE FUNCTION cycle_numero_variazione() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    NEW.numero := coalesce((SELECT max(v.numero) FROM cycle_richiestavariazione v
                             WHERE v.obiettivo_id = NEW.obiettivo_id), 0) + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER numero BEFORE INSERT ON cycle_richiestavariazione
    FOR EACH ROW EXECUTE FUNCTION cycle_numero_variazione();

-- Whether the open action is a rebase of this very request.
CREATE FUNCTION cycle_si_ribasa(p_richiesta bigint) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM workflows_evento e
                    WHERE e.id = (SELECT azione FROM registro_azione_aperta())
                      AND e.procedura = 'variazione' AND e.verbo = 'ribasa'
                      AND e.oggetto_id = p_richiesta)
$$;

CREATE FUNCTION cycle_richiesta_ferma() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.numero <> NEW.numero OR OLD.autore_id <> NEW.autore_id
       OR OLD.d_ufficio <> NEW.d_ufficio THEN
        RAISE EXCEPTION 'numero, autore e iniziativa di una richiesta non cambiano (R16)'
            USING ERRCODE = 'check_violation';
    ELSIF OLD.stato = 'bozza' THEN
        RETURN NEW;
    ELSIF (OLD.presentata_il, OLD.presentata_da_id, OLD.termine, OLD.tardiva)
          IS DISTINCT FROM (NEW.presentata_il, NEW.presentata_da_id, NEW.termine, NEW.tardiva) THEN
        RAISE EXCEPTION 'quando una richiesta è stata presentata non cambia più (R21, R24, R50)'
            USING ERRCODE = 'check_violation';
    ELSIF (OLD.motivazione, OLD.causa_sopravvenuta, OLD.effetto_finanziario, OLD.invito_id)
          IS DISTINCT FROM (NEW.motivazione, NEW.causa_sopravvenuta, NEW.effetto_finanziario,
                            NEW.invito_id) THEN
        RAISE EXCEPTION 'una richiesta presentata non si riscrive: si ritira (R16, R37)'
            USING ERRCODE = 'check_violation';
    ELSIF (OLD.impronta, OLD.versione_base) IS DISTINCT FROM (NEW.impronta, NEW.versione_base)
          AND NOT cycle_si_ribasa(NEW.id) THEN
        RAISE EXCEPTION 'ciò che una richiesta chiede cambia solo aggiornandola ai valori in vigore'
            USING ERRCODE = 'check_violation';
    ELSIF OLD.stato NOT IN ('presentata', 'istruita')
          AND (OLD.decisa_il, OLD.atto_id, OLD.motivazione_decisione, OLD.eccezione,
               OLD.lettera_art175, OLD.atto_contabile)
              IS DISTINCT FROM (NEW.decisa_il, NEW.atto_id, NEW.motivazione_decisione,
                                NEW.eccezione, NEW.lettera_art175, NEW.atto_contabile) THEN
        RAISE EXCEPTION 'una richiesta decisa non cambia più (R30)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER richiesta_ferma BEFORE UPDATE ON cycle_richiestavariazione
    FOR EACH ROW EXECUTE FUNCTION cycle_richiesta_ferma();
CREATE TRIGGER richiesta_resta BEFORE DELETE OR TRUNCATE ON cycle_richiestavariazione
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_immutabile();

-- What is asked is fixed once it is filed; whether it still waits follows the state.
CREATE FUNCTION cycle_campo_fermo() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    v_richiesta constant bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.richiesta_id
                                              ELSE NEW.richiesta_id END;
    v_stato text;
BEGIN
    SELECT v.stato INTO v_stato FROM cycle_richiestavariazione v WHERE v.id = v_richiesta;
    IF v_stato <> 'bozza' AND NOT (v_stato IN ('presentata', 'istruita')
                                   AND cycle_si_ribasa(v_richiesta)) THEN
        RAISE EXCEPTION 'ciò che una richiesta presentata chiede non cambia (R16, R37)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER campo_fermo BEFORE INSERT OR DELETE ON cycle_campovariato
    FOR EACH ROW EXECUTE FUNCTION cycle_campo_fermo();
CREATE TRIGGER campo_cambiato BEFORE UPDATE ON cycle_campovariato FOR EACH ROW
    WHEN ((OLD.richiesta_id, OLD.genere, OLD.tabella, OLD.riga_id, OLD.campo, OLD.valore_base,
           OLD.valore_nuovo, OLD.dove)
          IS DISTINCT FROM (NEW.richiesta_id, NEW.genere, NEW.tabella, NEW.riga_id, NEW.campo,
                            NEW.valore_base, NEW.valore_nuovo, NEW.dove))
    EXECUTE FUNCTION cycle_campo_fermo();

CREATE FUNCTION cycle_parere_su_cio_che_e_chiesto() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM cycle_richiestavariazione v
         WHERE v.id = NEW.richiesta_id AND v.impronta = NEW.impronta
           AND CASE WHEN NEW.tipo = 'valutazione'
                    THEN v.stato IN ('approvata', 'respinta', 'irricevibile', 'ritirata')
                    ELSE v.stato IN ('presentata', 'istruita') END
           AND (NEW.tipo <> 'replica' OR v.d_ufficio)) THEN
        RAISE EXCEPTION 'un parere si rende su una richiesta com''è adesso, al suo momento (R33)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER parere_attuale AFTER INSERT ON cycle_parerevariazione
    FOR EACH ROW EXECUTE FUNCTION cycle_parere_su_cio_che_e_chiesto();
CREATE TRIGGER immutabile BEFORE UPDATE OR DELETE OR TRUNCATE ON cycle_parerevariazione
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_immutabile();

CREATE FUNCTION cycle_allegato_fermo() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM cycle_richiestavariazione v
                WHERE v.stato <> 'bozza'
                  AND v.id = CASE TG_OP WHEN 'DELETE' THEN OLD.richiesta_id
                                        ELSE NEW.richiesta_id END) THEN
        RAISE EXCEPTION 'gli allegati di una richiesta presentata non cambiano (R16)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER allegato_fermo BEFORE INSERT OR DELETE ON cycle_allegatovariazione
    FOR EACH ROW EXECUTE FUNCTION cycle_allegato_fermo();

-- What was signalled stays as it was signalled.
CREATE FUNCTION cycle_correzione_ferma() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'una correzione segnalata non si riscrive: si decide (R35)'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER correzione_ferma BEFORE UPDATE ON cycle_correzione FOR EACH ROW
    WHEN (OLD.stato <> 'segnalata'
          OR (OLD.voce_id, OLD.campo, OLD.prima, OLD.dopo, OLD.motivo, OLD.percentuale,
              OLD.segnalata_da_id, OLD.segnalata_il)
             IS DISTINCT FROM (NEW.voce_id, NEW.campo, NEW.prima, NEW.dopo, NEW.motivo,
                               NEW.percentuale, NEW.segnalata_da_id, NEW.segnalata_il))
    EXECUTE FUNCTION cycle_correzione_ferma();
CREATE TRIGGER correzione_resta BEFORE DELETE OR TRUNCATE ON cycle_correzione
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_immutabile();
"""


def _vincoli():
    for tabella in NUOVE:
        yield f"ALTER TABLE {tabella} ADD CONSTRAINT {tabella}_ente_uk UNIQUE (ente_id, id)"
    for tabella in RIFERITE:
        yield (
            f"ALTER TABLE {tabella} "
            f"ADD CONSTRAINT {tabella}_obiettivo_uk UNIQUE (obiettivo_id, id)"
        )
    for chiave, suffisso, vincoli in (
        ("ente_id", "ente", NELL_ENTE),
        ("obiettivo_id", "ob", NELL_OBIETTIVO),
    ):
        for tabella, colonna, riferita in vincoli:
            yield (
                f"ALTER TABLE {tabella} ADD CONSTRAINT {tabella}_{colonna}_{suffisso}_fk "
                f"FOREIGN KEY ({chiave}, {colonna}) REFERENCES {riferita} ({chiave}, id) "
                "DEFERRABLE INITIALLY DEFERRED"
            )


def _senza_vincoli():
    for suffisso, vincoli in (("ob", NELL_OBIETTIVO), ("ente", NELL_ENTE)):
        for tabella, colonna, _ in vincoli:
            yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_{colonna}_{suffisso}_fk"
    for tabella in RIFERITE:
        yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_obiettivo_uk"
    for tabella in NUOVE:
        yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_ente_uk"


def _trigger():
    for tabella in NUOVE:
        colonne = ["id", "pid", "ente_id", *FERME[tabella]]
        vecchie, nuove = (", ".join(f"{r}.{c}" for c in colonne) for r in ("OLD", "NEW"))
        yield (
            f"CREATE TRIGGER identita_ferma BEFORE UPDATE ON {tabella} FOR EACH ROW "
            f"WHEN (({vecchie}) IS DISTINCT FROM ({nuove})) "
            "EXECUTE FUNCTION cycle_identita_ferma()"
        )
    for tabella in DI_OBIETTIVO:
        yield from regole._revisione(tabella)
    for tabella, (passaggi, prima) in MACCHINE.items():
        yield veloce._CUSTODITO.format(tabella=tabella, radice="obiettivo_id")
        yield (
            f"CREATE TRIGGER stato_custodito AFTER UPDATE ON {tabella} "
            "REFERENCING OLD TABLE AS vecchie NEW TABLE AS nuove "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {tabella}_custodito('{passaggi}', 'obiettivo_id')"
        )
        yield (
            f"CREATE TRIGGER stato_di_nascita AFTER INSERT ON {tabella} "
            "REFERENCING NEW TABLE AS nuove FOR EACH STATEMENT "
            f"EXECUTE FUNCTION cycle_stato_di_nascita('{prima}', '', 'obiettivo_id')"
        )
    yield RICHIESTE
    for tabella, radice in OSSERVATE.items():
        yield from regole._osserva(tabella, radice)


def _senza_trigger():
    for tabella in OSSERVATE:
        for nome in ("inserite", "modificate", "eliminate"):
            yield f"DROP TRIGGER registro_{nome} ON {tabella}"
    for tabella, nomi in {
        "cycle_correzione": ["correzione_resta", "correzione_ferma"],
        "cycle_allegatovariazione": ["allegato_fermo"],
        "cycle_parerevariazione": ["immutabile", "parere_attuale"],
        "cycle_campovariato": ["campo_cambiato", "campo_fermo"],
        "cycle_richiestavariazione": ["richiesta_resta", "richiesta_ferma", "numero"],
    }.items():
        for nome in nomi:
            yield f"DROP TRIGGER {nome} ON {tabella}"
    for tabella in MACCHINE:
        yield f"DROP TRIGGER stato_di_nascita ON {tabella}"
        yield f"DROP TRIGGER stato_custodito ON {tabella}"
        yield f"DROP FUNCTION {tabella}_custodito()"
    for tabella in DI_OBIETTIVO:
        for evento in ("insert", "update", "delete"):
            yield f"DROP TRIGGER tocca_{evento} ON {tabella}"
    for tabella in NUOVE:
        yield f"DROP TRIGGER identita_ferma ON {tabella}"
    for funzione in (
        "correzione_ferma()",
        "allegato_fermo()",
        "parere_su_cio_che_e_chiesto()",
        "campo_fermo()",
        "richiesta_ferma()",
        "si_ribasa(bigint)",
        "numero_variazione()",
    ):
        yield f"DROP FUNCTION cycle_{funzione}"


class Migration(migrations.Migration):

    dependencies = [
        ('cycle', '0008_accessi'),
    ]

    operations = [
        migrations.CreateModel(
            name='AllegatoVariazione',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('allegato', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.allegato')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('richiesta', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allegati', to='cycle.richiestavariazione')),
            ],
        ),
        migrations.CreateModel(
            name='Correzione',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('stato', models.CharField(choices=[('segnalata', 'Segnalata'), ('accolta', 'Accolta'), ('respinta', 'Respinta')], default='segnalata', max_length=15, verbose_name='stato')),
                ('revisione', models.PositiveIntegerField(default=1)),
                ('campo', models.CharField(max_length=200)),
                ('prima', models.TextField()),
                ('dopo', models.TextField()),
                ('motivo', models.TextField()),
                ('percentuale', models.DecimalField(decimal_places=6, max_digits=20)),
                ('percentuale_prima', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('segnalata_il', models.DateTimeField()),
                ('decisa_il', models.DateTimeField(blank=True, null=True)),
                ('motivazione_decisione', models.TextField(blank=True)),
                ('decisa_da', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
                ('segnalata_da', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona')),
                ('voce', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='correzioni', to='cycle.vocerelazione')),
            ],
            options={
                'verbose_name': 'correzione di un errore materiale',
                'verbose_name_plural': 'correzioni di errori materiali',
            },
                    ),
        migrations.CreateModel(
            name='InvitoVariazione',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('testo', models.TextField()),
                ('entro', models.DateField()),
                ('invitato_il', models.DateTimeField()),
                ('risposta', models.TextField(blank=True)),
                ('declinato_il', models.DateTimeField(blank=True, null=True)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
                ('persona', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona')),
            ],
            options={
                'verbose_name': 'invito a chiedere una variazione',
                'verbose_name_plural': 'inviti a chiedere una variazione',
            },
        ),
        migrations.CreateModel(
            name='ParereVariazione',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('tipo', models.CharField(choices=[('nucleo', 'Parere del Nucleo'), ('ragioneria', 'Visto della ragioneria'), ('replica', 'Replica del settore'), ('valutazione', 'Valutazione del Nucleo per la Relazione')], max_length=12)),
                ('esito', models.CharField(choices=[('favorevole', 'Favorevole'), ('contrario', 'Contrario'), ('non_dovuto', 'Non dovuto'), ('osservazioni', 'Osservazioni')], max_length=12)),
                ('testo', models.TextField(blank=True)),
                ('impronta', models.CharField(max_length=64)),
                ('reso_il', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'parere su una variazione',
                'verbose_name_plural': 'pareri su variazioni',
            },
        ),
        migrations.AddField(
            model_name='campovariato',
            name='dove',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='campovariato',
            name='genere',
            field=models.CharField(choices=[('target', 'Target'), ('peso', 'Peso'), ('natura', 'Natura'), ('misura', 'Modo di misurare'), ('testo', 'Testo'), ('date', 'Date'), ('responsabile', 'Responsabile'), ('collocazione', 'Unità, tipo o programma'), ('nuovo', 'Aggiunta'), ('sostituzione', 'Sostituzione'), ('soppressione', 'Soppressione'), ('stralcio', 'Stralcio')], default='testo', max_length=15),
        ),
        migrations.AddField(
            model_name='richiestavariazione',
            name='atto',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='variazioni', to='cycle.atto'),
        ),
        migrations.AddField(
            model_name='richiestavariazione',
            name='atto_contabile',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='richiestavariazione',
            name='d_ufficio',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='richiestavariazione',
            name='decisa_il',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='richiestavariazione',
            name='eccezione',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='richiestavariazione',
            name='impronta',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='richiestavariazione',
            name='lettera_art175',
            field=models.CharField(blank=True, max_length=1),
        ),
        migrations.AddField(
            model_name='richiestavariazione',
            name='motivazione_decisione',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='richiestavariazione',
            name='numero',
            field=models.PositiveSmallIntegerField(db_default=0, editable=False),
        ),
        migrations.AddField(
            model_name='richiestavariazione',
            name='presentata_da',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona'),
        ),
        migrations.AddField(
            model_name='richiestavariazione',
            name='revisione',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='richiestavariazione',
            name='termine',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='richiestavariazione',
            name='stato',
            field=models.CharField(choices=[('bozza', 'Bozza'), ('presentata', 'Presentata'), ('istruita', 'Istruita'), ('irricevibile', 'Irricevibile'), ('approvata', 'Approvata'), ('respinta', 'Respinta'), ('ritirata', 'Ritirata')], default='bozza', max_length=15, verbose_name='stato'),
        ),
        migrations.AddConstraint(
            model_name='campovariato',
            constraint=models.CheckConstraint(condition=models.Q(('genere__in', ['target', 'peso', 'natura', 'misura', 'testo', 'date', 'responsabile', 'collocazione', 'nuovo', 'sostituzione', 'soppressione', 'stralcio'])), name='campovariato_genere'),
        ),
        migrations.AddField(
            model_name='richiestavariazione',
            name='invito',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='richieste', to='cycle.invitovariazione'),
        ),
        migrations.RunSQL(PRIMA, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='richiestavariazione',
            constraint=models.UniqueConstraint(fields=('obiettivo', 'numero'), name='variazione_numero'),
        ),
        migrations.AddConstraint(
            model_name='richiestavariazione',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stato__in', ['respinta', 'irricevibile']), _negated=True), ('motivazione_decisione__regex', '\\S'), _connector='OR'), name='variazione_diniego_motivato'),
        ),
        migrations.AddConstraint(
            model_name='richiestavariazione',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stato', 'approvata'), _negated=True), ('atto__isnull', False), _connector='OR'), name='variazione_approvata_con_atto'),
        ),
        migrations.AddConstraint(
            model_name='richiestavariazione',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stato', 'approvata'), ('tardiva', True), _negated=True), ('eccezione__regex', '\\S'), _connector='OR'), name='variazione_eccezione'),
        ),
        migrations.AddConstraint(
            model_name='richiestavariazione',
            constraint=models.CheckConstraint(condition=models.Q(('lettera_art175__regex', '^[a-g]?$')), name='variazione_lettera'),
        ),
        migrations.AddField(
            model_name='parerevariazione',
            name='ente',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente'),
        ),
        migrations.AddField(
            model_name='parerevariazione',
            name='persona',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona'),
        ),
        migrations.AddField(
            model_name='parerevariazione',
            name='richiesta',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pareri', to='cycle.richiestavariazione'),
        ),
        migrations.AddConstraint(
            model_name='allegatovariazione',
            constraint=models.UniqueConstraint(fields=('richiesta', 'allegato'), name='allegatovar_unico'),
        ),
        migrations.AddConstraint(
            model_name='correzione',
            constraint=models.CheckConstraint(condition=models.Q(('stato__in', ['segnalata', 'accolta', 'respinta'])), name='correzione_stato'),
        ),
        migrations.AddConstraint(
            model_name='correzione',
            constraint=models.CheckConstraint(condition=models.Q(('percentuale__isnull', True), ('percentuale__gte', 0), _connector='OR'), name='correzione_percentuale'),
        ),
        migrations.AddConstraint(
            model_name='correzione',
            constraint=models.CheckConstraint(condition=models.Q(('motivo__regex', '\\S')), name='correzione_motivata'),
        ),
        migrations.AddConstraint(
            model_name='correzione',
            constraint=models.UniqueConstraint(condition=models.Q(('stato', 'segnalata')), fields=('voce',), name='correzione_una_aperta'),
        ),
        migrations.AddConstraint(
            model_name='correzione',
            constraint=models.CheckConstraint(condition=models.Q(('stato', 'segnalata'), models.Q(('decisa_da__isnull', False), models.Q(('decisa_da', models.F('segnalata_da')), _negated=True), ('motivazione_decisione__regex', '\\S')), _connector='OR'), name='correzione_decisa_da_altri'),
        ),
        migrations.AddConstraint(
            model_name='invitovariazione',
            constraint=models.CheckConstraint(condition=models.Q(('testo__regex', '\\S')), name='invitovar_motivato'),
        ),
        migrations.AddConstraint(
            model_name='invitovariazione',
            constraint=models.CheckConstraint(condition=models.Q(('declinato_il__isnull', True), ('risposta__regex', '\\S'), _connector='OR'), name='invitovar_declinato'),
        ),
        migrations.AddConstraint(
            model_name='parerevariazione',
            constraint=models.UniqueConstraint(fields=('richiesta', 'tipo', 'impronta'), name='parerevar_uno_per_tipo'),
        ),
        migrations.AddConstraint(
            model_name='parerevariazione',
            constraint=models.CheckConstraint(condition=models.Q(('tipo__in', ['nucleo', 'ragioneria', 'replica', 'valutazione'])), name='parerevar_tipo'),
        ),
        migrations.AddConstraint(
            model_name='parerevariazione',
            constraint=models.CheckConstraint(condition=models.Q(('esito__in', ['favorevole', 'contrario', 'non_dovuto', 'osservazioni'])), name='parerevar_esito'),
        ),
        migrations.AddConstraint(
            model_name='parerevariazione',
            constraint=models.CheckConstraint(condition=models.Q(('esito', 'favorevole'), ('testo__regex', '\\S'), _connector='OR'), name='parerevar_motivato'),
        ),
        migrations.RunSQL(regole._sql(_vincoli()), regole._sql(_senza_vincoli())),
        migrations.RunSQL(regole._sql(_trigger()), regole._sql(_senza_trigger())),
    ]
