"""What stands in the way of each target, and what was tried: said on the page of those that a run has missed."""

from __future__ import annotations

_SDK = (
    "Most of what tracing adds is spent in the SDK: of 53 µs it takes 12 to start a span, 4 for its two events, 4 for "
    "its attributes, 7 to end it and 12 for the one duration, mostly to check and to hash attributes."
)
_TRIED = (
    "Tried: attributes told once, the opt-in metrics off, one scope, a parser of our own, heads read at once. Not "
    "done: a TracerProvider of our own, as the SDK is what users have."
)
_TRACED = f"{_SDK} {_TRIED}"
_SINK = (
    "The time lasts until the sink has answered for the last span, and that wait is the same for both; where the sink "
    "commits to a store first, it is longer than the requests. Encoding a span takes 0.17 of the SDK's time."
)
_LARGE = (
    "Both mostly wait for the same bytes. Tried: large reads past the parser (0.70 of the processor time for 8 MiB); "
    "reading straight into memory of the announced length, which is no faster, and which a server could have a dock "
    "take by one header."
)
_SWITCHES = (
    "Two threads and the server sleep and are woken once each, and Trio's loop turns three times where a task of the "
    "Trio thread needs two. By strace, a sync get is one message and one lock each way: nothing is left to merge. "
    "Tried: no second task. Refused: past `trio.from_thread`, which gives 0.95 and takes on what Trio takes care of."
)
_REFUSAL = (
    "A refusal has a span and a duration like any other request, which take 50 of its 68 µs, nearly all of it in the "
    "SDK; without them it takes 18, of which a turn of the scheduler is most. Tried: the code told with the other "
    "attributes; no deadline; no cancel scope (0.72 untraced, 0.87 traced)."
)
_DOCKS = (
    "What many requests in flight cost is the garbage collector, which walks over all of them; each is 90 objects. "
    "With a threshold of 50,000 it seldom does, which the simulated fleet sets, too."
)

# By what the target says.
STANDS_IN_THE_WAY = {
    "traced, 1 KiB, 16 in flight / untraced httpx2.AsyncClient": _TRACED,
    "the same / httpx + OpenTelemetry": _TRACED,
    "the same / aiohttp + OpenTelemetry": f"aiohttp parses and writes in C. {_TRACED}",
    "the same, both to rotel": _SINK,
    "the same, both to dl7450 fleet": _SINK,
    "untraced / aiohttp": (
        "aiohttp parses and writes in C, and asyncio's loop calls it back where Trio resumes a task through a dozen "
        "frames, with a cancel scope around it. A socket, a deadline, a token and a strict parser alone take 39 µs "
        "of 82 on Trio. Tried: heads read at once (0.93, quartiles 0.87 to 1.03)."
    ),
    "traced, 512 KiB / aiohttp + OpenTelemetry": _LARGE,
    "traced, 8 MiB / aiohttp + OpenTelemetry": _LARGE,
    "traced, 10 % failing / aiohttp + OpenTelemetry": f"The spans of failures tell how each connection failed. {_SDK}",
    "sync get, traced / httpx2.Client": _SWITCHES,
    "callback, traced, 1 KiB / httpx2.AsyncClient": (
        f"{_SDK} A callback has a span of its own, and is called on another thread: both sleep and are woken for each "
        "request. Tried: the app thread does not wait until a request has begun (0.95, and 0.81 with 16 in flight)."
    ),
    "traced / untraced": f"The faster the rest becomes, the larger is the SDK's share. {_SDK}",
    "1 % sampled / untraced": (
        "The metrics are recorded whether or not a request is sampled, and the SDK asks the sampler with all "
        "attributes: 19 µs in all, where an untraced request has 3; and 4 to tell the server of the trace."
    ),
    "µs that tracing adds, where an untraced request takes 82": _SDK,
    "refusal (89) / request of 1 KiB, both traced": _REFUSAL,
    "the same, both untraced": _REFUSAL,
    "import dl7450.http / import httpx2": "Nothing is imported but the checks of what it offers.",
    "CPU time per request, 500 docks / one dock, gc.set_threshold(50_000)": _DOCKS,
    "KiB per request in flight, 4000 at once": (
        "14 KiB are objects of Python: 1.5 of them four empty lists of the SDK's, about 4 the frames of 18 coroutines, "
        "the rest the connection, the call and its cancel scopes; what is above that is lost between objects. Tried: "
        "one frame less below each receive (0.25)."
    ),
    "KiB per idle dock, 500 docks": "A dock is its nursery, its machine and its client.",
    "a carousel's day on virtual time (17,280 fetches), seconds": (
        "A fetch on virtual time is six switches between the app's thread and Trio's, and 18 turns of Trio's loop: "
        "each thing that happens waits until nothing else does, so that a run repeats to the byte. A fetch takes a "
        "millisecond of processor time, two thirds of it on the Trio thread. Tried: no task that gives turns, and no "
        "other checkpoint beside one (29 turns before); the test's driver waits for the turns instead of asking, which "
        "gains nothing."
    ),
    "dl7450 trace, a file of 200,000 spans, seconds": "Reading JSON is a quarter of it.",
    "the same, MB of memory": "The index takes a hundred bytes a span.",
}
