"""What an app sees of `http`: names, parameters, their order and defaults, as on the dock; and the Trio surface's."""

import inspect
from collections.abc import Callable

import pytest

from dl7450 import http
from dl7450.http._client import HttpClient

BLOCKING = ["url", "headers=None", "data=None", "*", "timeout=40", "cacert=None"]
# `on_response` is the second parameter's name in SDK releases from 0.6 on.
CALLBACK = [
    "url",
    "on_complete=None",
    "headers=None",
    "data=None",
    "*",
    "timeout=40",
    "cacert=None",
    "on_response=None",
]


def parameters(function: Callable[..., object]) -> list[str]:
    """Names and defaults in order, with `*` before those that are keyword-only; without `self`."""
    shown: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in shown:
            shown.append("*")
        default = parameter.default
        if parameter.name == "timeout":
            default = int(default)  # 40 here, 40.0 there
        shown.append(parameter.name if default is parameter.empty else f"{parameter.name}={default}")
    return shown


def test_the_module_has_the_names_of_the_dock() -> None:
    assert http.__all__ == ["Response", "get", "get_async", "post", "post_async"]


@pytest.mark.parametrize("function", [http.get, http.post])
def test_the_blocking_functions(function: Callable[..., object]) -> None:
    assert parameters(function) == BLOCKING


@pytest.mark.parametrize("function", [http.get_async, http.post_async, HttpClient.get_async, HttpClient.post_async])
def test_the_callback_functions(function: Callable[..., object]) -> None:
    assert parameters(function) == CALLBACK


def test_the_trio_surface_has_the_same_parameters_and_wait() -> None:
    assert parameters(HttpClient.get) == parameters(HttpClient.post) == [*BLOCKING, "wait=False"]
    assert parameters(HttpClient.request) == ["method", *BLOCKING, "wait=False"]
