"""Makes the embedded corridor out of the collected facts: one module a half, one module for the sources and the writing."""
