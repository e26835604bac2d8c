"""`Response` has the dock's methods and no others, so that an app that passes here does not break on the hardware."""

from dl7450.http import Response


def test_a_response_has_exactly_the_methods_of_the_dock() -> None:
    response = Response(200, {"A": "b"}, bytearray(b"xyz"))
    assert [name for name in dir(response) if not name.startswith("_")] == ["body", "headers", "status_code"]
    assert (response.status_code(), response.headers(), response.body()) == (200, {"A": "b"}, bytearray(b"xyz"))
    assert repr(response) == "<Response 200, 3 bytes>"
