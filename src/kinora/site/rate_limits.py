"""Which requests are counted against which limit, and by whose name."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from kinora import config
from kinora.errors import TooManyRequests
from kinora.library.models import User
from kinora.library.moderation.rates import count, refusal
from kinora.site.error_pages import error_response

# Address name: (methods, action). What is counted where it is done (comments, reports) does not stand here.
COUNTED: dict[str, tuple[tuple[str, ...], str]] = {
    "account_login": (("POST",), "sign_in"),
    "account_reauthenticate": (("POST",), "sign_in"),
    "account_reset_password": (("POST",), "sign_in"),
    "mfa_authenticate": (("POST",), "sign_in"),
    "mfa_login_webauthn": (("POST",), "sign_in"),
    "open_video": (("POST",), "sign_in"),
    "api-v1:open_video": (("POST",), "sign_in"),
    "account_signup": (("POST",), "sign_up"),
    "tus": (("POST",), "upload"),
    "search": (("GET",), "search"),
    "search_results": (("GET",), "search"),
    "search_picture": (("POST",), "search"),
    "api-v1:find_moments": (("GET",), "search"),
    "api-v1:find_by_picture_and_words": (("POST",), "search"),
    "api-v1:look_alikes_of_picture": (("POST",), "search"),
}
_ALWAYS_BY_ADDRESS = ("sign_in", "sign_up")


class RateLimitMiddleware:
    """Counts the requests that `COUNTED` names, and every call of the API; refuses with 429 and `Retry-After`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], arguments: Any, named: Any
    ) -> HttpResponse | None:
        try:
            for action in _actions_of(request):
                count(action, who_of(request, action))
        except TooManyRequests as error:
            return error_response(request, error)
        return None


def _actions_of(request: HttpRequest) -> list[str]:
    match = request.resolver_match
    name = match.view_name if match else ""
    actions = ["api"] if name.startswith("api-v1:") else []
    methods, action = COUNTED.get(name, ((), ""))
    is_empty_search = action == "search" and request.method == "GET" and not request.GET.get("q", "").strip()
    if request.method in methods and not is_empty_search:
        actions.append(action)
    return actions


def who_of(request: HttpRequest, action: str = "") -> str:
    """Return whose count it is: the signed-in person's, else the address's (of IPv6 its network of 64 bits)."""
    if action not in _ALWAYS_BY_ADDRESS and isinstance(request.user, User):
        return f"user:{request.user.pk}"
    return f"ip:{network_of(address_of(request))}"


def address_of(request: HttpRequest) -> str:
    """Return where the request came from, as the outermost proxy of ours saw it."""
    num_proxies = config.current().proxy_count
    if num_proxies > 0:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        if len(hops) >= num_proxies:
            return hops[-num_proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def network_of(address: str) -> str:
    """Return the address, of IPv6 its /64: one household has 2^64 of them."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address[:45]
    if isinstance(read, ipaddress.IPv6Address) and read.ipv4_mapped is None:
        return str(ipaddress.ip_network((read, 64), strict=False).network_address)
    return str(getattr(read, "ipv4_mapped", None) or read)


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer where allauth's own limits refuse: failed sign-ins of one name, letters to one address."""
    return error_response(request, refusal("sign_in", 60))
