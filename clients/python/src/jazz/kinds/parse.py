"""Text to kinds.

    kind   = [ "extends" name { "," name } ] type
    type   = table | "any" | "null" | name of a kind | tensor
    table  = "{" { field } [ "..." | "closed" ] "}"        fields end with their line or a comma
    field  = name [ "?" ] ":" type                         a name is an identifier, or in quotes
    tensor = types "[" dims "]" { "?" | layouts | "strict" | "in" unit | "from" number | "to" number }
    types  = "any" | element { "|" element }
    dims   = "..." | [ dim { "," dim } ]                   a dim is a length, a symbol or "*"

Comments are docs: above or behind a kind, above or behind a field, behind the "{" of the table that a field is. There
are none elsewhere, so that nothing is lost.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final

from jazz.codec.schema import DATA_TYPE_NUMBERS, LAYOUT_NUMBERS, UNIT_NUMBERS
from jazz.kinds.scan import Scanner
from jazz.kinds.words import REFERENCE, TIME_UNITS, UNIT, ZONE
from jazz.v1 import kinds_pb2, value_pb2
from jazz.values import MAX_DEPTH, Layout

_DIGITS = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"[+-]?(?:inf\b|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
_LAYOUTS: Final = {layout.value: layout for layout in Layout}
_MAX_LENGTH: Final = 2**63 - 1
_TYPE = "a type, such as float32[rows, 3], {...}, any, null or the name of a kind"


def parse_kind(text: str, field: str = "kind") -> kinds_pb2.Kind:
    """The kind that a text says. Whether it makes sense is for the server to say.

    Args:
        text: The text.
        field: What errors call it.

    Raises:
        jazz.errors.InvalidArgument: It cannot be read; names line and column, what was expected and what was found.

    >>> parse_kind("extends lab/record {image: uint8[h, w, 3]}").extends[0].name
    'lab/record'
    """
    scan = Scanner(text, field)
    docs = scan.comments()
    extends = _extends(scan)
    type_ = _type(scan, 1, docs)
    docs += scan.comments()
    if not scan.ended:
        scan.fail("the end of the text")
    references = [kinds_pb2.KindReference(name=name) for name in extends]
    return kinds_pb2.Kind(type=type_, extends=references, doc="\n".join(docs).strip("\n"))


def parse_type(text: str, field: str = "type") -> tuple[kinds_pb2.Type, str]:
    """The type that a text says, and the comments above and behind it in a line.

    Raises:
        jazz.errors.InvalidArgument: As for `parse_kind`.

    >>> parse_type("float32[n] csr # made up")[1]
    'made up'
    """
    scan = Scanner(text, field)
    docs = scan.comments()
    type_ = _type(scan, 1, docs)
    docs += scan.comments()
    if not scan.ended:
        scan.fail("the end of the type")
    return type_, _line(docs)


def _extends(scan: Scanner) -> list[str]:
    names: list[str] = []
    if not scan.word("extends"):
        return names
    while True:
        scan.space()
        name = _reference(scan)
        if name is None:
            scan.fail("the name of a kind, as space/name")
        names.append(name)
        scan.space()
        if not scan.sign(","):
            return names


def _reference(scan: Scanner) -> str | None:
    found = scan.match(REFERENCE)
    return scan.quoted() if found is None else found


def _type(scan: Scanner, depth: int, docs: list[str]) -> kinds_pb2.Type:
    if scan.text.startswith("{", scan.at):
        if depth > MAX_DEPTH:
            scan.fail(f"tables at most {MAX_DEPTH} deep", "a deeper one")
        return kinds_pb2.Type(table=_table(scan, depth, docs))
    reference = _reference(scan)
    if reference is not None:
        return kinds_pb2.Type(kind=kinds_pb2.KindReference(name=reference))
    begin, word = scan.at, scan.peek()
    if word in ("any", "null"):
        scan.at += len(word)
        if word == "null":
            return kinds_pb2.Type(null=value_pb2.Null())
        if not scan.text.startswith("[", scan.at):
            return kinds_pb2.Type(any=kinds_pb2.AnyType())
        scan.at = begin
    return kinds_pb2.Type(tensor=_tensor(scan))


def _table(scan: Scanner, depth: int, docs: list[str]) -> kinds_pb2.TableType:
    table = kinds_pb2.TableType()
    names: set[str] = set()
    scan.expect("{")
    scan.space()
    docs += _behind(scan)
    while True:
        above = scan.comments()
        closing = scan.text.startswith("}", scan.at)
        rest = not closing and _rest(scan, table)
        if above and (closing or rest):
            scan.fail("comments above or behind a field only", "a comment above this")
        if closing or rest:
            scan.expect("}", "`}`, as nothing follows `...` or `closed`")
            return table
        field = table.fields.add()
        _field(scan, depth, field, above, names)


def _rest(scan: Scanner, table: kinds_pb2.TableType) -> bool:
    """Whether `...` or `closed` is here, which ends a table."""
    begin = scan.at
    if scan.sign("..."):
        found = True
    else:
        found = table.closed = scan.word("closed")
        scan.space()
        if found and scan.text.startswith((":", "?"), scan.at):  # a field of this name
            found = table.closed = False
            scan.at = begin
    if found:
        scan.space()
        scan.sign(",")
        if _behind(scan) or scan.comments():
            scan.fail("no comment behind `...` or `closed`: they are docs of fields", "a comment")
    return found


def _field(scan: Scanner, depth: int, field: kinds_pb2.FieldType, docs: list[str], names: set[str]) -> None:
    begin = scan.at
    name = scan.quoted()
    if name is None:
        name = scan.peek()
        scan.at += len(name)
        if not name:
            scan.fail("the name of a field (in quotes unless it is an identifier), `...`, `closed` or `}`")
    if name in names:
        scan.fail("fields with different names", f"`{name}` again", begin)
    names.add(name)
    field.name = name
    field.optional = scan.sign("?")
    scan.space()
    scan.expect(":", f"`:` behind the name of the field `{name}`")
    scan.space()
    field.type.CopyFrom(_type(scan, depth + 1, docs))
    scan.space()
    more = scan.sign(",")
    docs += _behind(scan)
    if not (more or scan.line_ended or scan.text.startswith("}", scan.at)):
        scan.fail("a comma, the end of the line or `}` behind the field " + f"`{name}`")
    field.doc = _line(docs)


def _behind(scan: Scanner) -> list[str]:
    """The comment behind something in its line."""
    scan.space()
    comment = scan.comment()
    return [] if comment is None else [comment]


def _line(docs: list[str]) -> str:
    return " ".join(stripped for doc in docs if (stripped := doc.strip()))


def _tensor(scan: Scanner) -> kinds_pb2.TensorType:
    tensor = kinds_pb2.TensorType(types=_elements(scan))
    scan.expect("[", "dimensions such as [], [n, 3], [*] or [...]")
    _shape(scan, tensor)
    said: set[str] = set()
    while True:
        scan.space()
        begin = scan.at
        what = _suffix(scan, tensor)
        if not what:
            return tensor
        if what in said:
            scan.fail(f"{what} once", at=begin)
        said.add(what)


def _suffix(scan: Scanner, tensor: kinds_pb2.TensorType) -> str:
    """Reads one of what can stand behind the dimensions; gives what it is about, "" if nothing is here."""
    if scan.sign("?"):
        tensor.nullable = True
        return "`?`"
    word = scan.peek()
    if word in _LAYOUTS:
        tensor.layouts.extend(sorted(LAYOUT_NUMBERS[layout] for layout in _layouts(scan)))  # type: ignore[misc]
        return "layouts"
    scan.at += len(word)
    match word:
        case "strict":
            tensor.strict_layout = True
        case "in":
            scan.space()
            unit = scan.quoted()
            unit = scan.match(UNIT) if unit is None else unit
            if not unit:
                scan.fail("a unit, such as m, kg/m**3 or, in quotes, one with spaces")
            tensor.unit = unit
        case "from":
            tensor.minimum = _number(scan)
        case "to":
            tensor.maximum = _number(scan)
        case _:
            scan.at -= len(word)
            return ""
    return f"`{word}`"


def _elements(scan: Scanner) -> list[value_pb2.ElementType]:
    if scan.word("any"):
        return []
    found: list[value_pb2.ElementType] = []
    while True:
        begin = scan.at
        element = _element(scan, _TYPE if not found else "an element type")
        if element in found:
            scan.fail("each element type once", at=begin)
        found.append(element)
        scan.space()
        if not scan.sign("|"):
            return sorted(found, key=lambda e: (e.data_type, e.time_unit, e.time_zone, e.ordered))
        scan.space()


def _element(scan: Scanner, expected: str) -> value_pb2.ElementType:
    begin = scan.at
    ordered = scan.word("ordered")
    if ordered:
        scan.space()
    word = scan.peek()
    number = DATA_TYPE_NUMBERS.get(word)
    if number is None or (ordered and word != "factor"):
        close = get_close_matches(word.lower(), DATA_TYPE_NUMBERS, n=3) if word else []
        hint = f" (did you mean {' or '.join(close)}?)" if close and not ordered else ""
        scan.fail("`factor`" if ordered else expected, f"`{word}`{hint}" if word else None)
    scan.at += len(word)
    element = value_pb2.ElementType(data_type=number, ordered=ordered)  # type: ignore[arg-type]
    if word in ("timestamp", "duration"):
        _time(scan, element, word, begin)
    return element


def _time(scan: Scanner, element: value_pb2.ElementType, word: str, begin: int) -> None:
    """Reads the unit and the zone of a timestamp or duration."""
    example = f"a time unit: {word}[s], {word}[ms], {word}[us] or {word}[ns]"
    scan.expect("[", example)
    scan.space()
    unit = scan.peek()
    if unit not in TIME_UNITS:
        scan.fail(example)
    scan.at += len(unit)
    element.time_unit = UNIT_NUMBERS[unit]  # type: ignore[assignment]
    scan.space()
    if word == "timestamp" and scan.sign(","):
        scan.space()
        zone = scan.quoted()
        zone = scan.match(ZONE) if zone is None else zone
        if not zone:
            scan.fail("a time zone, such as Europe/Vienna or +02:00")
        element.time_zone = zone
        scan.space()
    scan.expect("]", "`]` behind the time unit" + (" or the time zone" if word == "timestamp" else ""))


def _shape(scan: Scanner, tensor: kinds_pb2.TensorType) -> None:
    _inside(scan)
    if scan.sign("..."):
        _inside(scan)
        scan.expect("]", "`]`, as `...` stands alone")
        return
    tensor.shape.SetInParent()
    while not scan.sign("]"):
        tensor.shape.dimensions.append(_dimension(scan))
        _inside(scan)
        if not scan.sign(",") and not scan.text.startswith("]", scan.at):
            scan.fail("a comma or `]`")
        _inside(scan)


def _inside(scan: Scanner) -> None:
    """Skips space within brackets, ends of lines included."""
    scan.space()
    while scan.sign("\n"):
        scan.space()


def _dimension(scan: Scanner) -> kinds_pb2.Dimension:
    begin = scan.at
    if scan.sign("*"):
        return kinds_pb2.Dimension(any=kinds_pb2.AnySize())
    digits = scan.match(_DIGITS)
    if digits is not None:
        if scan.peek():
            scan.fail("a length, or a symbol that begins with no digit", at=begin)
        if len(digits) > 20 or int(digits) > _MAX_LENGTH:
            scan.fail("a length of at most 2**63 - 1", at=begin)
        return kinds_pb2.Dimension(size=int(digits))
    symbol = scan.peek()
    if not symbol:
        scan.fail("a length, a symbol, `*`, or `...` alone")
    scan.at += len(symbol)
    return kinds_pb2.Dimension(symbol=symbol)


def _layouts(scan: Scanner) -> list[Layout]:
    found: list[Layout] = []
    while True:
        word = scan.peek()
        layout = _LAYOUTS.get(word)
        if layout is None or layout in found:
            scan.fail("a layout (each once): dense, csr, csc or coo")
        scan.at += len(word)
        found.append(layout)
        scan.space()
        if not scan.sign("|"):
            return found
        scan.space()


def _number(scan: Scanner) -> float:
    scan.space()
    begin = scan.at
    literal = scan.match(_NUMBER)
    if literal is None or scan.peek():
        scan.fail("a number", at=begin)
    number = float(literal)
    if number in (float("inf"), -float("inf")) and "inf" not in literal:
        scan.fail("a number that a float64 can hold", f"`{literal}`", begin)
    if literal.lstrip("+-").isdigit() and int(literal) != number:
        scan.fail("an integer that a float64 holds exactly", f"`{literal}`", begin)
    return number
