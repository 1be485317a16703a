"""The chart of appendix A2: from an optimizer's first rate to a good one."""

from ...plots.graph import Diagram
from .flowchart import flowchart


def rate_chart() -> Diagram:
    """Draw how to choose a learning rate, in five steps.

    Returns
    -------
    Diagram
        The last line of a cell shows it.
    """
    return flowchart(
        {
            "first": "1. Take the optimizer's first rate\n(table below)",
            "short": "2. Run a tenth of the budget.\nWhat does the loss do?",
            "down": "divide the rate\nby 10, start again",
            "climb": "3. Climb: the same run at\nthree times the rate, as\n"
            "long as its end is lower",
            "up": "multiply the rate\nby 10, start again",
            "seeds": "4. Repeat the best rate and its\nneighbours with new seeds.\n"
            "Does the same rate win?",
            "lower": "take the lowest\nof the winners",
            "whole": "5. Run the whole budget, and let the\n"
            "rate fall to zero along a line or a cosine",
            "early": "Does the loss jump up\nat the very start?",
            "warm": "warm up over the first\n5 to 10 % of the updates",
            "done": "Done. Write the rate down with\nthe batch size, the momentum,\n"
            "and the number of updates",
        },
        [
            ("first", "short", ""),
            ("short", "down", "jumps up,\nor is nan"),
            ("short", "climb", "falls"),
            ("short", "up", "hardly\nmoves"),
            ("climb", "seeds", ""),
            ("seeds", "lower", "no"),
            ("seeds", "whole", "yes"),
            ("lower", "whole", ""),
            ("whole", "early", ""),
            ("early", "warm", "yes"),
            ("early", "done", "no"),
            ("warm", "done", ""),
        ],
        alt="A chart from top to bottom. 1: take the optimizer's first rate. 2: run a tenth of the "
        "budget. If the loss jumps up or is nan, divide the rate by 10 and start again; if it "
        "hardly moves, multiply it by 10 and start again; if it falls, go on. 3: climb, the same "
        "run at three times the rate, as long as its end is lower. 4: repeat the best rate and "
        "its neighbours with new seeds; if not always the same rate wins, take the lowest of the "
        "winners. 5: run the whole budget and let the rate fall to zero along a line or a cosine. "
        "If the loss jumps up at the very start, warm up over the first 5 to 10 percent. Then "
        "write the rate down with the batch size, the momentum and the number of updates.",
    )
