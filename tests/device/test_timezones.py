"""The dock's time zones."""

from datetime import datetime, timedelta

import pytest

from dl7450._device import timezones

HOUR = timedelta(hours=1)


def test_the_zones_are_the_dock_s_and_follow_the_rules_of_their_places() -> None:
    january, july = datetime(2026, 1, 15), datetime(2026, 7, 15)
    offsets = {}
    for name in timezones.NAMES:
        zone = timezones.zone(name)
        offsets[name] = tuple(
            moment.replace(tzinfo=zone).utcoffset() // HOUR  # type: ignore[operator] # a zone's offset is never None
            for moment in (january, july)
        )
    assert offsets == {
        "CET": (1, 2),
        "CST6CDT": (-6, -5),
        "EET": (2, 3),
        "EST": (-5, -5),
        "GB": (0, 1),
        "GMT": (0, 0),
        "HST": (-10, -10),
        "Hongkong": (8, 8),
        "Israel": (2, 3),
        "Japan": (9, 9),
        "MET": (1, 2),
        "MST": (-7, -7),
        "MST7MDT": (-7, -6),
        "NZ": (13, 12),
        "PRC": (8, 8),
        "PST8PDT": (-8, -7),
        "ROC": (8, 8),
        "ROK": (9, 9),
        "Singapore": (8, 8),
        "UCT": (0, 0),
        "UTC": (0, 0),
        "W-SU": (3, 3),
        "WET": (0, 1),
    }


def test_a_machine_without_time_zones_has_them_from_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    import zoneinfo

    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    for name in timezones.NAMES:
        assert zoneinfo.ZoneInfo.no_cache(name).key == name


@pytest.mark.parametrize(("name", "error"), [("Europe/Berlin", ValueError), ("", ValueError), (1, TypeError)])
def test_other_zones_are_refused_with_the_list(name: str, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"use one of {', '.join(timezones.NAMES)}$"):
        timezones.zone(name)
