"""References to images: repository, tag and digest, of texts of which a part is not known.

https://pkg.go.dev/github.com/distribution/reference
"""

from __future__ import annotations

import re

from tandem.buildspec.masks import masked
from tandem.buildspec.model import Image
from tandem.deployment.symbols import symbol, symbols_in

_LAST_SYMBOL = re.compile(f"{symbol('')[0]}[^{symbol('')[1]}]*{symbol('')[1]}$")


def image(reference: str, *, certain: bool) -> Image | None:
    """The image that a reference names; None where it is no reference."""
    masks: dict[int, str] = {}
    text = masked(reference, masks)
    text = re.sub(r"^(docker|https?)://", "", text)
    if not text or re.search(r"\s", text):
        return None
    text, at, digest = text.partition("@")
    folder, slash, name = text.rpartition("/")
    name, colon, tag = name.partition(":")
    repository = (folder + slash + name).translate(masks)
    if at:
        return Image(repository, tag.translate(masks), digest.translate(masks), certain)
    if not colon:
        return Image(repository, _tag_within(repository), None, certain)
    return Image(repository, tag.translate(masks), None, certain)


def _tag_within(repository: str) -> str:
    """`latest`, or a symbol where the last part of the text may hold a tag of its own."""
    last = _LAST_SYMBOL.search(repository)
    if last is None:
        return "latest"
    name = next(symbols_in(last[0]))
    # What Terraform says of a repository has no tag; of a variable of the shell nobody knows.
    if re.search(r"(repository_ur[il]|\.(name|id|url|uri))$", name):
        return "latest"
    return symbol(f"tag in {name}")
