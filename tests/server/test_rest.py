"""REST as docs/protocol.md, section 6 has it, on a real server."""

from __future__ import annotations

import logging
import socket
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from json import loads
from threading import Event
from typing import Any

import pytest
from rest_app import WALKERS
from rest_client import Reply, Rest, multipart

from jacnb import Registry, Server, walker
from jacnb.ids import PUBLIC_ROOT_ID

ROOT = {"status": 200, "reports": ["root"]}
FORBIDDEN = {"detail": "Not authenticated"}
NOT_FOUND = {"detail": "Not Found"}
NOT_ALLOWED = {"detail": "Method Not Allowed"}
NO_BODY = {
    "detail": [
        {"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}
    ]
}


def no_object(given: Any) -> dict[str, Any]:
    return {
        "detail": [
            {
                "type": "model_attributes_type",
                "loc": ["body"],
                "msg": "Input should be a valid dictionary or object to extract fields "
                "from",
                "input": given,
            }
        ]
    }


def no_integer(where: str, name: str, given: str) -> dict[str, Any]:
    return {
        "type": "int_parsing",
        "loc": [where, name],
        "msg": "Input should be a valid integer, unable to parse string as an integer",
        "input": given,
    }


def missing(where: str, name: str, given: Any = None) -> dict[str, Any]:
    return {
        "type": "missing",
        "loc": [where, name],
        "msg": "Field required",
        "input": given,
    }


def bad_email(given: str, reason: str) -> dict[str, Any]:
    return {
        "type": "value_error",
        "loc": ["body", "email"],
        "msg": f"value is not a valid email address: {reason}",
        "input": given,
        "ctx": {"reason": reason},
    }


def reports(*values: Any) -> dict[str, Any]:
    return {"status": 200, "reports": list(values)}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(registry=Registry(*WALKERS)) as server:
        yield server


@pytest.fixture(scope="module")
def rest(server: Server) -> Rest:
    """The server with users a and b; <post> is a node of a, <a> and <b> their roots."""
    rest = Rest(server.port)
    for name in ("a", "b"):
        login = server.accounts.simulate(name)
        rest.tokens[name] = login.token
        rest.names[name] = login.account.root_id
    rest.names["post"] = rest.call("POST /walker/w_node", {}, "a").json["reports"][0][
        "id"
    ]
    return rest


@pytest.fixture(scope="module")
def registered(rest: Rest) -> str:
    """The address of a user who registered with the password pw."""
    email = "a.user@example.com"
    rest.call("POST /user/register", {"email": email, "password": "pw"})
    return email


# Users.


def test_healthz_is_empty(rest: Rest) -> None:
    reply = rest.call("GET /healthz")

    assert (reply.status, reply.text) == (200, "")
    assert sorted(reply.headers) == ["content-length", "date"]
    assert reply.headers["content-length"] == "0"


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("POST /healthz", "GET"),
        ("GET /user/register", "POST"),
        ("GET /user/login", "POST"),
        ("BREW /user/login", "POST"),
    ],
)
def test_other_methods_are_not_allowed(rest: Rest, line: str, allowed: str) -> None:
    reply = rest.call(line)

    assert (reply.status, reply.json) == (405, NOT_ALLOWED)
    assert reply.headers["allow"] == allowed


def test_registering_makes_an_account(rest: Rest) -> None:
    body = {
        "email": "new@example.com",
        "password": "",
        "is_admin": True,
        "name": "F",
    }
    reply = rest.call("POST /user/register", body)

    assert (reply.status, reply.text) == (
        201,
        '{"message":"Successfully Registered!"}',
    )
    assert reply.headers["content-type"] == "application/json"
    login = rest.call("POST /user/login", body).json
    assert login["user"]["is_admin"] is False


def test_an_address_registers_once(rest: Rest, registered: str) -> None:
    body = {"email": registered, "password": "another"}
    reply = rest.call("POST /user/register", body)

    assert (reply.status, reply.json) == (409, {"detail": "Already Exists!"})
    assert rest.call("POST /user/login", body).status == 400


def test_a_login_returns_a_token(rest: Rest, registered: str) -> None:
    reply = rest.call(
        "POST /user/login", {"email": registered, "password": "pw", "x": 1}
    )
    user = reply.json["user"]

    assert reply.status == 200
    assert list(reply.json) == ["token", "user"]
    assert list(user) == [
        "id",
        "email",
        "root_id",
        "is_activated",
        "is_admin",
        "expiration",
        "state",
    ]
    assert user["email"] == registered
    assert (user["is_activated"], user["is_admin"]) == (True, False)
    assert (len(user["id"]), len(user["root_id"])) == (24, 24)
    assert (type(user["expiration"]), len(user["state"])) == (int, 8)


