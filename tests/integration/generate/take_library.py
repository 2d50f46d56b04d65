"""A library that makes takes with a tiny model. Run as a script by the tests.

take_library.py ask SEED [STEPS]   one take; prints its id
take_library.py like FILE          the take of a file's recipe; prints its id
take_library.py work               a real worker, until idle
take_library.py tell               JSON: each take's id, state, message of its job, files, recipe
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from kinora import config
from kinora.generate.condition import Request, TimedPrompt
from kinora.generate.recipe import recipe_in_comment
from kinora.library.setup import set_up_django

set_up_django()

from kinora.library.accounts import system_owner  # noqa: E402
from kinora.library.find import Everyone  # noqa: E402
from kinora.library.make import make, make_like  # noqa: E402
from kinora.library.models import Job, Take  # noqa: E402
from kinora.library.order import Order  # noqa: E402
from kinora.library.takes import status_of  # noqa: E402
from kinora.library.worker import run_worker  # noqa: E402
from kinora.media.comment import comment_of  # noqa: E402


def ask(seed: int, steps: int) -> None:
    settings = Request(model="", seed=seed, steps=steps, seconds=1.0)
    order = Order(settings, prompts=(TimedPrompt(0.0, "a red ball rolls left"),))
    print(make(order, system_owner(), Everyone())[0].public_id)


def like(path: str) -> None:
    recipe = recipe_in_comment(comment_of(Path(path)))
    assert recipe is not None
    print(make_like(recipe, system_owner(), Everyone()).public_id)


def work() -> None:
    Job.objects.filter(payload__has_key="measure").delete()  # nobody reads a bill here
    run_worker(config.current(), until_idle=True)


def tell() -> None:
    told = []
    for take in Take.objects.select_related("job").order_by("id"):
        files = sorted(path.name for path in take.folder.iterdir())
        status = status_of(take)
        told.append({
            "id": take.public_id, "state": status.state, "message": status.message, "files": files,
            "error": take.error_message, "recipe": take.recipe, "clip": str(take.clip_path),
            "num_losses": take.job.num_losses if take.job else 0,
        })  # fmt: skip
    print(json.dumps(told))


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "like":
        like(rest[0])
    elif verb == "ask":
        ask(int(rest[0]), int(rest[1]) if len(rest) > 1 else 8)
    else:
        {"work": work, "tell": tell}[verb]()
