"""Welcomes people: waits for the network, then greets, and lends the screen to a laptop for a while."""

from datastore import KvStore
from dock import DockControl, DockInfo
from network import LAN
from splashscreen import Alignment, Splashscreen
from wakeup import wakeup

LEND_MS = 10 * 1000


class State:
    WAITING, READY, LENT = range(3)


class Page:
    """What all pages have: a screen, and a place for their text."""

    layout = {"x": 960, "y": 540, "alignment": Alignment.MIDDLE}

    def __init__(self, screen):
        self.screen = screen

    def lines(self):
        raise NotImplementedError

    def show(self):
        self.screen.add_text_box(self.lines(), self.layout)


class WaitingPage(Page):
    def __init__(self, screen):
        super().__init__(screen)
        self.dots = 0

    def lines(self):
        self.dots = self.dots % 3 + 1
        return ["Waiting for the network", "." * self.dots]


class ReadyPage(Page):
    def __init__(self, screen, name, address):
        super().__init__(screen)
        self.name = name
        self.address = address

    def lines(self):
        return [f"<span size='x-large'>Welcome to <b>{self.name}</b></span>", self.address]


class Application:
    poll_timer = None
    lend_timer = None

    def __init__(self):
        self.store = KvStore()
        self.screen = Splashscreen()
        self.info = DockInfo()
        self.control = DockControl()
        self.lan = LAN()
        self.state = State.WAITING
        self.page = WaitingPage(self.screen)

    def run(self):
        self.poll_timer = wakeup(self.poll, 0, 500)

    def poll(self):
        if self.state == State.WAITING:
            address = self.lan.ifconfig()[0]
            if address:
                self.state = State.READY
                self.page = ReadyPage(self.screen, self.store.get("dock_name") or "the dock", address)
            self.page.show()
        elif self.state == State.READY and self.info.host_status() == self.info.HOST_CONNECTED:
            self.lend()

    def lend(self):
        self.state = State.LENT
        if self.lend_timer is not None:
            self.lend_timer.cancel()
        self.lend_timer = wakeup(self.take_back, LEND_MS)

    def take_back(self):
        self.control.suspend_host_connection(True)
        self.state = State.READY
        self.page.show()


application = Application()
application.run()
