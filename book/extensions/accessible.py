"""What the standard output lacks for readers who listen (WCAG 2.1)."""

import re
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Languages(SphinxTransform):
    """Say of a Chinese term that it is Chinese, so that it is pronounced so (criterion 3.1.2).

    In the index all of them stand together, not each under a letter of its own.
    """

    default_priority = 840  # before Sphinx collects the index

    def apply(self, **kwargs: object) -> None:
        for term in self.document.findall(nodes.term):
            if CHINESE.search(term.astext()):
                term["classes"].append("language-zh")  # docutils writes it as lang="zh"
                for index in term.findall(addnodes.index):
                    index["entries"] = [(*entry[:4], "中文") for entry in index["entries"]]


class TableHeads(SphinxTransform):
    """Drop a head without words: Markdown demands one even where the table needs none.

    The first column of such a table is what names its rows, so it becomes their head.
    """

    default_priority = 900

    def apply(self, **kwargs: object) -> None:
        for table in list(self.document.findall(nodes.table)):
            for head in list(table.findall(nodes.thead)):
                if not head.astext().strip():
                    head.parent.remove(head)
                    table["classes"].append("row-heads")
                    next(table.findall(nodes.colspec))["stub"] = 1


def current_roles(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Give the entries of the bibliography the role that DPUB-ARIA 1.1 asks for."""
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transforms."""
    app.add_transform(Languages)
    app.add_transform(TableHeads)
    app.connect("html-page-context", current_roles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
