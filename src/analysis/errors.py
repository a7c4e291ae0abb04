"""What can go wrong, as types. A text says what happened, to which thing, and what to do."""


class AnalysisError(Exception):
    """Any refusal of this package; the command line prints it and ends with 1."""


class EvidenceError(AnalysisError):
    """The evidence, or its chain of custody, is not what was declared."""


class FormatError(AnalysisError):
    """A file is not of the format a reader was asked to read."""


class SchemaError(AnalysisError):
    """A table does not have the columns, types or keys that `tables.py` promises."""


class ParameterError(AnalysisError):
    """A parameter is unknown or cannot be parsed; the command line ends with 2."""


class JudgementError(AnalysisError):
    """A recorded judgement is malformed or contradicts another."""


class EngineError(AnalysisError):
    """The chosen query engine is missing or failed."""
