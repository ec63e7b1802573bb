# SPDX-License-Identifier: AGPL-3.0-or-later

import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.math
import django.db.models.lookups
import django.utils.timezone
import django_fsm
from django.conf import settings
from django.contrib.postgres.operations import (
    BtreeGistExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        BtreeGistExtension(),
        UnaccentExtension(),
        TrigramExtension(),
        migrations.CreateModel(
            name='Allegato',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('nome', models.CharField(max_length=255)),
                ('tipo_mime', models.CharField(max_length=100)),
                ('dimensione', models.PositiveBigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('percorso', models.CharField(max_length=300, unique=True)),
                ('caricato_il', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'verbose_name': 'allegato',
                'verbose_name_plural': 'allegati',
            },
        ),
        migrations.CreateModel(
            name='Utente',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'utente',
                'verbose_name_plural': 'utenti',
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Ente',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('nome', models.CharField(max_length=200)),
                ('codice_ipa', models.SlugField(max_length=40, unique=True, verbose_name='codice IPA')),
                ('fuso', models.CharField(default='Europe/Rome', max_length=40, verbose_name='fuso orario')),
                ('patrono_mese', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('patrono_giorno', models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'ente',
                'verbose_name_plural': 'enti',
                'constraints': [models.CheckConstraint(condition=models.Q(('codice_ipa__regex', '^[a-z0-9][a-z0-9_-]*$')), name='ente_codice_ipa'), models.CheckConstraint(condition=models.Q(models.Q(('patrono_giorno__isnull', True), ('patrono_mese__isnull', True)), models.Q(('patrono_giorno__range', (1, 31)), ('patrono_mese__range', (1, 12))), _connector='OR'), name='ente_patrono')],
            },
        ),
        migrations.CreateModel(
            name='Ciclo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('anno', models.PositiveSmallIntegerField()),
                ('parametri', models.JSONField(default=dict)),
                ('versione_macchine', models.PositiveSmallIntegerField(default=1)),
                ('stato', models.CharField(choices=[('aperto', 'Aperto'), ('chiuso', 'Chiuso')], default='aperto', max_length=10)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
            ],
            options={
                'verbose_name': 'ciclo',
                'verbose_name_plural': 'cicli',
            },
        ),
        migrations.CreateModel(
            name='Atto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('tipo', models.CharField(choices=[('approvazione', 'Approvazione del PEG'), ('variazione', 'Variazione'), ('calendario', 'Calendario o proroga'), ('storico', 'Storico importato')], max_length=15)),
                ('organo', models.CharField(choices=[('giunta', 'Giunta'), ('commissario', 'Commissario'), ('consiglio', 'Consiglio')], default='giunta', max_length=15)),
                ('numero', models.CharField(max_length=30)),
                ('data', models.DateField()),
                ('esecutivo', models.BooleanField(default=True)),
                ('parere_tecnico', models.CharField(blank=True, max_length=300)),
                ('parere_contabile', models.CharField(blank=True, max_length=300)),
                ('digest', models.CharField(max_length=64)),
                ('registrato_il', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('pdf', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.allegato')),
                ('ciclo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='atti', to='cycle.ciclo')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
            ],
            options={
                'verbose_name': 'atto',
                'verbose_name_plural': 'atti',
            },
        ),
        migrations.AddField(
            model_name='allegato',
            name='ente',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente'),
        ),
        migrations.CreateModel(
            name='Gettone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nome', models.CharField(max_length=100)),
                ('impronta', models.CharField(max_length=64, unique=True)),
                ('creato_il', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('scade_il', models.DateTimeField()),
                ('revocato_il', models.DateTimeField(blank=True, null=True)),
                ('utente', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gettoni', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'gettone',
                'verbose_name_plural': 'gettoni',
            },
        ),
        migrations.CreateModel(
            name='NodoStrategico',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('tipo', models.CharField(max_length=60)),
                ('codice', models.CharField(blank=True, max_length=60)),
                ('titolo', models.CharField(max_length=500)),
                ('ciclo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='nodi', to='cycle.ciclo')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('padre', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='figli', to='cycle.nodostrategico')),
            ],
            options={
                'verbose_name': 'nodo strategico',
                'verbose_name_plural': 'nodi strategici',
            },
        ),
        migrations.CreateModel(
            name='Obiettivo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('stato', django_fsm.FSMField(choices=[('bozza', 'Bozza'), ('proposta', 'Proposta'), ('approvato', 'Approvato'), ('in_corso', 'In corso'), ('rendicontato', 'Rendicontato'), ('validato', 'Validato'), ('stralciato', 'Stralciato')], default='bozza', max_length=20, protected=True, verbose_name='stato')),
                ('codice', models.CharField(max_length=40)),
                ('tipo', models.CharField(blank=True, max_length=40)),
                ('categoria', models.CharField(blank=True, max_length=80)),
                ('titolo', models.CharField(max_length=1000)),
                ('descrizione', models.TextField(blank=True)),
                ('inizio_previsto', models.DateField(blank=True, null=True)),
                ('fine_prevista', models.DateField(blank=True, null=True)),
                ('inizio_effettivo', models.DateField(blank=True, null=True)),
                ('fine_effettiva', models.DateField(blank=True, null=True)),
                ('peso', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('provvisorio', models.BooleanField(default=False)),
                ('versione', models.PositiveIntegerField(default=0)),
                ('revisione', models.PositiveIntegerField(default=1)),
                ('percentuale_calcolata', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('percentuale_convalidata', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('motivo_convalida', models.TextField(blank=True)),
                ('ciclo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='obiettivi', to='cycle.ciclo')),
                ('continua_da', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='continuato_da', to='cycle.obiettivo')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
            ],
            options={
                'verbose_name': 'obiettivo',
                'verbose_name_plural': 'obiettivi',
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='ObiettivoNodo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('nodo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.nodostrategico')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
            ],
        ),
        migrations.AddField(
            model_name='obiettivo',
            name='nodi',
            field=models.ManyToManyField(related_name='obiettivi', through='cycle.ObiettivoNodo', to='cycle.nodostrategico'),
        ),
        migrations.CreateModel(
            name='ObiettivoSpecifico',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('codice', models.CharField(max_length=40)),
                ('ordine', models.PositiveSmallIntegerField()),
                ('titolo', models.CharField(max_length=1000)),
                ('descrizione', models.TextField(blank=True)),
                ('peso', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('inizio_previsto', models.DateField(blank=True, null=True)),
                ('fine_prevista', models.DateField(blank=True, null=True)),
                ('inizio_effettivo', models.DateField(blank=True, null=True)),
                ('fine_effettiva', models.DateField(blank=True, null=True)),
                ('flag', models.JSONField(default=list)),
                ('esternalizzata', models.CharField(blank=True, max_length=20)),
                ('affidatario', models.CharField(blank=True, max_length=500)),
                ('modalita_affidamento', models.CharField(blank=True, max_length=500)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
            ],
            options={
                'verbose_name': 'obiettivo specifico',
                'verbose_name_plural': 'obiettivi specifici',
                'ordering': ['obiettivo', 'ordine'],
            },
        ),
        migrations.CreateModel(
            name='Indicatore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('ordine', models.PositiveSmallIntegerField()),
                ('nome', models.CharField(max_length=1000)),
                ('unita_misura', models.CharField(choices=[('numero', 'numero'), ('percentuale', '%'), ('data', 'data'), ('si_no', 'sì/no'), ('euro', '€')], default='numero', max_length=12)),
                ('natura', models.CharField(choices=[('positivo', 'Positivo'), ('negativo', 'Negativo')], default='positivo', max_length=10)),
                ('aggregazione', models.CharField(choices=[('somma', 'Somma'), ('media', 'Media'), ('ultimo_valore', 'Ultimo valore'), ('massimo', 'Massimo'), ('minimo', 'Minimo')], default='somma', max_length=15)),
                ('peso', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('cap', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('fascia_da', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('fascia_a', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
                ('specifico', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='indicatori', to='cycle.obiettivospecifico')),
            ],
            options={
                'verbose_name': 'indicatore',
                'verbose_name_plural': 'indicatori',
                'ordering': ['specifico', 'ordine'],
            },
        ),
        migrations.CreateModel(
            name='Periodo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('codice', models.CharField(max_length=10)),
                ('nome', models.CharField(max_length=60)),
                ('ordine', models.PositiveSmallIntegerField()),
                ('dal', models.DateField()),
                ('al', models.DateField()),
                ('ciclo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='periodi', to='cycle.ciclo')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
            ],
            options={
                'verbose_name': 'periodo',
                'verbose_name_plural': 'periodi',
                'ordering': ['ciclo', 'ordine'],
            },
        ),
        migrations.CreateModel(
            name='Persona',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('nome_completo', models.CharField(max_length=200)),
                ('alias', models.JSONField(default=list)),
                ('inquadramento', models.CharField(blank=True, max_length=100)),
                ('matricola', models.CharField(blank=True, max_length=40)),
                ('segnaposto', models.BooleanField(default=False)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('utente', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='persone', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'persona',
                'verbose_name_plural': 'persone',
            },
        ),
        migrations.AddField(
            model_name='obiettivo',
            name='responsabile_generale',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona'),
        ),
        migrations.AddField(
            model_name='obiettivo',
            name='responsabile_operativo',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona'),
        ),
        migrations.CreateModel(
            name='Fase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('ordine', models.PositiveSmallIntegerField()),
                ('descrizione', models.TextField()),
                ('peso', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('avanzamento', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('inizio_previsto', models.DateField(blank=True, null=True)),
                ('fine_prevista', models.DateField(blank=True, null=True)),
                ('inizio_effettivo', models.DateField(blank=True, null=True)),
                ('fine_effettiva', models.DateField(blank=True, null=True)),
                ('note', models.TextField(blank=True)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
                ('specifico', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fasi', to='cycle.obiettivospecifico')),
                ('responsabile', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona')),
            ],
            options={
                'verbose_name': 'fase',
                'verbose_name_plural': 'fasi',
                'ordering': ['specifico', 'ordine'],
            },
        ),
        migrations.CreateModel(
            name='Collaboratore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('nome', models.CharField(max_length=200)),
                ('ordine', models.PositiveSmallIntegerField()),
                ('dal', models.DateField(blank=True, null=True)),
                ('al', models.DateField(blank=True, null=True)),
                ('responsabile', models.BooleanField(default=False)),
                ('impegno', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('inquadramento', models.CharField(blank=True, max_length=100)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
                ('specifico', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='collaboratori', to='cycle.obiettivospecifico')),
                ('persona', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='collaborazioni', to='cycle.persona')),
            ],
            options={
                'verbose_name': 'collaboratore',
                'verbose_name_plural': 'collaboratori',
                'ordering': ['specifico', 'ordine'],
            },
        ),
        migrations.CreateModel(
            name='PresenzaSeduta',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('persona', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona')),
            ],
        ),
        migrations.CreateModel(
            name='RichiestaVariazione',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('stato', models.CharField(choices=[('bozza', 'Bozza'), ('presentata', 'Presentata'), ('istruita', 'Istruita'), ('irricevibile', 'Irricevibile'), ('approvata', 'Approvata'), ('respinta', 'Respinta'), ('ritirata', 'Ritirata')], default='bozza', max_length=15)),
                ('versione_base', models.PositiveIntegerField()),
                ('motivazione', models.TextField(blank=True)),
                ('causa_sopravvenuta', models.TextField(blank=True)),
                ('effetto_finanziario', models.BooleanField(default=False)),
                ('presentata_il', models.DateTimeField(blank=True, null=True)),
                ('tardiva', models.BooleanField(default=False)),
                ('autore', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
            ],
            options={
                'verbose_name': 'richiesta di variazione',
                'verbose_name_plural': 'richieste di variazione',
            },
        ),
        migrations.CreateModel(
            name='CampoVariato',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('tabella', models.CharField(max_length=40)),
                ('riga_id', models.BigIntegerField(null=True)),
                ('campo', models.CharField(max_length=40)),
                ('valore_base', models.JSONField(null=True)),
                ('valore_nuovo', models.JSONField(null=True)),
                ('in_attesa', models.BooleanField(default=False)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
                ('richiesta', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campi', to='cycle.richiestavariazione')),
            ],
        ),
        migrations.CreateModel(
            name='Rilevazione',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('target', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('valore', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('target_data', models.DateField(blank=True, null=True)),
                ('valore_data', models.DateField(blank=True, null=True)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('indicatore', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rilevazioni', to='cycle.indicatore')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
                ('periodo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.periodo')),
            ],
            options={
                'verbose_name': 'rilevazione',
                'verbose_name_plural': 'rilevazioni',
                'ordering': ['indicatore', 'periodo'],
            },
        ),
        migrations.CreateModel(
            name='Scadenza',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('codice', models.SlugField(max_length=40)),
                ('nome', models.CharField(max_length=200)),
                ('tipo', models.CharField(choices=[('perentoria', 'Perentoria'), ('ordinatoria', 'Ordinatoria'), ('statutaria', 'Di legge')], max_length=15)),
                ('data', models.DateField()),
                ('festivi', models.CharField(choices=[('nessuna', 'Non si sposta'), ('successivo', 'Al primo giorno non festivo'), ('precedente', 'Al giorno non festivo precedente')], default='successivo', max_length=15)),
                ('termine', models.DateTimeField()),
                ('ruoli', models.JSONField(default=list)),
                ('blocca', models.CharField(blank=True, max_length=200)),
                ('ciclo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scadenze', to='cycle.ciclo')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
            ],
            options={
                'verbose_name': 'scadenza',
                'verbose_name_plural': 'scadenze',
                'ordering': ['termine'],
            },
        ),
        migrations.CreateModel(
            name='Seduta',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('data', models.DateField()),
                ('dissensi', models.TextField(blank=True)),
                ('ciclo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sedute', to='cycle.ciclo')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('presenti', models.ManyToManyField(related_name='sedute', through='cycle.PresenzaSeduta', to='cycle.persona')),
            ],
            options={
                'verbose_name': 'seduta',
                'verbose_name_plural': 'sedute',
            },
        ),
        migrations.CreateModel(
            name='RelazioneSemestrale',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('stato', django_fsm.FSMField(choices=[('da_compilare', 'Da compilare'), ('trasmessa', 'Trasmessa'), ('validata', 'Validata'), ('riaperta', 'Riaperta')], default='da_compilare', max_length=20, protected=True, verbose_name='stato')),
                ('revisione', models.PositiveIntegerField(default=1)),
                ('trasmessa_il', models.DateTimeField(blank=True, null=True)),
                ('istantanea', models.TextField(blank=True)),
                ('impronta', models.CharField(blank=True, max_length=64)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
                ('periodo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='relazioni', to='cycle.periodo')),
                ('seduta', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='relazioni', to='cycle.seduta')),
            ],
            options={
                'verbose_name': 'relazione semestrale',
                'verbose_name_plural': 'relazioni semestrali',
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.AddField(
            model_name='presenzaseduta',
            name='seduta',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.seduta'),
        ),
        migrations.CreateModel(
            name='Stanziamento',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('capitolo', models.CharField(max_length=20)),
                ('articolo', models.CharField(blank=True, max_length=10)),
                ('descrizione', models.CharField(blank=True, max_length=500)),
                ('parte', models.CharField(choices=[('entrate_correnti', 'Entrate correnti'), ('spese_correnti', 'Spese correnti'), ('spese_investimento', 'Spese di investimento')], max_length=20)),
                ('importo', models.DecimalField(decimal_places=2, max_digits=16)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
                ('specifico', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stanziamenti', to='cycle.obiettivospecifico')),
            ],
            options={
                'verbose_name': 'stanziamento',
                'verbose_name_plural': 'stanziamenti',
            },
        ),
        migrations.CreateModel(
            name='StoricoIndicatore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('anno', models.PositiveSmallIntegerField()),
                ('valore', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('indicatore', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='storico', to='cycle.indicatore')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
            ],
        ),
        migrations.CreateModel(
            name='TipoIndicatore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('nome', models.CharField(max_length=300)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
            ],
            options={
                'verbose_name': 'tipo di indicatore',
                'verbose_name_plural': 'tipi di indicatore',
            },
        ),
        migrations.AddField(
            model_name='indicatore',
            name='tipo',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.tipoindicatore'),
        ),
        migrations.CreateModel(
            name='UnitaOrganizzativa',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('codice', models.CharField(max_length=40)),
                ('nome', models.CharField(max_length=300)),
                ('tipo', models.CharField(choices=[('ente', 'Ente'), ('area', 'Area'), ('settore', 'Settore'), ('servizio', 'Servizio'), ('ufficio', 'Ufficio')], max_length=10)),
                ('percorso', models.CharField(db_default='', editable=False, max_length=200)),
                ('dal', models.DateField()),
                ('al', models.DateField(blank=True, null=True)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('padre', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='figlie', to='cycle.unitaorganizzativa')),
                ('succede_a', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='succeduta_da', to='cycle.unitaorganizzativa')),
            ],
            options={
                'verbose_name': 'unità organizzativa',
                'verbose_name_plural': 'unità organizzative',
            },
        ),
        migrations.AddField(
            model_name='obiettivo',
            name='unita',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='obiettivi', to='cycle.unitaorganizzativa'),
        ),
        migrations.CreateModel(
            name='Incarico',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('ruolo', models.CharField(choices=[('po', 'Posizione organizzativa (EQ)'), ('dirigente', 'Dirigente'), ('nucleo', 'Nucleo di valutazione'), ('segreteria', 'Segreteria della giunta'), ('giunta', 'Giunta'), ('segretario', 'Segretario o direttore generale'), ('controllo', 'Programmazione e controllo'), ('ragioneria', 'Ragioneria'), ('revisore', 'Revisore')], max_length=20)),
                ('tipo', models.CharField(choices=[('titolare', 'Titolare'), ('interim', 'Ad interim'), ('delega', 'Delega')], default='titolare', max_length=10)),
                ('atto_di_conferimento', models.CharField(max_length=200)),
                ('dal', models.DateTimeField()),
                ('al', models.DateTimeField(blank=True, null=True)),
                ('delegante', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deleghe', to='cycle.incarico')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('persona', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='incarichi', to='cycle.persona')),
                ('unita', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='incarichi', to='cycle.unitaorganizzativa')),
            ],
            options={
                'verbose_name': 'incarico',
                'verbose_name_plural': 'incarichi',
            },
        ),
        migrations.CreateModel(
            name='VersioneObiettivo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('numero', models.PositiveIntegerField()),
                ('in_vigore_dal', models.DateField()),
                ('schema', models.PositiveSmallIntegerField(default=1)),
                ('contenuto', models.TextField()),
                ('sha256', models.CharField(max_length=64)),
                ('atto', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versioni', to='cycle.atto')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
            ],
            options={
                'verbose_name': 'versione',
                'verbose_name_plural': 'versioni',
                'ordering': ['obiettivo', 'numero'],
            },
        ),
        migrations.CreateModel(
            name='VoceRelazione',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('testo', models.TextField(blank=True)),
                ('osservazione', models.TextField(blank=True)),
                ('risposta', models.TextField(blank=True)),
                ('percentuale_calcolata', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('percentuale_convalidata', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('motivo', models.TextField(blank=True)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
                ('relazione', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='voci', to='cycle.relazionesemestrale')),
                ('specifico', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='voci', to='cycle.obiettivospecifico')),
            ],
            options={
                'verbose_name': 'voce della relazione',
                'verbose_name_plural': 'voci della relazione',
            },
        ),
        migrations.AddConstraint(
            model_name='ciclo',
            constraint=models.UniqueConstraint(fields=('ente', 'anno'), name='ciclo_anno'),
        ),
        migrations.AddConstraint(
            model_name='ciclo',
            constraint=models.CheckConstraint(condition=models.Q(('anno__range', (2000, 2100))), name='ciclo_anno_sensato'),
        ),
        migrations.AddConstraint(
            model_name='ciclo',
            constraint=models.CheckConstraint(condition=models.Q(('stato__in', ['aperto', 'chiuso'])), name='ciclo_stato'),
        ),
        migrations.AddConstraint(
            model_name='atto',
            constraint=models.UniqueConstraint(models.F('ente'), models.F('organo'), models.F('numero'), django.db.models.functions.datetime.ExtractYear('data'), models.F('tipo'), models.F('ciclo'), name='atto_numero'),
        ),
        migrations.AddConstraint(
            model_name='atto',
            constraint=models.CheckConstraint(condition=models.Q(('numero__regex', '^\\S(.*\\S)?$')), name='atto_numero_scritto'),
        ),
        migrations.AddConstraint(
            model_name='atto',
            constraint=models.CheckConstraint(condition=models.Q(('tipo__in', ['approvazione', 'variazione', 'calendario', 'storico'])), name='atto_tipo'),
        ),
        migrations.AddConstraint(
            model_name='atto',
            constraint=models.CheckConstraint(condition=models.Q(('organo__in', ['giunta', 'commissario', 'consiglio'])), name='atto_organo'),
        ),
        migrations.AddConstraint(
            model_name='atto',
            constraint=models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='atto_digest'),
        ),
        migrations.AddConstraint(
            model_name='allegato',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='allegato_sha256'),
        ),
        migrations.AddConstraint(
            model_name='nodostrategico',
            constraint=models.UniqueConstraint(fields=('ciclo', 'padre', 'tipo', 'codice', 'titolo'), name='nodo_unico', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='obiettivonodo',
            constraint=models.UniqueConstraint(fields=('obiettivo', 'nodo'), name='obiettivonodo_unico'),
        ),
        migrations.AddConstraint(
            model_name='obiettivospecifico',
            constraint=models.UniqueConstraint(fields=('obiettivo', 'codice'), name='specifico_codice'),
        ),
        migrations.AddConstraint(
            model_name='obiettivospecifico',
            constraint=models.CheckConstraint(condition=models.Q(('inizio_previsto__isnull', True), ('fine_prevista__isnull', True), ('fine_prevista__gte', models.F('inizio_previsto')), _connector='OR'), name='specifico_date_previste'),
        ),
        migrations.AddConstraint(
            model_name='obiettivospecifico',
            constraint=models.CheckConstraint(condition=models.Q(('inizio_effettivo__isnull', True), ('fine_effettiva__isnull', True), ('fine_effettiva__gte', models.F('inizio_effettivo')), _connector='OR'), name='specifico_date_effettive'),
        ),
        migrations.AddConstraint(
            model_name='periodo',
            constraint=models.UniqueConstraint(fields=('ciclo', 'codice'), name='periodo_codice'),
        ),
        migrations.AddConstraint(
            model_name='periodo',
            constraint=models.UniqueConstraint(fields=('ciclo', 'ordine'), name='periodo_ordine'),
        ),
        migrations.AddConstraint(
            model_name='periodo',
            constraint=models.CheckConstraint(condition=models.Q(('dal__isnull', True), ('al__isnull', True), ('al__gte', models.F('dal')), _connector='OR'), name='periodo_date'),
        ),
        migrations.AddConstraint(
            model_name='persona',
            constraint=models.UniqueConstraint(fields=('ente', 'nome_completo'), name='persona_nome'),
        ),
        migrations.AddConstraint(
            model_name='persona',
            constraint=models.UniqueConstraint(condition=models.Q(('utente__isnull', False)), fields=('ente', 'utente'), name='persona_utente'),
        ),
        migrations.AddConstraint(
            model_name='fase',
            constraint=models.UniqueConstraint(fields=('specifico', 'ordine'), name='fase_ordine'),
        ),
        migrations.AddConstraint(
            model_name='fase',
            constraint=models.CheckConstraint(condition=models.Q(('inizio_previsto__isnull', True), ('fine_prevista__isnull', True), ('fine_prevista__gte', models.F('inizio_previsto')), _connector='OR'), name='fase_date_previste'),
        ),
        migrations.AddConstraint(
            model_name='fase',
            constraint=models.CheckConstraint(condition=models.Q(('avanzamento__isnull', True), ('avanzamento__range', (0, 100)), _connector='OR'), name='fase_avanzamento'),
        ),
        migrations.AddConstraint(
            model_name='collaboratore',
            constraint=models.CheckConstraint(condition=models.Q(('dal__isnull', True), ('al__isnull', True), ('al__gte', models.F('dal')), _connector='OR'), name='collaboratore_date'),
        ),
        migrations.AddConstraint(
            model_name='collaboratore',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('responsabile', True), ('specifico__isnull', False)), expressions=[('specifico', '='), (models.Func(models.F('dal'), models.F('al'), models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='collaboratore_un_responsabile'),
        ),
        migrations.AddConstraint(
            model_name='richiestavariazione',
            constraint=models.CheckConstraint(condition=models.Q(('stato__in', ['bozza', 'presentata', 'istruita', 'irricevibile', 'approvata', 'respinta', 'ritirata'])), name='variazione_stato'),
        ),
        migrations.AddConstraint(
            model_name='richiestavariazione',
            constraint=models.CheckConstraint(condition=models.Q(('stato__in', ['bozza', 'ritirata']), ('presentata_il__isnull', False), _connector='OR'), name='variazione_presentata'),
        ),
        migrations.AddConstraint(
            model_name='campovariato',
            constraint=models.UniqueConstraint(condition=models.Q(('in_attesa', True)), fields=('tabella', 'riga_id', 'campo'), name='variazione_un_campo'),
        ),
        migrations.AddConstraint(
            model_name='rilevazione',
            constraint=models.UniqueConstraint(fields=('indicatore', 'periodo'), name='rilevazione_unica'),
        ),
        migrations.AddConstraint(
            model_name='rilevazione',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('target__isnull', True), ('valore__isnull', True)), models.Q(('target_data__isnull', True), ('valore_data__isnull', True)), _connector='OR'), name='rilevazione_numero_o_data'),
        ),
        migrations.AddConstraint(
            model_name='scadenza',
            constraint=models.UniqueConstraint(fields=('ciclo', 'codice'), name='scadenza_codice'),
        ),
        migrations.AddConstraint(
            model_name='scadenza',
            constraint=models.CheckConstraint(condition=models.Q(('tipo__in', ['perentoria', 'ordinatoria', 'statutaria'])), name='scadenza_tipo'),
        ),
        migrations.AddConstraint(
            model_name='scadenza',
            constraint=models.CheckConstraint(condition=models.Q(('festivi__in', ['nessuna', 'successivo', 'precedente'])), name='scadenza_festivi'),
        ),
        migrations.AddConstraint(
            model_name='scadenza',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('tipo', 'statutaria'), _negated=True), ('festivi', 'nessuna'), _connector='OR'), name='scadenza_di_legge_ferma'),
        ),
        migrations.AddConstraint(
            model_name='relazionesemestrale',
            constraint=models.UniqueConstraint(fields=('obiettivo', 'periodo'), name='relazione_unica'),
        ),
        migrations.AddConstraint(
            model_name='relazionesemestrale',
            constraint=models.CheckConstraint(condition=models.Q(('stato__in', ['da_compilare', 'trasmessa', 'validata', 'riaperta'])), name='relazione_stato'),
        ),
        migrations.AddConstraint(
            model_name='relazionesemestrale',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stato', 'trasmessa'), _negated=True), models.Q(('impronta', ''), _negated=True), _connector='OR'), name='relazione_congelata'),
        ),
        migrations.AddConstraint(
            model_name='presenzaseduta',
            constraint=models.UniqueConstraint(fields=('seduta', 'persona'), name='presenza_unica'),
        ),
        migrations.AddConstraint(
            model_name='stanziamento',
            constraint=models.CheckConstraint(condition=models.Q(('parte__in', ['entrate_correnti', 'spese_correnti', 'spese_investimento'])), name='stanziamento_parte'),
        ),
        migrations.AddConstraint(
            model_name='storicoindicatore',
            constraint=models.UniqueConstraint(fields=('indicatore', 'anno'), name='storico_unico'),
        ),
        migrations.AddConstraint(
            model_name='tipoindicatore',
            constraint=models.UniqueConstraint(fields=('ente', 'nome'), name='tipoind_nome'),
        ),
        migrations.AddConstraint(
            model_name='indicatore',
            constraint=models.UniqueConstraint(fields=('specifico', 'ordine'), name='indicatore_ordine'),
        ),
        migrations.AddConstraint(
            model_name='indicatore',
            constraint=models.CheckConstraint(condition=models.Q(('unita_misura__in', ['numero', 'percentuale', 'data', 'si_no', 'euro'])), name='indicatore_unita'),
        ),
        migrations.AddConstraint(
            model_name='indicatore',
            constraint=models.CheckConstraint(condition=models.Q(('natura__in', ['positivo', 'negativo'])), name='indicatore_natura'),
        ),
        migrations.AddConstraint(
            model_name='indicatore',
            constraint=models.CheckConstraint(condition=models.Q(('aggregazione__in', ['somma', 'media', 'ultimo_valore', 'massimo', 'minimo'])), name='indicatore_aggregazione'),
        ),
        migrations.AddConstraint(
            model_name='indicatore',
            constraint=models.CheckConstraint(condition=models.Q(('peso__isnull', True), ('peso__range', (0, 100)), _connector='OR'), name='indicatore_peso'),
        ),
        migrations.AddConstraint(
            model_name='indicatore',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fascia_a__isnull', True), ('fascia_da__isnull', True)), ('fascia_a__gte', models.F('fascia_da')), _connector='OR'), name='indicatore_fascia'),
        ),
        migrations.AddIndex(
            model_name='unitaorganizzativa',
            index=models.Index(fields=['ente', 'percorso'], name='unita_percorso', opclasses=['int8_ops', 'varchar_pattern_ops']),
        ),
        migrations.AddConstraint(
            model_name='unitaorganizzativa',
            constraint=models.UniqueConstraint(condition=models.Q(('al__isnull', True)), fields=('ente', 'codice'), name='unita_codice_aperta'),
        ),
        migrations.AddConstraint(
            model_name='unitaorganizzativa',
            constraint=models.UniqueConstraint(condition=models.Q(('padre__isnull', True)), fields=('ente',), name='unita_una_radice'),
        ),
        migrations.AddConstraint(
            model_name='unitaorganizzativa',
            constraint=models.CheckConstraint(condition=models.Q(('tipo__in', ['ente', 'area', 'settore', 'servizio', 'ufficio'])), name='unita_tipo'),
        ),
        migrations.AddConstraint(
            model_name='unitaorganizzativa',
            constraint=models.CheckConstraint(condition=models.Q(('dal__isnull', True), ('al__isnull', True), ('al__gte', models.F('dal')), _connector='OR'), name='unita_date'),
        ),
        migrations.AddConstraint(
            model_name='unitaorganizzativa',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('padre__isnull', True), ('tipo', 'ente')), models.Q(('padre__isnull', False), models.Q(('tipo', 'ente'), _negated=True)), _connector='OR'), name='unita_radice_ente'),
        ),
        migrations.AddIndex(
            model_name='obiettivo',
            index=models.Index(fields=['ciclo', 'unita'], name='obiettivo_unita'),
        ),
        migrations.AddIndex(
            model_name='obiettivo',
            index=models.Index(fields=['ciclo', 'stato'], name='obiettivo_per_stato'),
        ),
        migrations.AddConstraint(
            model_name='obiettivo',
            constraint=models.UniqueConstraint(fields=('ciclo', 'codice'), name='obiettivo_codice'),
        ),
        migrations.AddConstraint(
            model_name='obiettivo',
            constraint=models.CheckConstraint(condition=models.Q(('stato__in', ['bozza', 'proposta', 'approvato', 'in_corso', 'rendicontato', 'validato', 'stralciato'])), name='obiettivo_stato'),
        ),
        migrations.AddConstraint(
            model_name='obiettivo',
            constraint=models.CheckConstraint(condition=models.Q(('inizio_previsto__isnull', True), ('fine_prevista__isnull', True), ('fine_prevista__gte', models.F('inizio_previsto')), _connector='OR'), name='obiettivo_date_previste'),
        ),
        migrations.AddConstraint(
            model_name='obiettivo',
            constraint=models.CheckConstraint(condition=models.Q(('inizio_effettivo__isnull', True), ('fine_effettiva__isnull', True), ('fine_effettiva__gte', models.F('inizio_effettivo')), _connector='OR'), name='obiettivo_date_effettive'),
        ),
        migrations.AddConstraint(
            model_name='obiettivo',
            constraint=models.CheckConstraint(condition=models.Q(('percentuale_calcolata__isnull', True), ('percentuale_calcolata__gte', 0), _connector='OR'), name='obiettivo_perc_calcolata'),
        ),
        migrations.AddConstraint(
            model_name='obiettivo',
            constraint=models.CheckConstraint(condition=models.Q(('percentuale_convalidata__isnull', True), ('percentuale_convalidata__gte', 0), _connector='OR'), name='obiettivo_perc_convalidata'),
        ),
        migrations.AddConstraint(
            model_name='obiettivo',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stato__in', ['bozza', 'proposta']), ('versione', 0)), models.Q(models.Q(('stato__in', ['bozza', 'proposta']), _negated=True), ('versione__gte', 1)), _connector='OR'), name='obiettivo_versione'),
        ),
        migrations.AddIndex(
            model_name='incarico',
            index=models.Index(fields=['ente', 'persona'], name='incarico_persona'),
        ),
        migrations.AddConstraint(
            model_name='incarico',
            constraint=models.CheckConstraint(condition=models.Q(('ruolo__in', ['po', 'dirigente', 'nucleo', 'segreteria', 'giunta', 'segretario', 'controllo', 'ragioneria', 'revisore'])), name='incarico_ruolo'),
        ),
        migrations.AddConstraint(
            model_name='incarico',
            constraint=models.CheckConstraint(condition=models.Q(('tipo__in', ['titolare', 'interim', 'delega'])), name='incarico_tipo'),
        ),
        migrations.AddConstraint(
            model_name='incarico',
            constraint=models.CheckConstraint(condition=models.Q(('al__isnull', True), ('al__gt', models.F('dal')), _connector='OR'), name='incarico_date'),
        ),
        migrations.AddConstraint(
            model_name='incarico',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('delegante__isnull', False), ('tipo', 'delega')), models.Q(models.Q(('tipo', 'delega'), _negated=True), ('delegante__isnull', True)), _connector='OR'), name='incarico_delega'),
        ),
        migrations.AddConstraint(
            model_name='incarico',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('tipo', 'delega'), _negated=True), models.Q(('ruolo__in', ['giunta', 'nucleo', 'segreteria']), _negated=True), _connector='OR'), name='incarico_non_delegabile'),
        ),
        migrations.AddConstraint(
            model_name='incarico',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('persona', '='), ('ruolo', '='), ('unita', '='), (models.Func(models.F('dal'), models.F('al'), function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='incarico_sovrapposto'),
        ),
        migrations.AddConstraint(
            model_name='versioneobiettivo',
            constraint=models.UniqueConstraint(fields=('obiettivo', 'numero'), name='versione_numero'),
        ),
        migrations.AddConstraint(
            model_name='versioneobiettivo',
            constraint=models.CheckConstraint(condition=models.Q(('numero__gte', 1)), name='versione_da_uno'),
        ),
        migrations.AddConstraint(
            model_name='vocerelazione',
            constraint=models.UniqueConstraint(fields=('relazione', 'specifico'), name='voce_unica'),
        ),
        migrations.AddConstraint(
            model_name='vocerelazione',
            constraint=models.CheckConstraint(condition=models.Q(('percentuale_convalidata__isnull', True), ('percentuale_convalidata__gte', 0), _connector='OR'), name='voce_perc_convalidata'),
        ),
        migrations.AddConstraint(
            model_name='vocerelazione',
            constraint=models.CheckConstraint(condition=models.Q(('percentuale_convalidata__isnull', True), django.db.models.lookups.Exact(django.db.models.functions.math.Round(models.F('percentuale_convalidata'), precision=2), django.db.models.functions.math.Round(models.F('percentuale_calcolata'), precision=2)), models.Q(('motivo', ''), _negated=True), _connector='OR'), name='voce_motivata'),
        ),
    ]
