# SPDX-License-Identifier: AGPL-3.0-or-later

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0002_segno'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Muto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ente_id', models.BigIntegerField()),
                ('persona_id', models.BigIntegerField()),
                ('materia', models.CharField(max_length=60)),
            ],
            options={
                'verbose_name': 'oggetto silenziato',
                'verbose_name_plural': 'oggetti silenziati',
            },
        ),
        migrations.CreateModel(
            name='Preferenza',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ente_id', models.BigIntegerField()),
                ('persona_id', models.BigIntegerField(unique=True)),
                ('ora', models.PositiveSmallIntegerField(default=7)),
                ('email_da_fare', models.CharField(choices=[('subito', 'Subito'), ('riepilogo', 'Nel riepilogo del giorno')], default='riepilogo', max_length=10)),
                ('email_responsabile', models.CharField(choices=[('subito', 'Subito'), ('riepilogo', 'Nel riepilogo del giorno'), ('mai', 'Mai')], default='riepilogo', max_length=10)),
                ('email_ha_agito', models.CharField(choices=[('subito', 'Subito'), ('riepilogo', 'Nel riepilogo del giorno'), ('mai', 'Mai')], default='mai', max_length=10)),
                ('schermo_responsabile', models.BooleanField(default=True)),
                ('schermo_ha_agito', models.BooleanField(default=True)),
                ('riepilogo_del', models.DateField(null=True)),
            ],
            options={
                'verbose_name': 'preferenza',
                'verbose_name_plural': 'preferenze',
            },
        ),
        migrations.CreateModel(
            name='Spedizione',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('creata_il', models.DateTimeField()),
                ('lettera_id', models.BigIntegerField()),
            ],
            options={
                'verbose_name': 'spedizione',
                'verbose_name_plural': 'spedizioni',
            },
        ),
        migrations.AddField(
            model_name='notifica',
            name='muta',
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name='notifica',
            name='urgenza',
            field=models.CharField(choices=[('normale', 'Normale'), ('alta', 'Urgente')], db_default='normale', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='notifica',
            constraint=models.CheckConstraint(condition=models.Q(('urgenza__in', ['normale', 'alta'])), name='notifica_urgenza'),
        ),
        migrations.AddConstraint(
            model_name='notifica',
            constraint=models.CheckConstraint(condition=models.Q(('muta', False), models.Q(('motivo', 'da_fare'), _negated=True), _connector='OR'), name='notifica_da_fare_mai_muta'),
        ),
        migrations.AddConstraint(
            model_name='muto',
            constraint=models.UniqueConstraint(fields=('persona_id', 'materia'), name='muto_uno'),
        ),
        migrations.AddConstraint(
            model_name='preferenza',
            constraint=models.CheckConstraint(condition=models.Q(('ora__lt', 24)), name='preferenza_ora'),
        ),
        migrations.AddConstraint(
            model_name='preferenza',
            constraint=models.CheckConstraint(condition=models.Q(('email_da_fare__in', ['subito', 'riepilogo'])), name='preferenza_da_fare'),
        ),
        migrations.AddConstraint(
            model_name='preferenza',
            constraint=models.CheckConstraint(condition=models.Q(('email_responsabile__in', ['subito', 'riepilogo', 'mai']), ('email_ha_agito__in', ['subito', 'riepilogo', 'mai'])), name='preferenza_email'),
        ),
        migrations.AddField(
            model_name='spedizione',
            name='notifica',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='spedizioni', to='notifications.notifica'),
        ),
        migrations.AddIndex(
            model_name='spedizione',
            index=models.Index(fields=['lettera_id'], name='spedizione_lettera'),
        ),
        migrations.AddConstraint(
            model_name='spedizione',
            constraint=models.UniqueConstraint(fields=('notifica', 'creata_il'), name='spedizione_una'),
        ),
    ]
