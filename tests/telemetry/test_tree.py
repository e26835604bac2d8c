"""Spans as trees, incomplete and damaged ones too."""

from dl7450_telemetry import traces, tree
from dl7450_telemetry._tree import Branch
from tests.telemetry._spans import TRACE_ID, get, span

OTHER = "7d1e0aa1c2b34da6a3ce929d0e0e0001"


def test_a_tree_shows_parents_siblings_by_start_outcomes_and_links() -> None:
    spans = [
        get("http://h/b", 30, 40, id=4, parent=1, status=None, error_type="CURLE_COULDNT_CONNECT"),
        span("dl7450.callback", 21, 25, id=3, parent=2),
        get("http://h/a", 10, 20, id=2, parent=1),
        span("dl7450.app", 0, 50, id=1),
        span("dl7450.timer", 60, 70, id=5, trace_id=OTHER, links=[(TRACE_ID, 1)]),
        get("http://h/c", 61, 62, id=6, parent=5, trace_id=OTHER, status=None, cancelled=True),
        span("dl7450.render", 63, 64, id=7, parent=5, trace_id=OTHER, links=[(TRACE_ID, 99)]),
    ]
    assert tree(spans, "server.address") == (
        "dl7450.app\n"
        "  GET 200 server.address=h\n"
        "    dl7450.callback\n"
        "  GET !CURLE_COULDNT_CONNECT server.address=h\n"
        "dl7450.timer -> dl7450.app\n"
        "  GET cancelled server.address=h\n"
        "  dl7450.render -> unknown"
    )


def test_a_span_whose_parent_is_not_there_is_a_root_and_says_so() -> None:
    spans = [span("child", 5, 6, id=2, parent=1), span("grandchild", 5, 6, id=3, parent=2)]
    assert tree(spans) == "child (parent missing)\n  grandchild"


def test_a_span_delivered_twice_counts_once() -> None:
    [trace] = traces([span("a", 0, 1, id=1), span("a", 0, 1, id=1)])
    assert trace.branches == (Branch(span("a", 0, 1, id=1)),)


def test_spans_that_are_each_others_parents_are_not_lost() -> None:
    ring = [span("b", 1, 2, id=2, parent=1), span("a", 0, 1, id=1, parent=2), span("self", 2, 3, id=3, parent=3)]
    assert tree(ring) == "self (parent missing)\na (parent missing)\n  b"


def test_rings_without_number_are_each_cut_where_they_started() -> None:
    pairs = range(1, 20_001)  # in proportion to them: quadratic would be minutes
    spans = [span("", pair, pair, id=pair, parent=-pair % 65_536) for pair in pairs]
    spans += [span("", pair + 0.5, pair, id=-pair % 65_536, parent=pair) for pair in pairs]
    [trace] = traces(spans)
    assert [branch.depth for branch in trace.branches] == [0, 1] * len(pairs)


def test_a_trace_deeper_than_the_recursion_limit_is_walked() -> None:
    chain = [span(str(level), level, level, id=level + 1, parent=level or None) for level in range(5000)]
    [trace] = traces(chain)
    assert [branch.depth for branch in trace.branches] == list(range(5000))


def test_a_trace_lasts_from_its_first_start_to_its_last_end() -> None:
    [trace] = traces([span("a", 0, 10, id=1), span("late", 5, 2000, id=2, parent=1), span("set back", 7, 3, id=3)])
    assert (trace.duration, trace.failed) == (2.0, False)