def test_a_token_carries_its_user(rest: Rest, registered: str) -> None:
    body = {"email": registered, "password": "pw"}
    login = rest.call("POST /user/login", body).json
    parts = [part + "=" * (-len(part) % 4) for part in login["token"].split(".")]
    payload = loads(urlsafe_b64decode(parts[1]))

    assert loads(urlsafe_b64decode(parts[0])) == {"alg": "HS256", "typ": "JWT"}
    assert {name: payload[name] for name in login["user"]} == login["user"]
    assert payload["sub"] == login["user"]["id"]
    assert payload["exp"] == login["user"]["expiration"]


def test_a_token_opens_walkers(rest: Rest, registered: str) -> None:
    login = rest.call("POST /user/login", {"email": registered, "password": "pw"}).json
    rest.tokens["registered"] = login["token"]
    reply = rest.call("POST /walker/w_node", {}, "registered")

    assert reply.json["reports"][1]["id"] == f"n::{login['user']['root_id']}"


def test_the_domain_of_an_address_has_no_case(rest: Rest) -> None:
    rest.call("POST /user/register", {"email": "Cc@EXAMPLE.com", "password": "pw"})
    body = {"email": "Cc@example.com", "password": "pw"}
    reply = rest.call("POST /user/login", body)

    assert (reply.status, reply.json["user"]["email"]) == (200, "Cc@example.com")


@pytest.mark.parametrize("email", ["a.user@example.com", "zz@example.com"])
def test_a_wrong_password_is_not_told_from_an_unknown_user(
    rest: Rest, registered: str, email: str
) -> None:
    reply = rest.call("POST /user/login", {"email": email, "password": "no"})

    assert (reply.status, reply.json) == (400, {"message": "Invalid Email/Password!"})


def password_error(given: Any) -> dict[str, Any]:
    return {
        "type": "string_type",
        "loc": ["body", "password"],
        "msg": "Input should be a valid string",
        "input": given,
    }


SIGN = "An email address must have an @-sign."
PERIOD = "The part after the @-sign is not valid. It should have a period."
SPECIAL = (
    "The part after the @-sign is a special-use or reserved name that cannot be used "
    "with email."
)


@pytest.mark.parametrize("path", ["/user/register", "/user/login"])
@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"email": "nope", "password": "pw"}, [bad_email("nope", SIGN)]),
        (
            {"email": "a@localhost", "password": "pw"},
            [bad_email("a@localhost", PERIOD)],
        ),
        ({"email": "a@x.test", "password": "pw"}, [bad_email("a@x.test", SPECIAL)]),
        (
            {"email": "d@example.com"},
            [missing("body", "password", {"email": "d@example.com"})],
        ),
        ({}, [missing("body", "email", {}), missing("body", "password", {})]),
        (
            {"email": "nope"},
            [bad_email("nope", SIGN), missing("body", "password", {"email": "nope"})],
        ),
        # A password is repeated to nobody.
        ({"email": "d@example.com", "password": 1}, [password_error("***")]),
        ({"password": "pw"}, [missing("body", "email", {"password": "***"})]),
        ([], no_object([])["detail"]),
        ("x", no_object("x")["detail"]),
        (b"", NO_BODY["detail"]),
        (b"null", NO_BODY["detail"]),
    ],
)
def test_credentials_are_checked(rest: Rest, path: str, body: Any, detail: Any) -> None:
    reply = rest.call(f"POST {path}", body)

    assert (reply.status, reply.json) == (422, {"detail": detail})


def test_a_password_has_a_bound(rest: Rest) -> None:
    body = {"email": "long@example.com", "password": "x" * 1025}
    reply = rest.call("POST /user/register", body)

    assert reply.status == 422
    assert reply.json["detail"][0]["type"] == "string_too_long"
    assert reply.json["detail"][0]["input"] == "***"


def test_credentials_that_are_no_json_are_told(rest: Rest) -> None:
    reply = rest.call("POST /user/register", b"{nope")

    assert (reply.status, reply.json) == (
        422,
        {
            "detail": [
                {
                    "type": "json_invalid",
                    "loc": ["body", 1],
                    "msg": "JSON decode error",
                    "input": {},
                    "ctx": {
                        "error": "Expecting property name enclosed in double quotes"
                    },
                }
            ]
        },
    )


# Who calls.


