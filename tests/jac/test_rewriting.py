from __future__ import annotations

import pytest
from hypothesis import example, given, strategies as st

from jacnb.jac.rewriting import OPAQUE, code_of, rewrite

OLD = [
    "can a with `root entry { }",
    "visit [-->](`?City: people > 5);",
    "x = [-->][?:City];",
    "import from a.b { c };",
    "can b with `root | City exit;",
]
TEXTS = st.text(st.sampled_from("ab `?:[](){}root with entry#\\;"), max_size=30)


def quoted(quote: str, prefix: str = "") -> st.SearchStrategy[str]:
    clean = TEXTS.map(lambda s: s.replace("\\", "").replace(quote[0], ""))
    if "f" in prefix:
        clean = clean.map(lambda s: s.replace("{", "").replace("}", ""))
    return clean.map(lambda s: f"{prefix}{quote}{s}{quote}")


OPAQUE_PIECES = st.one_of(
    quoted('"'),
    quoted("'"),
    quoted('"""'),
    quoted("'''", "r"),
    quoted('"', "f"),
    TEXTS.map(lambda s: f"#{s.replace('*', '').replace(chr(10), '')}\n"),
    TEXTS.map(lambda s: f"#*{s.replace('*', '')}*#"),
    TEXTS.map(lambda s: f"::py::{s.replace(':', '')}::py::"),
)


@given(
    st.text(st.sampled_from("`?:[](){}\n\"'#*\\ rootwithentryfpy;") | st.characters())
)
@example("with `root entry")
@example('f"{')
@example('"\\')
def test_no_character_moves(source: str) -> None:
    made = rewrite(source)
    assert len(made) == len(source)
    assert [c == "\n" for c in made] == [c == "\n" for c in source]
    assert rewrite(made) == made


@given(st.lists(st.tuples(st.sampled_from(OLD), OPAQUE_PIECES), max_size=5))
def test_strings_comments_and_python_stay_as_they_are(pieces) -> None:
    source = "".join(f"{code}\n{opaque}\n" for code, opaque in pieces)
    made = rewrite(source)
    at = 0
    for code, opaque in pieces:
        at += len(code) + 1
        assert made[at : at + len(opaque)] == opaque
        assert made[at - len(code) - 1 : at - 1] == rewrite(code)
        at += len(opaque) + 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("with `root entry", "with  Root entry"),
        ("with root entry", "with Root entry"),
        ("with `root | City exit", "with  Root | City exit"),
        ("with City | root entry", "with City | Root entry"),
        ("with entry { x = root; }", "with entry { x = root; }"),
        ("[-->](`?City)", "[-->](?:City)"),
        ("[-->](`?City: v > 1)", "[-->](?:City, v > 1)"),
        ("[-->](`?root)", "[-->](?:Root)"),
        ("[-->][?:City, v[0] > 1]", "[-->](?:City, v[0] > 1)"),
        ("[-->[?:City]]", "[-->(?:City)]"),
        ("many[?v > 1]", "many(?v > 1)"),
        ("x?[0]", "x?[0]"),
        ("import from a.b { c, d };", "import from a.b { c, d } "),
    ],
)
def test_old_and_new_spellings_become_one(old: str, new: str) -> None:
    assert rewrite(old) == new


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ('a "b" c', f"a {OPAQUE * 3} c"),
        ('rb"\\"" c', f"{OPAQUE * 6} c"),
        ("f\"{x['`root']}\" c", f"{OPAQUE * 15} c"),
        ("f'{{' c", f"{OPAQUE * 5} c"),
        ("a # b\nc", "a    \nc"),
        ("a #* b\n *# c", f"a     \n{' ' * 4}c"),
        ("'open\nc", f"{OPAQUE * 5}\nc"),
        ('"""\n""" c', f"{OPAQUE * 3}\n{OPAQUE * 3} c"),
        ("::py:: a ::py:: c", f"{OPAQUE * 15} c"),
    ],
)
def test_what_is_no_code_is_covered(source: str, code: str) -> None:
    assert code_of(source) == code
