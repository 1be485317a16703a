"""Formulas as MathML, which every browser and every EPUB reader draws without a script.

The TeX is translated when the site is built. A formula that cannot be translated is a warning with
the place where it stands, and so stops the build instead of appearing in red on the page.
"""

import re

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)
translator = LatexToMathML(xml_namespace=True, fancy_error=False)  # the namespace is for the EPUB

# A root's sign has a least size. Browsers hang it from the line above what it holds, far below a
# small letter; TeX lifts it. As tall as this, a letter carries its line where it should be.
STRUT = '<mspace height="0.75em" depth="0.2em"/>'


def mathml(node: nodes.Element, *, block: bool) -> str:
    """Return a formula as a MathML element.

    Parameters
    ----------
    node : docutils.nodes.math or docutils.nodes.math_block
        The formula, in TeX.
    block : bool
        Whether it stands on a line of its own.
    """
    tex = node.astext()
    if r"\\[" in tex:
        logger.warning("the space after a row would be shown as text: %r", tex, location=node)
    try:
        formula = translator.convert_with_local_state(tex, displaystyle=block)
    except LatexError as error:
        logger.warning("cannot translate the formula %r: %s", tex, error, location=node)
        return ""
    formula = formula.replace("&ApplyFunction;", "\N{FUNCTION APPLICATION}")  # XML has no such name
    formula = re.sub(r"(<msqrt>|<mroot><mrow>)", rf"\1{STRUT}", formula)
    return re.sub(r"<mroot>(<m[ino]>.*?</m[ino]>)", rf"<mroot><mrow>{STRUT}\1</mrow>", formula)


def visit_inline(writer, node: nodes.math) -> None:
    """Write a formula that stands in a line of text."""
    writer.body.append(mathml(node, block=False))
    raise nodes.SkipNode


def visit_block(writer, node: nodes.math_block) -> None:
    """Write a formula that stands on a line of its own."""
    writer.body.append(writer.starttag(node, "div", CLASS="math"))
    writer.body.append(mathml(node, block=True))
    writer.body.append("</div>\n")
    raise nodes.SkipNode


class Punctuation(SphinxTransform):
    """Keep a formula and the sign before or after it on one line.

    To a browser a formula is a box, and a line may break between a box and a full stop.
    """

    default_priority = 900

    def apply(self, **kwargs: object) -> None:
        for formula in list(self.document.findall(nodes.math)):
            siblings = formula.parent.children
            place = siblings.index(formula)
            before, after = siblings[:place], siblings[place + 1 :]
            unbroken = nodes.inline("", "", formula.deepcopy(), classes=["unbroken"])
            if before and isinstance(before[-1], nodes.Text):
                words, sign = re.fullmatch(r"(.*?)([(\[“]*)", before[-1], re.DOTALL).groups()
                before[-1:] = [nodes.Text(words)]
                unbroken.insert(0, nodes.Text(sign))
            if after and isinstance(after[0], nodes.Text):
                sign, words = re.fullmatch(r"(\S*)(.*)", after[0], re.DOTALL).groups()
                unbroken.append(nodes.Text(sign))
                after[:1] = [nodes.Text(words)]
            if unbroken.astext() != formula.astext():
                formula.parent.children = []
                formula.parent.extend([*before, unbroken, *after])


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the renderer under the name ``mathml``."""
    app.add_transform(Punctuation)
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
