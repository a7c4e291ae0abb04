"""Pictures of text: read apart, under limits; what is no picture of text gives nothing."""

import io

import pytest

from analysis.intake import pictures
from analysis.intake.file_texts import text_in

needed = pytest.mark.skipif(not pictures.engine(), reason="the extra ocr is not installed")
SAID = "Forty pallets of gowns land at Hexley on Tuesday"


def drawn(*lines: str, size: tuple[int, int] = (900, 200)) -> bytes:
    from matplotlib.font_manager import findfont
    from PIL import Image, ImageDraw, ImageFont

    picture, out = Image.new("RGB", size, "white"), io.BytesIO()
    font = ImageFont.truetype(findfont("DejaVu Sans"), 22)
    ImageDraw.Draw(picture).multiline_text((20, 20), "\n".join(lines), "black", font)
    picture.save(out, "PNG")
    return out.getvalue()


@needed
def test_a_drawn_line_of_talk_is_read_and_says_by_what():
    text, basis = text_in("screen.png", "image/png", drawn("Ann: " + SAID, "tell nobody before then"))
    assert SAID in " ".join((text or "").split())
    assert basis == f"ocr: {pictures.engine()}"


@needed
@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n" + b"\0" * 64, b"BM" + bytes(range(256)), drawn(SAID)[:300]])
def test_what_cannot_be_decoded_gives_nothing(content):
    assert text_in("screen.png", "image/png", content) == (None, None)


@needed
def test_a_picture_over_its_limits_gives_nothing():
    assert pictures.words(drawn(SAID, size=(90, 90))) == (None, None)
    assert pictures.words(drawn(SAID, size=(8000, 5100))) == (None, None)


@needed
def test_a_picture_that_takes_too_long_gives_nothing(monkeypatch):
    monkeypatch.setattr(pictures, "SECONDS", 0.001)
    assert pictures.words(drawn("Ann: " + SAID, "slow")) == (None, None)


def test_without_the_extra_a_picture_has_no_text(monkeypatch):
    monkeypatch.setattr(pictures, "engine", lambda: "")
    assert text_in("screen.png", "image/png", drawn(SAID)) == (None, None)
