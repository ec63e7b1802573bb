# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neutralizzazione (R62-R63): what is asked stays as it was asked, what is decided as it was
decided, and nothing is neutralised once its last report is validated."""

from importlib import import_module

import django.contrib.postgres.functions
import django.db.models.deletion
from django.db import migrations, models

regole = import_module("cycle.migrations.0002_regole")
veloce = import_module("cycle.migrations.0004_veloce")

NUOVE = ["cycle_documentoneutralizzazione", "cycle_neutralizzazione"]

# (table, column, referred table): within the same ente
NELL_ENTE = [
    ("cycle_documentoneutralizzazione", "allegato_id", "cycle_allegato"),
    ("cycle_documentoneutralizzazione", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_neutralizzazione", "atto_id", "cycle_atto"),
    ("cycle_neutralizzazione", "chiesta_da_id", "cycle_persona"),
    ("cycle_neutralizzazione", "decisa_da_id", "cycle_persona"),
    ("cycle_neutralizzazione", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_neutralizzazione", "seduta_id", "cycle_seduta"),
]

# (table, column, referred table): within the same objective too
NELL_OBIETTIVO = [
    ("cycle_documentoneutralizzazione", "neutralizzazione_id", "cycle_neutralizzazione"),
    ("cycle_neutralizzazione", "indicatore_id", "cycle_indicatore"),
    ("cycle_neutralizzazione", "specifico_id", "cycle_obiettivospecifico"),
]

PASSAGGI = (
    "accogli:chiesta>accolta rimetti:chiesta>in_giunta delibera:in_giunta>accolta "
    "respingi:chiesta>respinta nega:in_giunta>respinta ritira:chiesta>ritirata "
    "ritira:in_giunta>ritirata"
)

TEMPI = """
CREATE FUNCTION cycle_neutralizzazione_ferma() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'una neutralizzazione chiesta non si riscrive, e una decisa non cambia (R62)'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER neutralizzazione_ferma BEFORE UPDATE ON cycle_neutralizzazione FOR EACH ROW
    WHEN (OLD.stato NOT IN ('chiesta', 'in_giunta')
          OR (OLD.specifico_id, OLD.indicatore_id, OLD.d_ufficio, OLD.causa, OLD.motivo,
              OLD.chiesta_da_id, OLD.chiesta_il)
             IS DISTINCT FROM (NEW.specifico_id, NEW.indicatore_id, NEW.d_ufficio, NEW.causa,
                               NEW.motivo, NEW.chiesta_da_id, NEW.chiesta_il))
    EXECUTE FUNCTION cycle_neutralizzazione_ferma();
CREATE TRIGGER neutralizzazione_resta BEFORE DELETE OR TRUNCATE ON cycle_neutralizzazione
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_immutabile();
CREATE TRIGGER immutabile BEFORE UPDATE OR DELETE OR TRUNCATE ON cycle_documentoneutralizzazione
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_immutabile();

CREATE FUNCTION cycle_neutralizzazione_in_tempo() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM cycle_obiettivo o WHERE o.id = NEW.obiettivo_id
                  AND o.stato NOT IN ('approvato', 'in_corso', 'rendicontato'))
       OR EXISTS (SELECT 1 FROM cycle_relazionesemestrale r
                    JOIN cycle_periodo p ON p.id = r.periodo_id
                   WHERE r.obiettivo_id = NEW.obiettivo_id AND r.stato = 'validata'
                     AND p.ordine = (SELECT max(q.ordine) FROM cycle_periodo q
                                      WHERE q.ciclo_id = p.ciclo_id)) THEN
        RAISE EXCEPTION 'si neutralizza prima che l''ultima relazione sia validata (R62)'
            USING ERRCODE = 'check_violation';
    ELSIF NOT EXISTS (SELECT 1 FROM cycle_documentoneutralizzazione d
                       WHERE d.neutralizzazione_id = NEW.id) THEN
        RAISE EXCEPTION 'una neutralizzazione ha almeno un documento che la prova (R62)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER neutralizzazione_in_tempo AFTER UPDATE ON cycle_neutralizzazione FOR EACH ROW
    WHEN (NEW.stato = 'accolta' AND OLD.stato <> 'accolta')
    EXECUTE FUNCTION cycle_neutralizzazione_in_tempo();
