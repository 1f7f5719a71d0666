"""Records some of whose fields are worked out when somebody looks at one of them first."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self


class Deferred:
    """Base of frozen dataclasses that can be made with some fields known and the others still to be told.

    To put numbers into words and dictionaries takes longer than to solve a small game, and few readers look at all of them.
    A field that is to be told must have no default, or one made by a factory: a default of the class would hide it.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @classmethod
    def deferred(cls, tell: Callable[[], Self], known: Mapping[str, object]) -> Self:
        """The record that `tell` returns; it is called when somebody looks first at a field that is not in `known`."""
        record = object.__new__(cls)
        fields = record.__dict__
        fields.update(known)
        fields["_tell"] = tell
        return record

    if not TYPE_CHECKING:  # for a type checker every field is there

        def __getattr__(self, name: str) -> Any:
            """Called for what an instance lacks: its fields, until somebody looks at one."""
            if name not in self.__dataclass_fields__ or "_tell" not in self.__dict__:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            for field_name, value in vars(self._tell()).items():
                self.__dict__.setdefault(field_name, value)
            return self.__dict__[name]