@pytest.mark.parametrize(
    ("header", "status", "answer"),
    [
        (None, 403, FORBIDDEN),
        ("", 403, FORBIDDEN),
        ("Bearer", 403, FORBIDDEN),
        ("Bearer ", 403, FORBIDDEN),
        ("just-a-token", 403, FORBIDDEN),
        ("Basic YTpi", 403, {"detail": "Invalid authentication credentials"}),
        ("Bearer bad", 401, {"detail": "Unauthorized"}),
        ("bearer TOKEN", 200, reports(1)),
        ("BEARER TOKEN", 200, reports(1)),
    ],
)
def test_a_walker_needs_a_token(
    rest: Rest, header: str | None, status: int, answer: Any
) -> None:
    headers = {}
    if header is not None:
        headers["Authorization"] = header.replace("TOKEN", rest.tokens["a"])
    reply = rest.call("POST /walker/w_simple", {"val": 1}, **headers)

    assert (reply.status, reply.json) == (status, answer)


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        ("POST /walker/nope", {}, 404),
        ("GET /walker/w_simple", {}, 405),
        ("POST /walker/w_simple", {}, 403),
        ("POST /walker/w_simple", {"Authorization": "Bearer bad"}, 401),
        ("POST /walker/w_simple/<a>", {"Authorization": "Bearer bad"}, 401),
    ],
)
def test_the_caller_is_checked_before_the_body(
    rest: Rest, line: str, headers: dict[str, str], status: int
) -> None:
    assert rest.call(line, {"val": "xx"}, **headers).status == status
    assert rest.call(line, b"{nope", **headers).status == status


def test_the_body_is_checked_before_the_node(rest: Rest) -> None:
    assert rest.call("POST /walker/w_simple/<b>", {"val": "xx"}, "a").status == 422
    assert rest.call("POST /walker/w_simple/<b>", {"val": 1}, "a").status == 403


@pytest.mark.parametrize("token", ["none", "good", "bad"])
def test_a_walker_without_auth_runs_for_the_public(rest: Rest, token: str) -> None:
    headers = {
        "none": {},
        "good": {"Authorization": f"Bearer {rest.tokens['a']}"},
        "bad": {"Authorization": "Bearer bad"},
    }[token]
    reply = rest.call("POST /walker/w_public", {}, **headers)

    assert (reply.status, reply.json) == (
        200,
        reports({"val": 1, "root": "n::000000000000000000000001"}),
    )


def test_a_walker_open_to_both_runs_for_whoever_calls(rest: Rest) -> None:
    assert rest.call("POST /walker/w_anybody").json == reports(True)
    assert rest.call("POST /walker/w_anybody", {}, "a").json == reports(False)


def test_a_revoked_token_is_bad(server: Server, rest: Rest) -> None:
    rest.tokens["gone"] = server.accounts.simulate("gone").token
    server.accounts.revoke(rest.tokens["gone"])
    reply = rest.call("POST /walker/w_simple", {"val": 1}, "gone")

    assert (reply.status, reply.json) == (401, {"detail": "Unauthorized"})


# What a body may be.


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        ({"val": 1}, 200, reports(1)),
        ({"val": "7", "extra": 1}, 200, reports(7)),
        ({"val": "xx"}, 422, {"detail": [no_integer("body", "val", "xx")]}),
        ({}, 422, {"detail": [missing("body", "val", {})]}),
        (b"", 422, NO_BODY),
        (b"null", 422, NO_BODY),
        ([1], 422, no_object([1])),
        ("x", 422, no_object("x")),
        (b'{"val": "\xff"}', 400, {"detail": "There was an error parsing the body"}),
    ],
)
def test_a_body_is_checked(rest: Rest, body: Any, status: int, answer: Any) -> None:
    reply = rest.call("POST /walker/w_simple", body, "a")

    assert (reply.status, reply.json) == (status, answer)


