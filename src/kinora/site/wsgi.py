"""The WSGI application that gunicorn serves."""

from __future__ import annotations

from django.core.handlers.wsgi import WSGIHandler

from kinora.library.setup import set_up_django

set_up_django(migrate=False)

application = WSGIHandler()
