"""(Diagnose på antibiotikaresept) The common reasons for an antibiotic, in both code systems."""

from __future__ import annotations

from sfm.medication.particulars import Diagnosis

ICPC, ICD = "2.16.578.1.12.4.1.1.7170", "2.16.578.1.12.4.1.1.7110"
ANTIBIOTICS = "J01"
_LISTED = (
    ("R72", "Streptokokkhals", "J02.0", "Streptokokkfaryngitt"),
    ("R75", "Bihulebetennelse akutt/kronisk", "J01.9", "Uspesifisert akutt sinusitt"),
    ("H71", "Akutt mellomørebetennelse/myringitt", "H66.9", "Uspesifisert mellomørebetennelse"),
    ("R78", "Akutt bronkitt/bronkiolitt", "J20.9", "Uspesifisert akutt bronkitt"),
    ("R81", "Lungebetennelse", "J18.9", "Uspesifisert pneumoni"),
    ("R95", "Kronisk obstruktiv lungesykdom", "J44.1", "Kols med akutt forverring"),
    ("U71", "Cystitt/urinveisinfeksjon", "N30.0", "Akutt cystitt"),
    ("U70", "Akutt pyelonefritt/pyelitt", "N10", "Akutt tubulointerstitiell nefritt"),
    ("S76", "Hudinfeksjon IKA", "A46", "Erysipelas"),
    ("S84", "Impetigo", "L01.0", "Impetigo"),
    ("S12", "Insektbitt/-stikk", "A69.2", "Lyme-sykdom"),
    ("X92", "Chlamydiainfeksjon kvinne", "A56.0", "Klamydiainfeksjon i nedre urogenitaltractus"),
    ("Y92", "Chlamydiainfeksjon mann", "A56.0", "Klamydiainfeksjon i nedre urogenitaltractus"),
    ("D82", "Sykdom i tenner/tannkjøtt", "K04.7", "Periapikal abscess uten sinus"),
)


def wants_diagnosis(atc: str) -> bool:
    return atc.startswith(ANTIBIOTICS)


def choices(system: str = ICPC) -> tuple[Diagnosis, ...]:
    """Each once, in the order of how common they are."""
    icpc = [Diagnosis(code=a, system=ICPC, display=b) for a, b, _, _ in _LISTED]
    icd = [Diagnosis(code=c, system=ICD, display=d) for _, _, c, d in _LISTED]
    return tuple(dict.fromkeys(icd if system == ICD else icpc))


def find(code: str, system: str) -> Diagnosis | None:
    known = choices(system) if system in (ICPC, ICD) else ()
    return next((one for one in known if one.code == code), None)
