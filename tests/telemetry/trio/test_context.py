"""Spans and Trio's contexts: what a child task inherits, and what an async generator must not do.

An async generator has no context of its own: it runs in the context of whoever asks for the next item. A span that it
holds across a `yield` therefore becomes the current span of its consumer. So no generator here does that, and a stream
whose items are made under a span is a task: `trio.as_safe_channel`.
"""

import ast
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest
import trio
from opentelemetry import trace

from tests.telemetry.trio._fakes import Tracing

ROOT = Path(__file__).parents[3]


def current_span_name() -> str:
    return str(getattr(trace.get_current_span(), "name", None))


async def pictures(tracing: Tracing) -> AsyncGenerator[str, None]:
    """Wrong on purpose: it holds a span across its yields."""
    with tracing.tracer.start_as_current_span("generator"):
        for name in ("a.png", "b.png"):
            with tracing.tracer.start_as_current_span(f"load {name}"):
                await trio.lowlevel.checkpoint()
            yield name


async def test_a_span_held_across_a_yield_leaks_into_the_consumer() -> None:
    """What goes wrong: if this fails, Python has learned to do better, and the rest here can go."""
    tracing = Tracing()
    with tracing.tracer.start_as_current_span("consumer"):
        async with aclosing(pictures(tracing)) as stream:
            async for name in stream:
                with tracing.tracer.start_as_current_span(f"draw {name}"):
                    pass
    assert tracing.parents()["draw a.png"] == "generator"


async def test_a_span_held_across_a_yield_cannot_be_taken_back_by_another_task(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tracing = Tracing()
    stream = pictures(tracing)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stream.__anext__)
    await stream.aclose()
    assert [(record.name, record.levelno, record.getMessage()) for record in caplog.records] == [
        ("opentelemetry.context", logging.ERROR, "Failed to detach context")
    ]


async def test_as_a_safe_channel_the_same_generator_keeps_its_span_to_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tracing = Tracing()
    current = []
    with tracing.tracer.start_as_current_span("consumer"):
        async with trio.as_safe_channel(pictures)(tracing) as stream:
            async for name in stream:
                current.append(current_span_name())
                with tracing.tracer.start_as_current_span(f"draw {name}"):
                    pass
                if name == "b.png":
                    break
    assert current == ["consumer", "consumer"]
    assert tracing.parents() == {
        "load a.png": "generator",
        "draw a.png": "consumer",
        "load b.png": "generator",
        "draw b.png": "consumer",
        "generator": "consumer",
        "consumer": None,
    }
    assert caplog.records == []


async def test_a_task_s_parent_is_the_span_that_was_current_when_it_was_started() -> None:
    tracing = Tracing()
    may_go_on = trio.Event()

    async def child(name: str) -> None:
        with tracing.tracer.start_as_current_span(name):
            await may_go_on.wait()
            with tracing.tracer.start_as_current_span(f"{name}'s own"):
                await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        for number in (1, 2):
            span = tracing.tracer.start_span(f"request {number}")
            with trace.use_span(span, end_on_exit=True):
                nursery.start_soon(child, f"child {number}")
        with tracing.tracer.start_as_current_span("later"):
            await trio.testing.wait_all_tasks_blocked()
            may_go_on.set()

    assert tracing.parents() == {
        "request 1": None,
        "request 2": None,
        "later": None,
        "child 1": "request 1",
        "child 1's own": "child 1",
        "child 2": "request 2",
        "child 2's own": "child 2",
    }


async def test_what_a_task_makes_current_stays_in_that_task() -> None:
    tracing = Tracing()

    async def child() -> None:
        with tracing.tracer.start_as_current_span("child"):
            await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        with tracing.tracer.start_as_current_span("parent"):
            nursery.start_soon(child)
            await trio.testing.wait_all_tasks_blocked()
            assert current_span_name() == "parent"
        nursery.cancel_scope.cancel()


MAKE_CURRENT = {"start_as_current_span", "use_span", "attach"}
CONTEXT_MANAGERS = {"contextmanager", "asynccontextmanager"}


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, without those of the functions defined in it."""
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield node
            yield from own_nodes(node)


def names(node: ast.AST) -> set[str]:
    return {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)} | {
        inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)
    }


def generators_that_make_a_span_current(source: str) -> list[str]:
    return [
        function.name
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(function))
        and not any(names(decorator) & CONTEXT_MANAGERS for decorator in function.decorator_list)
        and any(names(node) & MAKE_CURRENT for node in own_nodes(function) if isinstance(node, ast.Call))
    ]


def test_no_generator_of_ours_makes_a_span_current() -> None:
    found = {
        str(path.relative_to(ROOT)): generators
        for path in [Path(__file__), *(ROOT / "dl7450").rglob("*.py"), *(ROOT / "telemetry").rglob("*.py")]
        if (generators := generators_that_make_a_span_current(path.read_text()))
    }
    assert found == {"tests/telemetry/trio/test_context.py": ["pictures"]}  # the one that is wrong on purpose
