"""The graph view in a real browser: live, step by step, and what must not break it."""

from __future__ import annotations

SERVER = """
import jacnb
from jacnb import Edge, Node, Root, Walker, on_entry, refs, report, visit
from jacnb.graph import connect

server = jacnb.serve()

class City(Node):
    name: str
    note: str = ""

class Road(Edge):
    km: int = 1

class build(Walker):
    names: list[str]

    @on_entry
    def go(self, here: Root):
        towns = [City(name=name) for name in self.names]
        for town in towns[:2]:
            connect(here, town)
        for near, far in zip(towns, towns[2:]):
            connect(near, far, Road(km=7))

    class __specs__:
        methods = ["websocket"]

class tour(Walker):
    @on_entry
    def start(self, here: Root):
        visit(self, refs(here))

    @on_entry
    def look(self, here: City):
        if here.name == "Trap":
            raise ValueError("trapped")
        report(f"seen {here.name}")
        visit(self, refs(here, edge=Road))

    class __specs__:
        methods = ["websocket"]

alice = server.connect(user="alice")
"""
PANEL = "view = jacnb.panels.GraphView(server)\nview"
BUILD = 'alice.walker("build", names=["Ulm", "Bonn", "Kiel", "Jena"])'
TOUR = 'alice.walker("tour")'
NODES = "g.jacnb-graph-node"


def opened(lab, *cells):
    """Run these cells after the server's, and return the panel."""
    lab.write_notebook("graph.ipynb", SERVER, *cells)
    lab.run_notebook("graph.ipynb")
    assert lab.errors() == []
    return lab.panel("Graph")


def run(lab, source):
    """Run one more cell in the notebook that is open."""
    lab.execute("notebook:insert-cell-below")
    lab.execute("notebook:replace-selection", text=source)
    lab.execute("notebook:run-cell")


def words(panel, start):
    """Wait until the words below the slider begin like this."""
    panel.locator(".jacnb-graph-words", has_text=start).wait_for()


def labels(panel):
    return panel.locator(NODES).evaluate_all(
        "all => all.map(each => each.getAttribute('aria-label'))"
    )


def test_the_gallery_notebook_runs_and_shows_the_walk(either):
    either.run_notebook("gallery/graph_view.ipynb")
    assert either.errors() == []
    panel = either.panel("Graph")
    panel.get_by_text("“greetings from Jena”").wait_for()
    panel.get_by_text("Rome").first.wait_for()
    assert either.page.locator("img[alt^='Graph of']").count() == 1


def test_nodes_appear_and_say_what_the_walker_did_there(lab):
    panel = opened(lab, PANEL, BUILD, TOUR)
    words(panel, "step 9 of 9: reports seen Jena at City Jena")
    assert labels(panel) == [
        "alice Root, visited at step 1",
        "City Ulm, visited at step 2, reported seen Ulm",
        "City Bonn, visited at step 3, reported seen Bonn",
        "City Kiel, visited at step 4, reported seen Kiel",
        "City Jena, visited at step 5, reported seen Jena",
    ]
    lab.page.wait_for_timeout(1500)
    panel.scroll_into_view_if_needed()
    lab.screenshot("graph-light", panel)
    lab.set_theme("JupyterLab Dark")
    lab.screenshot("graph-dark", panel)


def test_a_finished_walk_is_gone_through_step_by_step(lab):
    panel = opened(lab, PANEL, BUILD, TOUR)
    words(panel, "step 9 of 9")
    panel.get_by_role("button", name="First step").click()
    words(panel, "before the first of 9 steps")
    panel.get_by_role("button", name="Next step").click()
    panel.get_by_role("button", name="Next step").click()
    words(panel, "step 2 of 9: visits City Ulm")
    assert panel.locator(f"{NODES}.jacnb-graph-visited").count() == 2
    assert panel.locator(".jacnb-graph-current").count() == 1
    slider = panel.get_by_role("slider", name="Step")
    slider.focus()
    lab.page.keyboard.press("ArrowRight")
    words(panel, "step 3 of 9: reports seen Ulm at City Ulm")
    assert slider.get_attribute("aria-valuetext").startswith("step 3 of 9")
    lab.page.keyboard.press("End")
    words(panel, "step 9 of 9")
    panel.get_by_role("listitem", name="City Ulm").focus()
    lab.page.keyboard.press("ArrowLeft")
    words(panel, "step 8 of 9")
    assert lab.page.locator(".jp-CodeCell").count() == 4


def test_what_is_said_twice_at_a_node_is_counted_and_no_edge_crosses_it(lab):
    again = """
class again(Walker):
    @on_entry
    def start(self, here: Root):
        visit(self, refs(here))
        visit(self, refs(here))

    @on_entry
    def look(self, here: City):
        report(f"seen {here.name}")

    class __specs__:
        methods = ["websocket"]

alice.walker("again")
"""
    panel = opened(lab, PANEL, BUILD, again)
    panel.get_by_text("“seen Ulm” \u00d72").wait_for()
    assert panel.locator("rect.jacnb-graph-ground").count() == 2
    lab.screenshot("graph-reports-light", panel)
    lab.set_theme("JupyterLab Dark")
    lab.screenshot("graph-reports-dark", panel)


