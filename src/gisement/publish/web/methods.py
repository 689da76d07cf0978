"""Method pages: the Markdown of `docs/methods`, laid out once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

_PACKAGED = Path(__file__).parent / "methods"
_IN_TREE = Path(__file__).parents[4] / "docs" / "methods"
_ALIGNED = re.compile(r' style="text-align: ?right"')
_ELSEWHERE = re.compile(r'<a href="(?!#|https?:|/)([^"]+)">(.*?)</a>', re.DOTALL)


@cache
def method_html(name: str, root: str) -> str:
    """The page of an indicator as HTML, without its title; links between methods lead to pages of this site.

    KeyError if the indicator has no page.
    """
    folder = _PACKAGED if _PACKAGED.is_dir() else _IN_TREE
    path = folder / f"{name}.md"
    if not path.is_file():
        raise KeyError(name)
    body = path.read_text(encoding="utf-8").split("\n", 1)[1]
    html = str(MarkdownIt("commonmark", {"html": False}).enable("table").render(_bare(body)))
    html = _ELSEWHERE.sub(lambda found: _link(found, root), html)
    html = _ALIGNED.sub(' class="number"', html)
    return html.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")


def rendered(text: str) -> str:
    """Markdown that someone wrote, as HTML: no tag of its own, no image, its titles under those of the page."""
    html = str(MarkdownIt("commonmark", {"html": False}).enable("table").disable("image").render(text))
    return re.sub(r"<(/?)h[1-6]>", r"<\1h2>", html)


def _bare(text: str) -> str:
    return re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL)


def _link(found: re.Match[str], root: str) -> str:
    """A link to another method leads to its page; one to a file of the project keeps its words alone."""
    target, words = found[1], found[2]
    name = target.removesuffix(".md")
    return f'<a href="{root}/methods/{name}">{words}</a>' if re.fullmatch(r"\w+", name) and name != "README" else words
