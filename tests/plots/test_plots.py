"""Figures: they carry alternative text, keep their bytes, and are for every pair of eyes."""

import json
import re
import subprocess
import sys
from base64 import b64decode
from itertools import combinations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

import minigrad as mg
from minigrad import plots
from minigrad.plots.style import BACKGROUND, CHINESE, look, style

WORDS = {"title": "What it shows", "alt": 'Two lines, "a" & b.'}
BOWL = {"xlim": (-10, 3), "ylim": (-3, 3), **WORDS}


def bowl(x1, x2):
    return 0.1 * x1**2 + 2 * x2**2


def descent(lr: float, updates: int = 6) -> np.ndarray:
    start, curvature = np.array([-9.0, 1.0]), np.array([0.2, 4.0])
    return start * (1 - lr * curvature) ** np.arange(updates + 1)[:, None]


def drawings():
    yield plots.loss_curves({"a": [3, 2, 1], "b": [[3, 3, 3], [4, 4, 4]]}, **WORDS)
    yield plots.paths(bowl, {"a": descent(0.4), "b": descent(0.1)}, **BOWL)
    yield plots.animate_paths(bowl, {"a": descent(0.4), "b": descent(0.51)}, **BOWL)
    x = mg.tensor(3.0, requires_grad=True)
    yield plots.graph(mg.exp(0.5 * x) * x, names={"x": x})


def test_figures_are_there_when_asked_for_and_cost_nothing_before():
    code = "import sys, minigrad as mg; assert 'matplotlib' not in sys.modules; mg.plots.paths"
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="no attribute 'plotz'"):
        mg.plotz  # noqa: B018


# Alternative text


def test_every_picture_is_an_image_element_with_its_alternative_text():
    for drawing in drawings():
        pictures = re.findall(r'<img alt="([^"]+)"', drawing.html())
        assert len(pictures) == 1
        assert pictures[0].startswith(("Two lines, &quot;a&quot; &amp; b.", "Graph of a comp"))


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_a_figure_without_alternative_text_is_refused(alt):
    with pytest.raises(ValueError, match="needs alternative text"):
        plots.subplots(alt=alt)


def test_show_displays_the_picture_once_with_its_text(monkeypatch):
    shell = InteractiveShell.instance()
    shown = []
    monkeypatch.setattr(shell.display_pub, "publish", lambda data, **_: shown.append(data))
    for drawing in drawings():
        handled, metadata = shell.display_formatter.format(drawing)
        assert (handled, metadata) == ({}, {})  # it displayed itself
    assert [set(data) for data in shown] == [{"text/html", "text/plain"}] * 4
    assert shown[0]["text/plain"] == 'Figure: Two lines, "a" & b.'


def test_a_figure_that_was_displayed_is_not_shown_again():
    figure = plots.loss_curves({"a": [2, 1]}, **WORDS)
    assert plt.fignum_exists(figure.number)
    figure._ipython_display_()
    assert not plt.fignum_exists(figure.number)


def films(html: str) -> list[dict]:
    return [json.loads(data) for data in re.findall(r'application/json">(.*?)</script>', html)]


def drawn(film: dict, picture: list) -> str:
    """Put a picture together from its lines, as the script does."""
    return "\n".join(n for first, count in picture for n in film["lines"][first : first + count])


def slider(**options) -> plots.Slider:
    options = {"start": 0.4, "low": 0.1, "high": 0.5, "step": 0.1, **options}
    return plots.Slider(
        lambda lr: plots.paths(bowl, {"a": descent(lr)}, **{**BOWL, "alt": f"rate {lr}"}),
        label="learning rate",
        **options,
    )


def test_a_slider_holds_a_picture_of_each_of_its_places_and_needs_no_kernel():
    html = slider().html()
    (film,) = films(html)
    assert [frame["at"] for frame in film["frames"]] == ["0.1", "0.2", "0.3", "0.4", "0.5"]
    assert [frame["alt"] for frame in film["frames"]] == [f"rate 0.{i}" for i in range(1, 6)]
    assert 'alt="rate 0.4"' in html and film["start"] == 3 and film["label"] == "learning rate"
    pictures = {drawn(film, frame["picture"]) for frame in film["frames"]}
    assert len(pictures) == 5
    assert not plt.get_fignums()
    assert "widget" not in html and html == slider().html()
    start = plots.paths(bowl, {"a": descent(0.4)}, **{**BOWL, "alt": "rate 0.4"})
    assert drawn(film, film["frames"][3]["picture"]) == start.svg().rstrip("\n")


