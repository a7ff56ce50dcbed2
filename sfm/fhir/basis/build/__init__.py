"""Our rows as resources of a medication document (fhir.md 5 and 6). Plain dicts; what is absent is left out."""
