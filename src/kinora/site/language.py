"""Which language a page speaks: the account's, else the cookie of the language menu, else the browser's."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kinora.errors import InputError
from kinora.library.models import User

# Programs read these; they stay English, and files do not ask who is there.
ENGLISH_PATHS = ("/api/", "/media/", "/static/", "/uploads", "/feeds/", "/healthz", "/readyz", "/metrics", "/oembed")
_YEAR_SECONDS = 365 * 24 * 3600


def language_of(request: HttpRequest) -> str:
    """Return the code of the language that this request's page is written in."""
    if request.path.startswith(ENGLISH_PATHS):
        return "en"
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        chosen = getattr(request.user, "language", "")
        if chosen in dict(settings.LANGUAGES):
            return str(chosen)
    return translation.get_language_from_request(request)


class LanguageMiddleware:
    """Speaks the language of whoever asks; what is kept of a page is kept by language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        if not request.path.startswith(ENGLISH_PATHS):
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
            response.headers.setdefault("Content-Language", language)
        return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose_language(request: HttpRequest) -> HttpResponse:
    """Show the languages; keep the one chosen with the account, and in a cookie for when nobody is signed in.

    A page of its own, so that no other page needs a form's token, and with it a cookie, of a guest.
    """
    if request.method != "POST":
        came_from = urlsplit(request.META.get("HTTP_REFERER", ""))
        back = f"{came_from.path}?{came_from.query}".rstrip("?") if came_from.netloc == request.get_host() else "/"
        return render(request, "language.html", {"next": back})
    code, back = request.POST.get("language", ""), request.POST.get("next", "")
    if code not in dict(settings.LANGUAGES):
        accepted = ", ".join(dict(settings.LANGUAGES))
        raise InputError(f"language is {code[:20]!r}; accepted: {accepted}", hint="choose one of the menu")
    if isinstance(request.user, User):
        request.user.language = code
        request.user.save(update_fields=["language"])
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if is_ours else "/")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, code, max_age=_YEAR_SECONDS, httponly=True, samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )  # fmt: skip
    return response
