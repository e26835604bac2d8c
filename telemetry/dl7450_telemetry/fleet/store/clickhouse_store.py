"""A store in ClickHouse: the tables of the OpenTelemetry Collector's exporter, ours or somebody else's.

Whether they have typed columns is found out once, when the store is opened. Without those, a question reads the same
values out of the maps.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError, Error, OperationalError

from ..columns import EVENTS, LATEST, LINKS, SPAN_COLUMNS, TABLES, TIME, TRACES, TYPED_COLUMNS, Batch
from .interface import Engine, StoreError, StoreUnavailableError

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

_FOLDER = Path(__file__).parent
_TYPED_COLUMN = re.compile(r"ADD COLUMN IF NOT EXISTS (\w+) \S+ MATERIALIZED (.+);")
_SECONDS = 10  # to connect
_ANY_DAYS = {"max_partitions_per_insert_block": 0}  # clocks that are wrong by years make more than its default of 100

_NESTED = {
    EVENTS: {"Timestamp": "times", "Name": "names", "Attributes": "attributes"},
    LINKS: {"TraceId": "trace_ids", "SpanId": "span_ids", "TraceState": "trace_states", "Attributes": "attributes"},
}
_TYPED_OF_POINTS = [
    "if(ResourceAttributes['device.id'] = '', 'unknown dock', ResourceAttributes['device.id']) AS DeviceId",
    "ResourceAttributes['service.version'] AS Release",
    "ResourceAttributes['dl7450.site'] AS Site",
]

# In whole seconds, which the exporter's table has.
_TRACE_TIMES = (
    "SELECT toUnixTimestamp(min(Start)), toUnixTimestamp(max(End)) FROM otel_traces_trace_id_ts"
    " WHERE TraceId = lower({id:String})"
)

# What to do about an error of the server, by its name there.
_PASSWORD = "give the right ones: clickhouse://USER:PASSWORD@HOST:PORT/DATABASE"
_FIXES = {
    "UNKNOWN_DATABASE": "make it with CREATE DATABASE, or name another one: clickhouse://HOST:PORT/DATABASE",
    "AUTHENTICATION_FAILED": _PASSWORD,
    "REQUIRED_PASSWORD": _PASSWORD,
}
_SAID = re.compile(r"DB::Exception: (.+?) ?\([A-Z_]+\)")

# What it warns of is raised, too. Whoever sets logging up still gets it.
logging.getLogger("clickhouse_connect").addHandler(logging.NullHandler())

T = TypeVar("T")


class ClickHouseStore:
    """Rows in ClickHouse.

    Parameters:
        url: `clickhouse://USER:PASSWORD@HOST:PORT/DATABASE?SETTING=VALUE`, all but the host optional; `clickhouses://`
            for TLS. With `?readonly=1` it can be asked, and keeps nothing.
        create: tables are made if there are none.

    Raises:
        StoreError: it cannot be reached, or has no tables and none can be made.
    """

    engine: Engine = "clickhouse"
    has_rollups = False

    def __init__(self, url: str, *, create: bool = True) -> None:
        self._url = urlsplit(url)
        self._local = threading.local()
        self._name = self._url._replace(netloc=self._url.netloc.rpartition("@")[2]).geturl()  # without the password
        if TRACES not in self._tables():
            if "readonly" in dict(parse_qsl(self._url.query)):
                fix = "name the database that has it, or leave readonly out, and it is made"
                raise StoreError(f"{self._name} has no table {TRACES}: {fix}")
            if not create:
                fix = "name the database that has it; `dl7450 fleet serve` and `dl7450 fleet import` make it"
                raise StoreError(f"{self._name} has no table {TRACES}: {fix}")
            self._make_tables()
        types = {
            table: {row[0]: row[1] for row in self._rows(f"DESCRIBE TABLE {table}", {})}
            for table in TABLES.keys() & self._tables()
        }
        described = types[TRACES]
        # Some versions of the exporter make tables of metrics whose times are whole seconds.
        self._whole_seconds = {
            table: {column for column, kind in columns.items() if kind == "DateTime"}
            for table, columns in types.items()
        }
        missing = SPAN_COLUMNS.keys() - described.keys() - {"Events", "Links"}
        if missing:
            raise StoreError(f"the table otel_traces of {self._name} has no column {', '.join(sorted(missing))}")
        typed = [
            name if name in described else f"{expression} AS {name}" for name, expression in _typed_columns().items()
        ]
        self._chosen = {table: _untyped(table) + (typed if table == TRACES else _TYPED_OF_POINTS) for table in TABLES}

    def kept_requests(self, most: int) -> list[int]:
        """None: the tables are those of the Collector's exporter, which has no place for them."""
        return []

    def known_requests(self, digests: Collection[int]) -> set[int]:
        return set()

    def insert(self, batch: Batch, requests: Collection[int] = ()) -> None:
        columns = _columns(batch)
        for name in self._whole_seconds.get(batch.table, ()):
            columns[name] = [nanoseconds // 10**9 for nanoseconds in columns[name]]
        token = hashlib.sha256(repr(sorted(columns.items(), key=str)).encode(errors="replace")).hexdigest()
        settings = {"insert_deduplication_token": token, **_ANY_DAYS}
        self._do(
            lambda client: client.insert(
                batch.table, list(columns.values()), list(columns), column_oriented=True, settings=settings
            )
        )

    def source(self, table: str) -> str:
        return f"(SELECT {', '.join(self._chosen[table])} FROM {table})"

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Any],
        *,
        since: int = 0,
        until: int = LATEST,
        cuts: Sequence[int] = (),
        slots: Mapping[str, int] = MappingProxyType({}),
    ) -> Sequence[tuple[Any, ...]]:
        return self._rows(sql, parameters)

    def query_trace(self, sql: str, trace_id: str) -> Sequence[tuple[Any, ...]]:
        [(first, last)] = self._rows(_TRACE_TIMES, {"id": trace_id})
        within = f"Timestamp >= toDateTime64({first}, 9) AND Timestamp < toDateTime64({last + 1}, 9)"
        spans = f"SELECT * FROM {self.source(TRACES)} WHERE {within}"
        return self._rows(f"WITH spans AS ({spans}) {sql}", {"id": trace_id})

    def forget(self, *, keep: int | None = None, max_bytes: int | None = None) -> list[str]:
        """Nothing: how long ClickHouse keeps a table is the table's own TTL."""
        return []

    def close(self) -> None:
        pass  # a client has no connection of its own: they are in a pool of urllib3's, which ends with the process

    def _rows(self, sql: str, parameters: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        return self._do(lambda client: [tuple(row) for row in client.query(sql, dict(parameters)).result_rows])

    def _tables(self) -> set[str]:
        return {row[0] for row in self._rows("SHOW TABLES", {})}

    def _make_tables(self) -> None:
        for file in ("schema.clickhouse.sql", "typed_columns.clickhouse.sql"):
            for statement in re.sub(r"--.*", "", _read(file)).split(";"):
                if statement.strip():
                    self._do(partial(_command, statement))

    def _do(self, work: Callable[[Client], T]) -> T:
        try:
            return work(self._client())
        except OperationalError as error:
            raise StoreUnavailableError(
                f"{self._name} cannot be reached: {_cause(error)}: start it, or name its HTTP port, by default 8123"
            ) from error
        except ClickHouseError as error:
            raise StoreError(f"{self._name} refuses: {_said(error)}") from error

    def _client(self) -> Client:
        """A client of this thread's own: one may be used by one thread at a time."""
        if not hasattr(self._local, "client"):
            url = self._url
            secure = url.scheme == "clickhouses"
            self._local.client = clickhouse_connect.get_client(
                host=url.hostname or "127.0.0.1",
                port=url.port or (8443 if secure else 8123),
                username=unquote(url.username or "default"),
                password=unquote(url.password or ""),
                database=url.path.strip("/") or "default",
                secure=secure,
                connect_timeout=_SECONDS,
                settings=dict(parse_qsl(url.query)),
                autogenerate_session_id=False,
            )
        client: Client = self._local.client
        return client


def _command(statement: str, client: Client) -> None:
    client.command(statement)


def _typed_columns() -> dict[str, str]:
    """By the name of each typed column of a span, the expression that it stands for."""
    return dict(_TYPED_COLUMN.findall(_read("typed_columns.clickhouse.sql")))


def _untyped(table: str) -> list[str]:
    """The columns that a table has in any case, as an exporter of whatever version made it."""
    chosen: list[str] = []
    for name, kind in TABLES[table].items():
        if kind in _NESTED:
            chosen += [f"{name}.{field}" for field in _NESTED[kind]]
        elif kind == TIME:
            chosen.append(f"toDateTime64({name}, 9) AS {name}" if table != TRACES else name)
        elif name not in TYPED_COLUMNS:
            chosen.append(name)
    return chosen


def _columns(batch: Batch) -> dict[str, list[Any]]:
    """The columns of a batch as the tables have them: without typed ones, and with nested ones spread out."""
    columns: dict[str, list[Any]] = {}
    for name, kind in TABLES[batch.table].items():
        values = batch.columns[name]
        if kind in _NESTED:
            for field, attribute in _NESTED[kind].items():
                columns[f"{name}.{field}"] = list(map(attrgetter(attribute), values))
        elif name not in TYPED_COLUMNS:
            columns[name] = values
    return columns


def _cause(error: BaseException) -> str:
    """What the system said: the driver's own text is about its objects."""
    below: BaseException | None = error
    while below is not None:
        if isinstance(below, OSError):
            return below.strerror or str(below)
        below = below.__cause__ or below.__context__
    return _first_line(error)


def _said(error: ClickHouseError) -> str:
    """What the server said, and what to do where that is known."""
    fix = _FIXES.get(error.name or "") if isinstance(error, Error) else None
    said = _SAID.search(_first_line(error))
    return f"{said[1].rstrip('.') if said else _first_line(error)}{f': {fix}' if fix else ''}"


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0][:300]


def _read(file: str) -> str:
    return (_FOLDER / file).read_text(encoding="utf-8")
