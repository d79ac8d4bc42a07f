"""Sections of the dossier: one file a section, each with `section(corridor, pair) -> Section`."""
