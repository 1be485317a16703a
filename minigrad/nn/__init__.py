"""Layers, losses, initial values and gradient clipping, by PyTorch's names."""

from . import init
from .activations import GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softmax, Tanh
from .attention import MultiHeadAttention
from .clipping import adaptive_clip_grad_, clip_grad_norm_, clip_grad_value_
from .layers import AvgPool2d, Conv2d, Dropout, Embedding, Flatten, Linear, MaxPool2d
from .losses import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    l1_loss,
    mse_loss,
)
from .module import Module, Sequential
from .normalisation import BatchNorm1d, BatchNorm2d, LayerNorm
from .recurrent import GRU

__all__ = [
    "GELU",
    "GRU",
    "AvgPool2d",
    "BatchNorm1d",
    "BatchNorm2d",
    "Conv2d",
    "Dropout",
    "Embedding",
    "Flatten",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "Module",
    "MultiHeadAttention",
    "ReLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "adaptive_clip_grad_",
    "binary_cross_entropy_with_logits",
    "clip_grad_norm_",
    "clip_grad_value_",
    "cross_entropy",
    "huber_loss",
    "init",
    "l1_loss",
    "mse_loss",
]
