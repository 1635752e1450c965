"""Answers to lesson 12 that are not right, and a word of what is said about each."""

from __future__ import annotations

_FLAG = """
@jacnb.walker
def flag(here, square: str) -> dict:
    name = here.players.get(jid(root()))
"""

WRONG = {
    "q1": [
        (
            _FLAG
            + """
    here.flags[square] = name
    commit()
    news = {"square": square, "by": name}
    socket.notify_channels([here.channel], {"type": "flag", "data": news})
    return here.flags
""",
            "quinn did not join",
        ),
        (
            _FLAG
            + """
    if name is None or square not in SQUARES:
        raise ValueError("no flag there")
    here.flags[square] = name
    commit()
    news = {"square": square, "by": name}
    socket.notify_channels([here.channel], {"type": "flag", "data": news})
    return here.flags
""",
            "A1 was dug already",
        ),
        (
            _FLAG
            + """
    here.flags[square] = name
    commit()
    if name is None or square not in SQUARES or square in here.holes:
        raise ValueError("no flag there")
    news = {"square": square, "by": name}
    socket.notify_channels([here.channel], {"type": "flag", "data": news})
    return here.flags
""",
            "a flag was kept all the same",
        ),
        (
            _FLAG
            + """
    if name is None or square not in SQUARES or square in here.holes:
        raise ValueError("no flag there")
    here.flags[square] = name
    news = {"square": square, "by": name}
    socket.notify_channels([here.channel], {"type": "flag", "data": news})
    return here.flags
""",
            "commit() first, then notify",
        ),
        (
            _FLAG
            + """
    if name is None or square not in SQUARES or square in here.holes:
        raise ValueError("no flag there")
    here.flags[square] = name
    commit()
    news = {"square": square, "by": name}
    socket.notify_channels(["garden"], {"type": "flag", "data": news})
    return here.flags
""",
            "It was sent, but not there",
        ),
        (
            """
@jacnb.walker
def flag(here, square: str) -> dict:
    name = check_turn(here, square)
    here.flags[square] = here.last = name
    commit()
    news = {"square": square, "by": name}
    socket.notify_channels([here.channel], {"type": "flag", "data": news})
    return news
""",
            "Now report all flags",
        ),
        (
            """
@jacnb.walker
def flag(here, square: str):
    name = check_turn(here, square)
    flags = {square: name}
    socket.notify_channels(
        [here.channel], {"type": "flag", "data": {"square": square, "by": name}}
    )
    return flags
""",
            "here.flags is {} in the graph",
        ),
        (
            """
@jacnb.walker
def flag(here, square: str) -> dict:
    name = check_turn(here, square)
    here.flags[square] = name
    commit()
    news = {"square": square, "by": name}
    socket.notify_channels([here.channel], {"type": "flag", "data": news})
    return here.flags
""",
            "somebody else is to dig",
        ),
        (
            """
@jacnb.walker
def flag(here, square: str) -> dict:
    name = here.players.get(jid(root()))
    if name is None or square not in SQUARES or square in here.holes:
        raise ValueError("no flag there")
    here.flags[square] = name
    commit()
    news = {"square": square, "by": name}
    socket.notify_channels([here.channel], {"type": "flag", "data": news})
    return {square: name}
""",
            "Report all flags of the garden",
        ),
        (
            """
@jacnb.walker
def flag(here, square: str) -> dict:
    name = here.players.get(jid(root()))
    if name is None or square not in SQUARES or square in here.holes:
        raise ValueError("no flag there")
    here.flags[square] = here.last = name
    commit()
    news = {"square": square, "by": name}
    socket.notify_channels([here.channel], {"type": "flag", "data": news})
    return here.flags
""",
            "A flag uses up no turn",
        ),
        (
            """
@jacnb.walker
def flag(here, square: str) -> dict:
    name = here.players.get(jid(root()))
    if name is None or square not in SQUARES or square in here.holes | here.flags:
        raise ValueError("no flag there")
    here.flags[square] = name
    commit()
    news = {"square": square, "by": name}
    socket.notify_channels([here.channel], {"type": "flag", "data": news})
    return here.flags
""",
            "The walker answered with an error: walker flag: ValueError",
        ),
        (
            """
@jacnb.walker
def flag(here, square: str) -> dict:
    name = here.players.get(jid(root()))
    assert name and square in SQUARES and square not in here.holes
    here.flags[square] = name
    commit()
    news = {"square": square, "by": name}
    socket.notify_channels([here.channel], {"type": "flag", "data": news})
    return here.flags
""",
            "with a ValueError: quinn did not join",
        ),
        (
            """
@jacnb.walker
def flag(here, square: str) -> dict:
    name = here.players[jid(root())]
    if name is None or square not in SQUARES or square in here.holes:
        raise ValueError("no flag there")
    here.flags[square] = name
    commit()
    news = {"square": square, "by": name}
    socket.notify_channels([here.channel], {"type": "flag", "data": news})
    return here.flags
""",
            "It answered: KeyError",
        ),
        (
            """
@jacnb.walker
def flag(here, square: str, by: str = "") -> dict:
    name = here.players.get(jid(root()))
    if name is None or square not in SQUARES or square in here.holes:
        raise ValueError("no flag there")
    here.flags[square] = name
    commit()
    news = {"square": square, "by": by or name}
    socket.notify_channels([here.channel], {"type": "flag", "data": news})
    return here.flags
""",
            "Nobody asked flag for the field 'by'",
        ),
        (
            _FLAG
            + """
    if name is None or square not in SQUARES or square in here.holes:
        raise ValueError("no flag there")
    here.flags[square] = name
    commit()
    news = {"square": square, "by": name, "treasure": here.treasure}
    socket.notify_channels([here.channel], {"type": "flag", "data": news})
    return here.flags
""",
            "Nobody asked for treasure in the data.",
        ),
        (
            _FLAG
            + """
    if name is None or square not in SQUARES or square in here.holes:
        raise ValueError("no flag there")
    here.flags[square] = name
    commit()
    news = {"square": square, "by": name}
    news = {"type": "flag", "data": news, "who": jid(root())}
    socket.notify_channels([here.channel], news)
    return here.flags
""",
            "Nobody asked for who in the message.",
        ),
    ],
    "q2": [
        (
            """
@jacnb.walker
def whisper(here, to: str, message: str):
    by = here.players.get(jid(root()))
    found = [one for one, name in here.players.items() if name == to]
    data = {"by": by, "message": message}
    socket.notify_users(found, {"type": "whisper", "data": data})
""",
            "quinn did not join",
        ),
        (
            """
@jacnb.walker
def whisper(here, to: str, message: str):
    by = here.players.get(jid(root()))
    if by is None:
        raise ValueError("join first")
    found = [one for one, name in here.players.items() if name == to]
    data = {"by": by, "message": message}
    socket.notify_users(found, {"type": "whisper", "data": data})
""",
            "nobody is called pia",
        ),
        (
            """
@jacnb.walker
def whisper(here, to: str, message: str):
    by = here.players.get(jid(root()))
    if by is None or to not in here.players.values():
        raise ValueError("nobody is called so")
    data = {"by": by, "message": message}
    socket.notify_channels([here.channel], {"type": "whisper", "data": data})
""",
            "nora's phone received no",
        ),
        (
            """
@jacnb.walker
def whisper(here, to: str, message: str):
    by = here.players.get(jid(root()))
    if by is None or to not in here.players.values():
        raise ValueError("nobody is called so")
    data = {"by": by, "message": message}
    socket.notify_users(list(here.players), {"type": "whisper", "data": data})
""",
            "omar should not have received this",
        ),
        (
            """
@jacnb.walker
def whisper(here, to: str, message: str):
    found = [one for one, name in here.players.items() if name == to]
    if jid(root()) not in here.players or not found:
        raise ValueError("nobody is called so")
    data = {"by": to, "message": message}
    socket.notify_users(found, {"type": "whisper", "data": data})
""",
            "data is {'by': 'nora'",
        ),
        (
            """
@jacnb.walker
def whisper(here, to: str, message: str, by: str = ""):
    by = by or here.players.get(jid(root()))
    found = [one for one, name in here.players.items() if name == to]
    if by is None or not found:
        raise ValueError("from player to player only")
    data = {"by": by, "message": message}
    socket.notify_users(found, {"type": "whisper", "data": data})
""",
            "Nobody asked whisper for the field 'by'",
        ),
        (
            """
@jacnb.walker
def whisper(here, to: str, message: str):
    by = here.players[jid(root())]
    found = [one for one, name in here.players.items() if name == to]
    assert found
    data = {"by": by, "message": message}
    socket.notify_users(found, {"type": "whisper", "data": data})
""",
            "It answered: KeyError",
        ),
        (
            """
@jacnb.walker
def whisper(here, to: str, message: str):
    by = here.players.get(jid(root()))
    found = [one for one, name in here.players.items() if name == to]
    if by is None or not found:
        raise ValueError("from player to player only")
    data = {"by": by, "message": message, "root_id": jid(root())}
    socket.notify_users(found, {"type": "whisper", "data": data})
""",
            "Nobody asked for root_id in the data.",
        ),
    ],
    "q3": [
        (
            """
@jacnb.walker
def look(here) -> Garden:
    return here
""",
            "do not report the node itself",
        ),
        (
            """
@jacnb.walker
def look(here) -> dict:
    return {"players": here.players, "holes": here.holes, "flags": here.flags,
            "sign": here.sign}
""",
            "players should be ['nora', 'omar']",
        ),
        (
            """
@jacnb.walker
def look(here) -> dict:
    return {"players": list(here.players.values()), "holes": here.holes,
            "flags": here.flags}
""",
            "It has no 'sign'",
        ),
        (
            """
@jacnb.walker
def look(here):
    jacnb.report(list(here.players.values()))
    jacnb.report(here.holes)
""",
            "Report one object",
        ),
        (
            """
@jacnb.walker
def look(here) -> dict:
    return {"players": list(here.players.values()), "holes": here.holes,
            "flags": here.flags, "sign": here.sign, "version": here.version}
""",
            "Nobody asked for version",
        ),
        (
            """
@jacnb.walker
def look(here) -> dict:
    return {"players": list(here.players.values()), "holes": here.holes,
            "flags": {}, "sign": here.sign}
""",
            "flags should be",
        ),
        (
            """
@jacnb.walker
def look(here) -> dict:
    return {"players": list(here.players.values()), "holes": here.holes,
            "flags": here.flags, "sign": "Dig with care"}
""",
            "sign should be",
        ),
    ],
    "q4": [
        (
            """
@jacnb.walker
def rewrite(here, text: str, version: int) -> int:
    if jid(root()) not in here.players:
        raise ValueError("join first")
    here.sign, here.version = text, here.version + 1
    commit()
    news = {"text": text, "version": here.version}
    socket.notify_channels([here.channel], {"type": "sign", "data": news})
    return here.version
""",
            "nora was first",
        ),
        (
            """
@jacnb.walker
def rewrite(here, text: str, version: int) -> int:
    if version != here.version:
        raise ValueError("read it again")
    here.sign, here.version = text, version + 1
    commit()
    news = {"text": text, "version": here.version}
    socket.notify_channels([here.channel], {"type": "sign", "data": news})
    return here.version
""",
            "quinn did not join",
        ),
        (
            """
@jacnb.walker
def rewrite(here, text: str, version: int) -> int:
    if jid(root()) not in here.players or version != here.version:
        raise ValueError("read it again")
    here.sign = text
    commit()
    news = {"text": text, "version": version}
    socket.notify_channels([here.channel], {"type": "sign", "data": news})
    return version
""",
            "'version': 1}, not",
        ),
        (
            """
@jacnb.walker
def rewrite(here, text: str, version: int) -> int:
    if jid(root()) not in here.players or version != here.version:
        raise ValueError("read it again")
    here.sign, here.version = text, version + 1
    news = {"text": text, "version": here.version}
    socket.notify_channels([here.channel], {"type": "sign", "data": news})
    return here.version
""",
            "commit() first, then notify",
        ),
        (
            """
@jacnb.walker
def rewrite(here, text: str, version: int):
    if jid(root()) not in here.players or version != here.version:
        raise ValueError("read it again")
    here.sign, here.version = text, version + 1
    commit()
    news = {"text": text, "version": here.version}
    socket.notify_channels([here.channel], {"type": "sign", "data": news})
""",
            "Now report the new version",
        ),
        (
            """
@jacnb.walker
def rewrite(here, text: str, version: int) -> int:
    if jid(root()) not in here.players or version != here.version:
        return here.version
    here.sign, here.version = text, version + 1
    commit()
    news = {"text": text, "version": here.version}
    socket.notify_channels([here.channel], {"type": "sign", "data": news})
    return here.version
""",
            "rewrite should have refused this",
        ),
        (
            """
@jacnb.walker
def rewrite(here, text: str, version: int) -> int:
    if jid(root()) not in here.players or version < here.version:
        raise ValueError("read it again")
    here.sign, here.version = text, version + 1
    commit()
    news = {"text": text, "version": here.version}
    socket.notify_channels([here.channel], {"type": "sign", "data": news})
    return here.version
""",
            "there is no version 99 yet",
        ),
        (
            """
@jacnb.walker
def rewrite(here, text: str, version: int) -> int:
    if jid(root()) not in here.players or version != here.version:
        raise ValueError("read it again")
    here.sign, here.version = text, version + 1
    commit()
    news = {"text": text, "version": here.version, "treasure": here.treasure}
    news["players"] = here.players
    socket.notify_channels([here.channel], {"type": "sign", "data": news})
    return here.version
""",
            "Nobody asked for players, treasure in the data.",
        ),
    ],
}

# What is right as well, though it is not the solution.
RIGHT = {
    "q3": [
        """
@jacnb.walker
def look(here) -> dict:
    names = sorted(here.players.values(), reverse=True)
    seen = {"holes": here.holes, "flags": here.flags, "sign": here.sign}
    return {"players": names} | seen
""",
    ],
}
