"""What the search looks through: the articles' sections, the glossary's terms, the public names.

``find.js`` loads it when somebody searches, and not before. Left out is what a search should not
show: code, what cells print, references, and the answers to predictions and exercises.
"""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from lessons import read
from mathml import mathml
from sphinx import addnodes
from sphinx.application import Sphinx

INDEX = "find-index.js"
# What readers look for under a name that a lesson does not use, or not in a title.
CALLED = {
    "01": ["backpropagation", "backprop", "autograd", "chain rule"],
    "03": ["neural network", "weight initialization", "vanishing gradients"],
    "04": ["loss explodes", "loss is NaN", "learning rate too high"],
    "05": ["SGD", "linear scaling rule"],
    "07": ["reduce the learning rate", "learning rate schedule", "annealing"],
    "08": ["increase the learning rate", "cyclical learning rate", "SGDR"],
    "09": ["learning rate finder", "tune the learning rate", "hyperparameter search"],
    "10": ["adaptive learning rate", "sparse gradients"],
    "13": ["learning-rate-free", "parameter-free"],
    "19": ["MNIST", "CNN", "image classification"],
    "20": ["language model", "text generation", "character-level"],
    "21": ["seq2seq", "attention", "transformer learning rate", "Noam schedule"],
    "22": ["reinforcement learning", "epsilon greedy", "temporal difference", "Gymnasium"],
    "23": ["reinforcement learning", "REINFORCE", "policy collapse"],
    "A2": ["learning rate", "best learning rate", "default learning rate"],
}
LEFT_OUT = (
    nodes.comment, nodes.image, nodes.literal_block, nodes.math_block, nodes.title,
    addnodes.desc, addnodes.glossary, addnodes.index,
)  # fmt: skip
TWO_STOREYS = re.compile("<m(frac|over|root|sqrt|sub|subsup|sup|table|under|underover)>")


def formula(node: nodes.math) -> str:
    """Return a formula as a line of text; one that is more than a line, as an ellipsis."""
    element = mathml(node, block=False)
    return "…" if TWO_STOREYS.search(element) else html.unescape(re.sub("<.*?>", "", element))


def pieces(node: nodes.Node) -> Iterator[str]:
    """Yield the words of a node, without those of the sections in it, and its ``<details>``."""
    if isinstance(node, nodes.raw):
        yield from re.findall("</?details", node.astext())
    elif isinstance(node, nodes.Text):
        yield node.astext()
    elif isinstance(node, nodes.math):
        yield formula(node)
    elif not (isinstance(node, LEFT_OUT) or "cell" in node.get("classes", [])):
        for child in node.children:
            if not isinstance(child, nodes.section):
                yield from pieces(child)
        if not isinstance(node, nodes.TextElement):
            yield " "
        elif not isinstance(node, nodes.Inline):
            yield "\n"


def words(node: nodes.Node) -> str:
    """Return the words of a node, but none of an answer or a hint: these are ``<details>``."""
    inside = 0
    told = []
    for piece in pieces(node):
        if piece in ("<details", "</details"):
            inside += 1 if piece == "<details" else -1
        elif not inside:
            told.append(piece)
    return " ".join("".join(told).split())


def sections(doctree: nodes.document) -> list[list[str]]:
    """Return place, title and words of every section."""
    found = []
    for section in doctree.findall(nodes.section):
        title = words_of_title(section)
        if title != "References":
            place = "" if section.parent is doctree else f"#{section['ids'][0]}"
            found.append([place, title, words(section)])
    return found


def words_of_title(section: nodes.section) -> str:
    """Return the title of a section."""
    return words(nodes.paragraph("", "", *section[0].deepcopy().children))


def entries(doctree: nodes.document) -> Iterator[tuple[str, str, str, str]]:
    """Yield kind, place, title and words of each term and each public name that a page explains."""
    for item in doctree.findall(nodes.definition_list_item):
        if isinstance(item.parent.parent, addnodes.glossary):
            *terms, definition = item.children
            names = [term for term in terms if isinstance(term, nodes.term)]
            title = " · ".join(term.astext() for term in names)
            yield "glossary", f"#{names[0]['ids'][0]}", title, words(definition)
    for described in doctree.findall(addnodes.desc):
        signature, content = described[-2], described[-1]
        if signature["ids"]:
            first = next(iter(content.findall(nodes.paragraph)), nodes.paragraph())
            name = re.sub(r"^minigrad\.(core\.ops\.)?", "mg.", signature["ids"][0])
            yield "name", f"#{signature['ids'][0]}", name, words(first)


def course(app: Sphinx) -> list[dict[str, Any]]:
    """Return all that can be found: for each its address, its title, its kind, its sections."""
    found = []
    for name in sorted(app.env.found_docs):
        doctree = app.env.get_doctree(name)
        url = app.builder.get_target_uri(name)
        in_lessons = name.startswith("notebooks/")
        for kind, place, title, text in entries(doctree):
            found.append({"url": url + place, "title": title, "kind": kind, "in": [["", "", text]]})
        parts = sections(doctree)
        title = parts[0][1] if parts else name
        if in_lessons:
            lesson = read(Path(app.env.doc2path(name)))
            title = f"{lesson.number} {lesson.name}"
            parts[0][2] = f"{lesson.question} {parts[0][2]}"
            parts += [["", phrase, ""] for phrase in CALLED.get(lesson.number, [])]
        kind = "lesson" if in_lessons else "page"
        found.append({"url": url, "title": title, "kind": kind, "in": parts})
    return found


def replace_the_search_of_sphinx(app: Sphinx) -> None:
    """Keep Sphinx from writing an index of its own, and name the page of results ourselves."""
    if app.builder.name == "html":
        app.builder.search = False
        app.config.html_additional_pages["search"] = "search.html"


def write_index(app: Sphinx, exception: Exception | None) -> None:
    """Write the index as a script: a page that is opened as a file may load no other form."""
    if app.builder.name == "html" and not exception:
        content = json.dumps(course(app), ensure_ascii=False, separators=(",", ":"))
        path = Path(app.outdir) / INDEX
        path.write_text(f"var COURSE = {content};\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Listen to the builder."""
    app.connect("builder-inited", replace_the_search_of_sphinx)
    app.connect("build-finished", write_index)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
