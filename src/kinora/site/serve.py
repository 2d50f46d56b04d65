"""Runs the site: gunicorn with a process for each processor and threads in each, no shell command between."""

from __future__ import annotations

from typing import Any

from gunicorn.app.base import BaseApplication

from kinora.config import Settings
from kinora.engine.pool import MOST_BY_DEFAULT, num_processors
from kinora.library.operating.house_lock import being_served
from kinora.site.built_pages import require_built_pages


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no type hints
    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        # Imported in the serving process only: the index must never be opened before a fork.
        from kinora.site.wsgi import application

        return application


def server_options(settings: Settings) -> dict[str, Any]:
    """Return gunicorn's options for these settings."""
    return {
        "bind": [f"{settings.host}:{settings.port}"],
        "workers": settings.web_processes or min(MOST_BY_DEFAULT, num_processors()),
        "worker_class": "gthread",
        "threads": settings.web_threads,
        "preload_app": False,
        "graceful_timeout": 20,
        "timeout": 120,
        "keepalive": 15,
        "limit_request_line": 8190,
        "proc_name": "kinora-site",
        "loglevel": "warning",
        "control_socket_disable": True,
    }


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C; returns by `SystemExit`.

    Raises:
        ToolFailed: the pages' scripts and styles were never built. Conflict: an upgrade is under way.
    """
    require_built_pages()
    with being_served(settings.home):
        _Server(server_options(settings)).run()
