"""The dock's cloud messages (dock SDK, `vision_client`): not simulated yet, and importing it says so."""

from ._dock.not_simulated import not_simulated

raise not_simulated(__name__)
