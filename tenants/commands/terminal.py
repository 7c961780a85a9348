"""What a command may print."""


def printable(text: str) -> str:
    """Text that people typed, harmless on a terminal: control characters become "?"."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