@pytest.mark.parametrize(
    ("body", "position", "reason"),
    [(b'{"val": ', 8, "Expecting value"), (b"  ", 2, "Expecting value")],
)
def test_a_body_that_is_no_json_is_told(
    rest: Rest, body: bytes, position: int, reason: str
) -> None:
    reply = rest.call("POST /walker/w_simple", body, "a")

    assert reply.status == 422
    assert reply.json["detail"] == [
        {
            "type": "json_invalid",
            "loc": ["body", position],
            "msg": "JSON decode error",
            "input": {},
            "ctx": {"error": reason},
        }
    ]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"val": NaN}', "json_invalid"),
        (b'{"val": 1e400}', "json_invalid"),
        (b'{"val": "\\ud800"}', "json_invalid"),
        (b'{"val": ' + b"9" * 5000 + b"}", "json_invalid"),
        (b"[" * 65 + b"]" * 65, "too_deep"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    ],
    ids=["NaN", "infinite", "surrogate", "digits", "deep", "deeper"],
)
def test_what_this_protocol_does_not_allow_is_told(
    rest: Rest, body: bytes, error: str
) -> None:
    reply = rest.call("POST /walker/w_simple", body, "a")

    assert reply.status == 422
    assert [e["type"] for e in reply.json["detail"]] == [error]
    assert reply.json["detail"][0]["loc"] == ["body"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_body_of_another_kind_is_text(rest: Rest, kind: str) -> None:
    reply = rest.call("POST /walker/w_simple", b'{"val": 1}', "a", Content_Type=kind)

    assert (reply.status, reply.json) == (422, no_object('{"val": 1}'))


def test_a_body_of_no_kind_is_json(rest: Rest) -> None:
    reply = rest.call("POST /walker/w_simple", b'{"val": 1}', "a", Content_Type="")

    assert (reply.status, reply.json) == (200, reports(1))


def test_all_faulty_fields_are_told(rest: Rest) -> None:
    body = {"a": "x", "b": 3, "c": "y", "d": [1, "z"], "e": "maybe", "o": 5}
    detail = rest.call("POST /walker/w_multi", body, "a").json["detail"]

    assert [(error["type"], error["loc"], error["input"]) for error in detail] == [
        ("int_parsing", ["body", "a"], "x"),
        ("string_type", ["body", "b"], 3),
        ("float_parsing", ["body", "c"], "y"),
        ("int_parsing", ["body", "d", 1], "z"),
        ("bool_parsing", ["body", "e"], "maybe"),
        ("string_type", ["body", "o"], 5),
    ]


def test_errors_are_bounded(rest: Rest) -> None:
    body = {"a": "x" * 1000, "b": "", "d": ["y"] * 20}
    reply = rest.call("POST /walker/w_multi", body, "a")

    assert (len(reply.json["detail"]), reply.json["truncated"]) == (10, 11)
    assert reply.json["detail"][0]["input"] == "x" * 200


def test_tokens_in_a_faulty_body_are_masked(rest: Rest) -> None:
    reply = rest.call("POST /walker/w_simple", {"token": "secret"}, "a")

    assert reply.json["detail"] == [missing("body", "val", {"token": "***"})]


@pytest.mark.parametrize("body", [None, b"{}", b"junk", b"\xff"])
def test_a_walker_without_fields_needs_no_body(rest: Rest, body: Any) -> None:
    reply = rest.call("POST /walker/w_post_only", body, "a")

    assert (reply.status, reply.json) == (200, reports(1))


def test_a_walker_with_defaults_needs_a_body(rest: Rest) -> None:
    reply = rest.call("POST /walker/w_public")

    assert (reply.status, reply.json) == (422, NO_BODY)


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"d": {"a": 1}, "any_": [1], "u": "7"}, [{"a": 1}, [1], [1], "7"]),
        ({}, [{}, [1], None, 0]),
    ],
)
def test_fields_of_many_types_are_taken(rest: Rest, body: Any, answer: Any) -> None:
    assert rest.call("POST /walker/w_factory", body).json == reports(answer)


def test_the_parts_of_a_union_are_told(rest: Rest) -> None:
    body = {"d": [], "l": "x", "u": []}
    detail = rest.call("POST /walker/w_factory", body).json["detail"]

    assert [(error["type"], error["loc"]) for error in detail] == [
        ("dict_type", ["body", "d"]),
        ("list_type", ["body", "l"]),
        ("int_type", ["body", "u", "int"]),
        ("string_type", ["body", "u", "str"]),
    ]


def test_a_field_that_nobody_can_send_is_told(rest: Rest) -> None:
    reply = rest.call("POST /walker/w_unsendable", {"thing": 1}, "a")

    assert reply.status == 422
    assert reply.json["detail"] == [
        {
            "type": "unsupported",
            "loc": [],
            "msg": "walker w_unsendable: its field 'thing' has the type Router, which "
            "no caller can send; exclude it with excluded = ['thing'] or give it a "
            "JSON type",
        }
    ]


# Where walkers are.


