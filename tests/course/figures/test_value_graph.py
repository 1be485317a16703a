"""Drawings of a scalar engine: they hold its numbers, and a walk over it plays anywhere."""

import json
import re
from base64 import b64decode
from dataclasses import dataclass, field

import pytest

from minigrad.course import figures


@dataclass(eq=False)
class Value:
    data: float
    name: str = ""
    made_by: str = ""
    parents: tuple = ()
    slopes: tuple = ()
    grad: float = field(default=0.0, init=False)


@pytest.fixture
def product() -> Value:
    """u · (u + b), where u = w · x is used twice."""
    w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(1.0, "b")
    u = Value(6.0, "u", "×", (w, x), (3.0, 2.0))
    s = Value(7.0, "s", "+", (u, b), (1.0, 1.0))
    return Value(42.0, "f", "×", (u, s), (7.0, 6.0))


def test_a_graph_of_values_describes_itself(product):
    assert figures.value_graph(product).alt == (
        "Graph of a computation. w = 2. x = 3. u (×) of w and x = 6. b = 1. "
        "s (+) of u (×) and b = 7. f (×) of u (×) and s (+) = 42."
    )


def test_gradients_are_drawn_when_asked_for(product):
    product.grad = 1.0
    drawn = figures.value_graph(product, gradients=True)
    assert "f (×) of u (×) and s (+) = 42, gradient 1" in drawn.alt
    assert "gradient" not in figures.value_graph(product).dot


def test_a_graph_without_local_derivatives_has_bare_arrows(product):
    product.slopes = ()
    assert "n2 -> n5 []" in figures.value_graph(product).dot


def test_a_value_without_a_name_is_a_constant():
    assert "constant = −2" in figures.value_graph(Value(-2.0)).alt


def test_the_walk_adds_up_what_a_value_gets_from_several_results(product):
    captions = [caption for _, caption in figures.animate_walk(product, alt="A walk.").frames]
    assert "Forward. u = 2 × 3 = 6." in captions
    assert any("u has its whole gradient, 7 + 6 = 13." in caption for caption in captions)
    assert any("13 · 3 = 39 to w" in caption for caption in captions)


def test_the_walk_leaves_the_gradients_of_the_engine_alone(product):
    figures.animate_walk(product, alt="A walk.")
    assert product.grad == 0


def test_nothing_moves_from_frame_to_frame(product):
    drawings = [diagram.svg() for diagram, _ in figures.animate_walk(product, alt="A walk.").frames]
    boxes = {tuple(re.findall(r'width="\d+pt" height="\d+pt"|M[\d.-]+,[\d.-]+C', drawing)[:1])
             for drawing in drawings}  # fmt: skip
    titles = [
        re.findall(r'<text [^>]*x="([\d.-]+)" y="([\d.-]+)"[^>]*>[wxb]<', d) for d in drawings
    ]
    assert len(boxes) == 1
    assert len(titles[0]) == 3 and all(places == titles[0] for places in titles)


def test_a_flipbook_stands_on_its_own_and_shows_its_last_picture_first(product):
    book = figures.animate_walk(product, alt="A walk.")
    html = book.html()
    assert html == figures.animate_walk(product, alt="A walk.").html()
    assert re.findall(r'<img alt="([^"]*)"', html) == ["A walk."]
    film = json.loads(re.search(r'application/json">(.*?)</script>', html)[1])
    assert len(film["frames"]) == len(book.frames)
    runs = film["frames"][-1]["picture"]
    last = "\n".join(line for n, count in runs for line in film["lines"][n : n + count])
    shown = b64decode(re.search(r'src="[^,]*,([^"]*)"', html)[1]).decode()
    assert last.split() == shown.split()


def test_a_tangent_touches_and_a_chord_estimates():
    figure = figures.tangent(
        [0, 1, 2],
        [0, 1, 4],
        (1.0, 1.0),
        2.0,
        chord=(lambda x: x**3, 1.0),
        title="x",
        alt="A curve.",
    )
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == ["the curve", "tangent, slope 2", "chord, slope 4"]
