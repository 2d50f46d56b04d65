import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('library', '0014_replays'),
    ]

    operations = [
        migrations.AddField(
            model_name='video',
            name='num_views',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name='DayTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('kind', models.CharField(choices=[('views', 'Views'), ('seconds', 'Seconds watched'), ('source', 'Where viewers came from'), ('search', 'Searches that led here')], max_length=8)),
                ('name', models.CharField(blank=True, default='', max_length=120)),
                ('at_seconds', models.IntegerField(default=0)),
                ('total', models.BigIntegerField(default=0)),
                ('video', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tallies', to='library.video')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('video', 'day', 'kind', 'name', 'at_seconds'), name='one_tally_a_day')],
            },
        ),
    ]
