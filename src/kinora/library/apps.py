"""The library as a Django app."""

from importlib import import_module

from django.apps import AppConfig

# Rows that have a file of their own beside `models.py`.
_MORE_MODELS = (
    "notify_models", "saved_models", "lightbox_models", "sharing_models", "copy_models", "studio.models",
    "watching.models", "recommend.models", "people.models",
    "community.models", "moderation.models", "figures.models",
)  # fmt: skip


class LibraryConfig(AppConfig):
    name = "kinora.library"
    label = "library"
    default_auto_field = "django.db.models.BigAutoField"

    def import_models(self) -> None:
        super().import_models()
        for name in _MORE_MODELS:
            import_module(f"{self.name}.{name}")
