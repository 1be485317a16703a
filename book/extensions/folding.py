"""What a lesson folds on the page: what follows a prediction, the deeper sections.

The folds are ``<details>``: they open without a script, a search in the page opens them, and in a
book without scripts they are open.
"""

import hashlib

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.writers.html5 import HTML5Translator

BOX = "[ ]"  # before each choice of a prediction
BLANK = "____"  # where a number is to be typed
HIDDEN = {"hide-input": "the code", "claim": "the check", "solution": "the solution"}
ANSWER = '<details class="answer"'  # around what a lesson says to a prediction


class Fold(nodes.General, nodes.Element):
    """A ``<details>`` around its children, which ``summary`` names; ``kind`` is its class."""


def visit(writer: HTML5Translator, node: Fold) -> None:
    """Open the fold's element, and write its summary."""
    about = {"prediction": node["prediction"]} if "prediction" in node else {}
    data = {f"data-{name}": value for name, value in about.items()}
    if writer.builder.name == "epub":
        data["open"] = "open"
    writer.body.append(writer.starttag(node, "details", "", CLASS=node["kind"], **data))
    writer.body.append(f"<summary>{writer.encode(node['summary'])}</summary>\n")


def depart(writer: HTML5Translator, node: Fold) -> None:
    """Close the fold's element."""
    writer.body.append("</details>\n")


def fold_after(last: nodes.Element, **attributes: str) -> None:
    """Put all that follows a node in its section into a fold.

    Parameters
    ----------
    last : Element
        The last node that stays in sight.
    **attributes
        Of the fold.
    """
    section = last.parent
    place = section.index(last) + 1
    # a section within this one may hold a prediction of its own, and stays in the contents
    rest = [node for node in section.children[place:] if not isinstance(node, nodes.section)]
    if rest:
        fold = Fold("", **attributes)
        for node in rest:
            section.remove(node)
            fold.append(node)
        section.insert(place, fold)


class Folds(SphinxTransform):
    """Fold what follows each prediction, and what stands in each deeper section.

    A prediction is a quotation that begins with **Predict.**; its choices are a list of ``- [ ]``
    items, a number to be typed stands as ``____``. A section is deeper if its title says so, and
    its first paragraph, which says what it is about, stays in sight.
    """

    default_priority = 890  # when the notebook has been read

    def apply(self, **kwargs: object) -> None:
        if not self.env.docname.startswith("notebooks/"):
            return
        for section in list(self.document.findall(nodes.section)):
            if section[0].astext().startswith("Deeper:"):
                has_teaser = len(section) > 1 and isinstance(section[1], nodes.paragraph)
                fold_after(section[int(has_teaser)], kind="deeper", summary="Read this section")
        for quote in reversed(
            list(self.document.findall(nodes.block_quote))
        ):  # the inner fold first
            if is_prediction(quote):
                prediction = hashlib.sha256(quote.astext().encode()).hexdigest()[:8]
                quote["classes"].append("predict")
                quote["ids"].append(f"predict-{prediction}")
                drop_boxes(quote)
                summary = "Show what happens"
                fold_after(quote, kind="predicted", summary=summary, prediction=prediction)
        for raw in self.document.findall(nodes.raw):  # on the page one fold around it is enough
            if raw.astext().startswith(ANSWER):
                raw.children = [nodes.Text(raw.astext().replace(ANSWER, f"{ANSWER} open", 1))]
        for cell in self.document.findall(nodes.container):
            for tag, hidden in HIDDEN.items():
                if f"tag_{tag}" in cell.get("classes", []):
                    cell["prompt_show"], cell["prompt_hide"] = f"Show {hidden}", f"Hide {hidden}"


def is_prediction(quote: nodes.block_quote) -> bool:
    """Whether a quotation asks for a prediction that can be given: a choice, or a number."""
    opening = next(iter(quote.findall(nodes.strong)), None)
    if opening is None or opening.astext() != "Predict.":
        return False
    items = [item.astext() for item in quote.findall(nodes.list_item)]
    codes = [code.astext() for code in quote.findall(nodes.literal)]
    return any(item.startswith(BOX) for item in items) or BLANK in codes


def drop_boxes(quote: nodes.block_quote) -> None:
    """Take away the boxes that a notebook shows before each choice: the page makes buttons."""
    for item in quote.findall(nodes.list_item):
        text = next(iter(item.findall(nodes.Text)))
        if text.startswith(BOX):
            text.parent.replace(text, nodes.Text(text.removeprefix(BOX).lstrip()))
            if "choices" not in item.parent["classes"]:
                item.parent["classes"].append("choices")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the node, the transform and the script."""
    app.add_node(Fold, html=(visit, depart))
    app.add_transform(Folds)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
