"""How words are compared: without case, accents, and the many ways to type æ, ø and å."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ð": "d", "ß": "ss", "µ": "u"})
_SPLIT = re.compile(r"[^\w,.%]+|[.,](?!\d)")
_AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?)(mg|g|ml|mikrog|mcg|ug|ie|iu|e|mmol|%)$")


def fold(text: str) -> str:
    """«Østradiol», «oestradiol» and «ostradiol» are one word; so are «Marevån», «marevaan» and «marevan»."""
    lowered = text.lower().translate(_LETTERS).replace("oe", "o").replace("aa", "a")
    if lowered.isascii():
        return lowered
    return "".join(sign for sign in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(sign))


def words(text: str) -> list[str]:
    """Folded words; «50mg» is two, and a decimal is written with a comma."""
    found: list[str] = []
    for word in _SPLIT.split(fold(text).replace("_", " ")):
        amount = _AMOUNT.match(word)
        if amount:
            found += [amount[1].replace(".", ","), amount[2]]
        elif word:
            found.append(word.replace(".", ","))
    return found


def one_edit(word: str, alphabet: str) -> set[str]:
    """Every word one slip away: a letter too few, too many, wrong, or two swapped."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    slips = {left + right[1:] for left, right in cuts if right}
    slips |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    slips |= {left + letter + right[1:] for left, right in cuts if right for letter in alphabet}
    slips |= {left + letter + right for left, right in cuts for letter in alphabet}
    slips.discard(word)
    return slips
