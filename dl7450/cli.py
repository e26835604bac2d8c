"""The `dl7450` command: `check` and `trace` are here, `run`, `serve`, `push` and `fleet` beside what they command.

What a command needs is imported when it is called, so that `dl7450 --help` is quick.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ._api.command import push
from ._run.command import run
from ._run.output import Commands, cannot, whole_output
from ._serve.command import serve
from ._version import __version__


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
def main() -> None:
    """Run apps of the DisplayLink DL-7450 dock on this machine."""


@main.command()
@click.argument("apps", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="APP...")
@click.option("--strict", is_flag=True, help="Exit with 1 at warnings, too.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    show_default=True,
    help="Write for a reader, for a program, as annotations of GitHub Actions, or as SARIF 2.1.0.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
def check(apps: Sequence[Path], strict: bool, form: str) -> None:
    """Say what in APP would fail on the dock, without running it.

    APP is an app's file, or a folder: then all *.py files in it and below, but for hidden ones. The modules beside an
    app that it imports are checked, too.

    An error is what the dock refuses, or does otherwise than written; a warning is what may fail: on some releases of
    MicroPython, later, or only probably.

    Exit status: 0 (no errors; with --strict: nothing found), 1 (errors; with --strict: anything found), 2 (usage, or a
    file cannot be read).
    """
    from ._check import FORMATS, Level, check_apps

    try:
        findings = check_apps(apps)
    except OSError as error:
        raise cannot("read", error) from None
    text = FORMATS[form](findings)
    # A name of a file may be anything, and so may the encoding of the terminal.
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False)
    sys.exit(1 if any(strict or finding.level is Level.ERROR for finding in findings) else 0)


class _Moment(click.ParamType[int]):
    """A moment, as nanoseconds since 1970."""

    name = "moment"

    def convert(self, value: str, parameter: click.Parameter | None, context: click.Context | None) -> int:
        from datetime import datetime

        try:
            return round(datetime.fromisoformat(value).timestamp() * 1e9)
        except (ValueError, OverflowError, OSError):
            self.fail(f"{value!r} is not a time such as 2026-11-22T07:12:58 (local) or 2026-11-22T07:12:58Z")


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--slowest", type=click.IntRange(min=1), metavar="N", help="Show only the N slowest traces.")
@click.option("--failed", is_flag=True, help="Show only traces with a failure.")
@click.option("--host", metavar="NAME", help="Show only traces with a request to this host (name or address).")
@click.option("--dock", metavar="HEX", help="Show only traces of docks whose id starts with this.")
@click.option("--service", metavar="NAME", help="Show only traces of this service: an app's name.")
@click.option("--span", metavar="NAME", help="Show only traces with a span of this name, such as dl7450.render.")
@click.option("--since", type=_Moment(), metavar="TIME", help="Show only traces that ended at this time or later.")
@click.option("--until", type=_Moment(), metavar="TIME", help="Show only traces that started at this time or before.")
@click.option(
    "--by",
    type=click.Choice(["dock", "host"]),
    multiple=True,
    help="Sum the requests up by dock or by host too; repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the traces as OTLP JSON lines.")
def trace(
    file: Path,
    slowest: int | None,
    failed: bool,
    host: str | None,
    dock: str | None,
    service: str | None,
    span: str | None,
    since: int | None,
    until: int | None,
    by: Sequence[str],
    as_json: bool,
) -> None:
    """Show the traces in FILE as waterfalls.

    FILE holds OTLP JSON lines, as --trace-file and the OpenTelemetry Collector write them, plain or compressed with
    gzip; - is standard input. What is damaged in it is left out, with a warning.

    A trace is shown if it has all that is asked for, and then whole; what --service and --failed ask for may be in two
    of its spans. TIME is in ISO 8601, and local unless it says otherwise. Of more than 20 traces (or N), the first and
    the last are drawn; the sums and --json are over all of them.

    Exit status: 0 (shown), 1 (the reader of the output went away), 2 (usage, or FILE cannot be read).
    """
    import dl7450_telemetry

    wanted = dl7450_telemetry.TraceFilter(
        failed=failed, host=host, dock=dock, service=service, span=span, since=since, until=until
    )
    gc.disable()  # millions of objects come and go, none in a cycle: looking for cycles takes a third of the time
    try:
        with whole_output():
            dl7450_telemetry.show_traces(
                file,
                wanted,
                slowest=slowest,
                by=list(dict.fromkeys(by)),
                as_json=as_json,
                warn=lambda message: click.echo(f"Warning: {message}", err=True),
            )
    except BrokenPipeError:
        raise  # `| head` has seen enough: click ends quietly
    except dl7450_telemetry.TraceFileError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise cannot("write" if error.filename is None else "read", error) from None
    finally:
        gc.enable()


class _Fleet(click.Group):
    """The commands of `dl7450_telemetry.fleet`, which is imported when one of them is wanted."""

    def list_commands(self, context: click.Context) -> list[str]:
        return self._commands.list_commands(context)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return self._commands.get_command(context, name)

    @property
    def _commands(self) -> click.Group:
        from dl7450_telemetry.fleet._cli import fleet

        return fleet


@main.group(cls=_Fleet)
def fleet() -> None:
    """Receive, keep and question the telemetry of many docks."""


main.add_command(run)
main.add_command(serve)
main.add_command(push)
