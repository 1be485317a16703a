"""Anomaly mode names the operation and the line of the first NaN or infinity, and nobody else."""

import inspect
import textwrap
import threading

import nbclient
import nbformat
import numpy as np
import pytest

import minigrad as mg

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning:minigrad")  # NaN is the subject


def leaf(*values):
    return mg.tensor(np.array(values), requires_grad=True)


def line_of(function, text):
    """Return ``file, line N`` of the line of ``function`` that contains ``text``."""
    lines, first = inspect.getsourcelines(function)
    (offset,) = (i for i, line in enumerate(lines) if text in line)
    return f"{inspect.getsourcefile(function)}, line {first + offset}"


# Forward


def logarithm_of_a_negative(x):
    y = x * 1.0
    z = mg.log(y - 3.0)  # here
    return z.sum()


def test_the_first_nan_is_named_with_operation_line_and_arguments():
    with pytest.raises(mg.AnomalyError) as caught, mg.detect_anomaly():
        logarithm_of_a_negative(leaf(1.0, 5.0))
    message = str(caught.value)
    assert message.startswith("log made NaN at ")
    assert line_of(logarithm_of_a_negative, "# here") in message
    assert "shape (2,) in [-2, 2]" in message


def test_the_first_infinity_is_named():
    named = r"exp made an infinity .* in \[1000, 1000\]"
    with pytest.raises(mg.AnomalyError, match=named), mg.detect_anomaly():
        mg.exp(leaf(1000.0))
    with pytest.raises(mg.AnomalyError, match="divide made an infinity"), mg.detect_anomaly():
        leaf(1.0) / 0.0


def test_what_is_not_recorded_is_watched_as_well():
    for context in (mg.no_grad(), mg.detect_anomaly()):
        with pytest.raises(mg.AnomalyError, match="log made NaN"), mg.detect_anomaly(), context:
            mg.log(mg.tensor(-1.0))


def test_a_layer_or_loss_of_ours_is_not_the_line_that_is_named():
    model = mg.nn.Linear(2, 1)
    with mg.no_grad():
        model.weight[...] = np.float32(3e38)

    def run():
        return model(mg.tensor([[1.0, 1.0]]))  # here

    with pytest.raises(mg.AnomalyError, match="made an infinity") as caught, mg.detect_anomaly():
        run()
    assert line_of(run, "# here") in str(caught.value)


# Backward


def root_of_zero(x):
    y = mg.sqrt(x)  # here
    return (y * 3.0).sum()


def test_a_derivative_is_named_with_the_line_of_its_forward():
    with pytest.raises(mg.AnomalyError) as caught, mg.detect_anomaly():
        root_of_zero(leaf(0.0, 4.0)).backward()
    message = str(caught.value)
    assert message.startswith("the derivative of sqrt with respect to argument 0 made an infinity")
    assert line_of(root_of_zero, "# here") in message
    assert "shape (2,) in [0, 4]" in message


def test_a_derivative_is_named_when_only_its_forward_ran_outside():
    loss = root_of_zero(leaf(0.0))
    named = r"derivative of sqrt .* before anomaly mode was on"
    with pytest.raises(mg.AnomalyError, match=named), mg.detect_anomaly():
        loss.backward()


@pytest.mark.parametrize("create_graph", [False, True])
def test_gradients_that_overflow_when_they_are_added_up_are_named(create_graph):
    def run(x):
        y = x * 1.0  # here
        return (y * 1e308 + y * 1e308).sum()

    x = leaf(0.5)
    with pytest.raises(mg.AnomalyError) as caught, mg.detect_anomaly():
        mg.grad(run(x), x, create_graph=create_graph)
    message = str(caught.value)
    assert message.startswith("adding up the gradients from the uses of the result of multiply")
    assert message.endswith("made an infinity.")
    assert line_of(run, "# here") in message


def test_a_leaf_whose_gradients_overflow_when_they_are_added_up_is_named():
    x = leaf(0.5)
    named = r"uses of a leaf of shape \(1,\) made an infinity"
    with pytest.raises(mg.AnomalyError, match=named), mg.detect_anomaly():
        (x * 1e308 + x * 1e308).backward()


