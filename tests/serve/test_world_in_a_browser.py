"""Faults, recordings and the dock's world, by the keys of a page in Chromium; the app's servers are real ones."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from dl7450._device.device_file import load_device
from tests._servers import content_server
from tests.conformance._certificates import cacert
from tests.run.test_cli import CLEAN
from tests.serve.test_in_a_browser import Server, faults, monitor, reveal

APP = """\
import gpio, http, splashscreen
from datastore import KvStore
from vision_client import VisionClient

screen = splashscreen.Splashscreen()
cloud = VisionClient()
count = 0

def ask(url, **more):
    lamp.write(1)
    http.get_async(url, on_response=show, timeout=2, **more)

def show(response):
    global count
    count += 1
    screen.add_text_box("%d: %d" % (count, response.status_code()), {"x": 960, "y": 500})
    lamp.write(0)

URL = KvStore().get("server") + "/content.json"
lamp = gpio.create("LAMP")
ask_http = gpio.create("ASK", lambda: ask(URL))
ask_https = gpio.create("ASK_HTTPS", lambda: ask(URL.replace("http:", "https:"), cacert=KvStore().get("ca")))
cloud.on_message(lambda message: screen.add_text_box(message.decode(), {"x": 960, "y": 500}))
screen.add_text_box("ready", {"x": 960, "y": 500})
"""
STORE = """\
kv_store: {{server: "{}", ca: "{}"}}
dock:
  gpio: {{pins: [{{name: ASK}}, {{name: ASK_HTTPS}}, {{name: LAMP, direction: out}}]}}
  i2c:
    - {{address: 0x18, model: mcp9808}}
    - {{address: 0x20, registers: {{0x00: ff}}}}
    - {{address: 0x3c, model: ssd1306}}
"""
TEST = """\
{}
    dock.gpio.press("ASK")
    dock.advance(5)
    assert dock.texts == ["1: 200"]
"""


# Until a panel is shown anew.
SHOWN_ANEW = """name => new Promise((shown) => addEventListener("panel", ({ target }) => {
  if (target.dataset.panel === name) shown();
}))"""


@pytest.fixture
def server(tmp_path: Path) -> Generator[Server]:
    """An app and its content server."""
    (tmp_path / "app.py").write_text(APP)
    with content_server() as url:
        (tmp_path / "dock.yaml").write_text(STORE.format(url, cacert("ca").replace("\n", "\\n")))
        server = Server(tmp_path / "app.py", "--store", str(tmp_path / "dock.yaml"))
        try:
            yield server
        finally:
            server.process.kill()
            server.end(signal.SIGKILL)


def press(page: Page, button: str, key: str = "Enter") -> None:
    """Press a key on a button of the page."""
    reveal(page, button)
    page.locator(button).focus()
    page.keyboard.press(key)


def write(page: Page, field: str, text: str) -> None:
    """Write into a field of the page, in place of what is there, and leave it."""
    reveal(page, field)
    page.locator(field).focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)
    page.keyboard.press("Tab")


def open_all(page: Page) -> None:
    """Open what is folded, in the tab that is chosen."""
    folded = page.locator("details:not([open]) > summary:visible")
    for _ in range(folded.count()):
        folded.first.focus()
        page.keyboard.press("Enter")


def told(page: Page) -> Locator:
    """What the page says has changed in the dock's world."""
    reveal(page, "#panel-world")
    return page.locator("#panel-world [role=status]")


def ready(page: Page, server: Server) -> None:
    page.goto(server.url)
    expect(monitor(page, "ready")).to_be_visible()


def ask(page: Page, button: str = "ASK") -> None:
    """Have the app ask: hold a button of the dock, and release it."""
    press(page, f"#hold-{button}")
    expect(page.locator(f"#hold-{button}")).to_have_text("Release")
    press(page, f"#hold-{button}")
    expect(page.locator(f"#hold-{button}")).to_have_text("Hold")


