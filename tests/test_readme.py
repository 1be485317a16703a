"""What the README and its companions promise is there."""

import re
from pathlib import Path

import pytest
import yaml

import minigrad as mg

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_to_a_file_leads_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert not [target for target in targets if not (ROOT / target).exists()]


def test_the_example_runs_and_gives_the_gradient_it_claims():
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    names: dict = {}
    exec(example, names)
    assert names["x"].grad.numpy().tolist() == (2 * names["x"]).numpy().tolist()


def test_the_files_of_the_engine_are_all_named_with_their_lines():
    core = ROOT / "minigrad" / "core"
    rows = re.findall(r"^\| \d+ \| \[`(.+?)`\].*? \| (\d+) \|", README, flags=re.MULTILINE)
    said = {name: int(lines) for name, lines in rows}
    assert said == {
        str(path.relative_to(core)): len(path.read_text(encoding="utf-8").splitlines())
        for path in core.rglob("*.py")
        if path.name != "__init__.py"
    }
    (total,) = re.findall(r"^\| \| \| ([\d,]+) \|", README, flags=re.MULTILINE)
    assert int(total.replace(",", "")) == sum(said.values())


def test_every_make_target_that_is_named_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    pages = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?:^|`)make ([a-z]+)", pages, flags=re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_the_citation_names_the_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == mg.__version__
