"""The resumable upload protocol tus 1.0: core, creation, creation-with-upload, termination, expiration.

https://tus.io/protocols/resumable-upload. What an upload is lives in `kinora.library.uploads`; here is only HTTP.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import reverse
from django.utils.http import http_date

from kinora import config
from kinora.errors import InputError, KinoraError, NotAllowed, ResourceError
from kinora.library.models import Upload
from kinora.library.uploads import append, begin, discard, expires_at, finish, received_bytes, upload_of
from kinora.site.current_channel import current_channel
from kinora.site.error_pages import error_response
from kinora.site.people import person

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration"
_SILENCE_SECONDS = 60.0  # a sender that is silent for so long has gone away
_BODY_TYPE = "application/offset+octet-stream"


class _WrongVersion(InputError):
    http_status = 412


class _WrongType(InputError):
    http_status = 415


def _answer(status: int, upload: Upload | None = None, **headers: str) -> HttpResponse:
    response = HttpResponse(status=status)
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    if upload is not None and upload.video_id is None:
        response["Upload-Expires"] = http_date(expires_at(upload).timestamp())
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    return response


def _capabilities() -> HttpResponse:
    size = str(config.current().max_upload_bytes)
    return _answer(204, Tus_Version=VERSION, Tus_Extension=EXTENSIONS, Tus_Max_Size=size)


def _method(request: HttpRequest) -> str:
    return request.headers.get("X-HTTP-Method-Override", request.method or "").upper()


def _dispatch(request: HttpRequest, handlers: dict[str, Callable[[], HttpResponse]]) -> HttpResponse:
    """Run the handler of the request's method inside tus's rules, and add its headers to refusals."""
    method = _method(request)
    if method == "OPTIONS":
        return _capabilities()
    if method not in handlers:
        return _answer(405, Allow=", ".join([*handlers, "OPTIONS"]))
    try:
        if not request.user.is_authenticated:
            raise NotAllowed("Nobody is signed in here.", hint="Sign in, then send the rest.")
        if request.headers.get("Tus-Resumable") != VERSION:
            raise _WrongVersion("the header Tus-Resumable must be 1.0.0", hint="use a client for tus 1.0")
        return handlers[method]()
    except KinoraError as error:
        response = error_response(request, error, status=401 if not request.user.is_authenticated else None)
        response["Tus-Resumable"] = VERSION
        response["Tus-Version"] = VERSION
        response["Cache-Control"] = "no-store"
        if isinstance(error, ResourceError):
            response.setdefault("Retry-After", "10")
        return response


def uploads(request: HttpRequest) -> HttpResponse:
    """`POST /uploads/` makes an upload."""
    return _dispatch(request, {"POST": lambda: _create(request)})


def one_upload(request: HttpRequest, upload_id: str) -> HttpResponse:
    """`HEAD`, `PATCH` and `DELETE` of one upload."""

    def handled(verb: Callable[[HttpRequest, Upload], HttpResponse]) -> Callable[[], HttpResponse]:
        return lambda: verb(request, upload_of(person(request), upload_id))

    return _dispatch(request, {"HEAD": handled(_offset), "PATCH": handled(_patch), "DELETE": handled(_terminate)})


def _create(request: HttpRequest) -> HttpResponse:
    if "Upload-Defer-Length" in request.headers:
        raise InputError("the file's length must be known when the upload begins", hint="send Upload-Length")
    size_bytes = _number(request, "Upload-Length")
    metadata = parse_metadata(request.headers.get("Upload-Metadata", ""))
    name = metadata.get("filename") or metadata.get("name") or ""
    options = {"channel": current_channel(request).handle, **metadata}
    upload = begin(person(request), name=name, size_bytes=size_bytes, options=options)
    location = reverse("tus_upload", args=[upload.public_id])
    if request.content_type != _BODY_TYPE:
        return _answer(201, upload, Location=location)
    offset = append(upload, offset=0, num_bytes=_body_bytes(request), read=_reader(request))
    _try_finish(upload)
    return _answer(201, upload, Location=location, Upload_Offset=str(offset))


def _offset(request: HttpRequest, upload: Upload) -> HttpResponse:
    offset = received_bytes(upload) if not upload.error_message else upload.size_bytes
    _try_finish(upload)  # when the last request died between its last byte and the finish
    return _answer(200, upload, Upload_Offset=str(offset), Upload_Length=str(upload.size_bytes))


def _patch(request: HttpRequest, upload: Upload) -> HttpResponse:
    if request.content_type != _BODY_TYPE:
        raise _WrongType(f"the body must be {_BODY_TYPE}", hint="use a client for tus 1.0")
    offset = _number(request, "Upload-Offset")
    if upload.video_id is None or offset != upload.size_bytes:
        offset = append(upload, offset=offset, num_bytes=_body_bytes(request), read=_reader(request))
        _try_finish(upload)
    return _answer(204, upload, Upload_Offset=str(offset))


def _terminate(request: HttpRequest, upload: Upload) -> HttpResponse:
    discard(upload)
    return _answer(204)


def _try_finish(upload: Upload) -> None:
    """Enter a whole upload; want of room is told by the upload's status, since every byte was received."""
    try:
        finish(upload)
    except (ResourceError, InputError):
        return


def _number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InputError(f"the header {header} is {text[:30]!r}; expected a whole number of bytes")
    return int(text)


def _body_bytes(request: HttpRequest) -> int:
    return _number(request, "Content-Length")


def _reader(request: HttpRequest) -> Callable[[int], bytes]:
    """Return a function that reads the body and ends early, without an error, when the sender is gone."""
    connection = request.META.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(_SILENCE_SECONDS)

    def read(num_bytes: int) -> bytes:
        try:
            return request.read(num_bytes)
        except (UnreadablePostError, TimeoutError, ConnectionError):
            return b""

    return read


def parse_metadata(header: str) -> dict[str, str]:
    """Return the pairs of an `Upload-Metadata` header: `key base64,key base64`.

    Raises:
        InputError: the header is no such list.
    """
    pairs: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in header[:8000].split(","))):
        key, _, encoded = part.partition(" ")
        try:
            pairs[key] = base64.b64decode(encoded, validate=True).decode("utf-8", errors="replace")
        except (binascii.Error, ValueError) as error:
            raise InputError(f"Upload-Metadata: the value of {key[:40]!r} is not base64") from error
    return pairs
