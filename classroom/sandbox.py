"""Where a student's code runs: no network, nothing to write to, nothing of the course to read.

    python classroom/sandbox.py [--write FOLDER] [--read FILE] -- PROGRAM ARGUMENT...

Bubblewrap (`bwrap`) makes it, a program of most Linux distributions. Only what Python needs is in
sight: the system's libraries, the environment and the package `minigrad`.
"""

import argparse
import functools
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "minigrad"
TRUST = "CLASSROOM_TRUST_STUDENTS"
MISSING = f"""\
Students' code is run in a sandbox made by bubblewrap, and that does not work here.
On Debian and Ubuntu: apt install bubblewrap. (In a container, namespaces must be allowed.)
To grade without it, set {TRUST}=1: then a submission can read the answers, and
write to the gradebook."""

_SYSTEM = "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/opt"
_GIB = 2**30
_CEILINGS = {
    resource.RLIMIT_AS: 6 * _GIB,
    resource.RLIMIT_FSIZE: _GIB // 16,
    resource.RLIMIT_CORE: 0,
}


def command(program: list[str], *, write: list[str], read: list[str]) -> list[str]:
    """Return the command that runs a program in the sandbox.

    Parameters
    ----------
    program : list of str
        The program and its arguments.
    write, read : list of str
        What it may write to and read beside what Python needs.
    """
    python = {sys.prefix, sys.base_prefix, str(PACKAGE)}
    sight = [*_SYSTEM, *sorted(python, key=len), *read]
    binds = [part for path in sight for part in ("--ro-bind-try", path, path)]
    binds += [part for path in write for part in ("--bind", path, path)]
    return [
        "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv",
        "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", *binds,
        "--setenv", "HOME", "/tmp", "--setenv", "PATH", "/usr/bin:/bin",
        "--setenv", "LANG", "C.UTF-8", "--setenv", "OMP_NUM_THREADS", "1",
        "--setenv", "OPENBLAS_NUM_THREADS", "1",
        "--setenv", "PYTHONDONTWRITEBYTECODE", "1",
        "--chdir", write[0] if write else "/tmp", "--", *program,
    ]  # fmt: skip


@functools.cache
def works() -> bool:
    """Whether this machine can make the sandbox."""
    if shutil.which("bwrap") is None:
        return False
    tried = subprocess.run(
        command([sys.executable, "-c", ""], write=[], read=[]), capture_output=True, check=False
    )
    return tried.returncode == 0


def trusted() -> bool:
    """Whether the teacher wants to grade without a sandbox."""
    return bool(os.environ.get(TRUST))


def enclosed(
    program: list[str], *, write: tuple[str, ...] = (), read: tuple[str, ...] = ()
) -> list[str]:
    """Return the command that runs a program in the sandbox, or bare where the teacher says so.

    Raises
    ------
    RuntimeError
        Where the sandbox does not work, and nobody said that the students are trusted.
    """
    if works():
        return command(program, write=list(write), read=list(read))
    if trusted():
        return program
    raise RuntimeError(MISSING)


def ceilings(seconds: int) -> list[tuple[int, int]]:
    """Return what a student's process may take of each resource, and of processor time."""
    found = []
    for which, most in {**_CEILINGS, resource.RLIMIT_CPU: seconds}.items():
        hard = resource.getrlimit(which)[1]
        found.append((which, most if hard == resource.RLIM_INFINITY else min(most, hard)))
    return found


def main() -> None:
    """Become the program, enclosed."""
    parser = argparse.ArgumentParser(description="Run a program in the sandbox.")
    parser.add_argument("--write", action="append", default=[])
    parser.add_argument("--read", action="append", default=[])
    parser.add_argument("--seconds", type=int, default=600, help="of the processor")
    parser.add_argument("program", nargs="+")
    options = parser.parse_args()
    full = enclosed(options.program, write=tuple(options.write), read=tuple(options.read))
    for which, most in ceilings(options.seconds):
        resource.setrlimit(which, (most, most))
    os.execvp(full[0], full)


if __name__ == "__main__":
    main()
