"""What watches the loops that this thread runs."""

import threading
from typing import Any


class _Active(threading.local):
    tracer: Any = None  # sees the loops that a primitive runs; set while a program is compiled


active = _Active()