FAULTS = {
    "dns": "6 CURLE_COULDNT_RESOLVE_HOST",
    "refuse": "7 CURLE_COULDNT_CONNECT",
    "reset": "56 CURLE_RECV_ERROR",
    "truncate": "18 CURLE_PARTIAL_FILE",
    "garbage": "1 CURLE_UNSUPPORTED_PROTOCOL",
    "hang": "28 CURLE_OPERATION_TIMEDOUT",
    "slow": "200",
    "bad_certificate": "60 CURLE_PEER_FAILED_VERIFICATION",
    "503": "503",
}


def test_each_fault_is_met_by_the_next_request_and_its_code_is_on_the_page(server: Server, page: Page) -> None:
    ready(page, server)
    lately = page.locator("#faults-lately .badge").first
    reveal(page, "#panel-faults")
    for number, (kind, code) in enumerate(FAULTS.items(), start=1):
        press(page, f"#fault-{kind}")
        expect(page.locator("#fault-back-1")).to_be_visible()
        ask(page, "ASK_HTTPS" if kind == "bad_certificate" else "ASK")
        expect(monitor(page, f"{number}: {code.split()[0]}")).to_be_visible()
        reveal(page, "#panel-faults")
        expect(lately).to_have_text(code)
        expect(page.locator("#fault-back-1")).to_be_hidden()
    write(page, "#fault-pattern", "*.0.0.1")
    press(page, "#fault-stays", "Space")
    press(page, "#fault-refuse")
    expect(page.locator("#panel-faults .things").first).to_contain_text("until taken back")
    server.app.write_text(APP + "\n")
    expect(page.locator("#panel-app")).to_contain_text("saved: app.py")
    for number in (1, 2):
        ask(page)
        expect(monitor(page, f"{number}: 7")).to_be_visible()
    reveal(page, "#panel-faults")
    expect(page.locator("#fault-pattern")).to_have_value("*.0.0.1")
    reveal(page, "#panel-faults")
    assert faults(page) == []
    press(page, "#fault-back-1")
    expect(page.locator("#fault-back-1")).to_be_hidden()
    ask(page)
    expect(monitor(page, "3: 200")).to_be_visible()


def test_the_network_is_pulled_and_slow_and_buttons_and_messages_are_heard(server: Server, page: Page) -> None:
    ready(page, server)
    press(page, "#network-toggle")
    expect(page.locator("#network-toggle")).to_have_text("Plug in")
    ask(page)
    expect(monitor(page, "1: 7")).to_be_visible()
    press(page, "#network-toggle")
    expect(page.locator("#network-toggle")).to_have_text("Unplug")
    press(page, "#fault-hang")
    press(page, "#press-ASK")
    expect(page.locator("#lamp-LAMP")).to_contain_text("on")
    expect(monitor(page, "2: 28")).to_be_visible()
    expect(page.locator("#lamp-LAMP")).to_contain_text("off")
    reveal(page, "#panel-faults")
    page.locator("#link-latency").focus()
    for shown in ("10 ms", "25 ms"):
        page.keyboard.press("ArrowRight")
        expect(page.locator("#link-latency ~ output")).to_have_text(shown)
    expect(page.locator("#link-latency")).to_be_focused()
    expect(told(page)).to_have_text("latency: 25 ms")
    press(page, "#press-ASK")
    expect(monitor(page, "3: 200")).to_be_visible()
    write(page, "#vision-message", "hello")
    press(page, "#vision-send")
    expect(monitor(page, "thello")).to_be_visible()


