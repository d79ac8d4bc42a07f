"""Command line of Daliz: parses, calls, shows."""