"""


def _regole():
    for tabella in NUOVE:
        yield f"ALTER TABLE {tabella} ADD CONSTRAINT {tabella}_ente_uk UNIQUE (ente_id, id)"
    yield (
        "ALTER TABLE cycle_neutralizzazione "
        "ADD CONSTRAINT cycle_neutralizzazione_obiettivo_uk UNIQUE (obiettivo_id, id)"
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
    ferme = ["id", "pid", "ente_id", "obiettivo_id"]
    vecchie, nuove = (", ".join(f"{r}.{c}" for c in ferme) for r in ("OLD", "NEW"))
    yield (
        "CREATE TRIGGER identita_ferma BEFORE UPDATE ON cycle_neutralizzazione FOR EACH ROW "
        f"WHEN (({vecchie}) IS DISTINCT FROM ({nuove})) EXECUTE FUNCTION cycle_identita_ferma()"
    )
    yield veloce._CUSTODITO.format(tabella="cycle_neutralizzazione", radice="obiettivo_id")
    yield (
        "CREATE TRIGGER stato_custodito AFTER UPDATE ON cycle_neutralizzazione "
        "REFERENCING OLD TABLE AS vecchie NEW TABLE AS nuove FOR EACH STATEMENT "
        f"EXECUTE FUNCTION cycle_neutralizzazione_custodito('{PASSAGGI}', 'obiettivo_id')"
    )
    yield (
        "CREATE TRIGGER stato_di_nascita AFTER INSERT ON cycle_neutralizzazione "
        "REFERENCING NEW TABLE AS nuove FOR EACH STATEMENT "
        "EXECUTE FUNCTION cycle_stato_di_nascita('chiesta', '', 'obiettivo_id')"
    )
    yield TEMPI
    for tabella in NUOVE:
        yield from regole._revisione(tabella)
        yield from regole._osserva(tabella, "obiettivo_id")


def _senza():
    """The triggers go with their tables; the functions are of this migration."""
    for tabella in NUOVE:
        for evento in ("insert", "update", "delete"):
            yield f"DROP TRIGGER tocca_{evento} ON {tabella}"
        for nome in ("inserite", "modificate", "eliminate"):
            yield f"DROP TRIGGER registro_{nome} ON {tabella}"
    yield "DROP TRIGGER immutabile ON cycle_documentoneutralizzazione"
    for nome in (
        "neutralizzazione_in_tempo",
        "neutralizzazione_resta",
        "neutralizzazione_ferma",
        "stato_di_nascita",
        "stato_custodito",
        "identita_ferma",
    ):
        yield f"DROP TRIGGER {nome} ON cycle_neutralizzazione"
    for funzione in ("in_tempo", "ferma", "custodito"):
        yield f"DROP FUNCTION cycle_neutralizzazione_{funzione}()"
    for suffisso, vincoli in (("ob", NELL_OBIETTIVO), ("ente", NELL_ENTE)):
        for tabella, colonna, _ in vincoli:
            yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_{colonna}_{suffisso}_fk"
    yield (
        "ALTER TABLE cycle_neutralizzazione DROP CONSTRAINT cycle_neutralizzazione_obiettivo_uk"
    )
    for tabella in NUOVE:
        yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_ente_uk"


class Migration(migrations.Migration):

    dependencies = [
        ('cycle', '0022_sedute'),
    ]

    operations = [
        migrations.CreateModel(
            name='DocumentoNeutralizzazione',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
            ],
            options={
                'verbose_name': 'documento di una neutralizzazione',
                'verbose_name_plural': 'documenti di neutralizzazioni',
            },
        ),
        migrations.CreateModel(
            name='Neutralizzazione',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('stato', models.CharField(choices=[('chiesta', 'Chiesta'), ('in_giunta', 'In giunta'), ('accolta', 'Accolta'), ('respinta', 'Respinta'), ('ritirata', 'Ritirata')], default='chiesta', max_length=15, verbose_name='stato')),
                ('revisione', models.PositiveIntegerField(default=1)),
                ('d_ufficio', models.BooleanField(default=False)),
                ('causa', models.CharField(max_length=200)),
                ('motivo', models.TextField()),
                ('chiesta_il', models.DateTimeField()),
                ('motivazione_nucleo', models.TextField(blank=True)),
                ('decisa_il', models.DateTimeField(blank=True, null=True)),
                ('motivazione_decisione', models.TextField(blank=True)),
            ],
            options={
                'verbose_name': 'neutralizzazione',
                'verbose_name_plural': 'neutralizzazioni',
            },
        ),
        migrations.RemoveConstraint(
            model_name='atto',
            name='atto_tipo',
        ),
        migrations.AlterField(
            model_name='atto',
            name='tipo',
            field=models.CharField(choices=[('approvazione', 'Approvazione del PEG'), ('variazione', 'Variazione'), ('neutralizza', 'Neutralizzazione'), ('calendario', 'Calendario o proroga'), ('storico', 'Storico importato')], max_length=15),
        ),
        migrations.AddConstraint(
            model_name='atto',
            constraint=models.CheckConstraint(condition=models.Q(('tipo__in', ['approvazione', 'variazione', 'neutralizza', 'calendario', 'storico'])), name='atto_tipo'),
        ),
        migrations.AddField(
            model_name='documentoneutralizzazione',
            name='allegato',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.allegato'),
        ),
        migrations.AddField(
            model_name='documentoneutralizzazione',
            name='ente',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente'),
        ),
        migrations.AddField(
            model_name='documentoneutralizzazione',
            name='obiettivo',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo'),
        ),
        migrations.AddField(
            model_name='neutralizzazione',
            name='atto',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='neutralizzazioni', to='cycle.atto'),
        ),
        migrations.AddField(
            model_name='neutralizzazione',
            name='chiesta_da',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona'),
        ),
        migrations.AddField(
            model_name='neutralizzazione',
            name='decisa_da',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona'),
        ),
        migrations.AddField(
            model_name='neutralizzazione',
            name='ente',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente'),
        ),
        migrations.AddField(
            model_name='neutralizzazione',
            name='indicatore',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='neutralizzazioni', to='cycle.indicatore'),
        ),
        migrations.AddField(
            model_name='neutralizzazione',
            name='obiettivo',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo'),
        ),
        migrations.AddField(
            model_name='neutralizzazione',
            name='seduta',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='neutralizzazioni', to='cycle.seduta'),
        ),
        migrations.AddField(
            model_name='neutralizzazione',
            name='specifico',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='neutralizzazioni', to='cycle.obiettivospecifico'),
        ),
        migrations.AddField(
            model_name='documentoneutralizzazione',
            name='neutralizzazione',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documenti', to='cycle.neutralizzazione'),
        ),
        migrations.AddConstraint(
            model_name='neutralizzazione',
            constraint=models.CheckConstraint(condition=models.Q(('stato__in', ['chiesta', 'in_giunta', 'accolta', 'respinta', 'ritirata'])), name='neutralizzazione_stato'),
        ),
        migrations.AddConstraint(
            model_name='neutralizzazione',
            constraint=models.CheckConstraint(condition=models.Q(('causa__regex', '\\S'), ('motivo__regex', '\\S')), name='neutralizzazione_motivata'),
        ),
        migrations.AddConstraint(
            model_name='neutralizzazione',
            constraint=models.CheckConstraint(condition=models.Q(('specifico__isnull', True), ('indicatore__isnull', True), _connector='OR'), name='neutralizzazione_di_una_cosa'),
        ),
        migrations.AddConstraint(
            model_name='neutralizzazione',
            constraint=models.UniqueConstraint(condition=models.Q(('stato__in', ('chiesta', 'in_giunta', 'accolta'))), fields=('obiettivo', 'specifico', 'indicatore'), name='neutralizzazione_una', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='neutralizzazione',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stato__in', ['accolta', 'respinta']), _negated=True), models.Q(('decisa_da__isnull', False), ('decisa_il__isnull', False), ('motivazione_decisione__regex', '\\S'), models.Q(('d_ufficio', True), models.Q(('decisa_da', models.F('chiesta_da')), _negated=True), _connector='OR')), _connector='OR'), name='neutralizzazione_decisa_da_altri'),
        ),
        migrations.AddConstraint(
            model_name='neutralizzazione',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stato', 'accolta'), _negated=True), ('seduta__isnull', False), ('atto__isnull', False), _connector='OR'), name='neutralizzazione_da_un_organo'),
        ),
        migrations.AddConstraint(
            model_name='documentoneutralizzazione',
            constraint=models.UniqueConstraint(fields=('neutralizzazione', 'allegato'), name='documentoneu_unico'),
        ),
        migrations.RunSQL(regole._sql(_regole()), regole._sql(_senza())),
    ]