def test_the_pictures_of_a_slider_share_what_they_have_in_common():
    one = slider(low=0.4, high=0.5, start=0.4, step=0.5)
    assert len(slider().html()) < 2 * len(one.html())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"step": 0.001}, "step=0.001 makes 401 places, and at most 41"),
        ({"start": 0.6}, "start is from low to high"),
        ({"step": 0}, "step is a positive number"),
        ({"high": 0.1}, "start is from low to high"),
        ({"low": "0"}, "low is a finite number; got '0'"),
    ],
)
def test_a_slider_that_cannot_be_drawn_is_refused_before_it_is_drawn(options, message):
    with pytest.raises((TypeError, ValueError), match=f"Slider: {message}"):
        slider(**options)


def test_before_play_nothing_of_a_path_is_drawn_and_without_scripts_all_of_it():
    html = plots.animate_paths(bowl, {"a": descent(0.4)}, **BOWL).html()
    (film,) = films(html)
    still = b64decode(re.search('base64,([^"]+)', html)[1]).decode()
    ground = drawn(film, film["ground"])
    colour = f"stroke: {plots.COLORS[0]}"
    assert still.count(colour) >= 7  # the line and its markers
    assert colour not in ground
    assert set(ground.split()) < set(still.split())  # and nothing else differs


def test_a_graph_describes_itself():
    x = mg.tensor(3.0, requires_grad=True)
    y = mg.tensor(2.0, requires_grad=True)
    assert plots.graph(x * y, names={"x": x, "y": y}).alt == (
        "Graph of a computation. x = 3, gradient 2. y = 2, gradient 3. "
        "multiply of x and y = 6, gradient 1."
    )


# Bytes


def test_the_same_drawing_gives_the_same_bytes():
    assert [d.html() for d in drawings()] == [d.html() for d in drawings()]


def test_a_picture_names_no_date_and_no_program():
    for drawing in drawings():
        svg = b64decode(re.search('base64,([^"]+)', drawing.html())[1]).decode()
        assert "<dc:date>" not in svg and "<dc:creator>" not in svg


def test_drawing_leaves_the_settings_of_matplotlib_alone():
    before = mpl.rcParams.copy()
    for drawing in drawings():
        drawing.html()
    assert mpl.rcParams == before


# Colours


def luminance(color: str) -> float:
    """Relative luminance, as WCAG 2.1 defines it."""
    rgb = np.array(mpl.colors.to_rgb(color))
    return float(np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ LUMA)


LUMA = [0.2126, 0.7152, 0.0722]
# Machado, Oliveira & Fernandes 2009: what is left of red, green and blue, in linear light.
SIGHT = {
    "full": np.eye(3),
    "without red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                    [-0.003882, -0.048116, 1.051998]],
    "without green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                      [-0.011820, 0.042940, 0.968881]],
    "without blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                     [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


@pytest.mark.parametrize("color", plots.COLORS)
def test_every_colour_carries_text_on_the_card(color):
    assert (luminance(BACKGROUND) + 0.05) / (luminance(color) + 0.05) >= 4.5


@pytest.mark.parametrize("sight", SIGHT)
def test_the_first_three_colours_differ_without_colour_vision(sight):
    linear = [np.array(mpl.colors.to_rgb(color)) ** 2.2 for color in plots.COLORS[:3]]
    seen = [np.clip(SIGHT[sight] @ color, 0, 1) ** (1 / 2.2) for color in linear]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 0.2


def test_the_first_36_series_differ_without_their_colours():
    looks = [look(index) for index in range(36)]
    assert len({tuple(map(str, one.values())) for one in looks}) == 36
    for start in range(0, 36, 6):
        assert (
            len({(str(one["linestyle"]), one["marker"]) for one in looks[start : start + 6]}) == 6
        )


# Words


def test_every_word_of_the_axes_is_taken_in_any_order_and_none_undoes_another():
    words = {
        "ylabel": "loss", "yticklabels": ["one", "ten"], "yticks": [1, 10], "ylim": [0.5, 20],
        "xlabel": "t", "xlim": [0, 3], "yscale": "log", "xticks": [0, 3], "xscale": "linear",
    }  # fmt: skip
    for order in (words, dict(reversed(words.items()))):
        axes = plots.loss_curves({"a": [3, 2, 1]}, **WORDS, **order).axes[0]
        assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_yscale()) == ("t", "loss", "log")
        assert (axes.get_xlim(), axes.get_ylim()) == ((0, 3), (0.5, 20))
        assert axes.get_yticks().tolist() == [1, 10]
        assert [tick.get_text() for tick in axes.get_yticklabels()] == ["one", "ten"]
        assert not len(axes.get_yticks(minor=True))


