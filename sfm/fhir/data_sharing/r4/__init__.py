"""FHIR R4 itself: which elements a type has, how it is read and written as JSON and XML."""
