from __future__ import annotations

from jacnb.client.response import Response


def test_response_shows_status_and_reports() -> None:
    response = Response.of({"status": 200, "reports": ["sent"], "id": "x"})
    assert repr(response) == "Response(status=200, reports=['sent'])"
    assert response == Response(200, ["sent"], "x")
    assert response.id == "x"


def test_response_that_a_walker_wrote_itself_is_kept_whole() -> None:
    response = Response.of({"answer": 42})
    assert response.body == {"answer": 42}
    assert repr(response) == "Response(status=200, body={'answer': 42})"
    assert "42" in response._repr_html_()


def test_html_escapes_reports_and_is_bounded() -> None:
    shown = Response(200, ["<b>" * 10_000])._repr_html_()
    assert "<b>Response</b> status 200" in shown
    assert "&lt;b&gt;" in shown
    assert len(shown) < 40_000
