"""A document that is sent to us: held against the rules, then read as what a person wants done (fhir.md 4.3, 7)."""
