"""Mutation testing: does a test fail when the code is wrong?

A mutant is one of the project's files with one small fault in it: a comparison turned round, a statement left out, a
number off by one (`_mutants`). It is put into a copy of the project, where the tests that are about its file run
(`_areas`, `_run`). A mutant that no test fails for has survived: a test is missing, the code is not needed, or the
fault makes no difference.

    python -m tests.mutation                              5 % of the mutants of every file: 20 minutes
    python -m tests.mutation --seed 2                     others
    python -m tests.mutation dl7450/http/_url.py --line 9 those of a line
    python -m tests.mutation dl7450/http/_url.py --percent 100

Own code, as the tools that there are do not fit: mutmut calls each function through another one, which tests of
tracebacks, of span names and of the memory of a dock see; cosmic-ray has one test command for all files, and no sample.
"""
