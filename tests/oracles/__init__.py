"""Slow and obviously right answers, which the fast code is held against; nothing here calls the library's solvers."""
