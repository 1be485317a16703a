"""How the website is built: the lessons as stored, the reference from the docstrings.

    make book

The source directory is the repository, so that a link from a lesson to ``../book/glossary.md``
leads to the same place in JupyterLab, in the repository and on the site.
"""

import datetime
import os
import sys
import tomllib
import urllib.parse
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "extensions"))

PYPROJECT = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
REPOSITORY = PYPROJECT["project"]["urls"]["Repository"]
HOMEPAGE = PYPROJECT["project"]["urls"]["Homepage"]

CITATION = yaml.safe_load((HERE.parent / "CITATION.cff").read_text(encoding="utf-8"))

# The date that an EPUB must carry: that of the release, so that two builds give equal bytes.
MIDNIGHT = datetime.datetime.combine(CITATION["date-released"], datetime.time(), datetime.UTC)
os.environ.setdefault("SOURCE_DATE_EPOCH", str(int(MIDNIGHT.timestamp())))

project = "How big a step?"
author = "The minigrad authors"
copyright = f"{MIDNIGHT.year}, {author}. MIT licence"
version = release = CITATION["version"]
language = "en"

extensions = [
    "myst_nb",
    "sphinx_external_toc",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "notfound.extension",
    "sphinx_copybutton",
    "sphinx_sitemap",
    "sphinxcontrib.bibtex",
    "sphinxext.opengraph",
    "accessible",
    "api",
    "cards",
    "epub",
    "finding",
    "folding",
    "lessons",
    "mathml",
    "pictures",
]
include_patterns = ["book/**", "notebooks/**"]
exclude_patterns = [
    "**/.*", "book/_build", "book/extensions", "**/.ipynb_checkpoints", "notebooks/assignments",
]  # fmt: skip
external_toc_path = "book/_toc.yml"
templates_path = ["_templates"]
bibtex_bibfiles = ["references.bib"]

suppress_warnings = ["etoc.glob"]  # a part of the course may have no lesson yet

# Every reference must lead somewhere. Only a docstring may name what has no page of its own:
# the type of a parameter is a phrase ("ndarray, shape (n, d)"), and `x` may be an argument.
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]
default_role = "py:obj"

nb_execution_mode = "off"  # what is shown is what is stored, and what the tests have run again
nb_ipywidgets_js = {}  # no page asks for a kernel, so none loads the widgets from elsewhere
myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_url_schemes = {
    **dict.fromkeys(["http", "https", "mailto"]),
    "repository": f"{REPOSITORY}/{{{{path}}}}",
    "site": f"{HOMEPAGE}{{{{path}}}}",
}

autodoc_default_options = {"members": True}  # the pages name the classes, in a learner's order
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say what a type means
napoleon_google_docstring = False
napoleon_use_param = False  # otherwise each word of a type is looked up, and "name" becomes a link
napoleon_use_rtype = False
napoleon_custom_sections = [("Attributes", "params_style")]  # listed, not described a second time
napoleon_use_admonition_for_notes = True
add_module_names = False
python_display_short_literal_types = True
toc_object_entries_show_parents = "hide"

html_math_renderer = epub_math_renderer = "mathml"
html_theme = "sphinx_book_theme"
html_baseurl = HOMEPAGE
html_title = project
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"
html_css_files = ["site.css", ("print.css", {"media": "print"})]
html_js_files = [
    (name, {"defer": "defer"})
    for name in ("scrollable.js", "predict.js", "progress.js", "predictions.js")
]
html_additional_pages = {"index": "redirect.html"}
html_domain_indices = False  # modules are sections of the reference, found in its contents
html_sourcelink_suffix = ""  # a notebook is downloaded as .ipynb, not as .ipynb.txt
html_last_updated_fmt = None  # no dates: two builds give equal bytes
html_context = {"default_mode": "auto"}  # without a word the theme complains in the console
html_theme_options = {
    "repository_url": REPOSITORY,
    "repository_branch": "main",
    "path_to_docs": "",
    "use_repository_button": True,
    "use_download_button": True,
    "use_issues_button": True,
    "launch_buttons": {
        "binderhub_url": "https://mybinder.org",
        "colab_url": "https://colab.research.google.com",
        "notebook_interface": "jupyterlab",
    },
    "home_page_in_toc": True,
    "navbar_persistent": [],  # the side bar has the search field already
    "show_toc_level": 2,
    "secondary_sidebar_items": {
        "**": ["page-toc.html"],
        # Their tables take the room.
        "book/optimizers": [],
        "book/schedules": [],
        "book/speed": [],
    },
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

# What other sites and search engines read.
ogp_site_url = HOMEPAGE
ogp_site_name = project
ogp_enable_meta_description = True
ogp_social_cards = {"enable": False}  # a lesson's card shows its figure
sitemap_url_scheme = "{link}"
html_extra_path = ["robots.txt"]
notfound_urls_prefix = urllib.parse.urlsplit(HOMEPAGE).path

# What a reader types has a button to copy it, not what a cell prints.
copybutton_selector = "div.cell_input pre, div.highlight-shell pre, div.highlight-python pre"

epub_basename = "how-big-a-step"
epub_title = project
epub_description = PYPROJECT["project"]["description"]
epub_uid = "minigrad"
epub_identifier = REPOSITORY
epub_contributor = author
epub_scheme = "URL"
epub_show_urls = "no"
epub_tocscope = "includehidden"
epub_css_files = ["ereader.css"]
epub_exclude_files = [
    "index.html",
    "robots.txt",
    "_static/check-solid.svg",
    "_static/clipboard.min.js",
    "_static/copy-button.svg",
    "_static/copybutton.css",
    "_static/copybutton.js",
    "_static/copybutton_funcs.js",
    "_static/how-big-a-step.svg",
    "_static/print.css",
    "_static/site.css",
    "_static/stix-two-math.woff2",
]
