"""Setting a paper: a template of this room and its data go in, a PDF comes out. Fonts are those kept beside it, none of the
machine's; a template fetches nothing."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

HERE = Path(__file__).parent
TEMPLATES, FONTS = HERE / "typst", HERE / "fonts"


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of `<template>.typ` with this data, which is passed as JSON: no text of it is ever read as a command.

    Raises typst.TypstError for a template that is wrong.
    """
    compiler = typst.Compiler(
        input=str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    made = compiler.compile(format="pdf", pdf_tags=False)
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made
