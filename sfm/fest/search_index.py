"""Words to products, in memory. Built once per catalogue version; a search touches no database."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from sfm.fest.folding import fold, one_edit, words
from sfm.fest.hits import BrandHit, Hit, ProductRef

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfm.fest.skeleton import Bone, Skeleton

Documents = frozenset[int]
NOTHING: Documents = frozenset()
REMEMBERED = 4_096  # words per field; typing repeats the same beginnings all day
SHORTEST_FUZZY = 4  # letters
FEW = (
    3  # hits, below which a slip of the finger is considered; and digits, below which a number is a strength
)


@dataclass(frozen=True, slots=True)
class Near:
    """What may have been meant: known words and beginnings one slip away, and the products they name."""

    words: frozenset[str] = frozenset()
    whole: Documents = NOTHING  # the slip is a whole word
    named: Documents = NOTHING


@dataclass(frozen=True, slots=True)
class Word:
    """One typed word: where it is in names (layers, best first), and where it is a form or a strength."""

    text: str
    layers: tuple[Documents, ...]
    named: Documents
    attribute: Documents

    @property
    def is_name(self) -> bool:
        """A number that is a strength narrows; any other word that is unknown must still be answered for."""
        number = self.text[0].isdigit()
        return (bool(self.named) and not (number and self.attribute)) or not (self.attribute or number)

    @property
    def documents(self) -> Documents:
        return self.named | self.attribute if self.attribute else self.named

    def forgiving(self, near: Near) -> Word:
        return replace(self, layers=(*self.layers, near.whole, near.named), named=self.named | near.named)


class Field:
    """A sorted vocabulary with postings: a prefix is a slice of it."""

    def __init__(self) -> None:
        self._building: dict[str, set[int]] = defaultdict(set)
        self._words: list[str] = []
        self._documents: list[Documents] = []
        self.starting = lru_cache(REMEMBERED)(self._starting)

    def add(self, document: int, tokens: Iterable[str]) -> None:
        for token in tokens:
            self._building[token].add(document)

    def close(self) -> None:
        self._words = sorted(self._building)
        self._documents = [frozenset(self._building[word]) for word in self._words]
        self._building.clear()

    def exactly(self, word: str) -> Documents:
        at = bisect_left(self._words, word)
        return self._documents[at] if at < len(self._words) and self._words[at] == word else NOTHING

    def _starting(self, prefix: str) -> Documents:
        start = bisect_left(self._words, prefix)
        end = bisect_left(self._words, prefix + "\uffff", start)
        return frozenset().union(*self._documents[start:end]) if end > start else NOTHING

    def knows(self, prefix: str) -> bool:
        at = bisect_left(self._words, prefix)
        return at < len(self._words) and self._words[at].startswith(prefix)


class SearchIndex:
    """Documents are numbered in the order they are shown: substance, group before brand, form, strength."""

    def __init__(self, skeleton: Skeleton) -> None:
        self.leading, self.substance, self.brand, self.other, self.attribute = (Field() for _ in range(5))
        self._skeleton = skeleton
        hits = [self._group(bone) for bone in skeleton.groups.values()]
        hits += [self._alone(bone) for key, bone in skeleton.brands.items() if key not in skeleton.group_of]
        self.hits = sorted(hits, key=_shown_order)
        for document, hit in enumerate(self.hits):
            self._index(document, hit)
        for field in (self.leading, self.substance, self.brand, self.other, self.attribute):
            field.close()
        self.nearly = lru_cache(REMEMBERED)(self._nearly)
        self.word = lru_cache(REMEMBERED)(self._word)

    def _nearly(self, word: str) -> Near:
        """What starts with this word, but for one slip."""
        if len(word) < SHORTEST_FUZZY:
            return Near()
        near = [
            slip
            for slip in one_edit(word, "abcdefghijklmnopqrstuvwxyz")
            if len(slip) >= SHORTEST_FUZZY - 1 and (self.substance.knows(slip) or self.brand.knows(slip))
        ]
        fields = (self.substance, self.brand)
        return Near(
            words=frozenset(near),
            whole=NOTHING.union(*(field.exactly(slip) for slip in near for field in fields)),
            named=NOTHING.union(*(field.starting(slip) for slip in near for field in fields)),
        )

    def _word(self, word: str) -> Word:
        number = word.isdigit()
        layers = (
            self.other.exactly(word) if number else NOTHING,
            self.leading.exactly(word),
            self.leading.starting(word),
            self.substance.exactly(word),
            self.substance.starting(word),
            self.brand.exactly(word),
            self.brand.starting(word),
            self.other.starting(word) if not number or len(word) > FEW else NOTHING,
        )
        attribute = (number and self.attribute.exactly(word)) or self.attribute.starting(word)
        return Word(text=word, layers=layers, named=NOTHING.union(*layers), attribute=attribute)

    def _index(self, document: int, hit: Hit) -> None:
        skeleton = self._skeleton
        bone = skeleton.groups.get(hit.product.fest_id) or skeleton.brands[hit.product.fest_id]
        substance = name_tokens(hit.substance)
        self.leading.add(document, substance[:1])
        self.substance.add(document, substance)
        self.other.add(document, [fold(hit.atc)])
        for key in skeleton.substance_ids(bone):
            self.other.add(document, name_tokens(skeleton.english.get(key, "")))
        for brand in hit.brands:
            self.brand.add(document, name_tokens(brand.name))
            for package in skeleton.packages_of.get(brand.fest_id, ()):
                self.other.add(document, [skeleton.packages[package].varenr])
        named = {*substance, *(token for brand in hit.brands for token in name_tokens(brand.name))}
        rest = [token for token in words(bone.name) if token not in named]
        self.attribute.add(document, [*words(hit.strength), *words(hit.form), *rest])

    def _group(self, bone: Bone) -> Hit:
        brands = [
            self._brand(key) for key in self._skeleton.brands_of[bone.key] if key in self._skeleton.brands
        ]
        return self._hit("group", bone, tuple(sorted(brands, key=lambda brand: brand.name.lower())))

    def _alone(self, bone: Bone) -> Hit:
        return self._hit("brand", bone, (self._brand(bone.key),))

    def _brand(self, key: str) -> BrandHit:
        bone, skeleton = self._skeleton.brands[key], self._skeleton
        markets = [skeleton.markets[package] for package in skeleton.packages_of.get(key, ())]
        return BrandHit(
            fest_id=key,
            name=bone.brand,
            withdrawn=all(market.withdrawn for market in markets),
            suspended=bool(markets) and all(market.suspended for market in markets),
            not_marketed=bool(markets) and all(market.future for market in markets),
            shortage=bool({key, *skeleton.packages_of.get(key, ())} & skeleton.shortages),
        )

    def _hit(self, kind: str, bone: Bone, brands: tuple[BrandHit, ...]) -> Hit:
        packages = [
            package for brand in brands for package in self._skeleton.packages_of.get(brand.fest_id, ())
        ]
        return Hit(
            product=ProductRef(kind=kind, fest_id=bone.key),
            name=bone.name,
            substance=self._skeleton.substance_text(bone) or bone.brand or bone.name,
            strength=self._skeleton.strength_text(bone),
            form=bone.form_name.lower(),
            brands=brands,
            atc=bone.atc,
            dispensing_group=bone.dispensing_group,
            brand_required=kind == "brand",
            approval_exemption=bone.application if bone.application in {"2", "3"} else "",
            reimbursed=bone.reimbursed or any(self._skeleton.packages[key].reimbursed for key in packages),
            black_triangle=bone.black_triangle,
            withdrawn=all(brand.withdrawn for brand in brands),
            suspended=bool(brands) and all(brand.suspended for brand in brands),
            not_marketed=bool(brands) and all(brand.not_marketed for brand in brands),
            shortage=bone.key in self._skeleton.shortages or any(brand.shortage for brand in brands),
        )


def name_tokens(name: str) -> list[str]:
    """Its words, and the name written as one: «Selo-Zok» is also found as «selozok»."""
    found = words(name)
    return [*found, "".join(found)] if len(found) > 1 else found


def _shown_order(hit: Hit) -> tuple[str, bool, str, float, str]:
    amount = hit.strength.partition(" ")[0].replace(",", ".")
    number = float(amount) if amount.replace(".", "", 1).isdigit() else 0.0
    return (fold(hit.substance), hit.product.kind != "group", hit.form, number, fold(hit.name))