@pytest.mark.parametrize(
    "line",
    [
        "POST /walker/nope",
        "POST /walker/w_ws_only",
        "POST /walker/w_private",
        "POST /walker/w_path",
        "POST /walker/w_path_abs",
        "POST /walker/w_simple/a/b",
        "POST /walker/w_root_only/<post>",
        "POST /walker/w_node_only",
        "POST /walker",
        "POST /walker/",
        "GET /nope",
        "GET /nope/",
        "GET /",
        "GET //",
    ],
)
def test_what_is_not_there_is_not_found(rest: Rest, line: str) -> None:
    reply = rest.call(line, user="a")

    assert (reply.status, reply.json) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("GET /walker/w_simple", "POST"),
        ("POST /walker/w_get", "GET"),
        ("OPTIONS /walker/w_get", "GET"),
        ("POST /walker/w_others", "DELETE, PATCH, PUT"),
        ("PUT /custom/abs", "GET, POST"),
    ],
)
def test_other_methods_of_walkers_are_not_allowed(
    rest: Rest, line: str, allowed: str
) -> None:
    reply = rest.call(line)

    assert (reply.status, reply.json) == (405, NOT_ALLOWED)
    assert reply.headers["allow"] == allowed


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_walker_may_have_any_method(rest: Rest, method: str) -> None:
    reply = rest.call(f"{method} /walker/w_others")

    assert (reply.status, reply.json) == (200, reports())


def test_a_walker_may_be_read(rest: Rest) -> None:
    assert rest.call("GET /walker/w_get", user="a").json == reports("got")


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/walker/w_simple/", "../w_simple"),
        ("/walker/w_simple/?a=1", "../w_simple?a=1"),
        ("/walker/w_both/n%3A%3A1/", "../n%3A%3A1"),
        ("/custom/abs/", "../abs"),
        ("/healthz/", "../healthz"),
        ("/user/login/", "../login"),
    ],
)
def test_a_slash_too_many_leads_to_the_path_without_it(
    rest: Rest, path: str, location: str
) -> None:
    reply = rest.call(f"POST {path}", {"val": 1})

    assert (reply.status, reply.text) == (307, "")
    assert reply.headers["location"] == location


@pytest.mark.parametrize(
    ("line", "user", "answer"),
    [
        ("POST /walker/w_both/<post>", "a", reports("post")),
        ("POST /walker/w_both/<a>", "a", ROOT),
        ("POST /walker/w_both/n::000000000000000000000001", "a", ROOT),
        ("POST /walker/w_both/n%3A%3A000000000000000000000001", "a", ROOT),
        ("POST /walker/w%5Fboth", "a", ROOT),
        ("POST /walker/w_root_only", "a", ROOT),
        ("POST /walker/w_node_only/<post>", "a", reports("post")),
    ],
)
def test_a_walker_starts_where_it_is_told_to(
    rest: Rest, line: str, user: str, answer: Any
) -> None:
    reply = rest.call(line, {}, user)

    assert (reply.status, reply.json) == (200, answer)


@pytest.mark.parametrize(
    ("line", "user"),
    [
        ("POST /walker/w_both/<b>", "a"),
        ("POST /walker/w_both/<post>", "b"),
        ("POST /walker/w_public/<post>", None),
        ("POST /walker/w_public/<post>", "a"),
    ],
)
def test_nodes_of_others_are_refused(rest: Rest, line: str, user: str | None) -> None:
    reply = rest.call(line, {}, user)
    node = rest.filled(line).rpartition("/")[2]

    assert (reply.status, reply.json) == (
        403,
        {"detail": {"error": f"You don't have access on target entry {node}!"}},
    )


@pytest.mark.parametrize(
    ("node", "error"),
    [
        ("xyz", "'xyz' is not an id: expected n::<24 hex digits>"),
        (
            "aaaaaaaaaaaaaaaaaaaaaaaa",
            "'aaaaaaaaaaaaaaaaaaaaaaaa' is not an id: expected n::<24 hex digits>",
        ),
        (
            "n:Post:aaaaaaaaaaaaaaaaaaaaaaaa",
            "there is no object n:Post:aaaaaaaaaaaaaaaaaaaaaaaa",
        ),
    ],
)
def test_a_node_that_is_none_is_named(rest: Rest, node: str, error: str) -> None:
    reply = rest.call(f"POST /walker/w_both/{node}", {}, "a")

    assert (reply.status, reply.json) == (404, {"detail": {"error": error}})


# Fields in the query and in the path.


