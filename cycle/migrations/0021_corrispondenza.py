# SPDX-License-Identifier: AGPL-3.0-or-later

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cycle', '0020_chiusura'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='lettera',
            name='lettera_tipo',
        ),
        migrations.RemoveConstraint(
            model_name='lettera',
            name='lettera_oggetto',
        ),
        migrations.RemoveConstraint(
            model_name='preavviso',
            name='preavviso_passo',
        ),
        migrations.RemoveIndex(
            model_name='lettera',
            name='lettera_da_spedire',
        ),
        migrations.AddField(
            model_name='lettera',
            name='persona',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='lettere', to='cycle.persona'),
        ),
        migrations.AddField(
            model_name='lettera',
            name='prossima_il',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name='lettera',
            name='rifiutata_il',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='recapito',
            name='rifiutato_il',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='lettera',
            name='tipo',
            field=models.CharField(choices=[('invito', 'Invito'), ('password', 'Password dimenticata'), ('notizie', 'Notizie')], max_length=10),
        ),
        migrations.AlterField(
            model_name='preavviso',
            name='passo',
            field=models.CharField(choices=[('30', 'Trenta giorni prima'), ('7', 'Sette giorni prima'), ('1', 'Il giorno prima'), ('0', 'Il giorno stesso'), ('scaduta', 'Scaduta'), ('segretario', 'Segnalata al segretario')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='lettera',
            index=models.Index(condition=models.Q(('rifiutata_il__isnull', True), ('spedita_il__isnull', True)), fields=['prossima_il'], name='lettera_da_spedire'),
        ),
        migrations.AddConstraint(
            model_name='lettera',
            constraint=models.CheckConstraint(condition=models.Q(('tipo__in', ['invito', 'password', 'notizie'])), name='lettera_tipo'),
        ),
        migrations.AddConstraint(
            model_name='lettera',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('invito__isnull', False), ('persona__isnull', True), ('tipo', 'invito'), ('utente__isnull', True)), models.Q(('invito__isnull', True), ('persona__isnull', True), ('tipo', 'password'), ('utente__isnull', False)), models.Q(('invito__isnull', True), ('persona__isnull', False), ('tipo', 'notizie'), ('utente__isnull', True)), _connector='OR'), name='lettera_oggetto'),
        ),
        migrations.AddConstraint(
            model_name='preavviso',
            constraint=models.CheckConstraint(condition=models.Q(('passo__in', ['30', '7', '1', '0', 'scaduta', 'segretario'])), name='preavviso_passo'),
        ),
    ]
