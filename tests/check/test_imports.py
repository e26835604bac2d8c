"""Imports: what finds nothing on the dock, and what to do about it."""

from pathlib import Path

import pytest

from dl7450._check import check_app
from tests.check._samples import expected, found, split

SAMPLES = r"""
import requests  # <- unknown-module
import json, math  # <- unknown-module
import http.client  # <- unknown-module
from urllib.parse import quote, unquote  # <- unknown-module
---
from __future__ import annotations  # <- unknown-module
import ujson  # <- unknown-module
def f():
    from typing import Any  # <- unknown-module
    import os.path  # <- unknown-module
    return Any
---
import binascii, builtins, datetime, hashlib, hmac, io, json
import datastore, dock, framebuf, gpio, http, i2c, image, monitor, mqtt, network, splashscreen, time, usb
import vision_client, wakeup
from builtins import str
from i2c import Bus, i2c as bus
from gpio import *
---
try:
    import ujson as json
except ImportError:
    import json
try:
    import typing
except:
    pass
try:
    import requests  # <- unknown-module
except ValueError:
    pass
---
from . import helper  # <- relative-import
from .helper import f  # <- relative-import
from ..helper import f, g  # <- relative-import
---
import spashscreen  # <- unknown-module
import numpy as np  # <- unknown-module
import helper  # <- unknown-module
"""


@pytest.mark.parametrize("sample", split(SAMPLES))
def test_imports_that_find_nothing_on_the_dock_are_found_and_no_others(sample: str, tmp_path: Path) -> None:
    assert found(sample, tmp_path) == expected(sample)


def test_modules_beside_the_app_are_known_and_checked_too(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import first\nimport package.module\nfrom first import f\nimport json\n")
    (tmp_path / "first.py").write_text("import second, app\nimport numpy\n")
    (tmp_path / "second.py").write_text("import first\ndef f():\n    return [*first.x]\n")
    (tmp_path / "other.py").write_text("import numpy\n")
    (tmp_path / "json.py").write_text("import numpy\n")  # the dock's own comes first
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")

    findings = [(finding.path.name, finding.line, finding.code) for finding in check_app(tmp_path / "app.py")]

    assert findings == [("first.py", 2, "unknown-module"), ("second.py", 3, "unpacking-in-display")]


@pytest.mark.parametrize(
    ("module", "instead"),
    [
        ("sched", "Use wakeup.wakeup."),
        ("utime", "Write import time."),
        ("http.client", "Import http alone: http is a module, not a package."),
        ("splashsceen", "Did you mean splashscreen?"),
        (
            "re",
            "Write what you need of it yourself, or use what the dock has: "
            "array, binascii, datetime, hashlib, hmac, io, json, time.",
        ),
        ("numpy.linalg", "Put numpy.py beside the app if it is yours; nothing can be installed on a dock."),
    ],
)
def test_what_to_do_about_a_module_that_the_dock_lacks(module: str, instead: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"import {module}\n")
    [finding] = check_app(tmp_path / "app.py")
    assert finding.solution == instead
