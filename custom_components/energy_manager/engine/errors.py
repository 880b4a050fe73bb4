"""The errors that the engine raises; damage on a wire is counted instead."""


class EngineError(Exception):
    """Base of all errors of the engine."""


class InputError(EngineError):
    """Raised when a document or value given to the engine is wrong.

    `field` names the place, as in `plant.tank.volume_l`; `allowed` says in plain
    words what is allowed there.
    """

    def __init__(self, field: str, allowed: str) -> None:
        """Name the place and what is allowed there."""
        super().__init__(f"{field}: {allowed}")
        self.field = field
        self.allowed = allowed


class ProtocolError(EngineError):
    """Raised when a protocol is used in an impossible way (never for damage)."""


class SolverError(EngineError):
    """Raised when the solver gives no usable plan."""
