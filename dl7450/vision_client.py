"""vision_client: the dock's cloud messages; not simulated yet, so importing it raises an error that says so."""

from ._not_simulated import not_simulated

raise not_simulated(__name__)
