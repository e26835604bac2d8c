"""Which route answers a request, and what is said about those that none does."""

import re
from typing import Any

import pytest

from dl7450.testing import Answer, Request, Routes

LIST = "http://content.example/list.json"


def request(url: str, method: str = "GET") -> Request:
    return Request(method, url, {}, b"", 0.0)


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        (LIST, LIST),
        ("HTTP://Content.Example:80/list.json#top", LIST),
        ("http://content.example", "http://content.example/"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("http://content.example/*", "http://content.example/a/b.png?c=d"),
        ("*/list.json", LIST),
        ("http://content.example/a?b=*", "http://content.example/a?b=c"),
        (re.compile(r"https?://content\.example/\w+"), LIST),
    ],
)
def test_a_route_answers_what_its_pattern_means(pattern: str | re.Pattern[str], url: str) -> None:
    routes = Routes()
    routes.route(pattern)
    routes.answer(request(url))
    routes.check()


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        (LIST, f"{LIST}?page=2"),
        (LIST, "https://content.example/list.json"),
        (LIST, "http://content.example:8080/list.json"),
        ("http://content.example/*.png", LIST),
        ("http://content.example/lis?.json", LIST),
        (re.compile("list"), LIST),
    ],
)
def test_a_route_answers_nothing_else(pattern: str | re.Pattern[str], url: str) -> None:
    routes = Routes()
    routes.route(pattern)
    assert routes.answer(request(url)).fault == "dns"
    assert routes.unrouted == [request(url)]


def test_the_first_route_that_matches_answers() -> None:
    routes = Routes()
    routes.route("http://content.example/a").respond(201)
    routes.route("http://content.example/*", method="post").respond(202)
    routes.route("http://content.example/*").respond(203)
    urls = [("GET", "a"), ("POST", "b"), ("GET", "b")]
    answers = [routes.answer(request(f"http://content.example/{path}", method)) for method, path in urls]
    assert [status_of(answer) for answer in answers] == [201, 202, 203]


def status_of(answer: Answer) -> int:
    return int(answer.script("GET", 40).pieces[0].data[9:12])


def test_answers_come_in_order_and_the_last_one_repeats() -> None:
    routes = Routes()
    route = routes.route(LIST).respond(201).respond(202)
    statuses = [status_of(routes.answer(request(LIST))) for _ in range(4)]
    assert routes.route(LIST) is route, "the same pattern is the same route"
    routes.route(LIST).respond(203).respond_with(lambda asked: Answer(204))
    statuses += [status_of(routes.answer(request(LIST))) for _ in range(3)]
    assert statuses == [201, 202, 202, 202, 203, 204, 204]
    assert len(route.requests) == 7


def test_a_function_sees_the_request() -> None:
    routes = Routes()
    routes.route("http://content.example/*").respond_with(lambda asked: Answer(body=asked.url))
    (piece,) = routes.answer(request(LIST)).script("GET", 40).pieces
    assert piece.data.endswith(LIST.encode())


def test_a_request_without_a_route_is_told_with_those_that_almost_match() -> None:
    routes = Routes()
    routes.route("http://content.example/pictures/2.png")
    routes.route("http://content.example/pictures/1.png", method="POST")
    routes.route("http://other.example/nothing/alike")
    routes.answer(request("http://content.example/pictures/1.png"))
    assert routes.unrouted_message() == (
        "no route for GET http://content.example/pictures/1.png (at 0 s)\n"
        "  near misses:\n"
        "    POST http://content.example/pictures/1.png: another method\n"
        "    http://content.example/pictures/2.png: another path\n"
        '  if the app is right, add dock.route("http://content.example/pictures/1.png").respond(...)'
    )


@pytest.mark.parametrize(
    ("pattern", "url", "difference"),
    [
        ("https://content.example/list.json", LIST, "another scheme"),
        ("http://contents.example/list.json", LIST, "another host"),
        ("http://content.example:81/list.json", LIST, "another port"),
        ("http://content.example/lists.json", LIST, "another path"),
        ("http://content.example/list.json?a", LIST, "another query"),
        ("http://content.example/lists/*", LIST, "the pattern does not match"),
        (re.compile(r"http://content.example/List.json"), LIST, "the pattern does not match"),
    ],
)
def test_a_near_miss_says_what_is_different(pattern: str | re.Pattern[str], url: str, difference: str) -> None:
    routes = Routes()
    route = routes.route(pattern)
    routes.answer(request(url))
    assert f"    {route}: {difference}\n" in str(routes.unrouted_message())


def test_where_nothing_is_alike_all_routes_are_told() -> None:
    routes = Routes()
    routes.route(re.compile("ftp"))
    routes.answer(request(LIST))
    assert "  routes:\n    /ftp/\n" in str(routes.unrouted_message())


def test_only_the_first_requests_without_a_route_are_told() -> None:
    routes = Routes()
    for number in range(9):
        routes.answer(request(f"http://content.example/{number}"))
    assert str(routes.unrouted_message()).count("no route for") == 5


def test_what_was_never_used_is_told() -> None:
    routes = Routes()
    routes.route(LIST)
    routes.route("http://content.example/*", method="POST").respond(201).respond(202).respond(203)
    routes.answer(request("http://content.example/a", "POST"))
    with pytest.raises(AssertionError) as failed:
        routes.check()
    assert str(failed.value) == (
        "the route http://content.example/list.json was never used\n"
        "the route POST http://content.example/* still has 2 more answers to give"
    )


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("list.json and more", "'list.json and more' is not a URL: write a route as http://content.example/list.json"),
        ("ftp://a.example/", "'ftp://a.example/' is neither http nor https: "
         "write a route as http://content.example/list.json"),
    ],
)  # fmt: skip
def test_a_route_to_nowhere_is_refused(url: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  the whole message is compared
        Routes().route(url)
    assert str(refused.value) == message


def test_a_request_tells_what_its_body_means() -> None:
    content: Any = {"a": [1]}
    assert Request("POST", LIST, {}, b'{"a": [1]}', 0.0).json() == content
