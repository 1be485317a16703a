"""What belongs to the lessons and not to the engine; nothing else imports it."""

from .minutes import Minutes, minutes
from .pairs import Pairs, paired
from .seeds import generator, seeds
from .texts import words
from .workers import workers

__all__ = ["Minutes", "Pairs", "generator", "minutes", "paired", "seeds", "words", "workers"]
