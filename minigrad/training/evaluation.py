"""The loss and the metrics of a model, on examples that it is not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..arguments import check_function, check_integers, check_kind, check_rows, shown
from ..core.modes import no_grad
from ..core.tensor import Tensor
from ..nn import Module
from .metrics import Means, Metric, by_name
from .run import Loss

if TYPE_CHECKING:
    from ..data import Pair


def evaluate(
    model: Module,
    data: Pair,
    loss: Loss,
    metrics: Sequence[Metric] = (),
    batch_size: int = 1024,
) -> dict[str, float]:
    """Return the mean loss and metrics of a model in evaluation mode; nothing is recorded.

    Parameters
    ----------
    model : Module
        It and its parts are put back into the modes they were in, whatever happens.
    data : pair (x, y) of arrays
        The examples.
    loss, metrics
        As in `fit`.
    batch_size : int
        Examples to take at a time; bounds the memory needed.

    Returns
    -------
    dict of str to float
        ``"loss"``, and each metric under its function's name.
    """
    check_model("evaluate", model, loss)
    check_pair("evaluate: data", data)
    check_integers("evaluate", 1, batch_size=batch_size)
    return evaluated(model, data, loss, Means(by_name("evaluate", metrics)), batch_size)


def evaluated(
    model: Module, data: Pair, loss: Loss, means: Means, batch_size: int = 1024
) -> dict[str, float]:
    """Do what `evaluate` does, with arguments that have been checked."""
    x, y = data
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        with no_grad():
            for i in range(0, len(x), batch_size):
                batch, wanted = x[i : i + batch_size], y[i : i + batch_size]
                prediction = model(batch)
                value = checked_loss("evaluate", loss(prediction, wanted)).item()
                means.add(len(wanted), value, prediction, wanted)
    finally:
        for module, training in modes:
            module.training = training
    return means.values()


def check_model(where: str, model: Any, loss: Any) -> None:
    """Raise unless these are a model and a loss."""
    check_kind(f"{where}: model", model, Module, "an mg.nn.Module")
    check_function(f"{where}: loss", loss, "loss(model(x), y), such as mg.nn.cross_entropy")


def is_pair(data: Any) -> bool:
    """Whether this is a pair of arrays."""
    return (
        isinstance(data, tuple | list) and len(data) == 2 and all(hasattr(a, "shape") for a in data)
    )


def check_pair(what: str, data: Any) -> None:
    """Raise unless this is a pair of arrays that hold examples."""
    if not is_pair(data):
        raise TypeError(f"{what} is a pair (x, y) of arrays; got a {type(data).__name__}.")
    check_rows(what, x=data[0], y=data[1])


def checked_loss(where: str, loss: Any) -> Tensor:
    """Return what a loss function gave if it is one number."""
    if not isinstance(loss, Tensor) or loss.size != 1:
        raise TypeError(
            f"{where}: loss(model(x), y) is a Tensor of one number, the mean over the batch; "
            f"got {shown(loss)}."
        )
    return loss
