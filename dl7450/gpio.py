"""The dock's pins (dock SDK, `gpio`): not simulated yet, and importing it says so."""

from ._dock.not_simulated import not_simulated

raise not_simulated(__name__)
