from __future__ import annotations

import pytest

from jacnb.panels.orders import carry_out


@pytest.fixture
def alice(server):
    return server.connect("alice")


def sent_by(client, order):
    carry_out(order, client)
    return client.sent[-1].value


@pytest.mark.parametrize(
    ("to", "key"),
    [("channel", "channel_ids"), ("user", "root_ids"), ("client", "client_ids")],
)
def test_a_chat_goes_to_its_targets_in_the_shape_of_the_examples(alice, to, key):
    data = {"type": "chat", "data": {"message": "hi", "from": "alice"}}
    order = {"to": to, "ids": ["a", "b"], "text": "hi"}
    assert sent_by(alice, order) == {"type": to, key: ["a", "b"], "data": data}


def test_a_walker_is_sent_with_its_context(alice):
    order = {"to": "walker", "walker": " shout ", "context": {"val": 1}, "node": "n::1"}
    assert sent_by(alice, order) == {
        "type": "walker",
        "walker": "shout",
        "context": {"val": 1},
        "response": True,
        "node": "n::1",
    }


def test_a_response_can_be_left_out(alice):
    order = {"to": "walker", "walker": "shout", "context": None, "response": False}
    assert sent_by(alice, order)["response"] is False


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"to": "channel", "ids": [], "text": "hi"}, "nobody to send to"),
        ({"to": "moon", "ids": ["a"], "text": "hi"}, "no such kind of target"),
        ({"to": "walker"}, "which walker"),
    ],
)
def test_an_order_that_cannot_be_carried_out_says_why(alice, order, words):
    with pytest.raises(ValueError, match=words):
        carry_out(order, alice)
    assert alice.sent == []
