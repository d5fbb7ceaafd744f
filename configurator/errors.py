"""What can go wrong when a configurator is asked: wrong names, wrong answers, catalogs that cannot be compiled."""

from kernel.errors import NotFound, NotPossible, NotValid


class FeatureNotFound(NotFound):
    """The line has no feature of this code."""


class OptionNotFound(NotFound):
    """The feature has no option of this code."""


class AnswerNotValid(NotValid):
    """The answer is not of the feature's kind: a count out of bounds, a value off the step, a script not allowed."""


class RuleTooWide(NotValid):
    """A rule reads so many different values at once that no table of it can be made; facts: rule, cells."""


class RuleNotCompilable(NotValid):
    """A rule is written in a way that has no meaning here; facts: rule, problem."""


class OptionRuledOut(NotPossible):
    """The option cannot be combined with the other choices; facts: feature, option, because."""


class RepairNotFound(NotFound):
    """There is no such repair in the list given last."""


class NothingToUndo(NotPossible):
    """No choice was made yet."""


class NoCompletion(NotPossible):
    """The choices cannot be completed under the limits."""
