"""Alliances as games: treaties and obligations, and whether the guarantees that they give are credible."""