@pytest.mark.parametrize(
    ("line", "body", "status", "answer"),
    [
        ("GET /walker/w_query?a=1&b=9", None, 422, NO_BODY),
        ("GET /walker/w_query?a=1", None, 422, NO_BODY),
        ("POST /walker/w_query?a=1", {"b": 5}, 200, reports(["1", 5])),
        (
            "POST /walker/w_query",
            {"a": "x", "b": 5},
            422,
            {"detail": [missing("query", "a")]},
        ),
        (
            "POST /walker/w_query",
            None,
            422,
            {"detail": [missing("query", "a"), *NO_BODY["detail"]]},
        ),
        ("GET /walker/w_query_all?a=1&b=3", None, 200, reports(["1", 3])),
        (
            "GET /walker/w_query_all?b=x",
            None,
            422,
            {"detail": [missing("query", "a"), no_integer("query", "b", "x")]},
        ),
        ("GET /walker/w_query_all?a=1&a=2", None, 200, reports(["2", 2])),
        ("GET /walker/w_query_all?a=%C3%A9%20", None, 200, reports(["é ", 2])),
        ("GET /walker/w_query_all?a=", None, 200, reports(["", 2])),
        ("GET /walker/w_query_list?tags=1&tags=2", None, 200, reports([1, 2])),
        ("GET /walker/w_query_list", None, 200, reports([])),
        ("POST /walker/w_excluded", {"a": "x", "b": 7}, 200, reports(["kept", 7])),
        ("POST /walker/w_excluded_all", {"a": "x"}, 200, reports(["kept", 2])),
        ("POST /walker/w_excluded_all", None, 200, reports(["kept", 2])),
        ("POST /walker/w_path/hello", {"b": 3}, 200, reports(["hello", 3])),
        ("POST /walker/w_path/a%20%C3%A9", {"b": 3}, 200, reports(["a é", 3])),
        (
            "POST /walker/w_path/hello/n::000000000000000000000001",
            {"b": 3},
            200,
            reports(["hello", 3]),
        ),
        ("GET /walker/w_path/hello", None, 422, NO_BODY),
        ("POST /walker/w_path_two/7/of/nine", None, 200, reports([7, "nine"])),
        (
            "POST /walker/w_path_two/x/of/nine",
            None,
            422,
            {"detail": [no_integer("path", "n", "x")]},
        ),
        ("POST /custom/abs", {}, 200, reports("abs")),
        ("GET /custom/abs", None, 200, reports("abs by get")),
        ("POST /walker/w_path_rel/sub/way", {}, 200, reports("rel")),
    ],
)
def test_fields_come_from_where_the_specs_say(
    rest: Rest, line: str, body: Any, status: int, answer: Any
) -> None:
    reply = rest.call(line, body)

    assert (reply.status, reply.json) == (status, answer)


# What a walker answers.


def test_nodes_roots_and_walkers_are_reported_with_their_ids(rest: Rest) -> None:
    post, root, walker = rest.call("POST /walker/w_node", {}, "b").json["reports"]

    assert post["context"] == {"title": "hi", "n": 1, "tags": ["a", 2]}
    assert post["id"].startswith("n:Post:")
    assert root == {"id": rest.names["b"], "context": {}}
    assert walker["id"].startswith("w:w_node:")


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ("enum", "red"),
        ("tuple", [1, "a", [2, 3]]),
        ("dict", {"a": {"b": [1, None, True, 1.5]}}),
        ("intkey", {"1": "a"}),
        ("unicode", "é ☃ 😀 </script>"),
        ("none", None),
    ],
)
def test_values_are_reported_as_json(rest: Rest, what: str, answer: Any) -> None:
    reply = rest.call("POST /walker/w_values", {"what": what}, "b")

    assert (reply.status, reply.json) == (200, reports(answer))


def test_nodes_inside_of_lists_and_dicts_are_found(rest: Rest) -> None:
    (answer,) = rest.call("POST /walker/w_values", {"what": "nodes"}, "b").json[
        "reports"
    ]

    assert answer[0]["context"] == {"title": "t", "n": 1, "tags": []}
    assert answer[1] == {"p": answer[0]}


def test_an_object_shows_the_names_of_enums(rest: Rest) -> None:
    (answer,) = rest.call("POST /walker/w_values", {"what": "obj"}, "b").json["reports"]

    assert answer["context"] == {"x": 1, "c": "RED"}
    assert answer["id"].startswith("o:Inner:")


def test_a_report_that_is_no_json_is_an_error(rest: Rest) -> None:
    reply = rest.call("POST /walker/w_values", {"what": "nan"}, "b")

    assert (reply.status, reply.json) == (
        500,
        {
            "detail": {
                "error": "ValueRangeError: JSON has no nan: report None or a text "
                "instead"
            }
        },
    )


def test_an_answer_is_literally_this(rest: Rest) -> None:
    reply = rest.call("POST /walker/w_simple", {"val": 1}, "a")

    assert reply.text == '{"status":200,"reports":[1]}'
    assert sorted(reply.headers) == ["content-length", "content-type", "date"]
    assert reply.headers["content-type"] == "application/json"


