"""`dl7450 fleet`: the commands of whoever answers for many docks."""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .._format import without_secrets

if TYPE_CHECKING:
    from .filters import Filters


_SILENCE = "Without a word for so long, a dock is silent."
_WARNINGS_SHOWN = 20


class _Span(click.ParamType[int]):
    """A span of time, in nanoseconds."""

    name = "span"

    def convert(self, value: str, parameter: click.Parameter | None, context: click.Context | None) -> int:
        from .filters import span_of_time

        try:
            return span_of_time(value)
        except ValueError as error:
            self.fail(str(error))


class _Size(click.ParamType[int]):
    """A size, in bytes."""

    name = "size"

    def convert(self, value: str, parameter: click.Parameter | None, context: click.Context | None) -> int:
        match = re.fullmatch(r"(\d{1,9})([kMGT]?)B", value)
        if match is None:
            self.fail(f"{value!r} is not a size such as 500MB or 10GB")
        power: int = " kMGT".index(match[2] or " ")
        return int(match[1]) * int(1000**power)


fleet = click.Group()  # its help is in `dl7450.cli`, which mounts it


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of the filters; it gets them as `filters`."""

    @functools.wraps(command)
    def with_filters(**options: Any) -> Any:
        from .filters import Filters

        pairs = [(name, value) for name in _FILTERS if (value := options.pop(name)) is not None]
        pairs += [("resource", value) for value in options.pop("resource")]
        try:
            filters = Filters.parse(pairs)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        return command(filters=filters, **options)

    for name, (metavar, text) in reversed(_FILTERS.items()):
        with_filters = click.option(f"--{name}", metavar=metavar, help=text)(with_filters)
    return click.option("--resource", multiple=True, metavar="KEY=VALUE", help="Only of docks with this; repeatable.")(
        with_filters
    )


_FILTERS = {
    "since": ("TIME", "The start of the window; by default 24 hours before its end."),
    "until": ("TIME", "The end of the window; by default now."),
    "site": ("NAME", "Only docks of this site: the resource attribute dl7450.site."),
    "app": ("NAME", "Only docks that run this app: service.name."),
    "release": ("VERSION", "Only docks with this release: service.version."),
    "host": ("NAME", "Only requests to this host."),
    "dock": ("HEX", "Only docks whose id starts with this."),
    "error": ("TYPE", "Only requests with this error.type."),
}


def _store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--store", default="fleet", show_default=True, metavar="PLACE", help="A folder, or clickhouse://..."
    )(command)


@fleet.command()
@_store_option
@click.option(
    "--otlp", default="127.0.0.1:4318", show_default=True, metavar="HOST:PORT", help="Where OTLP/HTTP is received."
)
@click.option(
    "--listen", default="127.0.0.1:7451", show_default=True, metavar="HOST:PORT", help="Where the pages are served."
)
@click.option("--silence", type=_Span(), default="1h", show_default=True, metavar="TIME", help=_SILENCE)
@click.option("--keep", type=_Span(), metavar="TIME", help="Forget days that are older, such as 30d.")
@click.option("--max-size", type=_Size(), metavar="SIZE", help="Forget the oldest days above this size, such as 10GB.")
@click.option(
    "--alerts",
    "alerts_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Rules in TOML, and the webhook that is told; without it there are four rules.",
)
def serve(
    store: str,
    otlp: str,
    listen: str,
    silence: int,
    keep: int | None,
    max_size: int | None,
    alerts_file: Path | None,
) -> None:
    """Receive OTLP, keep it and show it, until Ctrl-C.

    What is acknowledged is committed: it survives a crash. One process has a store open. Without --keep and --max-size
    nothing is forgotten. At another address than loopback, docks send
    the token in DL7450_FLEET_TOKEN, and readers log in with it.
    """
    import trio

    from .alerts.rules import Rules, load_rules
    from .extra import MissingExtraError
    from .server import TOKEN_VARIABLE, FleetOptions, run_fleet
    from .store import StoreError

    def ready(otlp_url: str, pages_url: str) -> None:
        click.echo(f"OTEL_EXPORTER_OTLP_ENDPOINT={otlp_url}\nThe fleet is at {pages_url}", err=True)

    token = os.environ.get(TOKEN_VARIABLE) or None
    try:
        options = FleetOptions(
            store=store,
            otlp=otlp,
            listen=listen,
            token=token,
            silence=silence,
            keep=keep,
            max_bytes=max_size,
            alerts=Rules() if alerts_file is None else load_rules(alerts_file),
        )
        trio.run(partial(run_fleet, options, ready=ready, progress=_progress))
    except (MissingExtraError, StoreError, ValueError) as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(
            f"cannot listen at {error.filename}: {error.strerror}: choose another address by --otlp or --listen"
        ) from None


@fleet.command(name="import")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(allow_dash=True, path_type=Path),
    metavar="FILE...",
)
@_store_option
def import_files(files: Sequence[Path], store: str) -> None:
    """Keep what each FILE holds: OTLP JSON lines, as --trace-file and the OpenTelemetry Collector write them.

    FILE may be compressed with gzip; - is standard input. What is damaged in it is left out, with a warning. A folder
    is another store: all that it holds is copied. The server that has it open has to be stopped first. An import that
    is repeated, or was interrupted, adds what is not there yet.
    """
    from .extra import MissingExtraError
    from .importer import Imported, import_file, import_store
    from .store import StoreError, open_store

    for file in files:  # before anything is kept
        if str(file) != "-" and not file.exists():
            raise click.UsageError(f"{str(file)!r} does not exist")
    if any(file.is_dir() and file.resolve() == Path(store).resolve() for file in files):
        raise click.UsageError(f"{store!r} cannot be imported into itself: name another place by --store")
    kept = repeated = warnings = 0

    def warn(text: str) -> None:
        nonlocal warnings
        warnings += 1
        if warnings <= _WARNINGS_SHOWN:
            click.echo(f"Warning: {text}", err=True)

    try:
        opened = open_store(store, _progress)
        try:
            with click.progressbar(
                length=len(files), label="Importing", file=sys.stderr, item_show_func=_said, update_min_steps=0
            ) as bar:
                for file in files:

                    def progress(done: Imported, name: str = file.name) -> None:
                        bar.update(0, f"{name}: {done.kept + done.repeated} rows")

                    if file.is_dir():
                        done = import_store(file, opened, progress)
                    else:
                        done = import_file(file, opened, warn=warn, progress=progress)
                    bar.update(1)
                    kept, repeated = kept + done.kept, repeated + done.repeated
        finally:
            opened.close()
    except (MissingExtraError, StoreError) as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot read {error.filename!r}: {error.strerror}") from None
    if warnings > _WARNINGS_SHOWN:
        click.echo(f"Warning: {warnings - _WARNINGS_SHOWN} more of them", err=True)
    there = f"; {repeated} were there already" if repeated else ""
    click.echo(f"{kept} rows kept in {without_secrets(store)}{there}", err=True)


def _progress(sentence: str) -> None:
    click.echo(sentence, err=True)


def _said(text: str | None) -> str:
    return text or ""


@fleet.command()
@click.argument("question", required=False, metavar="QUESTION")
@click.argument("id", required=False)
@click.option(
    "--store",
    default="fleet",
    show_default=True,
    metavar="PLACE",
    help="A folder, clickhouse://..., or a server that runs, by the address of its pages.",
)
@click.option("--table", "as_table", is_flag=True, help="Print a table; the default in a terminal.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; the default elsewhere.")
@click.option(
    "--silence", type=_Span(), metavar="TIME", help=f"{_SILENCE} By default 1h, or as the server has it that is asked."
)
@filter_options
def ask(
    question: str | None,
    id: str | None,
    store: str,
    as_table: bool,
    as_csv: bool,
    as_json: bool,
    silence: int | None,
    filters: Filters,
) -> None:
    """Print the answer to QUESTION.

    QUESTION is the name of a view: fleet, docks, errors, latency, releases, differs, dock ID, trace ID, or alerts of a
    server, which is asked with the token in DL7450_FLEET_TOKEN. TIME is in ISO 8601, UTC unless it says otherwise, or
    how long ago: 90m, 24h, 7d.
    """
    from .extra import MissingExtraError
    from .questions import QUESTIONS, question_with
    from .questions import ask as ask_store
    from .remote import ServerError, ask_server
    from .server import TOKEN_VARIABLE
    from .store import StoreError, open_store
    from .table import Table

    if as_table + as_csv + as_json > 1:
        raise click.UsageError("--table, --csv and --json exclude each other: give one of them")
    if question is None:
        raise click.UsageError(f"name a question: {', '.join(QUESTIONS)}, or alerts of a server")
    is_server = store.startswith(("http://", "https://"))
    if question == "alerts" and not is_server:
        raise click.UsageError("alerts are a server's: name it by the address of its pages, --store http://HOST:PORT")
    if silence is not None and (is_server or question != "fleet"):
        raise click.UsageError("--silence is for the question fleet, and set at the start of a server that is asked")
    as_table = as_table or (not (as_csv or as_json) and sys.stdout.isatty())
    try:
        if is_server:
            token = os.environ.get(TOKEN_VARIABLE)
            text = ask_server(store, question, filters, id, "csv" if as_csv else "json", token)
        else:
            arguments: dict[str, Any] = {} if id is None else {"id": id}
            if silence is not None:
                arguments["silence"] = silence
            question_with(question, arguments)
            opened = open_store(store, _progress, create=False)
            try:
                table = ask_store(opened, question, filters, **arguments)
            finally:
                opened.close()
            text = table.csv() if as_csv else table.json()
        if as_table:
            from .terminal import print_table

            widen = "Nothing matches: widen the window by --since, or leave a filter out."
            print_table(Table.parse(text), "There is no such trace." if question == "trace" else widen)
            return
    except (MissingExtraError, ServerError, StoreError, ValueError) as error:
        raise click.UsageError(str(error)) from None
    click.echo(text, nl=not as_csv)
