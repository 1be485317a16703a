"""Formulas as MathML, which every browser and every EPUB reader draws without a script.

The TeX is translated when the site is built. A formula that cannot be translated is a warning with
the place where it stands, and so stops the build instead of appearing in red on the page.
"""

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)
translator = LatexToMathML(xml_namespace=True, fancy_error=False)  # the namespace is for the EPUB


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
    try:
        formula = translator.convert_with_local_state(tex, displaystyle=block)
    except LatexError as error:
        logger.warning("cannot translate the formula %r: %s", tex, error, location=node)
        return ""
    return formula.replace("&ApplyFunction;", "\N{FUNCTION APPLICATION}")  # XML has no such name


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


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the renderer under the name ``mathml``."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
