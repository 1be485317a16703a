"""The tables say what was measured, and the pages hold the tables."""

import pytest

from benchmarks import catalogue, picture, report, results

ROW = catalogue.rows()[0]
MEASURED = {
    ROW.name: {
        "absent": {},
        "seconds": {
            "minigrad": [1e-3, 2e-3, 1e-3],
            "minigrad replayed": [5e-4, 5e-4, 5e-4],
            "PyTorch": [2e-3, 4e-3, 3e-3],
        },
    }
}


def test_a_ratio_is_taken_within_each_round():
    line = report.table(MEASURED).splitlines()[2]
    assert "**2.00×**" in line  # 2, 2 and 3 times; the medians alone would say 3
    assert "**6.00×**" in line  # 4, 8 and 6 times
    assert "3.00 ms" in line


def test_a_row_without_pytorch_is_left_out():
    seconds = {k: v for k, v in MEASURED[ROW.name]["seconds"].items() if k != "PyTorch"}
    table = report.table({ROW.name: {"absent": {}, "seconds": seconds}})
    assert len(table.splitlines()) == 2


def test_the_second_thread_gains_what_it_gains():
    twice = {n: [t / 2 for t in v] for n, v in MEASURED[ROW.name]["seconds"].items()}
    two = {ROW.name: {"absent": {}, "seconds": twice}}
    line = report.threads_table({"1": MEASURED, "2": two}).splitlines()[2]
    assert line.endswith("| 2.00 | 2.00 | 2.00 |")


def test_who_is_absent_is_said_once():
    row = {"absent": {"torch.compile": "it needs a C++ compiler"}, "seconds": {}}
    sentences = report.absent({"1": {"a": row, "b": row}, "2": {"a": row}})
    assert sentences == ["torch.compile is absent: it needs a C++ compiler."]


def test_scalar_code_has_a_sentence():
    seconds = {"minigrad": [2e-4], "minigrad replayed": [5e-5], "scalars": [1.0]}
    sentence = report.scalar_code({"moons": {"absent": {}, "seconds": seconds}})
    assert "5,000 times as long as minigrad, 20,000 times as long as replayed" in sentence
    assert report.scalar_code(MEASURED) == ""


def test_text_outside_of_the_markers_stays():
    text = "before\n<!-- benchmark: rows -->\nold\n<!-- end -->\nafter\n"
    new = report.inserted(text, {"rows": "new"})
    assert new == "before\n<!-- benchmark: rows -->\n\nnew\n\n<!-- end -->\nafter\n"
    assert report.inserted(new, {"rows": "new"}) == new


@pytest.mark.parametrize("page", report.PAGES, ids=lambda page: page.name)
def test_the_pages_hold_what_was_measured(page):
    stored = results.load()
    alt = picture.draw(stored["rows"]["1"]).alt
    text = page.read_text(encoding="utf-8")
    assert report.inserted(text, report.parts(stored, alt, page)) == text


def test_goals_that_are_missed_are_named():
    goal = ROW.goals["minigrad"]
    assert report.missed(MEASURED).splitlines()[0] == f"- {ROW.work}, minigrad: 2.00× of ≥ {goal}×"


def test_whoever_is_faster_is_named():
    seconds = MEASURED[ROW.name]["seconds"]
    assert report.ahead(MEASURED) == "None."
    faster = {ROW.name: {"absent": {}, "seconds": {**seconds, "JAX": [2.5e-4] * 3}}}
    assert report.ahead(faster) == f"- {ROW.work}: JAX by 2.00×"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1.5, "1.50 s"), (0.0123, "12.3 ms"), (5e-6, "5.00 µs"), (4e-4, "400 µs")],
)
def test_durations_have_three_digits(seconds, words):
    assert report.duration(seconds) == words


def test_results_are_stored_row_by_row(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FILE", tmp_path / "results.json")
    results.store(1, {"row": "a", "absent": {}, "seconds": {"minigrad": [1.0, 2.0]}})
    results.store(1, {"row": "b", "absent": {}, "seconds": {"minigrad": [3.0]}})
    results.store(1, {"row": "a", "absent": {}, "seconds": {"minigrad": [4.0, 5.0]}})
    results.store(1, {"fact": "c", "values": {"minigrad": 6.0}})
    stored = results.load()
    assert stored["rows"]["1"]["a"]["seconds"] == {"minigrad": [4.0, 5.0]}
    assert stored["rows"]["1"]["b"]["seconds"] == {"minigrad": [3.0]}
    assert stored["facts"] == {"c": {"minigrad": 6.0}}


def test_what_another_machine_measured_is_dropped(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FILE", tmp_path / "results.json")
    results.store(1, {"row": "a", "absent": {}, "seconds": {"minigrad": [1.0]}})
    monkeypatch.setattr(results.machine, "description", lambda: {"processor": "another"})
    results.store(1, {"row": "b", "absent": {}, "seconds": {"minigrad": [1.0]}})
    assert list(results.load()["rows"]["1"]) == ["b"]
