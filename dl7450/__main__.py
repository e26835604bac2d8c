"""`python -m dl7450`: the `dl7450` command."""

from .cli import main

main(prog_name="python -m dl7450")
