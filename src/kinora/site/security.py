"""Headers that keep a page to its own origin."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# `blob:` for media and workers: hls.js feeds the player from memory. `data:` for pictures: the TOTP code is an SVG.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_FRAMED_BY_NOBODY = "frame-ancestors 'none'"
_PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"


def policy_framed_by(ancestors: str) -> str:
    """Return the policy for a page that others may frame; `ancestors` as the policy's `frame-ancestors` says them."""
    return POLICY.replace(_FRAMED_BY_NOBODY, f"frame-ancestors {ancestors}")


class ContentSecurityPolicyMiddleware:
    """Adds the content security policy to every answer that has none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        return response
