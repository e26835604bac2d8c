"""A dock app: how fast the network is, measured again every hour.

    dl7450 run examples/speed.py --set server=speed.example

The server is one of iperf3's (`iperf3 --server`). Where iperf3 is not installed here, and on virtual time, the dock's
description says how fast it is. examples/tests/test_speed.py tests this.
"""

import iperf
import splashscreen
import wakeup
from datastore import KvStore

EVERY = 3600000  # milliseconds

screen = splashscreen.Splashscreen()
client = iperf.IperfClient(KvStore().get("server") or "speed.example", 5201)


def show(text, y):
    screen.add_text_box(text, {"x": 960, "y": y, "alignment": splashscreen.Alignment.MIDDLE})


def on_complete(result):
    if not result or "error" in result:
        show(f'<span color="orange">{result.get("error", "no result")}</span>', 620)
        return
    slowest = min(interval["sum"]["bits_per_second"] for interval in result["intervals"])
    show(f"{result['end']['sum_received']['bits_per_second'] / 1000000:.0f} Mbit/s", 520)
    show(f"{slowest / 1000000:.0f} Mbit/s in the slowest second", 620)


def measure():
    client.run(on_complete)


show("<b>The dock's network</b>", 300)
timer = wakeup.wakeup(measure, 0, EVERY)
