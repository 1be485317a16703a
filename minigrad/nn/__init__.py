"""Layers, losses and initial values, by PyTorch's names."""

from . import init
from .layers import GELU, Linear, ReLU, Sigmoid, SiLU, Softmax, Tanh
from .losses import cross_entropy, mse_loss
from .module import Module, Sequential

__all__ = [
    "GELU",
    "Linear",
    "Module",
    "ReLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "cross_entropy",
    "init",
    "mse_loss",
]
