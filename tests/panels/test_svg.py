from __future__ import annotations

import base64
import xml.etree.ElementTree as ET

import pytest

from jacnb.panels.svg import Picture, document, element, fitted, text

SVG = "{http://www.w3.org/2000/svg}"


def whole(content: str, title: str = "t") -> ET.Element:
    return ET.fromstring(
        document(content, size=(10, 20.5), style="", title=title, desc="d")
    )


@pytest.mark.parametrize(
    "hostile",
    ["<script>&\"'", "a\x00b\x1bc", "\ud800", "\ufffe\uffff", "]]>", "\u202eabc"],
)
def test_hostile_text_is_text(hostile: str) -> None:
    found = whole(text(hostile, x=1) + element("g", id=hostile), hostile)
    said = [found.find(f"{SVG}text"), found.find(f"{SVG}title")]
    assert len({each.text for each in said if each is not None}) == 1
    assert found.find(f".//{SVG}script") is None


def test_a_document_has_its_size_its_title_and_what_it_shows() -> None:
    found = whole("", "A title")
    assert (found.get("width"), found.get("height")) == ("10", "20.5")
    assert found.get("viewBox") == "0 0 10 20.5"
    assert found[0].text == "A title"
    assert found[1].text == "d"


def test_an_element_writes_its_attributes_and_leaves_none_out() -> None:
    made = element("text", class_="a", text_anchor="end", x=1.5, y=2.0, dx=None)
    assert made == '<text class="a" text-anchor="end" x="1.5" y="2"/>'


def test_text_is_cut_to_a_width() -> None:
    assert fitted("abcdefgh", 63) == "abcdefgh"
    assert fitted("abcdef ghijklm", 50) == "abcdef…"
    assert fitted("abc", 0) == "…"


def test_a_picture_shows_itself_as_an_image_with_words(tmp_path) -> None:
    picture = Picture("<svg/>", 'Two "clients"')
    html = picture._repr_html_()
    assert base64.b64encode(b"<svg/>").decode() in html
    assert 'alt="Two &quot;clients&quot;"' in html
    assert picture._repr_svg_() == str(picture) == "<svg/>"
    assert picture.save(tmp_path / "p.svg").read_text() == "<svg/>"
    assert repr(picture).startswith('<Picture: Two "clients"')
