# Everything that CI checks, in the active environment (once: pip install -e ".[tests]").
check: lint types contracts test

# Ruff, as linter and as formatter.
lint:
    ruff check .
    ruff format --check .

# Static types, strict outside the kernels.
types:
    mypy

# Which room may import which.
contracts:
    lint-imports --no-logo --no-cache

# Tests, the doctests of the package, and the examples in README.md and docs/.
test *arguments:
    pytest {{ arguments }}

# Measurements (once: pip install -e ".[benchmarks]").
bench *arguments:
    pytest benchmarks {{ arguments }}

# What CI runs: the same from nothing, in a new environment.
ci:
    .ci/run

# Repair what can be repaired without thought.
format:
    ruff check --fix .
    ruff format .
