"""The WSGI application that gunicorn serves."""

from __future__ import annotations

import threading

from django.core.handlers.wsgi import WSGIHandler

from kinora.index.store import load_driver
from kinora.library.setup import set_up_django

set_up_django(migrate=False)

application = WSGIHandler()

# The first search would wait for it.
threading.Thread(target=load_driver, name="load-driver", daemon=True).start()
