"""A dock app: a notice board that the vendor's cloud writes on (messages).

    dl7450 run examples/messages.py --api 8450

A message that begins with `t` is a text, one that begins with `i` is a picture behind it, as in the vendor's scripts.
examples/tests/test_messages.py tests all of this.
"""

from splashscreen import Splashscreen
from vision_client import VisionClient

screen = Splashscreen()


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def on_message(message):
    kind, content = message[:1], message[1:]
    try:
        if kind == b"t":
            screen.add_text_box(escaped(content.decode()), {"x": 960, "y": 500})
        elif kind == b"i":
            screen.set_background(content)
    except ValueError as error:  # neither UTF-8 nor a picture
        print("a message that cannot be shown:", error)


client = VisionClient()
client.on_message(on_message)
screen.add_text_box("Nothing new", {"x": 960, "y": 500})
