"""How `make docs` builds the site.

Sphinx, as Trio and OpenTelemetry's Python have it: autodoc makes the reference of the API from the docstrings, and a
link that leads nowhere fails the build. furo is its theme, and MyST lets pages be Markdown; all three are well kept.
mkdocs-material was the other choice: it is in maintenance mode and takes no new features.
"""

import re

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

from dl7450 import __version__

project = "dl7450"
version = release = __version__
html_title = f"dl7450 {version}"
exclude_patterns = ["_build"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]

# Pages are Markdown, read on the web and in the repository alike.
myst_heading_anchors = 3

# Docstrings have the sections `Parameters:`, `Raises:` and `Returns:`, and code between single backticks.
napoleon_numpy_docstring = False
napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88

# A name of this project that is not found is an error. Those of others are not looked up: that would need the network.
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(?!dl7450\.).*"), ("py:class", r".*\._?Ts?")]  # the latter: type variables

# Nothing is fetched from elsewhere when a page is read: furo brings its style and scripts, and fonts are the system's.
html_theme = "furo"
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False


def plain_docstring(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Make reStructuredText of the docstrings' plain English: `code` is literal, and so is a block behind a colon."""
    text = "\n".join(lines)
    text = re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", text)
    text = re.sub(r":\n\n(?=    )", "::\n\n", text)
    if what in {"attribute", "property", "data"}:
        text = f"\n{text}"  # else napoleon takes what is before a colon for a type
    lines[:] = text.split("\n")


def public_name(app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element) -> nodes.Element | None:
    """Have a type that is named by its private module lead to where it is public."""
    module, _, name = node.get("reftarget", "").rpartition(".")
    domain = env.domains.python_domain
    for public in (f"{module.partition('._')[0]}.{name}", f"dl7450.{name}", f"dl7450.http.{name}"):
        if "._" in module and public in domain.objects:
            found = domain.objects[public]
            return make_refnode(app.builder, node["refdoc"], found.docname, found.node_id, content, public)
    return None


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-docstring", plain_docstring, priority=400)  # before napoleon
    app.connect("missing-reference", public_name)
