"""The thermometer: warm, cold, and unplugged."""

import pytest

from dl7450.testing import TestDock

APP = "../thermometer.py"

pytestmark = pytest.mark.dl7450(store="thermometer.yaml")


def test_the_temperature_is_a_number_and_a_bar(dock: TestDock) -> None:
    dock.run_app(APP)
    assert dock.texts == ["21.5 °C"]
    dock.i2c.assert_picture(0x3C, "thermometer.png")


@pytest.mark.parametrize(("degrees", "text", "columns"), [(-3.25, "-3.2 °C", 0), (31, "31.0 °C", 124)])
def test_it_follows_the_temperature_every_second(dock: TestDock, degrees: float, text: str, columns: int) -> None:
    dock.run_app(APP)
    dock.i2c.device(0x18).temperature = degrees
    dock.advance(1)
    assert dock.texts == [text]
    bar = dock.i2c.device(0x3C).image().getbbox()
    assert bar == ((0, 24, columns, 40) if columns else None)


def test_a_thermometer_that_is_unplugged_is_told_and_forgiven(dock: TestDock) -> None:
    dock.run_app(APP)
    thermometer = dock.i2c.unplug(0x18)
    dock.advance(1)
    assert dock.texts == ["Something is unplugged (3)"]
    dock.i2c.add(0x18, thermometer)
    dock.advance(1)
    assert dock.texts == ["21.5 °C"]


def test_it_asks_once_a_second(dock: TestDock) -> None:
    dock.run_app(APP)
    dock.advance(2)
    asked = [(transfer.at, transfer.data) for transfer in dock.i2c.transfers if transfer.kind == "read"]
    assert [at for at, _ in asked] == [0, 1, 2]
    assert len(dock.i2c.device(0x3C).frames) == 1
