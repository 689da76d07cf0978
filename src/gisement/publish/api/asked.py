"""What a request asks for, read from its address in one go and described field by field.

The framework reads a model of sixty fields one field after the other: that took longer than to measure the figure.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, get_origin

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request


def reader(model: type[BaseModel]) -> Callable[[Request], Awaitable[BaseModel]]:
    """What makes the model from a request; a value that cannot be is refused as the framework refuses it (422).

    It waits for nothing: otherwise the framework would have a thread read each address.
    """
    lists = {name for name, field in model.model_fields.items() if get_origin(field.annotation) is list}

    async def read(request: Request) -> BaseModel:
        given = request.query_params
        held = {key: given.getlist(key) if key in lists else given[key] for key in given}
        try:
            return model.model_validate(held)
        except ValidationError as error:
            raise RequestValidationError(
                [{**each, "loc": ("query", *each["loc"])} for each in error.errors(include_url=False)]
            ) from None

    return read


def described(model: type[BaseModel]) -> list[dict[str, Any]]:
    """The fields of the model as parameters of an address, in the words of OpenAPI."""
    schema = model.model_json_schema()
    named, required = schema.get("$defs", {}), schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": _inlined(held, named),
        }
        for name, held in schema["properties"].items()
    ]


def _inlined(held: Any, named: dict[str, Any]) -> Any:
    """A schema without references: a closed list stands where it is used."""
    if isinstance(held, dict):
        if "$ref" in held:
            return _inlined(named[held["$ref"].rsplit("/", 1)[1]], named)
        return {key: _inlined(value, named) for key, value in held.items()}
    return [_inlined(each, named) for each in held] if isinstance(held, list) else held
