"""Shows what is plugged into the dock, and what a web service says of the room."""

import binascii
import hashlib
import http
import json

import network
import usb
from datastore import ImageStore, KvStore
from dock import DockInfo
from splashscreen import Alignment, Splashscreen
from wakeup import wakeup

STATUS = {
    DockInfo.HOST_NOT_CONNECTED: "no laptop",
    DockInfo.HOST_CONNECTED: "laptop connected",
    DockInfo.HOST_CONNECTION_SUSPENDED: "laptop suspended",
}


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


class Panel:
    """A text box that draws itself only when its lines change."""

    def __init__(self, screen, x, y, alignment=Alignment.LEFT):
        self.screen = screen
        self.attributes = {"x": x, "y": y, "alignment": alignment}
        self.shown = None

    def show(self, lines):
        if lines != self.shown:
            self.shown = lines
            self.screen.add_text_box(lines, self.attributes)

    def hide(self):
        self.shown = None
        self.screen.remove_text_box(self.attributes["x"], self.attributes["y"])


class Dashboard:
    def __init__(self, url):
        self.url = url
        self.screen = Splashscreen()
        self.dock = DockInfo()
        self.lan = network.LAN()
        self.monitors = Panel(self.screen, 100, 200)
        self.devices = Panel(self.screen, 1000, 200)
        self.room = Panel(self.screen, 960, 900, Alignment.MIDDLE)
        self.timers = []
        self.tag = binascii.hexlify(hashlib.sha256(self.dock.dock_id().encode()).digest())[:8]

    def start(self):
        images = ImageStore()
        tags = images.list()
        if tags:
            picture, image_type = images.get(tags[0])
            self.screen.set_background(picture, image_type)
        self.timers = [wakeup(self.refresh, 0, 2000), wakeup(self.ask, 0, 30000)]

    def refresh(self):
        lines = ["<b>Monitors</b>"]
        for output, monitor in enumerate(self.dock.monitors(), start=1):
            if monitor.valid():
                width, height = monitor.preferred_mode()
                name = escape(monitor.name())
                lines.append(f"{output}: {name} {width}x{height} <small>#{monitor.serial_number()}</small>")
            else:
                lines.append(f"{output}: -")
        self.monitors.show(lines)

        ip, _, _, _ = self.lan.ifconfig()
        lines = [f"<b>{STATUS[self.dock.host_status()]}</b>", ip or "waiting for the network"]
        lines += ["{:04x}:{:04x} {}".format(vid, pid, escape(name)) for vid, pid, name in usb.find()]
        self.devices.show(lines)

    def ask(self):
        request = json.dumps({"dock": self.tag.decode(), "mac": self.lan.mac()})
        headers = {"Content-Type": "application/json"}
        http.post_async(self.url + "/room", self.on_room, headers, request.encode(), timeout=20)

    def on_room(self, response):
        if response.status_code() != 200:
            self.room.hide()
            return
        try:
            room = json.loads(response.body())
            self.room.show([escape(line) for line in room["lines"]])
        except (ValueError, KeyError) as error:
            print("room:", error)


dashboard = Dashboard(KvStore().get("content_url") or "http://127.0.0.1:8000")
dashboard.start()
