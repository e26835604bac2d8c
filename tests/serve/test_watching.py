"""An app starts anew when one of its files is saved, however the editor saves it."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import trio

from dl7450._device.device_file import load_device
from dl7450._serve.events import AppBroke, AppStarted
from dl7450._serve.served_dock import ServedDock
from dl7450._serve.watching import restart_when_saved
from dl7450.testing import picture
from tests.serve._served import PATIENCE, look_at, seen, served, shown

SHOWS = """\
import words, splashscreen
from datastore import ImageStore, KvStore
text = "{} %s %s %s" % (words.WORD, KvStore().get("name"), ImageStore().list())
splashscreen.Splashscreen().add_text_box(text, {{"x": 0, "y": 0}})
"""
STORE = """\
kv_store: {{name: {}}}
images:
  logo: {{path: pictures/logo.png, type: png}}
"""


@asynccontextmanager
async def watched(folder: Path) -> AsyncGenerator[ServedDock]:
    """An app with a module beside it, a YAML file and a picture, all watched."""
    (folder / "pictures").mkdir()
    (folder / "app.py").write_text(SHOWS.format("one"))
    (folder / "words.py").write_text("WORD = 'word'")
    (folder / "pictures" / "logo.png").write_bytes(picture("navy", size=(4, 4)).data)
    store = folder / "dock.yaml"
    store.write_text(STORE.format("a"))
    load = partial(load_device, store)
    async with served(folder / "app.py", device=load()) as dock, trio.open_nursery() as nursery:
        nursery.start_soon(look_at, dock)
        nursery.start_soon(restart_when_saved, dock, store, load)
        with trio.fail_after(PATIENCE):  # the watching begins when it begins: until it is heard, save again
            while len(dock.history.all(AppStarted)) < 2:
                os.utime(folder / "app.py")
                with trio.move_on_after(0.2):
                    await seen(dock.history, AppStarted, lambda started: started.why == "saved: app.py")
        yield dock
        nursery.cancel_scope.cancel()


async def test_the_app_is_started_again_when_it_is_written_or_renamed_or_a_module_of_it_is(tmp_path: Path) -> None:
    async with watched(tmp_path) as dock:
        (tmp_path / "app.py").write_text(SHOWS.format("two"))
        await shown(dock, "two word a ['logo']")
        (tmp_path / ".app.py.new").write_text(SHOWS.format("three"))
        (tmp_path / ".app.py.new").replace(tmp_path / "app.py")
        await shown(dock, "three word a ['logo']")
        (tmp_path / "words.py").write_text("WORD = 'other'")
        await shown(dock, "three other a ['logo']")


async def test_the_machine_is_another_one_when_its_file_is_saved_or_a_picture(tmp_path: Path) -> None:
    async with watched(tmp_path) as dock:
        await dock.ask(lambda program: program.machine.set_network(None))
        (tmp_path / "dock.yaml").write_text(STORE.format("b"))
        await shown(dock, "one word b ['logo']")
        assert await dock.ask(lambda program: program.machine.address) is not None
        (tmp_path / "pictures" / "logo.png").write_bytes(b"nothing")
        broke = await seen(dock.history, AppBroke)
        assert (broke.report.file, broke.report.line) == (tmp_path / "dock.yaml", 3)
        (tmp_path / "pictures" / "logo.png").write_bytes(picture("red", size=(4, 4)).data)
        await seen(dock.history, AppStarted, lambda started: started.why == "saved: logo.png")


async def test_a_file_of_the_machine_that_is_wrong_is_reported_and_the_app_goes_on(tmp_path: Path) -> None:
    async with watched(tmp_path) as dock:
        starts = len(dock.history.all(AppStarted))
        (tmp_path / "dock.yaml").write_text("kv_store: {name: b}\ncolour: red\n")
        report = (await seen(dock.history, AppBroke)).report
        assert (report.problem, report.solution, report.file, report.line) == (
            "unknown key 'colour': known here are images, kv_store, code, dock",
            "Correct line 2 of dock.yaml and save it.",
            tmp_path / "dock.yaml",
            2,
        )
        assert len(dock.history.all(AppStarted)) == starts
