"""Building the book of a source directory, as `make book` does."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def build(source: Path, place: Path, **environment: str) -> None:
    """Build the website and the EPUB of a source directory into a place."""
    done = subprocess.run(
        [sys.executable, str(source / "book" / "build.py"), str(place)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
