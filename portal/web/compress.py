"""Compression. Personal pages may be compressed too: their only secret, the sealed draft, is
encrypted anew in every answer, so its bytes never repeat (BREACH needs them to)."""

from __future__ import annotations

import gzip

import brotli
from flask import Response

_KINDS = ("text/", "application/json", "application/javascript", "application/xml", "image/svg")
_WORTH_IT = 500


def choose_encoding(accepted: str) -> str:
    """`br`, `gzip` or `` for an Accept-Encoding header; q=0 counts as a no."""
    names = {
        part.split(";")[0].strip().lower()
        for part in accepted[:500].split(",")
        if not part.replace(" ", "").endswith((";q=0", ";q=0.0"))
    }
    return next((name for name in ("br", "gzip") if name in names), "")


def encode(body: bytes, encoding: str, *, once: bool = False) -> bytes:
    """`once`: made once and kept, so it may take its time."""
    if encoding == "br":
        return bytes(brotli.compress(body, quality=11 if once else 5))
    if encoding == "gzip":
        return gzip.compress(body, 9 if once else 6, mtime=0)
    return body


def compress(response: Response, accepted: str) -> Response:
    kind = response.content_type or ""
    if response.is_streamed or response.headers.get("Content-Encoding"):
        return response
    if not kind.startswith(_KINDS) or (response.content_length or 0) < _WORTH_IT:
        return response
    response.headers["Vary"] = "Accept-Encoding"
    if encoding := choose_encoding(accepted):
        response.set_data(encode(response.get_data(), encoding))
        response.headers["Content-Encoding"] = encoding
    return response
