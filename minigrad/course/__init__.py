"""What belongs to the lessons and not to the engine; nothing else imports it."""

from .pairs import Pairs, paired
from .seeds import generator, seeds

__all__ = ["Pairs", "generator", "paired", "seeds"]
