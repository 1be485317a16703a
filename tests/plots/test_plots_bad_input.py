"""What a drawing cannot use is refused, with the argument, what it takes and what it got."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest

from minigrad import plots
from minigrad.course import figures

PLANE = {"xlim": (-1, 1), "ylim": (-1, 1)}
WALK, CLOUD = np.zeros((3, 2)), np.zeros((3, 4, 2))
LAKE, WORTH = ["SF", "HG"], np.zeros((4, 4))


def bowl(x1, x2):
    return x1**2 + x2**2


# A good call of every drawing, and what of it may be replaced by something bad.
CALLS = {
    plots.loss_curves: {"losses": {"a": [2.0, 1.0]}},
    plots.against_rate: {"rates": [1, 2], "results": {"a": [2.0, 1.0]}, "marks": {"best": 1.0}},
    plots.rate_and_loss: {"runs": {"a": ([1.0], [2.0, 1.0])}},
    plots.range_curve: {"rates": [1, 2], "losses": [2, 1], "smoothed": [2, 1]},
    plots.dots: {"panels": {"": {"a": [1.0]}}},
    plots.bars: {"amounts": {"a": 1.0}},
    plots.functions: {"x": [0, 1], "values": {"f": [0, 1]}},
    plots.paths: {"f": bowl, "paths": {"a": WALK}, **PLANE},
    plots.animate_paths: {"f": bowl, "paths": {"a": WALK}, **PLANE},
    plots.images: {"pixels": np.zeros((1, 2, 2)), "names": ["a"]},
    plots.signed_tiles: {"arrays": np.ones((1, 2, 2)), "ends": ("less", "more"), "columns": 8},
    figures.clouds: {"f": bowl, "clouds": {"a": CLOUD}, **PLANE},
    figures.animate_clouds: {"f": bowl, "clouds": {"a": CLOUD}, **PLANE},
    figures.landings: {"f": np.square, "start": 1.0, "ends": {"a": 0.0}, "xlim": (-1, 1)},
    figures.tangent: {"x": [0, 1], "y": [0, 1], "at": (0, 0), "slope": 1.0},
    figures.plane: {"x": [0, 1], "y": [0, 1], "values": np.eye(2), "levels": [0, 1], "label": "f"},
    figures.network: {"layers": {"input": 3, "scores": 2}},
    figures.eigenvectors: {"hessian": np.eye(2), "paths": {"a": WALK}, **PLANE},
    figures.circles: {"matrices": {"a": np.eye(2)}},
    figures.searches: {"rates": [1, 2], "others": [1, 2], "losses": np.eye(2),
                       "looked": {"a": [[0, 0]]}},
    figures.animate_range: {"rates": [1, 2], "losses": [2, 1], "smoothed": [2, 1]},
    figures.regions: {"models": {"a": lambda p: p[:, 0]}, "x": WALK, "y": [0, 1, 1], **PLANE},
    figures.grids: {"row": [figures.Grid("a", [1, 2])]},
    figures.animate_broadcast: {"x": np.eye(2), "b": [1, 2], "g": np.eye(2)},
    figures.clipped: {"gradient": [3.0, 4.0], "limit": 1.0},
    figures.fits: {"points": ([0, 1], [0, 1]), "x": [0, 1], "curves": {"a": [0, 1]}},
    figures.histogram: {"sizes": [0.1, 1.0, 2.0], "marks": {"limit": 1.0}},
    figures.histograms: {"sets": {"a": [0.0, 1.0]}, "xlim": (-1, 1), "bins": 5},
    figures.confusion: {"counts": np.eye(2)},
    figures.alignment: {"weights": np.eye(2), "source": ["a", "b"], "target": ["c", "d"]},
    figures.tile_map: {"world": LAKE, "tables": {"a": WORTH}, "moves": "LDRU"},
    figures.animate_tile_map: {"world": LAKE, "frames": {"a": {"b": WORTH}}, "moves": "LDRU"},
    figures.animate_carts: {"runs": {"a": np.zeros((3, 4))}, "every": 5},
    figures.walls: {"f": bowl, "free": [2, 1], "places": {"L1": [1, 0]}, **PLANE},
}  # fmt: skip
DRAWN_FROM_OTHER_THINGS = {  # graphs of tensors and values, and charts of text
    "graph", "value_graph", "animate_walk", "flowchart", "rate_chart", "broadcast",
    "animate_regions", "subplots", "use_style",
}  # fmt: skip
WORDS = {"title": "What it shows", "alt": "What is drawn."}

NOTHING = {"none": None, "string": "abc", "class": dict, "function": bowl}
NO_NUMBERS = {**NOTHING, "words": ["1", "2"], "ragged": [[1.0], [1.0, 2.0]], "complex": [1j, 1j],
              "empty": [], "mapping": {"a": 1.0}}  # fmt: skip
NO_SERIES = {**NOTHING, "list": [1.0], "empty": {}, "unnamed": {1: [1.0]}, "array": np.eye(2),
             **{f"series of {kind}": {"a": bad} for kind, bad in NO_NUMBERS.items()}}  # fmt: skip
NO_NUMBER = {"none": None, "string": "1", "nan": math.nan, "infinite": math.inf, "list": [1.0]}
NO_LIMITS = {**NO_NUMBERS, "one": [1.0], "equal": [1, 1], "nan": [0, math.nan], "number": 1.0,
             "infinite": [0, math.inf], "three": [0, 1, 2]}  # fmt: skip
NO_NAMES = {"none": None, "string": "abc", "numbers": [1], "class": list}
NO_COUNT = {"zero": 0, "negative": -1, "fraction": 2.5, "string": "8", "none": None}
NO_FUNCTION = {"none": None, "string": "f", "number": 1.0, "class": dict}

BAD = {
    "f": NO_FUNCTION, "xlim": NO_LIMITS, "ylim": NO_LIMITS, "names": NO_NAMES, "ends": NO_SERIES,
    "start": NO_NUMBER, "slope": NO_NUMBER,
    "layers": {"none": None, "list": [3, 2], "empty": {}, "one": {"a": 1},
               "nobody": {"a": 0, "b": 1},
               "fraction": {"a": 1.5, "b": 2}, "string": "abc", "text": {"a": "3", "b": 2}},
    "limit": {**NO_NUMBER, "zero": 0.0, "negative": -1.0},
    "points": {**NO_NUMBERS, "one side": ([0.0, 1.0],), "three sides": ([0.0],) * 3},
    **dict.fromkeys(("world", "source", "target"), NO_NAMES),
    "moves": {"none": None, "number": 4, "list": ["L", "D", "R", "U"], "three": "LDR"},
    **dict.fromkeys(("bins", "columns", "every"), NO_COUNT),
    **dict.fromkeys(("losses", "results", "runs", "panels", "amounts", "values", "paths", "clouds",
                     "models", "looked", "matrices", "curves", "sets", "places", "tables",
                     "frames"), NO_SERIES),
    "marks": {kind: bad for kind, bad in NO_SERIES.items() if kind not in ("none", "empty")},
    **dict.fromkeys(("rates", "smoothed", "x", "y", "pixels", "arrays", "at", "levels", "others",
                     "b", "g", "hessian", "gradient", "sizes", "free", "counts", "weights"),
                    NO_NUMBERS),
}  # fmt: skip
NAMED_OTHERWISE = {  # the same word for another kind of argument
    (plots.range_curve, "losses"): NO_NUMBERS,
    (figures.animate_range, "losses"): NO_NUMBERS,
    (figures.searches, "losses"): NO_NUMBERS,
    (plots.rate_and_loss, "runs"): {k: v for k, v in NO_SERIES.items() if "ragged" not in k},
    (figures.regions, "models"): {k: v for k, v in NO_SERIES.items() if "function" not in k},
    (figures.plane, "values"): NO_NUMBERS,
    (figures.eigenvectors, "paths"): {k: v for k, v in NO_SERIES.items() if k != "none"},
    (plots.signed_tiles, "ends"): {**NO_NAMES, "one": ["a"], "three": ["a", "b", "c"]},
}
FREE = {"row", "label"}
LOOKS = {
    "title": {"none": None, "number": 1, "class": str},
    "alt": {"none": None, "number": 1, "blank": " \n"},
}
AXES = {
    "xlabel": {"number": 1, "none": None},
    "xscale": {"number": 1, "unknown": "cubic", "list": ["log"]},
    "xlim": NO_LIMITS,
    "yticks": {"string": "1", "nan": [math.nan], "words": ["a"], "number": 1.0},
    "xticklabels": {"numbers": [1, 2], "string": "ab"},
    "color": {"unknown": "red"},
}
WITH_AXES = [call for call in CALLS if call not in (
    plots.images, plots.signed_tiles, figures.grids, figures.animate_broadcast,
    figures.network, figures.alignment, figures.tile_map, figures.animate_tile_map)]  # fmt: skip


def cases():
    for call, good in CALLS.items():
        bad = {name: NAMED_OTHERWISE.get((call, name)) or BAD[name]
               for name in good if name not in FREE} | LOOKS  # fmt: skip
        if call in WITH_AXES:
            bad |= {name: kinds for name, kinds in AXES.items() if name not in good}
        for name, kinds in bad.items():
            for kind, value in kinds.items():
                yield pytest.param(call, name, value, id=f"{call.__name__}-{name}-{kind}")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_the_good_call_draws(call):
    assert call(**{**CALLS[call], **WORDS}).html()


@pytest.mark.parametrize(("call", "name", "value"), list(cases()))
def test_a_bad_argument_is_named_with_what_it_takes(call, name, value):
    with pytest.raises((TypeError, ValueError)) as refused:
        call(**{**CALLS[call], **WORDS, name: value})
    said = str(refused.value)
    assert name in said or (name == "alt" and "alternative text" in said)
    assert len(said) < 400 and "<function" not in said.split("got")[0]
    assert not plt.get_fignums(), "a figure was left open"


def test_every_public_drawing_stands_in_the_table():
    public = {name for module in (plots, figures) for name in module.__all__ if name[0].islower()}
    assert {call.__name__ for call in CALLS} == public - DRAWN_FROM_OTHER_THINGS


@pytest.mark.parametrize(
    ("call", "changed"),
    [
        (plots.functions, {"x": [0, 1, 2]}),
        (plots.against_rate, {"rates": [1, 2, 3]}),
        (plots.range_curve, {"smoothed": [1, 2, 3]}),
        (plots.images, {"names": ["a", "b"]}),
        (figures.tangent, {"y": [1, 2, 3]}),
        (figures.plane, {"x": [0, 1, 2]}),
        (figures.searches, {"others": [1, 2, 3]}),
        (figures.regions, {"y": [0, 1]}),
        (figures.animate_broadcast, {"b": [1, 2, 3]}),
        (figures.fits, {"x": [0, 1, 2]}),
    ],
)
def test_what_belongs_together_is_equally_long(call, changed):
    with pytest.raises(ValueError, match=next(iter(changed))):
        call(**{**CALLS[call], **WORDS, **changed})
