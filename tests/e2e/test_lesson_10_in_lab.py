"""The JavaScript of lesson 10, in a page: what is solved there, and what is not.

Where there is no browser a client in Python answers its exercises (tests/lessons). Here
a page does it, as a learner would: typed into the panel, with a click on Run.
"""

from __future__ import annotations

import pytest

from jacnb.lessons.lesson_10 import PLAN

NOTEBOOK = "10_browser_client.ipynb"
SOLVED = {f"q{n}": each.javascript for n, each in enumerate(PLAN.exercises, 1)}
CHANNEL = '"channel",\n    channel_ids: ["room"]'
# A mistake in the page, how many events it sends by itself, what is said about it.
WRONG = {
    "q1": [
        (("JSON.stringify(event)", "event"), 2, "Send its JSON"),
        (("change_user", "change_name"), 2, "Event shout requires to be authenticated"),
        (("{ text:", "{ message:"), 2, "Field required"),
    ],
    "q2": [
        (("2 * data.number", "data.number"), 0, "What differs: data is"),
        (('type !== "question" || ', ""), 0, "also a message that asks nothing"),
        (("data?.number", "data.number"), 0, None),
        ((' || typeof data?.number !== "number"', " || !data"), 0, "asks nothing"),
        (("?channel_id=room", ""), 0, "No page listens on the channel"),
        (
            ('"client",\n    client_ids: [data.client_id]', CHANNEL),
            0,
            "The answer went to the channel “room”",
        ),
    ],
    "q3": [
        (("() => setTimeout(connect, 500)", "setTimeout(() => 0)"), 2, "first time"),
        (("500", "60_000"), 2, "first time"),
        (("500", "2_300"), 2, "seconds to connect again, not two"),
        (('"room"', '"room", "hall"'), 2, "to the channel “room” alone"),
        (
            ("client.onclose", "tries += 1;\n  if (tries < 2) client.onclose"),
            2,
            "second",
        ),
        (('type: "change_user"', 'type: "connection"'), 2, "The page is not Alice"),
    ],
}
SENT = {"q1": 2, "q2": 0, "q3": 2}
LAST = "() => { const { content } = window.jupyterapp.shell.currentWidget; %s }"
ADD = LAST % (
    "content.activeCellIndex = content.widgets.length - 1;"
    "content.model.sharedModel.insertCell(content.widgets.length, "
    '{ cell_type: "code", source: "" });'
    "content.activeCellIndex = content.widgets.length - 1;"
)
# A click into the panel has made another cell the active one.
WRITE = """source => {
    const { content } = window.jupyterapp.shell.currentWidget;
    content.activeCellIndex = content.widgets.length - 1;
    content.activeCell.model.sharedModel.setSource(source);
}"""


@pytest.fixture
def lesson(lab):
    lab.run_notebook(NOTEBOOK)
    assert lab.errors() == []
    lab.panel("alice in the browser").first.get_by_text("through").wait_for()
    lab.page.evaluate(ADD)
    return lab


def run(lab, code, sent):
    """Run JavaScript in the page, and wait until it is connected and has sent."""
    panel = lab.panel("alice in the browser").first
    panel.get_by_label("JavaScript").fill("let tries = 0;\n" + code.strip())
    panel.get_by_role("button", name="Run").click()
    sockets = panel.get_by_role("list", name="Sockets").get_by_role("listitem")
    sockets.get_by_label(f"{sent} sent").first.wait_for()
    sockets.filter(has_text="open").first.wait_for()


def check(lab, question):
    """Run the check in the last cell, and return what it shows."""
    cell = lab.page.locator(".jp-CodeCell").last
    lab.page.evaluate(WRITE, f"{question}.check()")
    lab.execute("notebook:run-cell")
    lab.wait_idle()
    return cell.locator(".jp-OutputArea-output").last.inner_text()


@pytest.mark.timeout(180)
@pytest.mark.parametrize("question", SOLVED)
def test_the_page_solves_it_and_mistakes_are_told(lesson, question):
    for mistake, sent, said in WRONG[question]:
        code = SOLVED[question]
        assert mistake[0] in code
        run(lesson, code.replace(*mistake), sent)
        shown = check(lesson, question)
        if said is None:
            assert "Correct" in shown, (mistake, shown)
        else:
            assert "Correct" not in shown, mistake
            assert said in shown, mistake
    run(lesson, SOLVED[question], SENT[question])
    assert f"Correct: {question}" in check(lesson, question)
    lesson.screenshot(f"lesson-10-{question}")


@pytest.mark.timeout(180)
def test_the_solved_notebook_runs_in_a_page_as_well(lab):
    lab.run_notebook(f"solutions/{NOTEBOOK}")
    assert lab.errors() == []
    for question in SOLVED:
        lab.page.get_by_text(f"Correct: {question}").first.wait_for()