def test_an_earlier_walk_is_picked_and_kept_while_others_come(lab):
    panel = opened(lab, PANEL, BUILD, TOUR)
    words(panel, "step 9 of 9")
    picker = panel.get_by_role("combobox", name="Walk")
    earlier = picker.locator("option", has_text="build for alice")
    picker.select_option(value=earlier.get_attribute("value"))
    words(panel, "before the first of 1 steps")
    panel.get_by_role("button", name="Last step").click()
    words(panel, "step 1 of 1: visits alice Root")
    before = picker.locator("option").count()
    run(lab, TOUR)
    picker.locator("option").nth(before).wait_for(state="attached")
    words(panel, "step 1 of 1: visits alice Root")
    panel.get_by_role("button", name="follow").click()
    words(panel, "step 9 of 9")


def test_the_fields_of_a_node_are_shown_and_closed_again(lab):
    panel = opened(lab, PANEL, BUILD)
    panel.get_by_role("listitem", name="City Bonn").click()
    fields = panel.get_by_role("complementary", name="Fields")
    fields.get_by_text('"Bonn"').wait_for()
    fields.get_by_text("belongs to alice").wait_for()
    lab.screenshot("graph-fields", panel)
    lab.page.keyboard.press("Escape")
    fields.wait_for(state="hidden")
    lab.page.keyboard.press("ArrowDown")
    lab.page.keyboard.press("Enter")
    fields.get_by_text('"Kiel"').wait_for()


def test_a_walk_that_failed_says_so(lab):
    trap = """
alice.walker("build", names=["Trap"])
try:
    alice.walker("tour")
except jacnb.JacnbError:
    pass
"""
    panel = opened(lab, PANEL, trap)
    words(panel, "step 2 of 2: failed, ValueError: trapped")


def test_a_walk_at_a_root_that_has_nothing_says_that_it_is_not_drawn(lab):
    panel = opened(lab, PANEL, TOUR)
    words(panel, "step 1 of 1: visits a root (not drawn)")


def test_hostile_and_huge_fields_are_text(lab):
    odd = r"""
markup = '<img src=x onerror="document.title=1"><script>1</script>'
alice.walker("build", names=[markup, "\u202eabc\x00\x1b", "x" * 1_000_000])
alice.walker("tour")
"""
    panel = opened(lab, PANEL, odd)
    words(panel, ": reports seen xxxx")
    panel.get_by_role("listitem", name="City <img").click()
    panel.get_by_text("<script>1</script>").last.wait_for()
    assert panel.locator("img, script").count() == 0
    lab.screenshot("graph-odd", panel)
    assert lab.page.title() != "1"


def test_many_nodes_are_bounded_and_the_panel_says_so(lab):
    many = """
root = jacnb.root()
for number in range(400):
    connect(root, City(name=f"City {number}"))
"""
    panel = opened(lab, PANEL, many)
    note = "There are more nodes: the 300 nearest to the roots are shown."
    panel.get_by_text(note).wait_for()
    lab.page.wait_for_function(f"document.querySelectorAll('{NODES}').length === 300")
    lab.screenshot("graph-many", panel)


def test_a_walk_of_a_client_that_dies_meanwhile_is_shown_to_its_end(lab):
    panel = opened(lab, PANEL, BUILD, 'alice.send_walker("tour")\nalice.drop()')
    words(panel, "step 9 of 9: reports seen Jena at City Jena")


def test_a_callback_that_raises_does_not_stop_the_view(lab):
    stumble = "alice.on_message(lambda message: 1 / 0)\n"
    panel = opened(lab, PANEL, BUILD, stumble + 'alice.send_walker("tour")')
    words(panel, "step 9 of 9: reports seen Jena at City Jena")


def test_two_views_step_for_themselves(lab):
    panel = opened(lab, PANEL, "view", BUILD, TOUR)
    for number in range(2):
        words(panel.nth(number), "step 9 of 9")
    panel.first.get_by_role("button", name="First step").click()
    words(panel.first, "before the first")
    words(panel.nth(1), "step 9 of 9")


def test_a_restart_of_the_kernel_leaves_the_walk_to_be_stepped_through(lab):
    panel = opened(lab, PANEL, BUILD, TOUR)
    words(panel, "step 9 of 9")
    lab.page.evaluate(
        "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    panel.get_by_text("not live").wait_for()
    panel.get_by_role("button", name="Previous step").click()
    words(panel, "step 8 of 9")
    panel.get_by_role("listitem", name="City Ulm").click()
    panel.get_by_text("n:City:").wait_for()
