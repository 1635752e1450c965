from __future__ import annotations

import pytest

from jacnb.panels.walker_forms import forms_of, walker_source


def field(**given):
    [form] = forms_of([{"name": "shout", "fields": [{"name": "text"} | given]}])
    return form["fields"][0]


@pytest.mark.parametrize(
    ("type_", "control"),
    [
        ("str", "text"),
        (str, "text"),
        ("int", "integer"),
        ("float | None", "number"),
        ("bool", "checkbox"),
        ("list[str]", "json"),
        ("dict", "json"),
        (None, "json"),
        ("Literal['a', 'b']", "select"),
        ("Literal[broken", "json"),
        ("Literal[f()]", "json"),
    ],
)
def test_each_type_has_a_control(type_, control):
    assert field(type=type_)["control"] == control


def test_choices_of_a_literal_keep_their_types():
    assert field(type="Literal[1, 'two', None]")["choices"] == [1, "two", None]


@pytest.mark.parametrize(
    ("default", "placeholder"),
    [
        (None, ""),
        ("hello", "hello"),
        (7, "7"),
        ([1], "[1]"),
        (object, "\"<class 'object'>\""),
    ],
)
def test_a_default_is_shown_as_the_placeholder(default, placeholder):
    assert field(type="str", default=default)["placeholder"] == placeholder


def test_walkers_are_sorted_and_marked():
    forms = forms_of(lambda: [{"name": "b", "auth": False}, {"name": "a"}])
    assert [(form["name"], form["auth"]) for form in forms] == [
        ("a", True),
        ("b", False),
    ]


def test_given_walkers_come_before_the_clients_own():
    class Client:
        def catalogue(self):
            return [{"name": "own"}]

    assert forms_of(walker_source(Client()))[0]["name"] == "own"
    assert forms_of(walker_source(Client(), [{"name": "given"}]))[0]["name"] == "given"
    assert forms_of(walker_source(object())) == []
