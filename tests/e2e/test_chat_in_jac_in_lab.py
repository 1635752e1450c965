"""The lesson about Jac in JupyterLab."""

from __future__ import annotations

import pytest

NOTEBOOK = "chat_in_jac.ipynb"
START = "window.jupyterapp.commands.execute('notebook:run-all-cells'); null"
# The home of the tests is new: there jaclang compiles itself.
FIRST_USE = 300_000


@pytest.mark.timeout(400)
def test_the_lesson_runs_and_its_mistake_is_shown(compiler, lab):
    lab.open(NOTEBOOK)
    lab.page.evaluate(START)
    shown = lab.page.locator(".jp-OutputArea-output")
    shown.get_by_text("send_chat_to_user").first.wait_for(timeout=FIRST_USE)
    lab.wait_idle()
    offered = shown.get_by_text("offered by the running server")
    # The page may show what came last a moment after the kernel is idle.
    offered.nth(3).wait_for()
    assert offered.count() == 4
    alice, bob = lab.panel("alice"), lab.panel("bob")
    for panel in (alice, bob):
        panel.get_by_text("Hello from Jac!").first.wait_for()
        panel.get_by_text("CAN YOU HEAR ME!").first.wait_for()
    bob.get_by_text("Just for you, Bob.").wait_for()
    reply = shown.get_by_text("{'message': 'CAN YOU HEAR ME!'}")
    reply.first.wait_for()
    assert reply.count() == 1
    # The one error is the lesson's own: its place, and what belongs there.
    shown.get_by_text("a field has a type: has name: str;").wait_for()
    lab.page.locator(".jp-Cell").nth(3).scroll_into_view_if_needed()
    lab.screenshot("jac-cell-light")
    lab.panel("alice").scroll_into_view_if_needed()
    lab.screenshot("jac-chat-light")
    lab.set_theme("JupyterLab Dark")
    lab.screenshot("jac-chat-dark")
    lab.page.locator(".jp-Cell").nth(20).scroll_into_view_if_needed()
    lab.screenshot("jac-mistake-dark")
