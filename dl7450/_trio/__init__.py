"""The ground: clocks, threads, counting, lifetimes and spans for a Trio program that calls code on other threads.

Imports of dl7450: nothing.
"""
