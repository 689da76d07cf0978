"""Thrift structures in the compact protocol, read and written as they are, whatever they mean.

Source: Apache Thrift, compact protocol specification.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)

Struct = dict[int, tuple[int, Any]]
"""The fields of a structure by their number: type and value. The value of a list is its type and its items."""

_LONG: Final = 15
"""In a short header: what comes is written after it."""


def decoded(data: bytes) -> Struct:
    """The structure that `data` begins with. Raises IndexError or ValueError where it is none."""
    return _Reader(data).struct()


def encoded(struct: Struct) -> bytes:
    """The bytes of a structure, its fields in the order of their numbers."""
    out = bytearray()
    _put_struct(out, struct)
    return bytes(out)


@dataclass
class _Reader:
    data: bytes
    at: int = 0

    def struct(self) -> Struct:
        fields: Struct = {}
        number = 0
        while header := self._byte():
            kind = header & 15
            number = number + (header >> 4) if header >> 4 else self._whole()
            fields[number] = kind, self._value(kind)
        return fields

    def _value(self, kind: int) -> Any:
        if kind in (I16, I32, I64):
            return self._whole()
        if kind == BINARY:
            return self._bytes(self._number())
        if kind in (LIST, SET):
            return self._list()
        if kind == STRUCT:
            return self.struct()
        if kind in (TRUE, FALSE):
            return kind == TRUE
        if kind in (BYTE, DOUBLE):
            return self._bytes(1 if kind == BYTE else 8)
        raise ValueError(f"Thrift type {kind} is not read")

    def _list(self) -> tuple[int, list[Any]]:
        header = self._byte()
        count = header >> 4 if header >> 4 < _LONG else self._number()
        kind = header & 15
        if kind in (TRUE, FALSE):  # in a list, each is a byte
            return kind, [self._byte() for _ in range(count)]
        return kind, [self._value(kind) for _ in range(count)]

    def _byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def _bytes(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]

    def _number(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def _whole(self) -> int:
        value = self._number()
        return (value >> 1) ^ -(value & 1)


def _put_struct(out: bytearray, struct: Struct) -> None:
    before = 0
    for number, (kind, value) in sorted(struct.items()):
        kind = (TRUE if value else FALSE) if kind in (TRUE, FALSE) else kind
        step = number - before
        if 0 < step < 16:
            out.append(step << 4 | kind)
        else:
            out.append(kind)
            _put_whole(out, number)
        if kind not in (TRUE, FALSE):
            _put(out, kind, value)
        before = number
    out.append(0)


def _put(out: bytearray, kind: int, value: Any) -> None:
    if kind in (I16, I32, I64):
        _put_whole(out, value)
    elif kind == BINARY:
        _put_number(out, len(value))
        out += value
    elif kind in (LIST, SET):
        _put_list(out, *value)
    elif kind == STRUCT:
        _put_struct(out, value)
    else:
        out += value


def _put_list(out: bytearray, kind: int, items: Iterable[Any]) -> None:
    items = list(items)
    out.append(min(len(items), _LONG) << 4 | kind)
    if len(items) >= _LONG:
        _put_number(out, len(items))
    if kind in (TRUE, FALSE):
        out += bytes(items)
        return
    for item in items:
        _put(out, kind, item)


def _put_whole(out: bytearray, value: int) -> None:
    _put_number(out, value << 1 if value >= 0 else (-value << 1) - 1)


def _put_number(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
