"""The training loop, what may happen around it, and many runs at a time."""

from . import callbacks
from .checkpoints import load, save
from .evaluation import evaluate
from .fitting import fit
from .history import History
from .metrics import accuracy
from .search import log_uniform, random_search
from .sweeps import sweep

__all__ = [
    "History",
    "accuracy",
    "callbacks",
    "evaluate",
    "fit",
    "load",
    "log_uniform",
    "random_search",
    "save",
    "sweep",
]
