"""Which simulated fleet a store holds. A folder that was not made here is never touched."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import click

from ._fleet import Fleet
from ._plan import DAY

OLD = DAY  # seconds after which the first page, which shows the last day, is empty


class Made:
    """What was made in a folder, as a note in it says."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._whole, self._begun = store / "simulated.json", store / "simulating.json"

    def is_there(self, fleet: Fleet, fresh: bool) -> bool:
        """Whether the folder holds a fleet as a whole, which may have ended earlier; what is only begun is deleted.

        Parameters:
            fleet: what is asked for.
            fresh: it is made again in any case.

        Raises:
            click.UsageError: the folder holds something else; the message names the fix.
        """
        if not self._store.exists() or not any(self._store.iterdir()):
            return False
        if not (self._whole.exists() or self._begun.exists()):
            raise click.UsageError(f"{self._store} holds something that was not made here: choose another --store")
        if fresh or not self._whole.exists():
            shutil.rmtree(self._store)
            return False
        there = Fleet(**json.loads(self._whole.read_text()))
        if _said(there) != _said(fleet):
            raise click.UsageError(
                f"{self._store} holds {_said(there)}, not {_said(fleet)}: "
                "add --fresh to replace it, or choose another --store"
            )
        if (ago := fleet.end - there.end) > OLD:
            click.echo(
                f"It ended {ago / DAY:.0f} days ago: choose a longer window, or make it again by --fresh.", err=True
            )
        return True

    def begin(self, fleet: Fleet) -> None:
        """Note that a fleet is being made."""
        self._store.mkdir(parents=True, exist_ok=True)
        self._begun.write_text(json.dumps(asdict(fleet)))

    def finish(self) -> None:
        """Note that it is there as a whole."""
        self._begun.rename(self._whole)


def _said(fleet: Fleet) -> str:
    return f"{fleet.docks} docks, {fleet.days:g} days, seed {fleet.seed}"
