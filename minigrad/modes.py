"""How a thread runs operations: recorded or not, watched or not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType


class _Mode(threading.local):
    recording = True
    observer: Callable[..., None] | None = None  # called with (result, primitive, args, params)


mode = _Mode()


class no_grad:  # named like a statement
    """Run the enclosed operations without recording them: ``with mg.no_grad(): ...``."""

    _recording = False

    def __enter__(self) -> None:
        self._before = mode.recording
        mode.recording = self._recording

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        mode.recording = self._before


class recording(no_grad):
    """Record the enclosed operations, whatever surrounds them."""

    _recording = True


def is_recording() -> bool:
    """Whether operations on tensors that require a gradient are being recorded."""
    return mode.recording
