"""The dock's MQTT client (dock SDK, `mqtt`): not simulated yet, and importing it says so."""

from ._dock.not_simulated import not_simulated

raise not_simulated(__name__)
