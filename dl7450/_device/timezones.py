"""The dock's time zones: the limited list that its SDK documents, by the rules of the IANA database.

Pure. The rules come from the machine or, where it has none, from the `tzdata` package: several of these names are old
links that some systems no longer install.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

NAMES = (
    "CET",
    "CST6CDT",
    "EET",
    "EST",
    "GB",
    "GMT",
    "HST",
    "Hongkong",
    "Israel",
    "Japan",
    "MET",
    "MST",
    "MST7MDT",
    "NZ",
    "PRC",
    "PST8PDT",
    "ROC",
    "ROK",
    "Singapore",
    "UCT",
    "UTC",
    "W-SU",
    "WET",
)


def zone(name: str) -> ZoneInfo:
    """The rules of a time zone of the dock, by its name.

    Raises:
        TypeError: the name is not a str; the message lists the names (dock SDK, `DockControl.set_timezone`).
        ValueError: the dock does not know the name; the message lists those that it does.
    """
    if not isinstance(name, str):
        raise TypeError(f"a time zone is a str, not {type(name).__name__}: use one of {', '.join(NAMES)}")
    if name not in NAMES:
        raise ValueError(f"{name!r} is not a time zone of the dock: use one of {', '.join(NAMES)}")
    return ZoneInfo(name)
