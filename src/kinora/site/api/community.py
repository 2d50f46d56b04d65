"""The routes of comments, posts, reports and moderation, in one router."""

from __future__ import annotations

from ninja import Router

from kinora.site.api import comments, moderation, posts

router = Router()
router.add_router("", comments.router, tags=["comments"])
router.add_router("", posts.router, tags=["posts"])
router.add_router("", moderation.router, tags=["moderation"])
