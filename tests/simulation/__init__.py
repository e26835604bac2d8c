"""Deterministic simulation: random programs against real docks, on virtual time, in a world that a seed decides.

A program (`_program`) opens docks, makes requests in all three styles, cancels, sets timers, raises; the network
(`_network`) delays, cuts and breaks what its answers say; tasks and threads take turns (`_turns`) as the seed says.
The world (`_world`, `_dock_run`) runs it and checks after every step what must hold (`_rules`). Hypothesis draws
programs, and shrinks one that breaks a rule until it can be read (`_search`).

    make soak MINUTES=10            search for as long as told
    python -m tests.simulation 4711 search with this seed, and tell the story of what it finds
"""
