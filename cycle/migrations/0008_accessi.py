# SPDX-License-Identifier: AGPL-3.0-or-later
"""How people come in: addresses, invitations, letters. And the registro remembers, whoever does it
and by whatever way, that a login is shut or opened again, that a token of the API is made or
revoked, and what the roles of an ente are granted: Eventi without Modifiche, since names and
addresses stay out of the registro (R90)."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

NUOVE = ["cycle_invito", "cycle_recapito"]

# An Evento beside the action that is open, if one is: it stays open.
RICORDA = """
CREATE FUNCTION cycle_ricorda(p_ente bigint, p_procedura text, p_verbo text, p_oggetto bigint,
                              p_dati jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_segno constant text := coalesce(current_setting('ciclo.azione', true), '');
    v_aperta workflows_evento;
BEGIN
    SELECT e.* INTO v_aperta FROM workflows_evento e
     WHERE e.id = (SELECT azione FROM registro_azione_aperta());
    PERFORM registro_apri(
        p_ente, p_procedura, p_verbo, v_aperta.persona_id, '', '', NULL,
        coalesce(v_aperta.canale, 'sistema'), 'eseguito',
        coalesce(v_aperta.istante, clock_timestamp()), p_dati,
        jsonb_build_array(jsonb_build_object('oggetto', p_oggetto, 'radice', NULL, 'da', '',
            'a', '', 'incarico', v_aperta.incarico_id, 'ruolo', coalesce(v_aperta.ruolo, ''),
            'per_conto', v_aperta.per_conto_di_id)));
    PERFORM set_config('ciclo.azione', v_segno, true);
END $$;
REVOKE ALL ON FUNCTION cycle_ricorda(bigint, text, text, bigint, jsonb) FROM PUBLIC;

CREATE FUNCTION cycle_utente_cambiato() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM cycle_ricorda(
        p.ente_id, 'accesso',
        CASE WHEN NEW.is_active = OLD.is_active THEN 'modifica'
             WHEN NEW.is_active THEN 'riattiva' ELSE 'disattiva' END,
        p.id,
        jsonb_build_object('utente', NEW.id, 'attivo', NEW.is_active,
                           'amministratore', NEW.is_superuser OR NEW.is_staff))
       FROM cycle_persona p WHERE p.utente_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER ricorda_utente AFTER UPDATE ON cycle_utente FOR EACH ROW
    WHEN ((OLD.is_active, OLD.is_superuser, OLD.is_staff)
          IS DISTINCT FROM (NEW.is_active, NEW.is_superuser, NEW.is_staff))
    EXECUTE FUNCTION cycle_utente_cambiato();

CREATE FUNCTION cycle_gettone_cambiato() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_gettone constant cycle_gettone := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    PERFORM cycle_ricorda(
        p.ente_id, 'gettone', CASE TG_OP WHEN 'INSERT' THEN 'crea' ELSE 'revoca' END, p.id,
        jsonb_build_object('gettone', v_gettone.id, 'scade_il', v_gettone.scade_il))
       FROM cycle_persona p WHERE p.utente_id = v_gettone.utente_id;
    RETURN NULL;
END $$;
CREATE TRIGGER ricorda_gettone AFTER INSERT OR DELETE ON cycle_gettone FOR EACH ROW
    EXECUTE FUNCTION cycle_gettone_cambiato();
CREATE TRIGGER ricorda_gettone_revocato AFTER UPDATE ON cycle_gettone FOR EACH ROW
    WHEN (OLD.revocato_il IS DISTINCT FROM NEW.revocato_il)
    EXECUTE FUNCTION cycle_gettone_cambiato();

CREATE FUNCTION cycle_concessioni_cambiate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM cycle_ricorda(
        c.ente_id, 'permessi', 'modifica', c.unita_id,
        jsonb_build_object(CASE TG_OP WHEN 'INSERT' THEN 'concessi' ELSE 'revocati' END, c.ruoli))
       FROM (SELECT d.ente_id, d.unita_id, jsonb_object_agg(d.ruolo, d.permessi) AS ruoli
               FROM (SELECT u.ente_id, u.id AS unita_id, split_part(g.name, ':', 2) AS ruolo,
                            jsonb_agg(pm.codename ORDER BY pm.codename) AS permessi
                       FROM righe r
                       JOIN auth_group g ON g.id = r.group_id
                       JOIN auth_permission pm ON pm.id = r.permission_id
                       JOIN cycle_unitaorganizzativa u ON u.id::text = r.object_pk
                      GROUP BY u.ente_id, u.id, g.name) d
              GROUP BY d.ente_id, d.unita_id) c;
    RETURN NULL;
END $$;
CREATE TRIGGER ricorda_concesse AFTER INSERT ON guardian_groupobjectpermission
    REFERENCING NEW TABLE AS righe FOR EACH STATEMENT
    EXECUTE FUNCTION cycle_concessioni_cambiate();
CREATE TRIGGER ricorda_revocate AFTER DELETE ON guardian_groupobjectpermission
    REFERENCING OLD TABLE AS righe FOR EACH STATEMENT
    EXECUTE FUNCTION cycle_concessioni_cambiate();
"""

DIMENTICA = """
DROP TRIGGER ricorda_revocate ON guardian_groupobjectpermission;
DROP TRIGGER ricorda_concesse ON guardian_groupobjectpermission;
DROP TRIGGER ricorda_gettone_revocato ON cycle_gettone;
DROP TRIGGER ricorda_gettone ON cycle_gettone;
DROP TRIGGER ricorda_utente ON cycle_utente;
DROP FUNCTION cycle_concessioni_cambiate();
DROP FUNCTION cycle_gettone_cambiato();
DROP FUNCTION cycle_utente_cambiato();
DROP FUNCTION cycle_ricorda(bigint, text, text, bigint, jsonb);
"""


def _vincoli():
    for tabella in NUOVE:
        yield f"ALTER TABLE {tabella} ADD CONSTRAINT {tabella}_ente_uk UNIQUE (ente_id, id)"
        yield (
            f"ALTER TABLE {tabella} ADD CONSTRAINT {tabella}_persona_id_ente_fk "
            "FOREIGN KEY (ente_id, persona_id) REFERENCES cycle_persona (ente_id, id) "
            "DEFERRABLE INITIALLY DEFERRED"
        )
        colonne = ("id", "pid", "ente_id", "persona_id")
        vecchie, nuove = (", ".join(f"{r}.{c}" for c in colonne) for r in ("OLD", "NEW"))
        yield (
            f"CREATE TRIGGER identita_ferma BEFORE UPDATE ON {tabella} FOR EACH ROW "
            f"WHEN (({vecchie}) IS DISTINCT FROM ({nuove})) "
            "EXECUTE FUNCTION cycle_identita_ferma()"
        )


def _senza_vincoli():
    for tabella in NUOVE:
        yield f"DROP TRIGGER identita_ferma ON {tabella}"
        yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_persona_id_ente_fk"
        yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_ente_uk"


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('cycle', '0007_incarico_revocato'),
        ('guardian', '0001_initial'),
        ('workflows', '0002_registro'),
    ]

    operations = [
        migrations.CreateModel(
            name='Invito',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('email', models.CharField(max_length=150)),
                ('creato_il', models.DateTimeField()),
                ('scade_il', models.DateTimeField()),
                ('accettato_il', models.DateTimeField(blank=True, null=True)),
                ('ritirato_il', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'invito',
                'verbose_name_plural': 'inviti',
            },
        ),
        migrations.CreateModel(
            name='Lettera',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tipo', models.CharField(choices=[('invito', 'Invito'), ('password', 'Password dimenticata')], max_length=10)),
                ('creata_il', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('spedita_il', models.DateTimeField(blank=True, null=True)),
                ('tentativi', models.PositiveSmallIntegerField(default=0)),
                ('errore', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'verbose_name': 'lettera',
                'verbose_name_plural': 'lettere',
            },
        ),
        migrations.CreateModel(
            name='Recapito',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('email', models.CharField(max_length=150)),
            ],
            options={
                'verbose_name': 'recapito',
                'verbose_name_plural': 'recapiti',
            },
        ),
        migrations.AddField(
            model_name='persona',
            name='sospesa_il',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name='utente',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), condition=models.Q(('email', ''), _negated=True), name='utente_email'),
        ),
        migrations.AddField(
            model_name='invito',
            name='ente',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente'),
        ),
        migrations.AddField(
            model_name='invito',
            name='persona',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inviti', to='cycle.persona'),
        ),
        migrations.AddField(
            model_name='lettera',
            name='invito',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='lettere', to='cycle.invito'),
        ),
        migrations.AddField(
            model_name='lettera',
            name='utente',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='lettere', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='recapito',
            name='ente',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente'),
        ),
        migrations.AddField(
            model_name='recapito',
            name='persona',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='recapito', to='cycle.persona'),
        ),
        migrations.AddConstraint(
            model_name='invito',
            constraint=models.UniqueConstraint(condition=models.Q(('accettato_il__isnull', True), ('ritirato_il__isnull', True)), fields=('persona',), name='invito_aperto'),
        ),
        migrations.AddIndex(
            model_name='lettera',
            index=models.Index(condition=models.Q(('spedita_il__isnull', True)), fields=['creata_il'], name='lettera_da_spedire'),
        ),
        migrations.AddConstraint(
            model_name='lettera',
            constraint=models.CheckConstraint(condition=models.Q(('tipo__in', ['invito', 'password'])), name='lettera_tipo'),
        ),
        migrations.AddConstraint(
            model_name='lettera',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('invito__isnull', False), ('tipo', 'invito'), ('utente__isnull', True)), models.Q(('invito__isnull', True), ('tipo', 'password'), ('utente__isnull', False)), _connector='OR'), name='lettera_oggetto'),
        ),
        migrations.AddConstraint(
            model_name='recapito',
            constraint=models.UniqueConstraint(fields=('ente', 'email'), name='recapito_email'),
        ),
        migrations.RunSQL(";\n".join(_vincoli()), ";\n".join(_senza_vincoli())),
        migrations.RunSQL(RICORDA, DIMENTICA),
    ]
