"""The dock's I2C buses (dock SDK, `i2c`): not simulated yet, and importing it says so."""

from ._dock.not_simulated import not_simulated

raise not_simulated(__name__)
