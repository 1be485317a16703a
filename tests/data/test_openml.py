"""Downloaded data sets, against a stand-in for openml.org that answers within this process."""

import contextlib
import threading
import urllib.request
from dataclasses import replace

import numpy as np
import pytest
from stand_in import StandIn

from minigrad import data
from minigrad.data import openml

PIXELS = np.random.default_rng(0).integers(0, 256, (30, 784))
LABELS = np.arange(30) % 10
SMALL = replace(openml.MNIST, train=20, test=10, ink=int(PIXELS[:20].sum()))


@pytest.fixture
def serve(monkeypatch):
    monkeypatch.setattr(openml, "MNIST", SMALL)

    def serve(stand_in):
        monkeypatch.setattr(urllib.request, "_opener", urllib.request.build_opener(stand_in))
        return stand_in

    return serve


def test_what_was_downloaded_is_scaled_and_split_as_its_authors_did(serve, tmp_path):
    serve(StandIn(PIXELS, LABELS))
    digits = data.mnist(tmp_path)
    (x, y), (x_test, y_test) = digits.train, digits.test
    assert x.dtype == x_test.dtype == np.float32
    assert y.dtype == y_test.dtype == np.int64
    assert np.array_equal(np.concatenate([x, x_test]), (PIXELS / 255).astype(np.float32))
    assert np.array_equal(np.concatenate([y, y_test]), LABELS)
    assert len(x) == 20
    assert digits.classes == tuple("0123456789")


def test_the_second_time_it_is_read_from_disk(serve, tmp_path):
    stand_in = serve(StandIn(PIXELS, LABELS))
    first = data.mnist(tmp_path)
    asked = len(stand_in.asked)
    stand_in.online = False
    assert np.array_equal(data.mnist(tmp_path).train[0], first.train[0])
    assert len(stand_in.asked) == asked > 0


def test_without_a_network_the_error_names_the_embedded_digits(serve, tmp_path):
    serve(StandIn(PIXELS, LABELS)).online = False
    with pytest.raises(ConnectionError, match=r"the network is down.*mg\.data\.digits\(\)"):
        data.mnist(tmp_path)


def test_a_file_with_another_checksum_is_refused(serve, tmp_path):
    stand_in = serve(StandIn(PIXELS, LABELS))
    stand_in.arff = stand_in.arff.replace(b"\n0,", b"\n1,", 1) + b"%"
    with (
        pytest.warns(RuntimeWarning, match="redownloading"),
        pytest.raises(ValueError, match="md5 checksum"),
    ):
        data.mnist(tmp_path)


@pytest.mark.parametrize(
    ("pixels", "labels"),
    [(PIXELS[::-1], LABELS[::-1]), (PIXELS[:12], LABELS[:12]), (PIXELS, LABELS % 9)],
    ids=["another order", "too few", "a class is missing"],
)
def test_other_content_under_the_same_name_is_refused(serve, tmp_path, pixels, labels):
    serve(StandIn(pixels, labels))
    with pytest.raises(ValueError, match=r"mnist_784 is not that data set.*Remove"):
        data.mnist(tmp_path)


def test_the_size_on_disk_is_shown_while_loading(tmp_path, monkeypatch):
    seen = threading.Event()

    class Bar(contextlib.nullcontext):
        n = 0

        def update(self, more):
            self.n += more
            if self.n == 1000:
                seen.set()

    monkeypatch.setattr(openml, "bar", lambda **options: Bar(Bar()))
    with openml._progress("digits", tmp_path):
        (tmp_path / "openml").mkdir()
        (tmp_path / "openml" / "part").write_bytes(bytes(1000))
        assert seen.wait(30)


def test_the_sums_are_those_of_the_published_means():
    assert openml.MNIST.ink / (60_000 * 784) == pytest.approx(33.318421449829934, rel=1e-15)
    assert openml.FASHION_MNIST.ink / (60_000 * 784) == pytest.approx(72.94035223214286, rel=1e-15)
