"""GraphML out: who answers whom, as a network that networkx and Gephi read (graphml.graphdrawing.org)."""

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

import orjson

from models.vocabulary import COUNTER_KINDS

#: What XML 1.0 has no place for, not even as a reference (section 2.2).
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: The type of each value of a node, and of each of an edge, by its path.
_NODE = {"name": "string", "kind": "string", "wikidata_id": "string"}
_EDGE = {
    "count": "int",
    **{f"kinds.{kind}": "int" for kind in COUNTER_KINDS},
    "first_on": "string",
    "last_on": "string",
    **{f"days.{name}": "double" if name == "median" else "int" for name in ("known", "least", "median", "most")},
}


def written(blocks: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Write lines of JSON, of speakers as ("node", block) and of disputes as ("edge", block), as a directed graph.

    A character that XML forbids becomes U+FFFD.
    """
    out = io.StringIO()
    xml = XMLGenerator(out, "utf-8", short_empty_elements=True)
    xml.startDocument()
    _start(xml, "graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    for part, types in (("node", _NODE), ("edge", _EDGE)):
        for path, kind in types.items():
            named = {
                "id": _key(part, path),
                "for": part,
                "attr.name": path.removeprefix("kinds.").replace(".", "_"),
                "attr.type": kind,
            }
            _start(xml, "key", **named)
            xml.endElement("key")
    _start(xml, "graph", edgedefault="directed")
    for part, block in blocks:
        for item in map(orjson.loads, block.split("\n")):
            _element(xml, part, item)
        yield _taken(out)
    xml.endElement("graph")
    xml.endElement("graphml")
    yield _taken(out)


def _element(xml: XMLGenerator, part: str, item: dict[str, Any]) -> None:
    ends = {"source": f"{item['by']['id']}", "target": f"{item['against']['id']}"} if part == "edge" else None
    _start(xml, part, **(ends or {"id": f"{item['id']}"}))
    for path, kind in (_EDGE if ends else _NODE).items():
        value: Any = item
        for name in path.split("."):
            value = value[name]
        if value is not None:
            _start(xml, "data", key=_key(part, path))
            xml.characters(_FORBIDDEN.sub("\ufffd", str(float(value) if kind == "double" else value)))
            xml.endElement("data")
    xml.endElement(part)


def _start(xml: XMLGenerator, element: str, **attributes: str) -> None:
    xml.startElement(element, AttributesImpl(attributes))


def _key(part: str, path: str) -> str:
    return f"{part}.{path}"


def _taken(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text
