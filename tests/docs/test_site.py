"""The site as `make docs` builds it."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.docs._pages import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the site was built: a warning, such as a link that leads nowhere, is an error."""
    out = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-b",
        "html",
        "--nitpicky",
        "--fail-on-warning",
        "--keep-going",
        "--quiet",
    ]
    done = subprocess.run(
        [*command, "--doctree-dir", out / "doctrees", ROOT / "docs", out / "html"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return out / "html"


def test_every_page_is_in_the_site(site: Path) -> None:
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")}
    assert pages == {page.stem for page in site.glob("*.html")} - {"genindex", "py-modindex", "search"}
    index = (site / "index.html").read_text()
    assert [page for page in pages if f'href="{page}.html' not in index] == ["index"]


def test_the_reference_has_every_public_name(site: Path) -> None:
    documented = set(re.findall(r'<dt [^>]*id="([\w.]+)"', (site / "api.html").read_text()))
    faces = [f"dl7450.{path.stem}" for path in (ROOT / "dl7450" / "app_stubs").glob("*.pyi")]
    public = {
        f"{name}.{each}": getattr(import_module(name), each)
        for name in ["dl7450", "dl7450.testing", "dl7450_telemetry", *faces]
        for each in import_module(name).__all__
        if each != "__version__"
    }
    # `Alignment` has two names: one is enough.
    found = {id(public[name]) for name in documented & set(public)}
    assert [name for name, value in public.items() if id(value) not in found] == []


def test_reading_a_page_asks_nobody_else_for_anything(site: Path) -> None:
    loaded = re.compile(r'<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)="((?:https?:)?//[^"]+)"')
    for page in site.rglob("*.html"):
        assert loaded.findall(page.read_text()) == [], page
    for style in site.rglob("*.css"):
        assert re.findall(r"@import[^;]*|url\([\"']?(?:https?:)?//[^)]*", style.read_text()) == [], style
