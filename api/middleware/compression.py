"""Compression of responses: gzip, Brotli or Zstandard, with an ETag for each."""

import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

import brotli  # type: ignore[import-untyped]
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: Bytes from which on a response is compressed: below, the headers outweigh what is saved.
SMALLEST = 1024

#: Best first, where the client likes several as much: zstd takes a tenth of gzip's time for the same size.
CODINGS = ("zstd", "br", "gzip")

#: What is compressed; everything that is served here is text.
_TEXT = re.compile(r"(text/|application/(json|yaml|linkset\+json|problem\+json|x-ndjson|ld\+json|vnd\.oai\.openapi))")

#: The end of an ETag that names a coding.
_CODING_OF_ETAG = re.compile(rf'-(?:{"|".join(CODINGS)})"')
#: The headers that hold ETags, and where they stand as the client sent them.
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH")
_SENT = "counterclaim.sent."

# Each level is where its curve of time against size bends on pages of 50 claims.
_GZIP, _BROTLI, _ZSTD = 5, 4, 3

Headers = list[tuple[str, str]]


@lru_cache(maxsize=1024)  # parsing the header takes a tenth of a compressed GET /v1/claims/{id}
def best_coding(accepted: str) -> str | None:
    """Choose a coding that Accept-Encoding allows (RFC 9110, 12.5.3); None for none."""
    accept = parse_accept_header(accepted, Accept)
    best = max(CODINGS, key=accept.quality)
    return best if accept.quality(best) > 0 else None


def strip_codings(environ: dict[str, Any]) -> None:
    """Take the codings out of the ETags that the client sent: the app compares them without."""
    for name in _CONDITIONS:
        if name in environ:
            environ[_SENT + name] = environ[name]
            environ[name] = _CODING_OF_ETAG.sub('"', environ[name])


def negotiated(environ: dict[str, Any], status: str, headers: Headers) -> str | None:
    """Choose the coding of a response and say so in its headers; None where it is sent as it is."""
    coding = best_coding(environ["HTTP_ACCEPT_ENCODING"])
    if coding is None:
        return None
    named = dict(headers)
    etag = named.get("ETag")
    # Other bytes are another representation (RFC 9110, 8.8.3.3).
    etag_of_coding = f'{etag[:-1]}-{coding}"' if etag else ""
    if status[:3] == "304":
        # It names what the client has, in the coding that it has it in.
        if etag and etag_of_coding in environ.get(_SENT + "HTTP_IF_NONE_MATCH", ""):
            headers[headers.index(("ETag", etag))] = ("ETag", etag_of_coding)
        return None
    if (
        "Content-Encoding" in named
        or int(named.get("Content-Length", SMALLEST)) < SMALLEST
        or not _TEXT.match(named.get("Content-Type", ""))
    ):
        return None
    if etag:
        headers[headers.index(("ETag", etag))] = ("ETag", etag_of_coding)
    headers.append(("Content-Encoding", coding))
    return coding


def compress_body(coding: str | None, body: bytes, headers: Headers) -> bytes:
    """Compress a whole body, if at all, and set its length right; HEAD has no body, and a length that nobody knows."""
    if coding is None:
        return body
    headers[:] = [header for header in headers if header[0] != "Content-Length"]
    if body:
        compress, _, finish = _compressor(coding)
        body = compress(body) + finish()
        headers.append(("Content-Length", str(len(body))))
    return body


def streamed(coding: str | None, parts: Iterable[bytes]) -> Iterator[bytes]:
    """Compress a stream, if at all. The first part goes out at once; later ones when there is enough to send."""
    if coding is None:
        yield from parts
        return
    compress, flush, finish = _compressor(coding)
    first = True
    try:
        for part in parts:
            sent = compress(part) + (flush() if first else b"")
            first = False
            if sent:
                yield sent
    except Exception:
        yield flush()  # all that there is, without an end
        raise
    yield finish()


def _compressor(coding: str) -> tuple[Callable[[bytes], bytes], Callable[[], bytes], Callable[[], bytes]]:
    """Make a compressor; return what compresses a part, what flushes all parts so far, and what ends the stream."""
    if coding == "zstd":
        made: Any = zstd.ZstdCompressor(_ZSTD)
        return made.compress, lambda: made.flush(made.FLUSH_BLOCK), made.flush
    if coding == "br":
        made = brotli.Compressor(quality=_BROTLI)
        return made.process, made.flush, made.finish
    made = zlib.compressobj(_GZIP, zlib.DEFLATED, 31)
    return made.compress, lambda: made.flush(zlib.Z_SYNC_FLUSH), made.flush
