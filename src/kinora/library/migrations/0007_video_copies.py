import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('library', '0006_lightboxes'),
    ]

    operations = [
        migrations.CreateModel(
            name='VideoCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('score', models.FloatField()),
                ('stretches', models.JSONField(default=list)),
                ('found_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='copies_of_it', to='library.video')),
                ('video', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='copies_found', to='library.video')),
            ],
            options={
                'ordering': ['-score', 'id'],
                'constraints': [models.UniqueConstraint(fields=('video', 'other'), name='one_copy_per_pair')],
            },
        ),
    ]