def test_a_long_title_is_broken_into_lines_but_no_formula_is():
    title = (
        "The rate must stay below the limit, that is, as long as $\\eta < 2 / \\lambda_{max}$ holds"
    )
    figure = plots.loss_curves({"a": [1, 2]}, **{**WORDS, "title": title})
    lines = figure.get_suptitle().splitlines()
    assert len(lines) == 2 and " ".join(lines) == title
    assert all(line.count("$") % 2 == 0 for line in lines)


def test_text_is_readable_on_a_phone():
    figure = plots.loss_curves({"a": [1, 2]}, **WORDS)
    texts = [text for text in figure.findobj(mpl.text.Text) if text.get_text()]
    shrunk = 358 / (96 * figure.get_figwidth())  # a phone of 390 pixels, less the margins
    assert min(text.get_fontsize() for text in texts) * 96 / 72 * shrunk >= 9


def test_chinese_text_falls_back_on_a_font_that_has_it():
    installed = {font.name for font in mpl.font_manager.fontManager.ttflist}
    with style():
        assert mpl.rcParams["font.family"][0] == "DejaVu Sans"
        assert set(mpl.rcParams["font.family"][1:]) == installed & set(CHINESE)


# What is drawn


def test_loss_curves_show_the_median_and_the_spread_of_the_seeds():
    figure = plots.loss_curves({"run": [[1, 5], [2, 2], [9, 3]]}, **WORDS)
    (axes,) = figure.axes
    assert axes.lines[0].get_ydata().tolist() == [2, 3]
    (band,) = axes.collections
    assert band.get_paths()[0].get_extents().extents.tolist() == [0, 1, 1, 9]


def test_a_loss_curve_stops_where_the_loss_is_no_longer_finite():
    figure = plots.loss_curves({"run": [1.0, 4.0, np.inf, np.nan]}, **WORDS)
    drawn = figure.axes[0].lines[0].get_ydata()
    assert np.isnan(drawn).tolist() == [False, False, True, True]


def test_paths_that_play_together_need_equally_many_points():
    with pytest.raises(ValueError, match=r"equally many points; got {'a': 7, 'b': 4}"):
        plots.animate_paths(bowl, {"a": descent(0.1), "b": descent(0.1, updates=3)}, **BOWL)


def test_a_path_of_another_shape_is_refused_by_name():
    with pytest.raises(ValueError, match=r"paths: paths\['a'\] holds numbers, places of shape"):
        plots.paths(bowl, {"a": [1, 2, 3]}, **BOWL)


@pytest.mark.filterwarnings("error")
def test_a_path_that_diverges_to_infinity_still_plays():
    path = descent(0.4)
    path[-2:] = np.inf, np.nan
    html = plots.animate_paths(bowl, {"a": path}, **BOWL).html()
    assert "NaN" not in html.split("application/json")[1].split("</script>")[0].split('"values"')[0]


# Graphs


def test_a_graph_takes_gradients_without_touching_them():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    total = (x * x).sum()
    plots.graph(total)
    assert x.grad is None
    total.backward()
    assert x.grad.numpy().tolist() == [2, 4]


def test_a_tensor_used_twice_stands_in_the_graph_once():
    x = mg.tensor(3.0, requires_grad=True)
    dot = plots.graph(x * x, names={"x": x}).dot
    assert dot.count("label=") == 2
    assert dot.count("n0 -> n1") == 2


def test_a_long_chain_is_no_problem():
    y = x = mg.tensor(1.0, requires_grad=True)
    for _ in range(3_000):
        y = y * 1.0
    assert plots.graph(y, names={"x": x}).dot.count("multiply") == 3_000
