"""One file per arrow from what the author writes to what solvers read."""