def test_a_walker_without_abilities_answers_too(rest: Rest) -> None:
    assert rest.call("POST /walker/w_nothing").text == '{"status":200,"reports":[]}'


@pytest.mark.parametrize("code", [201, 404, 599])
def test_a_walker_may_set_the_status(rest: Rest, code: int) -> None:
    reply = rest.call("POST /walker/w_status", {"code": code})

    assert (reply.status, reply.json) == (code, {"status": code, "reports": ["s"]})


@pytest.mark.parametrize("code", [204, 304])
def test_a_status_without_content_has_none(rest: Rest, code: int) -> None:
    reply = rest.call("POST /walker/w_status", {"code": code})

    assert (reply.status, reply.text) == (code, "")


@pytest.mark.parametrize("code", [0, 100, 600, 999])
def test_a_status_that_is_none_is_an_error(rest: Rest, code: int) -> None:
    reply = rest.call("POST /walker/w_status", {"code": code})

    assert (reply.status, reply.json) == (
        500,
        {"detail": {"error": f"{code} is no HTTP status"}},
    )


def test_the_status_of_the_specs_changes_nothing(rest: Rest) -> None:
    reply = rest.call("POST /walker/w_status_spec")

    assert (reply.status, reply.json) == (200, reports("s"))


def test_a_custom_report_is_the_whole_answer(rest: Rest) -> None:
    reply = rest.call("POST /walker/w_custom")

    assert (reply.status, reply.text) == (200, '{"custom":true}')


def test_an_async_walker_answers_with_its_id(server: Server, rest: Rest) -> None:
    reply = rest.call("POST /walker/w_async", {})
    kind, name, digits = reply.json["walker_id"].split(":")

    assert (reply.status, list(reply.json)) == (200, ["walker_id"])
    assert (kind, name, len(digits)) == ("w", "w_async", 24)


def test_an_async_walker_goes_on_after_its_answer(server: Server, rest: Rest) -> None:
    listener = server.connect(channel_id="async-room")
    reply = rest.call("POST /walker/w_async_notify")

    assert reply.json["walker_id"].startswith("w:w_async_notify:")
    assert listener.expect(at="end").value == {"at": "end"}
    listener.close()


def test_a_walker_that_raises_tells_one_line(server: Server, rest: Rest) -> None:
    reply = rest.call("POST /walker/w_raise")

    assert (reply.status, reply.json) == (
        500,
        {"detail": {"error": "ValueError: boom"}},
    )
    assert "in enter" in (server.runs[-1].traceback or "")


def test_a_walker_cannot_end_its_thread(rest: Rest) -> None:
    reply = rest.call("POST /walker/w_exit")

    assert (reply.status, reply.json) == (
        500,
        {"detail": {"error": "KeyboardInterrupt"}},
    )


def test_a_walker_notifies_over_rest_too(server: Server, rest: Rest) -> None:
    listener = server.connect(channel_id="rest-room")
    reply = rest.call("POST /walker/w_notify", {"channel_id": "rest-room"}, "a")

    assert reply.json == reports("done")
    assert listener.expect(chan=1).value == {"chan": 1}
    listener.expect_nothing()
    listener.close()


# Files.


def test_a_file_is_uploaded(rest: Rest) -> None:
    body, kind = multipart(("file", "a.txt", "text/plain", "hello"))
    reply = rest.call("POST /walker/w_file", body, Content_Type=kind)

    assert (reply.status, reply.json) == (
        200,
        reports(["a.txt", "text/plain", "hello"]),
    )


def test_of_two_files_the_last_counts(rest: Rest) -> None:
    body, kind = multipart(
        ("file", "a.txt", "text/plain", "a"), ("file", "b.txt", "text/plain", "b")
    )
    reply = rest.call("POST /walker/w_file", body, Content_Type=kind)

    assert reply.json == reports(["b.txt", "text/plain", "b"])


@pytest.mark.parametrize("filename", ["", "body.json"])
def test_other_fields_come_as_a_part_named_body(rest: Rest, filename: str) -> None:
    body, kind = multipart(
        ("files", "a.txt", "text/plain", "a"),
        ("files", "b.txt", "text/plain", "b"),
        ("cover", "c.png", "image/png", "c"),
        ("body", filename, "application/json", '{"title": "T"}'),
    )
    reply = rest.call("POST /walker/w_files", body, Content_Type=kind)

    assert (reply.status, reply.json) == (
        200,
        reports(["T", ["a.txt", "b.txt"], "c.png"]),
    )


