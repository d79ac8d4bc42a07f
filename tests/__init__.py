"""Tests; a package of its own, because one of the peers installs a package of the same name."""
