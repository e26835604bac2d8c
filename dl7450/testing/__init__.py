"""Tests of dock apps: a pytest plugin, and servers in memory for it and for Trio programs.

The plugin brings the fixtures `dock` and `make_dock`; docs/testing.md is the page to read.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._answer import Answer, Fault
    from ._mqtt_broker import MqttBroker, MqttMessage
    from ._options import DockOptions
    from ._request import Request
    from ._routes import Route, Routes
    from ._sample_picture import picture
    from ._test_dock import TestDock
    from ._test_gpio import TestGpio
    from ._test_i2c import TestI2c
    from ._test_vision import TestVision
    from .plugin import MakeDock

__all__ = [
    "Answer",
    "DockOptions",
    "Fault",
    "MakeDock",
    "MqttBroker",
    "MqttMessage",
    "Request",
    "Route",
    "Routes",
    "TestDock",
    "TestGpio",
    "TestI2c",
    "TestVision",
    "picture",
]

_MODULES = {
    "Answer": "_answer",
    "DockOptions": "_options",
    "Fault": "_answer",
    "MakeDock": "plugin",
    "MqttBroker": "_mqtt_broker",
    "MqttMessage": "_mqtt_broker",
    "Request": "_request",
    "Route": "_routes",
    "Routes": "_routes",
    "TestDock": "_test_dock",
    "TestGpio": "_test_gpio",
    "TestI2c": "_test_i2c",
    "TestVision": "_test_vision",
    "picture": "_sample_picture",
}


def __getattr__(name: str) -> object:
    # On first use (PEP 562): pytest loads the plugin in every project of an environment, also where there is no app.
    if name in _MODULES:
        import importlib

        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
