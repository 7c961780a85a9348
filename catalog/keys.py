"""The one form in which brand and reference are stored and looked for (contract, section 6: trimmed, upper case)."""


def fold(text: str) -> str:
    """`" TestBrand "` is `"TESTBRAND"`."""
    return text.strip().upper()
