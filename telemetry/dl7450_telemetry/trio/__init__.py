"""OpenTelemetry for any Trio program: imports Trio and OpenTelemetry, and nothing of this project outside its folder.

`instrument_trio` measures the run loop and names the task that blocks it, `TrioSpanProcessor` adds to spans what Trio
knows of their end, and `format_task_tree` shows the tasks that live.
"""

from ._loop import instrument_trio
from ._spans import TrioSpanProcessor, cancellation_attributes, failure_attributes
from ._tasks import format_task_tree, task_tree_on_signal
from ._version import __version__

__all__ = [
    "TrioSpanProcessor",
    "__version__",
    "cancellation_attributes",
    "failure_attributes",
    "format_task_tree",
    "instrument_trio",
    "task_tree_on_signal",
]