def test_a_slider_stays_in_hand_while_what_is_around_it_changes(server: Server, page: Page) -> None:
    ready(page, server)
    reveal(page, "#panel-faults")
    page.locator("#link-latency").focus()
    page.evaluate("document.getElementById('fault-hang').click()")
    expect(page.locator("#panel-faults .badge.warn")).to_have_text("1 waits")
    expect(page.locator("#link-latency")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#link-latency ~ output")).to_have_text("10 ms")
    expect(told(page)).to_have_text("latency: 10 ms")


def test_a_session_is_recorded_and_its_recording_replayed_by_a_real_test(server: Server, page: Page) -> None:
    ready(page, server)
    press(page, "#record-start")
    expect(page.locator("#panel-recording .badge")).to_have_text("records")
    press(page, "#press-ASK")
    expect(monitor(page, "1: 200")).to_be_visible()
    reveal(page, "#panel-recording")
    expect(page.locator("#panel-recording")).to_contain_text("app-session.jsonl 1 exchange")
    press(page, "#record-stop")
    test = server.app.with_name("test_session.py")
    mark = '@pytest.mark.dl7450(store="dock.yaml")'
    test.write_text(f"import pytest\n\n\n{mark}\n" + TEST.format(page.locator("#record-test").inner_text()))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test.name]
    inner = subprocess.run(
        command, cwd=test.parent, env=CLEAN, capture_output=True, text=True, timeout=120, check=False
    )
    assert inner.returncode == 0, inner.stdout + inner.stderr
    assert "1 passed" in inner.stdout
    expect(page.locator("#record-name")).to_have_value("app-session-2.jsonl")


def test_what_unfolds_a_part_keeps_the_focus_when_its_panel_is_shown_anew(server: Server, page: Page) -> None:
    ready(page, server)
    reveal(page, "#usb-change")
    summary = page.locator("#usb-change > summary")
    summary.focus()
    page.evaluate(SHOWN_ANEW, "world")
    expect(summary).to_be_focused()


def test_the_world_is_changed_by_keys_and_saved_as_yaml_that_reads_back_equal(server: Server, page: Page) -> None:
    ready(page, server)
    for tab in page.get_by_role("tab").all():
        tab.click()
        open_all(page)
        assert faults(page) == []
    reveal(page, "#zone")
    page.locator("#zone").select_option("Japan")
    press(page, "#zone-set")
    reveal(page, "#panel-time")
    expect(page.locator("#panel-time .muted").first).to_have_text("Japan")
    press(page, "#host-suspended")
    expect(page.locator("#host-suspended")).to_have_attribute("aria-pressed", "true")
    write(page, "#monitor-name", "Lobby")
    write(page, "#monitor-mode", "1280x720")
    press(page, "#monitor-plug")
    expect(page.locator("#panel-monitors figcaption")).to_have_count(2)
    write(page, "#usb-name", "Scanner")
    press(page, "#usb-plug")
    expect(page.locator("#panel-world")).to_contain_text("Scanner 046d:c52b")
    write(page, "#store-key", "room")
    write(page, "#store-value", "Berlin")
    expect(page.locator("#store-key")).to_have_value("room")
    press(page, "#store-set")
    expect(page.get_by_label("room", exact=True)).to_have_value("Berlin")
    reveal(page, "#panel-board")
    page.get_by_label("Temperature of 0x18").focus()
    page.keyboard.press("Home")
    expect(told(page)).to_have_text("0x18 measures -40 °C")
    write(page, "[id='register-0x20-0x00']", "0a")
    press(page, "[id='register-set-0x20-0x00']")
    expect(told(page)).to_have_text("0x20, register 0x00: 0a")
    write(page, "#i2c-address", "0x48")
    page.locator("#i2c-model").select_option("registers")
    write(page, "#i2c-registers", "0x00: ff")
    press(page, "#i2c-plug")
    expect(page.locator("#unplug-0x48")).to_be_visible()
    press(page, "#unplug-0x3c")
    expect(page.locator("#unplug-0x3c")).to_be_hidden()
    with page.expect_download() as download:
        press(page, "#yaml-download")
    press(page, "#yaml-save")
    expect(told(page)).to_have_text("saved in dock.yaml")
    saved = load_device(server.app.with_name("dock.yaml"))
    assert saved == load_device(Path(download.value.path()))
    assert (saved.timezone, saved.usb[0].name, saved.store.values["room"]) == ("Japan", "Scanner", "Berlin")
    assert [part.address for part in saved.i2c] == [0x18, 0x20, 0x48]
    assert (saved.i2c[0].temperature, saved.i2c[1].registers) == (-40, {0: b"\x0a"})
    expect(page.locator("#panel-app")).to_contain_text("the dock was switched on")
    assert faults(page) == []
