"""The values of OTLP attributes as texts, as the OpenTelemetry Collector's `AsString` writes them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._span_record import Attributes


def attributes(pairs: Any) -> dict[str, str]:
    """Attributes in protobuf, as texts."""
    # Most values are texts that are not empty, and most others whole numbers.
    return {pair.key: (value := pair.value).string_value or _text(value) for pair in pairs}


def _text(value: Any) -> str:
    if number := value.int_value:
        return str(number)
    match value.WhichOneof("value"):
        case "string_value" | None:
            return ""
        case "bool_value":
            return "true" if value.bool_value else "false"
        case "int_value":
            return "0"
        case "double_value":
            return _plain_text(value.double_value)
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        case _:
            return json.dumps(_nested(value), ensure_ascii=False, separators=(",", ":"))


def _nested(value: Any) -> Any:
    match value.WhichOneof("value"):
        case "array_value":
            return [_nested(item) for item in value.array_value.values]
        case "kvlist_value":
            return {pair.key: _nested(pair.value) for pair in value.kvlist_value.values}
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        case None:
            return None
        case name:
            return getattr(value, name)


def texts(values: Attributes) -> dict[str, str]:
    """Attributes as plain data, as texts."""
    return {key: _plain_text(value) for key, value in values.items()}


def _plain_text(value: object) -> str:
    """A value as the Collector's `AsString` writes it."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_bytes_in_json)


def _bytes_in_json(value: Any) -> str:
    return base64.b64encode(value).decode()
