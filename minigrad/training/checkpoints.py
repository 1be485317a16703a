"""Keeping a run on disk: :func:`save` and :func:`load`.

A checkpoint is an ``.npz`` archive: one ``.npy`` entry per array, and one JSON entry that says how
they hang together. Nothing in it is code, so opening a stranger's file is safe.
"""

import contextlib
import io
import json
import os
import secrets
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np

from ..core.tensor import Tensor

_TREE = "minigrad.json"
_VERSION = 1
_PLAIN = (type(None), bool, int, float, str)


def save(state: Any, path: str | os.PathLike[str]) -> None:
    """Write ``state`` to a file, whole or not at all.

    The file is written beside ``path`` and takes its place only when it is complete and on disk:
    whoever is interrupted, at whatever moment, is left with the old file or with the new one.

    Parameters
    ----------
    state : nested dicts, lists and tuples
        Of arrays, Tensors, numbers, strings, booleans and None: what ``state_dict()`` of a model
        or an optimizer returns, or ``rng.bit_generator.state``. Every bit is kept.
    path : path
        The file. Its directory must exist.

    Raises
    ------
    TypeError, ValueError
        If something in ``state`` is of another type; says where it stands. If it holds itself.
    OSError
        If no such file can be written.

    Examples
    --------
    >>> mg.save({"model": model.state_dict(), "step": 100}, "run.npz")
    """
    target, tree, arrays = prepared(state, path)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with open(draft, "xb") as file:
            _write(file, tree, arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _flush_directory(target.parent)


def load(path: str | os.PathLike[str]) -> Any:
    """Read what :func:`save` wrote.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    nested dicts, lists and tuples
        Equal to what was saved, bit for bit. Tensors come back as leaves.

    Raises
    ------
    ValueError
        If the file is not a checkpoint, is damaged, or was written by a newer minigrad.

    Examples
    --------
    >>> checkpoint = mg.load("run.npz")
    >>> model.load_state_dict(checkpoint["model"])
    """
    content = as_path("load: path", path).read_bytes()
    if _TREE.encode() not in content[:128]:
        raise ValueError(f"{str(path)!r} is not a checkpoint that minigrad.save() wrote.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            header = json.loads(archive.read(_TREE))
            if header["version"] <= _VERSION:
                return _decode(header["tree"], archive)
    except Exception as error:  # of zipfile, json and NumPy there are a dozen kinds
        raise ValueError(f"{str(path)!r} is damaged or cut short: {error}.") from error
    raise ValueError(
        f"{str(path)!r} is of format {header['version']} and this minigrad reads up to {_VERSION}: "
        "update minigrad."
    )


def prepared(state: Any, path: str | os.PathLike[str]) -> tuple[Path, Any, list[np.ndarray]]:
    """Return what `save` writes, and where, if it can be written: the file, a tree, its arrays."""
    target = as_path("save: path", path).resolve()  # through a link, so that the link stays
    if not target.parent.is_dir():
        raise FileNotFoundError(f"save: there is no directory {str(target.parent)!r}: make it.")
    if target.is_dir():
        raise IsADirectoryError(f"save: path is a file; {str(target)!r} is a directory.")
    arrays: list[np.ndarray] = []
    try:
        return target, _encode(state, "state", arrays), arrays
    except RecursionError:
        raise ValueError("save: state holds itself, or is nested too deep.") from None


def as_path(what: str, path: Any) -> Path:
    """Return a path; ``what`` was given it."""
    if not isinstance(path, str | os.PathLike) or not str(path):
        raise TypeError(f"{what} is a path, such as 'runs/first.npz'; got {path!r}.")
    return Path(path)


def _encode(value: Any, place: str, arrays: list[np.ndarray]) -> Any:
    """Return ``value`` as JSON can hold it; its arrays are put aside."""
    if type(value) in _PLAIN:
        return value
    if type(value) is list:
        return [_encode(v, f"{place}[{i}]", arrays) for i, v in enumerate(value)]
    if type(value) is tuple:
        return {"tuple": _encode(list(value), place, arrays)}
    if isinstance(value, dict):
        for key in value:
            if type(key) not in _PLAIN:
                raise TypeError(f"save: {place} has a key {key!r} of type {type(key).__name__}.")
        return {"dict": [[k, _encode(v, f"{place}[{k!r}]", arrays)] for k, v in value.items()]}
    kinds = {"tensor": Tensor, "array": np.ndarray, "scalar": np.generic}
    kind = next((name for name, type_ in kinds.items() if isinstance(value, type_)), None)
    array = np.asarray(value._data if isinstance(value, Tensor) else value) if kind else None
    masked = isinstance(value, np.ma.MaskedArray)
    if array is None or array.dtype.hasobject or masked:
        of = "" if array is None else " of Python objects"
        raise TypeError(
            f"save: {place} is of type {type(value).__name__}{of}; a checkpoint holds dicts, lists "
            "and tuples of arrays, Tensors, numbers, strings, booleans and None."
        )
    arrays.append(array)
    return {kind: len(arrays) - 1}


def _decode(node: Any, archive: zipfile.ZipFile) -> Any:
    if isinstance(node, list):
        return [_decode(v, archive) for v in node]
    if not isinstance(node, dict):
        return node
    ((kind, content),) = node.items()
    if kind == "dict":
        return {k: _decode(v, archive) for k, v in content}
    if kind == "tuple":
        return tuple(_decode(content, archive))
    entry = io.BytesIO(archive.read(f"{content}.npy"))  # whole, so that its sum is compared first
    array = np.lib.format.read_array(entry, allow_pickle=False)
    return Tensor(array) if kind == "tensor" else array[()] if kind == "scalar" else array


def _write(file: IO[bytes], tree: Any, arrays: list[np.ndarray]) -> None:
    with zipfile.ZipFile(file, "w") as archive:  # entries carry no date: equal states, equal bytes
        archive.writestr(zipfile.ZipInfo(_TREE), json.dumps({"version": _VERSION, "tree": tree}))
        for i, array in enumerate(arrays):
            with archive.open(zipfile.ZipInfo(f"{i}.npy"), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def _flush_directory(directory: Path) -> None:
    """Bring the new name to disk too, where directories can be flushed."""
    if os.name == "posix":
        with contextlib.suppress(OSError):  # some network file systems cannot
            descriptor = os.open(directory, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
