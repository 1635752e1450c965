from __future__ import annotations

import pytest

from jacnb import UploadFile, graph
from jacnb.errors import JacError, JacSyntaxError
from jacnb.jac import library, linking
from jacnb.walkers.registry import REGISTRY


def test_names_of_the_author_stay_the_authors(jac) -> None:
    module = jac(
        "node Node { has x: int = 1; }\n"
        "node Other { has y: int = 2; }\n"
        "def connect -> str { return 'mine'; }\n"
    )
    assert module.Node.__mro__[1] is graph.Node
    assert module.Other.__mro__[1] is graph.Node
    assert module.connect() == "mine"


def test_words_of_jac_need_no_import(jac, server) -> None:
    module = jac("with entry { same = jobj(id='root') is root; it = jid(root); }")
    assert module.same is True
    assert module.it.startswith("n::")


def test_a_word_that_the_namespace_has_is_left_alone(compiler) -> None:
    from jacnb.jac.modules import run_jac

    namespace = {"__name__": "mine", "jid": str, "store": lambda: 5}
    run_jac("with entry { a = jid(1); b = store(); }", "<cell>", namespace)
    assert (namespace["a"], namespace["b"]) == ("1", 5)


def test_nothing_but_aliases_is_added(jac) -> None:
    module = jac("walker w { can a with Root entry { visit [-->]; report 1; } }")
    names = {n for n in vars(module) if not n.startswith(("_jac_", "__"))}
    assert names == {"w", "Root"}


def test_library_names_can_be_imported_from_where_jaclang_has_them(jac) -> None:
    module = jac("import from jaclang.lib { jid as id_of, Node }")
    assert module.id_of is graph.jid
    assert module.Node is graph.Node


def test_files_are_those_of_jacnb(jac) -> None:
    assert jac("import from fastapi { UploadFile }").UploadFile is UploadFile


def test_other_names_of_jac_cloud_fail_when_used_only(jac) -> None:
    module = jac("import from jac_cloud.core.archetype { NodeAnchor }")
    with pytest.raises(JacError, match="NodeAnchor of Jac Cloud is not part of jacnb"):
        module.NodeAnchor()
    with pytest.raises(JacError, match="NodeAnchor of Jac Cloud is not part of jacnb"):
        _ = module.NodeAnchor.objects


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("\ndef f(x: str) -> str by llm();", 2, "language models"),
        ("cl { def app() -> int { return 1; } }", 1, "client code"),
        ('"""A."""\ncl def app() -> int { return 1; }', 2, "client code"),
        ("na { def app() -> int { return 1; } }", 1, "native blocks"),
        ("sv { def app() -> int { return 1; } }", 1, "server blocks"),
        ("@schedule(trigger=1)\nwalker w { }", 1, "schedules"),
        ("with entry {\n    x = store();\n}", 2, "kept in memory"),
        ("import from jaclang.lib { call_llm }", 1, "language models"),
    ],
)
def test_what_is_not_offered_is_refused_in_one_line(jac, source, line, said) -> None:
    with pytest.raises(JacSyntaxError) as found:
        jac(source)
    assert said in found.value.msg
    assert "\n" not in found.value.msg
    assert found.value.lineno == line


def test_short_names_are_no_blocks(jac) -> None:
    module = jac("with entry { cl = 1; na = cl; if na { sv = 3; } }")
    assert (module.cl, module.na, module.sv) == (1, 1, 3)


def test_an_unknown_library_name_names_the_version(jac, monkeypatch) -> None:
    monkeypatch.delitem(library.NAMES, "visit")
    monkeypatch.setattr(linking, "version", lambda: "9.9")
    with pytest.raises(JacError, match=r"jaclang 9\.9 uses 'visit' of jaclang\."):
        jac("walker w { can a with Root entry { visit [-->]; } }")


@pytest.mark.parametrize(
    ("name", "cure"), [("levitate", "leave it out"), ("jd", "did you mean jid?")]
)
def test_an_unknown_import_from_the_library_is_shown(jac, name, cure) -> None:
    with pytest.raises(JacSyntaxError) as found:
        jac(f"import from jaclang.lib {{ {name} }}")
    assert found.value.msg == f"jaclang.lib has no {name} in jacnb: {cure}"
    assert found.value.text[found.value.offset - 1 :].startswith(name)


def test_restspec_without_parentheses_is_refused(jac) -> None:
    with pytest.raises(JacSyntaxError) as found:
        jac("\n@restspec\nwalker:pub w { }")
    assert found.value.msg.startswith("@restspec takes what it says in parentheses")
    assert (found.value.lineno, found.value.text) == (2, "@restspec")


def test_a_decorator_of_the_author_may_be_called_restspec(jac) -> None:
    module = jac("def restspec(c: type) -> type { return c; }\n@restspec\nwalker w { }")
    assert issubclass(module.w, graph.Walker)


@pytest.mark.parametrize(
    "source",
    [
        "import jacnb;\nwalker w(jacnb.Walker) { has x: int = 1; }",
        "import from jacnb { Walker }\nwalker w(Walker) { has x: int = 1; }",
    ],
)
def test_a_walker_may_name_what_it_is_anyway(jac, source) -> None:
    assert jac(source).w.__bases__ == (graph.Walker,)


@pytest.mark.parametrize("trigger", ["Root enrty", "Root"])
def test_an_ability_that_never_runs_is_refused(jac, trigger) -> None:
    with pytest.raises(JacSyntaxError, match="says entry or exit after its type"):
        jac(f"walker w {{ can a with {trigger} {{ }} }}")


@pytest.mark.parametrize(
    "field",
    ["has d: dict {};", 'has d: dict[str, int] {"a": 1};', "has d: int | A { }"],
)
def test_a_default_without_its_sign_is_told_so(jac, field) -> None:
    with pytest.raises(JacSyntaxError, match="stands after =") as found:
        jac(f"walker w {{\n    {field}\n}}")
    assert found.value.lineno == 2
    assert found.value.text[found.value.offset - 1] == "{"


def test_walkers_of_a_cell_walk_in_its_order(jac, server) -> None:
    source = (
        "node City { has name: str; }\n"
        "walker tour {\n"
        "    can start with Root entry { visit [-->]; }\n"
        "    can at with City entry { report f'in {here.name}'; visit [-->]; }\n"
        "    can off with City exit { report f'out {here.name}'; }\n"
        "}\n"
        "with entry {\n"
        "    a = City('a'); root ++> a; a ++> City('b');\n"
        "    told = (root spawn tour()).reports;\n"
        "}\n"
    )
    assert jac(source).told == ["in a", "out a", "in b", "out b"]
    server.reset()
    REGISTRY.remove("tour")
    assert jac(source, order="dfs").told == ["in a", "in b", "out b", "out a"]
