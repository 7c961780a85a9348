"""Keeping pins by swapping runners between heats, each time with the runner nearest in time. Without Django."""

from collections.abc import Iterable, Mapping, Sequence

from entries.heat.runners import Board, Pin, PinKind, Runner, Swap


def pinned_heats(ranked: Sequence[Runner], pins: Iterable[Pin], heats: Iterable[int]) -> dict[int, int]:
    """The heat of everybody who is pinned into one of these `heats`, or stays in one that is frozen. The first pin counts."""
    here, there = {one.entry for one in ranked}, set(heats)
    fixed: dict[int, int] = {}
    for pin in pins:
        if pin.kind in (PinKind.INTO, PinKind.FROZEN) and pin.heat in there:
            for entry in pin.stay if pin.kind == PinKind.FROZEN else (pin.entry,):
                if entry in here:
                    fixed.setdefault(entry, pin.heat)
    return fixed


def keep_pins(board: Board, pins: Sequence[Pin]) -> None:
    """Move runners until the pins are kept, as far as that can be. Who moved for a pin, or is together with somebody, moves
    no more."""
    for pin in pins:
        if pin.kind == PinKind.NOT_INTO:
            board.not_into.setdefault(pin.entry, set()).add(pin.heat)
        elif pin.kind == PinKind.APART:
            board.apart.setdefault(pin.entry, set()).add(pin.other)
            board.apart.setdefault(pin.other, set()).add(pin.entry)
    for group in _groups(board, pins):
        _bring_together(board, group, pins)
    for pin in pins:
        if pin.kind in (PinKind.NOT_INTO, PinKind.APART) and not is_kept(pin, board.heat_of):
            _move_away(board, pin)


def is_kept(pin: Pin, heat_of: Mapping[int, int]) -> bool:
    """Whether the heats are as the pin wants them. A pin about somebody who is not in the race any more is."""
    here, other = heat_of.get(pin.entry), heat_of.get(pin.other)
    if pin.kind == PinKind.FROZEN:
        inside = {entry for entry, heat in heat_of.items() if heat == pin.heat}
        return inside == set(pin.stay) & heat_of.keys()
    if here is None:
        return True
    if pin.kind in (PinKind.INTO, PinKind.NOT_INTO):
        return (here == pin.heat) is (pin.kind == PinKind.INTO)
    return other is None or (here == other) is (pin.kind == PinKind.TOGETHER)


def contradicts(one: Pin, other: Pin) -> bool:
    """Whether no heats at all keep both: two heats for one runner, into and not into the same, together and apart."""
    kinds = {one.kind, other.kind}
    if kinds == {PinKind.TOGETHER, PinKind.APART}:
        return {one.entry, one.other} == {other.entry, other.other}
    if one.entry != other.entry or not kinds <= {PinKind.INTO, PinKind.NOT_INTO}:
        return False
    return one.heat != other.heat if kinds == {PinKind.INTO} else one.heat == other.heat and len(kinds) > 1


def _groups(board: Board, pins: Iterable[Pin]) -> list[list[int]]:
    """Runners who are to be together, whoever was named with whom, each group once, by their numbers."""
    group_of: dict[int, set[int]] = {}
    for pin in pins:
        if pin.kind == PinKind.TOGETHER and {pin.entry, pin.other} <= board.heat_of.keys():
            joined = group_of.get(pin.entry, {pin.entry}) | group_of.get(pin.other, {pin.other})
            group_of |= dict.fromkeys(joined, joined)
    return [list(group) for group in sorted({tuple(sorted(group)) for group in group_of.values()})]


def _bring_together(board: Board, group: Sequence[int], pins: Sequence[Pin]) -> None:
    """Into the heat of one who may not move, else into that of the best of them."""
    members = sorted(board.runner(entry) for entry in group)
    held = [one for one in members if one.entry in board.held]
    heat = board.heat_of[(held or members)[0].entry]
    for one in members:
        if board.heat_of[one.entry] != heat and one.entry not in board.held:
            pin = next(pin for pin in pins if pin.kind == PinKind.TOGETHER and one.entry in (pin.entry, pin.other))
            _swap(board, one, [heat], pin)
        board.held.add(one.entry)


def _move_away(board: Board, pin: Pin) -> None:
    """One of those whom the pin names goes to the nearest heat that takes them."""
    for entry in (pin.entry, pin.other) if pin.kind == PinKind.APART else (pin.entry,):
        if entry not in board.held:
            here = board.heat_of[entry]
            for distance in range(1, len(board.heats) + 1):
                if _swap(board, board.runner(entry), [here - distance, here + distance], pin):
                    return


def _swap(board: Board, one: Runner, heats: Iterable[int], pin: Pin) -> bool:
    """Change places with the runner nearest in time in one of these heats; whether there was one."""
    here = board.heat_of[one.entry]
    found = [
        (abs((other.seed or 0) - (one.seed or 0)), other)
        for heat in heats
        for other in board.heats.get(heat, ())
        if other.entry not in board.held
        and board.may_stand(one, heat, instead_of=other.entry) and board.may_stand(other, here, instead_of=one.entry)
    ]  # fmt: skip
    if not found:
        return False
    _, other = min(found)
    there = board.heat_of[other.entry]
    board.swap(one, other)
    board.swaps.append(
        Swap(one.entry, other.entry, here, there, board.shift(one, there), board.shift(other, here), pin=pin)
    )
    return True