def test_a_derivative_of_a_derivative_is_named_with_the_line_of_the_forward():
    def run(x):
        y = x**1.5  # here
        return y.sum()

    x = leaf(0.0)
    with pytest.raises(mg.AnomalyError, match="made an infinity") as caught, mg.detect_anomaly():
        g = mg.grad(run(x), x, create_graph=True)
        mg.grad(g, x)
    assert line_of(run, "# here") in str(caught.value)


# Nobody else is blamed


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_comes_in_bad_is_nobodys_fault(bad):
    x, w = mg.tensor(np.array([bad, 1.0])), leaf(2.0, 3.0)
    with mg.detect_anomaly():
        loss = (mg.tanh(x * w) - x).sum()
        loss.backward()
        (w * bad).sum().backward()
        (w * w).sum().backward(np.float64(bad))


def test_a_mask_of_infinities_is_nobodys_fault():
    scores = leaf(1.0, 2.0, 3.0)
    mask = np.array([True, True, False])
    with mg.detect_anomaly():
        weights = mg.softmax(mg.where(mask, scores, -np.inf))
        (weights * weights).sum().backward()
    assert np.isfinite(scores.grad.data).all()


@pytest.mark.parametrize("create_graph", [False, True])
def test_masked_steps_of_a_derivative_are_nobodys_fault(create_graph):
    x, p = leaf(0.0, 2.0), leaf(2.0, 0.0)
    with mg.detect_anomaly():
        gradients = mg.grad((x**p).sum(), [x, p], create_graph=create_graph)
        mg.grad(mg.norm(x * 0.0), x, create_graph=create_graph)
    assert all(np.isfinite(g.data).all() for g in gradients)


def test_integers_empty_tensors_and_finite_runs_pass():
    with mg.detect_anomaly():
        x = mg.tensor(np.zeros((0, 3)), requires_grad=True)
        (x * x).sum().backward()
        assert (mg.tensor([1, 2]) + 1).data.tolist() == [2, 3]


# On and off


def test_it_is_off_before_and_after_even_when_an_error_passed():
    x = leaf(-1.0, -2.0)
    mg.log(x)
    with pytest.raises(ValueError, match="broadcast"), mg.detect_anomaly():
        x + np.ones(3)
    mg.log(x)
    with pytest.raises(mg.AnomalyError), mg.detect_anomaly():
        mg.log(x)
    mg.log(x)


def test_it_nests():
    x = leaf(-1.0)
    with mg.detect_anomaly():
        with mg.detect_anomaly():
            pass
        with pytest.raises(mg.AnomalyError):
            mg.log(x)


def test_it_watches_on_after_an_error_in_a_derivative():
    @mg.primitive(lambda g, y, x: 1 / 0)
    def broken(x):
        return 2 * x

    x = leaf(-1.0)
    with mg.detect_anomaly():
        with pytest.raises(ZeroDivisionError):
            broken(x).backward()
        with pytest.raises(mg.AnomalyError, match="log made NaN"):
            mg.log(x)


def test_it_watches_its_own_thread_only():
    entered, done = threading.Event(), threading.Event()
    found = []

    def other():
        entered.wait()
        found.append(mg.log(mg.tensor(-1.0)).item())
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with mg.detect_anomaly():
        entered.set()
        assert done.wait(timeout=60)
    thread.join()
    assert np.isnan(found).all()


# In a notebook


def test_in_a_notebook_the_cell_and_its_line_are_named():
    cells = [
        "import numpy as np\nimport minigrad as mg\n",
        """
        def loss(x):
            y = x * 2.0
            return mg.sqrt(y).sum()
        """,
        """
        x = mg.tensor([0.0], requires_grad=True)
        with mg.detect_anomaly():
            try:
                loss(x).backward()
            except mg.AnomalyError as error:
                print(error)
            try:
                mg.log(x - 1.0)
            except mg.AnomalyError as error:
                print(error)
        """,
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(textwrap.dedent(cell).strip()) for cell in cells]
    )
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    backward, forward = notebook.cells[2].outputs[0].text.splitlines()
    assert backward.startswith("the derivative of sqrt")
    assert "the forward ran in cell In[2], line 3" in backward
    assert forward.startswith("log made NaN in cell In[3], line 8")
