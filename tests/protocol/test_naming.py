from __future__ import annotations

from hypothesis import given, strategies as st

from jacnb.protocol import PUBLIC, Connection, Identity
from jacnb.protocol.naming import Names


def connection(client_id: str, email: str | None = None) -> Connection:
    made = Connection(PUBLIC if email is None else Identity("n::a", email, email))
    made.client_id = client_id
    return made


def test_a_user_is_called_by_the_address_up_to_its_at() -> None:
    names, alice = Names(), connection("1:aa", "alice@example.com")
    assert names.of(alice) == "alice"
    assert names.of(alice) == "alice"


def test_the_public_is_told_apart_by_client_ids() -> None:
    names = Names()
    assert names.of(connection("1795411167:0db2f8f20a0b")) == "public 0db2"
    assert names.of(connection("1795411167:0db2f9f20a0b")) == "public 0db2f"
    assert names.of(connection("1795411168:0db2f8f20a0b")) == "public 0db2f8"


def test_public_ids_that_are_alike_or_short_are_still_told_apart() -> None:
    names = Names()
    said = [names.of(connection(id)) for id in ("1:abcde", "2:abcde", "3:abcde", "x")]
    assert said == ["public abcd", "public abcde", "public abcde 2", "public x"]


def test_connections_of_one_user_are_counted() -> None:
    names = Names()
    said = [names.of(connection(id, "bob@example.com")) for id in ("1:a", "1:b", "1:c")]
    assert said == ["bob", "bob 2", "bob 3"]


def test_another_user_of_the_same_name_gets_the_whole_address() -> None:
    names = Names()
    assert names.of(connection("1:a", "bob@example.com")) == "bob"
    assert names.of(connection("1:b", "bob@other.org")) == "bob@other.org"
    assert names.of(connection("1:c", "bob@other.org")) == "bob@other.org 2"
    assert names.of(connection("1:d", "@odd")) == "@odd"


def test_names_may_be_given() -> None:
    names = Names({"1:a": "carol", "1:b": "carol"})
    said = [names.of(connection(id)) for id in ("1:a", "1:b", "1:cdef")]
    assert said == ["carol", "carol 2", "public cdef"]


def test_a_connection_that_was_called_by_a_name_keeps_it() -> None:
    names, carol = Names(), connection("1:abcd")
    carol.name = "carol"
    assert names.of(carol) == "carol"
    assert names.of(carol) == "carol"


def test_a_name_may_come_after_the_first_look() -> None:
    names, carol = Names(), connection("1:abcd")
    assert names.of(carol) == "public abcd"
    carol.name = "carol"
    assert names.of(carol) == "carol"


def test_a_change_of_user_keeps_the_name() -> None:
    names, one = Names(), connection("1:abcd")
    assert names.of(one) == "public abcd"
    one.identity = Identity("n::a", "a", "alice@example.com")
    assert names.of(one) == "public abcd"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a@x", "a@y", "a 2@x", "public@x", None]),
            st.text("ab", min_size=3, max_size=6),
        ),
        max_size=20,
        unique_by=lambda each: each[1],
    )
)
def test_no_two_names_are_equal(clients: list[tuple[str | None, str]]) -> None:
    names = Names()
    said = [names.of(connection(f"1:{id}", email)) for email, id in clients]
    assert len(set(said)) == len(said)
