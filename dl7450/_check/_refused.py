"""Rule: arguments that a function of the dock would refuse when the app runs, where the app's text shows all of them.

The same code looks at them here and there, so both say the same.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, Final

from .._mqtt import arguments
from .._mqtt.errors import MqttError
from ._argument_values import name_of, typed_arguments
from ._literals import literal
from ._rule import Hit, at, rule
from ._values import Values

_CHECKS: Final[dict[tuple[str, str], tuple[Callable[[Any], object], str]]] = {  # and what to write instead
    ("mqtt.MqttClient.__init__", "broker_url"): (
        arguments.check_broker,
        "Write scheme://host:port, with tcp, mqtt, ssl, mqtts, ws or wss.",
    ),
    ("mqtt.MqttClient.__init__", "client_id"): (arguments.check_client_id, "Name the client."),
    ("mqtt.MqttClient.connect", "options"): (arguments.check_options, "Correct the options."),
    ("mqtt.MqttClient.publish", "topic"): (arguments.check_topic, "Name one topic."),
    ("mqtt.MqttClient.publish", "qos"): (arguments.check_qos, "Use QOS0, QOS1 or QOS2."),
    ("mqtt.MqttClient.subscribe", "topics"): (arguments.check_subscriptions, "Write pairs (topic, qos)."),
}


@rule(
    "{function}() refuses {parameter!r}: {reason} ({error}).",
    "{instead}",
    source="dock SDK, Python API reference guide: mqtt; MQTT 3.1.1, sections 3 and 4.7",
)
def refused_argument(values: Values) -> Iterator[Hit]:
    for call, function, parameter, value in typed_arguments(values):
        check, instead = _CHECKS.get((function.full_name, parameter), (None, ""))
        types = ast.unparse(function.types[parameter]).split(" | ")
        if check is None or values.type_of(value) not in types:  # `argument-type` has said so
            continue
        try:
            given = ast.literal_eval(literal(values, value))
        except (ValueError, TypeError, SyntaxError, RecursionError):  # not all of it is in the text
            continue
        try:
            check(given)
        except (TypeError, MqttError) as error:
            kind = type(error).__name__
            if not values.app.guarded(call, kind):
                reason = str(error.args[-1]).partition(": write ")[0]
                yield at(
                    value, function=name_of(function), parameter=parameter, reason=reason, error=kind, instead=instead
                )
