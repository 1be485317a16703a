"""The chart of appendix A2: from an optimizer's first rate to a good one."""

from ...plots.graph import Diagram
from .flowchart import flowchart


def rate_chart(*, alt: str) -> Diagram:
    """Draw how to choose a learning rate, in five steps.

    Parameters
    ----------
    alt : str
        The alternative text: the chart in words.

    Returns
    -------
    Diagram
        The last line of a cell shows it.
    """
    return flowchart(
        {
            "first": "1. Take the optimizer's first rate\n(table below)",
            "short": "2. Run a tenth of the budget,\n"
            "the whole schedule pressed\ninto it. What does the loss do?",
            "down": "divide the\nrate by 10",
            "climb": "3. Climb: short runs at\nthree times the rate, "
            "a few\nseeds each, as long as\ntheir end is lower",
            "up": "multiply the\nrate by 10",
            "whole": "4. Run the whole budget at the best\nrate so far, and at a third of it.\n"
            "Does the third end lower?",
            "early": "5. Does the loss jump up\nat the very start?",
            "warm": "run again with a warmup of\n5 to 10 % of the updates,\nkeep what ends lower",
            "done": "Done. Write the rate down with\nthe batch size, the schedule,\n"
            "and the number of updates",
        },
        [
            ("first", "short", ""),
            ("short", "down", "rises above\nits start"),
            ("short", "climb", "falls"),
            ("short", "up", "hardly\nmoves"),
            ("down", "short", "start\nagain"),
            ("up", "short", "start\nagain"),
            ("climb", "whole", ""),
            ("whole", "whole", "yes:\nnow from\nthe third"),
            ("whole", "early", "no: keep\nthe higher"),
            ("early", "warm", "yes"),
            ("early", "done", "no"),
            ("warm", "done", ""),
        ],
        alt=alt,
    )
