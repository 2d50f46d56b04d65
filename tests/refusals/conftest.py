"""The people and videos of the site's tests, here too."""

from tests.integration.site_b.conftest import alice, as_user, bob, make_video

__all__ = ["alice", "as_user", "bob", "make_video"]