def test_a_file_may_be_optional(rest: Rest) -> None:
    body, kind = multipart(
        ("files", "a.txt", "text/plain", "a"), ("body", "", "", '{"title": "T"}')
    )
    reply = rest.call("POST /walker/w_files", body, Content_Type=kind)

    assert reply.json == reports(["T", ["a.txt"], None])


@pytest.mark.parametrize(
    ("part", "errors"),
    [
        (("x", "", "", "y"), [("missing", ["body", "body"])]),
        (("body", "", "", "{}"), [("missing", ["body", "title"])]),
        (("body", "", "", "nope"), [("json_invalid", ["body", 0])]),
    ],
)
def test_all_missing_parts_are_told(
    rest: Rest, part: tuple[str, str, str, str], errors: list[Any]
) -> None:
    body, kind = multipart(part)
    reply = rest.call("POST /walker/w_files", body, Content_Type=kind)

    assert reply.status == 422
    assert [(e["type"], e["loc"]) for e in reply.json["detail"]] == [
        ("missing", ["body", "files"]),
        *errors,
    ]


def test_a_walker_with_files_needs_them(rest: Rest) -> None:
    reply = rest.call("POST /walker/w_file", {"file": "a"})

    assert (reply.status, reply.json) == (422, {"detail": [missing("body", "file")]})


def test_files_are_refused_over_a_websocket(server: Server) -> None:
    client = server.connect()
    client.send({"type": "walker", "walker": "w_files", "context": {"title": "T"}})

    assert client.expect(type="walker").value == {
        "type": "walker",
        "error": "w_files takes a file (files, cover): call it over REST only",
    }
    client.close()


# Whom the server talks to, and what it does not say.


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"Host": "evil.example"}, "Host not allowed: add it to trusted_hosts"),
        (
            {"Origin": "http://evil.example"},
            "Origin not allowed: add it to trusted_origins",
        ),
        ({"Origin": "null"}, "Origin not allowed: add it to trusted_origins"),
    ],
)
def test_foreign_pages_get_nothing(
    rest: Rest, headers: dict[str, str], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "jacnb.server"):
        reply = rest.call("POST /walker/w_public?auth=secret", {}, **headers)

    assert (reply.status, reply.json) == (403, {"detail": said})
    assert [r.getMessage() for r in caplog.records if r.name == "jacnb.server"] == [
        f"refused POST /walker/w_public: {said}"
    ]


def test_a_query_that_is_no_text_is_refused(rest: Rest) -> None:
    reply = rest.call("GET /walker/w_query_all?a=%FF")

    assert (reply.status, reply.json) == (400, {"detail": "Bad Request"})


def test_a_failure_of_ours_is_logged_and_not_told(
    server: Server, rest: Rest, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        @property
        def specs(self) -> None:
            raise RuntimeError("secret")

    broken: Any = Broken()
    server.registry._declared["broken"] = broken
    reply = rest.call("POST /walker/broken?auth=secret")
    server.registry.remove("broken")

    assert (reply.status, reply.json) == (500, {"detail": "Internal Server Error"})
    assert caplog.records[-1].getMessage() == "POST /walker/broken"
    assert "RuntimeError: secret" in (caplog.text)


def test_a_caller_may_leave_before_the_answer(server: Server, rest: Rest) -> None:
    before = len(server.runs)
    with socket.create_connection(("127.0.0.1", server.port)) as peer:
        lines = ["POST /walker/w_public HTTP/1.1", "Host: localhost"]
        peer.sendall("\r\n".join([*lines, "Content-Length: 2", "", "{}"]).encode())
    reply: Reply = rest.call("POST /walker/w_nothing")

    assert reply.status == 200
    assert len(server.runs) >= before


def test_a_server_stops_while_a_walker_runs(serve: Callable[..., Server]) -> None:
    started, go = Event(), Event()

    @walker(auth=False)
    def endless() -> None:
        started.set()
        go.wait(10)

    server = serve(endless)
    with socket.create_connection(("127.0.0.1", server.port), 10) as peer:
        peer.sendall(b"POST /walker/endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert started.wait(10)
        server.stop()
        assert peer.recv(1) == b""
    go.set()


def test_a_body_has_a_bound(rest: Rest) -> None:
    with pytest.raises(ConnectionError):
        rest.call("POST /walker/w_public", b"x" * (5 * 1024 * 1024))

    assert rest.call("GET /healthz").status == 200


def test_the_public_root_is_everybodys(rest: Rest) -> None:
    reply = rest.call(f"POST /walker/w_both/{PUBLIC_ROOT_ID}", {}, "b")

    assert reply.json == ROOT
