"""It runs without Numba, from a directory that cannot be written, and with a full disk."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import minigrad

TRAIN = """
import numpy as np
import minigrad as mg

rng = np.random.default_rng(0)
images = mg.tensor(rng.normal(size=(6, 1, 6, 6)))
labels = np.array([0, 1, 2, 0, 1, 2])
words = mg.tensor(np.array([[0, 1], [1, 2], [2, 2], [0, 0], [1, 1], [2, 0]]))
embedding = mg.nn.Embedding(3, 4, rng=rng)
conv = mg.nn.Conv2d(1, 2, 3, padding=1, rng=rng)
head = mg.nn.Linear(2 * 3 * 3 + 8, 3, rng=rng)
modules = [embedding, conv, head]
parameters = [p for m in modules for p in m.parameters()]
optimizer = mg.optim.SGD(parameters, lr=0.1, momentum=0.9)
losses = []
for _ in range(40):
    pixels = mg.nn.MaxPool2d(2)(mg.relu(conv(images))).reshape(6, -1)
    features = mg.concat([pixels, embedding(words).reshape(6, -1)], axis=1)
    loss = mg.nn.cross_entropy(head(features.astype(mg.float32)), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
assert losses[-1] < 0.2 * losses[0], losses
print(f"{losses[-1]:.4f}")
"""

WITHOUT_NUMBA = """
import sys
import zipfile

class NoNumba:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("numba", "llvmlite"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NoNumba())
"""

HERE = Path(minigrad.__file__).parent.parent


def run(code: str, *, at: Path = HERE, **environment: str) -> str:
    """Run code in a new Python that finds the package at a place; return what it prints."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")}
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", code],
        env={**kept, "PYTHONPATH": str(at), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        cwd=at,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def loss() -> str:
    """Return what the training ends with where everything is as usual."""
    return run(TRAIN)


def test_without_numba_everything_runs_and_learns_the_same(loss):
    assert run(WITHOUT_NUMBA + TRAIN + "assert 'numba' not in sys.modules") == loss


def test_with_numba_the_compiled_kernels_are_used(loss):
    use = "import minigrad.kernels as k, numba; print(type(k.correlate).__name__)"
    assert run(use) == "Kernel\n"


def test_the_machine_code_is_kept_where_numba_is_told_to(tmp_path, loss):
    assert run(TRAIN, NUMBA_CACHE_DIR=str(tmp_path)) == loss
    kept = sorted(tmp_path.rglob("*.nbc"))
    assert kept
    written = [p.stat().st_mtime_ns for p in kept]
    assert run(TRAIN, NUMBA_CACHE_DIR=str(tmp_path)) == loss
    again = sorted(tmp_path.rglob("*.nbc"))
    assert (again, [p.stat().st_mtime_ns for p in again]) == (kept, written)


# To root every directory can be written. Without its capabilities it is a user like any other.
AS_A_USER = """
import ctypes, os
if os.getuid() == 0:
    version_and_process = (ctypes.c_uint32 * 2)(0x20080522, 0)
    none = (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None).capset(version_and_process, none) == 0
assert not os.access(".", os.W_OK)
"""


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
@pytest.mark.parametrize("told", [False, True], ids=["", "NUMBA_CACHE_DIR"])
def test_a_read_only_installation_works_for_a_user_without_a_home(tmp_path, loss, told):
    place = tmp_path / "installed"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(HERE / "minigrad", place / "minigrad", ignore=ignored)
    nowhere = str(place / "nowhere")
    variables = ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"] + ["NUMBA_CACHE_DIR"] * told
    everything = [place, *place.rglob("*")]
    for path in everything:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        output = run(AS_A_USER + TRAIN, at=place, **dict.fromkeys(variables, nowhere))
    finally:
        for path in everything:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert output == loss
    assert sorted(place.rglob("*")) == sorted(everything[1:])


@pytest.mark.skipif(os.name != "posix", reason="limits on files are POSIX's")
def test_a_full_disk_stops_the_cache_and_not_the_run(tmp_path, loss):
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
    assert run(full + TRAIN, NUMBA_CACHE_DIR=str(tmp_path)) == loss


def test_the_wheel_holds_every_file_of_the_package(tmp_path):
    build = "from flit_core.buildapi import build_wheel; import sys; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, tmp_path], cwd=HERE, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    ours = {path.relative_to(HERE).as_posix() for path in (HERE / "minigrad").rglob("*.*")}
    assert {name for name in ours if "__pycache__" not in name} <= held
    assert any(name.endswith("licenses/minigrad/data/python_prose.LICENSE.txt") for name in held)
