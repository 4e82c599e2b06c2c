"""Answers made smaller on their way out: gzip, Brotli and Zstandard, where the client asks for one."""

import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import brotli  # type: ignore[import-untyped]

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: Bytes from which on an answer is made smaller: below, the headers outweigh what is saved.
SMALLEST = 1024

#: Best first, where the client likes several as much: zstd takes a tenth of gzip's time for the same size.
CODINGS = ("zstd", "br", "gzip")

#: What shrinks; everything that is served here is text.
_TEXT = re.compile(r"(text/|application/(json|problem\+json|x-ndjson|ld\+json|vnd\.oai\.openapi))")

#: The end of an ETag that names a coding.
_MARK = re.compile(rf'-(?:{"|".join(CODINGS)})"')

# Each level is where its curve of time against size bends on pages of 50 claims.
_GZIP, _BROTLI, _ZSTD = 5, 4, 3


@lru_cache(maxsize=1024)
def chosen(accepted: str) -> str | None:
    """Choose a coding that Accept-Encoding allows (RFC 9110, 12.5.3); None for none."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _, parameter = part.partition(";")
        key, _, value = parameter.strip().partition("=")
        try:
            weights[name.strip()] = float(value) if key.strip() == "q" else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    liked = [(weights.get(coding, weights.get("*", 0.0)), -rank, coding) for rank, coding in enumerate(CODINGS)]
    weight, _, coding = max(liked)
    return coding if weight > 0 else None


def shrinks(media_type: str) -> bool:
    """Tell whether a body of this type gets smaller."""
    return _TEXT.match(media_type) is not None


def whole(coding: str, body: bytes) -> bytes:
    """Make a whole body smaller."""
    if coding == "zstd":
        return bytes(zstd.compress(body, _ZSTD))
    if coding == "br":
        return bytes(brotli.compress(body, quality=_BROTLI))
    gzip = _gzip()
    return bytes(gzip.compress(body) + gzip.flush())


def streamed(coding: str, parts: Iterable[bytes]) -> Iterator[bytes]:
    """Make a stream smaller. The first part goes out at once; later ones when there is enough to send."""
    packer, pack, flush, finish = _packer(coding)
    first = True
    try:
        for part in parts:
            made = pack(part) + (flush() if first else b"")
            first = False
            if made:
                yield made
    except Exception:
        yield flush()  # all that there is, without an end
        raise
    yield finish()
    del packer


def _packer(coding: str) -> tuple[Any, Any, Any, Any]:
    if coding == "zstd":
        packer: Any = zstd.ZstdCompressor(_ZSTD)
        return packer, packer.compress, lambda: packer.flush(packer.FLUSH_BLOCK), packer.flush
    if coding == "br":
        packer = brotli.Compressor(quality=_BROTLI)
        return packer, packer.process, packer.flush, packer.finish
    packer = _gzip()
    return packer, packer.compress, lambda: packer.flush(zlib.Z_SYNC_FLUSH), packer.flush


def _gzip() -> Any:
    return zlib.compressobj(_GZIP, zlib.DEFLATED, 31)


def marked(etag: str, coding: str) -> str:
    """Name the coding in a strong ETag: other bytes are another representation (RFC 9110, 8.8.3.3)."""
    return f'{etag[:-1]}-{coding}"'


def unmarked(etags: str) -> str:
    """Take the codings out of the ETags of an If-None-Match or If-Match: the thing is the same in each."""
    return _MARK.sub('"', etags)
