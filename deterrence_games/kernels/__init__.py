"""Compiled functions on arrays and scalars: return codes, no exceptions, no objects, no output."""
