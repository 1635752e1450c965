"""The first notebook in JupyterLab: what a newcomer sees after running it."""

from __future__ import annotations


def test_the_first_notebook_runs_and_shows_every_message(lab):
    lab.run_notebook("00_start_here.ipynb")
    assert lab.errors() == []
    alice, bob, carol = (lab.panel(name) for name in ("alice", "bob", "carol"))
    for panel in (alice, bob, carol):
        panel.get_by_text("Hello, everybody!").first.wait_for()
        panel.get_by_text("No walker was needed.").first.wait_for()
    # Who is not addressed sees nothing: these two were for one user, one client.
    bob.get_by_text("Just for you, Bob.").wait_for()
    assert carol.get_by_text("Just for you, Bob.").count() == 0
    carol.get_by_text("Welcome!").wait_for()
    assert bob.get_by_text("Welcome!").count() == 0
    carol.get_by_text("ZeroDivisionError: division by zero").first.wait_for()
    # Only the author sees what the walker printed, and where it failed.
    lab.page.get_by_text("return a / b").last.wait_for()


def test_it_is_readable_in_both_themes(lab):
    lab.run_notebook("00_start_here.ipynb")
    lab.panel("alice").scroll_into_view_if_needed()
    lab.screenshot("start-light")
    lab.set_theme("JupyterLab Dark")
    bubble = lab.panel("bob").get_by_text("Just for you, Bob.")
    assert contrast(bubble) >= 4.5
    lab.screenshot("start-dark")
    lab.set_theme("JupyterLab Light")
    lab.screenshot("room-of-three", of=lab.page.locator(".widget-gridbox").first)


def contrast(element) -> float:
    """Return the contrast of an element's text to what is behind it (WCAG 2)."""
    text, ground = element.evaluate(
        """element => {
            const ground = start => {
                for (let e = start; e; e = e.parentElement) {
                    const colour = getComputedStyle(e).backgroundColor;
                    if (!/, 0\\)$|transparent/.test(colour)) return colour;
                }
                return "rgb(255, 255, 255)";
            };
            return [getComputedStyle(element).color, ground(element)];
        }"""
    )
    bright, dark = sorted((luminance(text), luminance(ground)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = colour[colour.index("(") + 1 : colour.index(")")].split(",")[:3]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (float(part) / 255 for part in parts)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
