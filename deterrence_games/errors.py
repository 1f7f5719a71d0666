"""Every error the library raises on purpose.

::

    DeterrenceGamesError
    ├── ExpressionError     a string that is not arithmetic in the library's small language
    ├── GameError           a game, form or equilibrium name that does not hang together
    ├── ParameterError      a parameter that is missing, unknown, not finite, or breaks an assumption
    ├── SolverError         a form that the chosen solver cannot take
    ├── SizeError           a problem larger than a stated limit
    ├── AllianceError       treaties, members, obligations or figures that do not hang together
    └── FormatError         a file that cannot be read

    DeterrenceGamesWarning
    └── AssumptionWarning   parameters outside the assumptions under which the game was stated

Messages name the game, the offending thing and the remedy.
"""


class DeterrenceGamesError(Exception):
    """Base of every error that the library raises on purpose."""


class ExpressionError(DeterrenceGamesError):
    """A string that is not arithmetic in the library's small language."""


class GameError(DeterrenceGamesError):
    """A game or form that does not hang together."""


class ParameterError(DeterrenceGamesError):
    """A parameter that is missing, unknown, not finite, or breaks an assumption."""


class SolverError(DeterrenceGamesError):
    """A form that the chosen solver cannot take, or a solve that found nothing while ``throw=True``."""


class SizeError(DeterrenceGamesError):
    """A problem larger than a stated limit."""


class AllianceError(DeterrenceGamesError):
    """Treaties, members, obligations or figures that do not hang together."""


class FormatError(DeterrenceGamesError):
    """A file that cannot be read or written."""


class DeterrenceGamesWarning(UserWarning):
    """Base of every warning that the library issues."""


class AssumptionWarning(DeterrenceGamesWarning):
    """Parameters outside the assumptions under which the game was stated."""
