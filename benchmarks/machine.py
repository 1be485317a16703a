"""What a figure depends on besides the programs: the machine and the libraries."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

import threadpoolctl

PEERS = ("torch", "jax", "optax", "autograd")


def description() -> dict[str, str]:
    """Return what to say of this machine, by topic."""
    import numpy  # noqa: F401  (so that its BLAS is loaded)

    found = {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
    }
    for name in ("numpy", "numba", *PEERS):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "absent"
    for pool in threadpoolctl.threadpool_info():
        if pool["user_api"] == "blas":
            found["BLAS of NumPy"] = f"{pool['internal_api']} {pool['version']}"
    return found


def sentence(found: dict[str, str]) -> str:
    """Return the description as one sentence."""
    versions = ", ".join(f"{k} {v}" for k, v in list(found.items())[3:])
    return (
        f"Measured on {found['processor']}, {found['cores']} cores, {found['system']}: {versions}."
    )


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
