"""Instruments: what a learning rate does, measured.

- `range_test`: which rates are worth trying?
- `sharpness`: how large a rate does the curvature allow?
- `gradient_noise`, `gradient_noise_from_norms`, `per_example_gradients`: how large a batch pays?
- `layer_norms`, `dead_units`, `DivergenceDetector`: which layer learns, which is dead, which blew
  up first?

None of them changes a model, but `range_test`, which trains it.
"""

from .curvature import sharpness
from .divergence import Divergence, DivergenceDetector
from .layers import dead_units, layer_norms
from .noise import (
    GradientNoise,
    gradient_noise,
    gradient_noise_from_norms,
    per_example_gradients,
)
from .range_test import RangeTest, range_test

__all__ = [
    "Divergence",
    "DivergenceDetector",
    "GradientNoise",
    "RangeTest",
    "dead_units",
    "gradient_noise",
    "gradient_noise_from_norms",
    "layer_norms",
    "per_example_gradients",
    "range_test",
    "sharpness",
]
