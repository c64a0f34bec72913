"""Sphinx reads the pages of this folder as MyST Markdown: sphinx-build docs docs/_build."""

from importlib.metadata import version as _version

project = "mtornet"
author = "mtornet developers"
release = _version("mtornet")
extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
html_theme = "furo"
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
