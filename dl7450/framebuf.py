"""framebuf: the dock's frame buffers; not simulated yet, so importing it raises an error that says so."""

from ._not_simulated import not_simulated

raise not_simulated(__name__)
