"""Give points from what a student's answers return, compared outside of the student's process."""

from typing import Any

from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Float, Unicode

from .asking import outcomes
from .scoring import hidden_inputs, judged
from .tasks import TASKS


class Judge(NbGraderPreprocessor):
    """Write the points of every task, and what to say about it, into its test's output."""

    course_id = Unicode(help="The inputs are drawn anew for each course.").tag(config=True)
    seconds = Float(10.0, help="For each cell and each call.").tag(config=True)
    in_all = Float(240.0, help="For a notebook.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Judge a notebook."""
        assignment = resources["nbgrader"]["assignment"]
        tests = {
            cell.metadata.nbgrader.grade_id: cell
            for cell in nb.cells
            if utils.is_grade(cell) and not utils.is_solution(cell)
        }
        tasks = {name: task for name, task in TASKS[assignment].items() if name in tests}
        asked = {
            name: (task, hidden_inputs(task, f"{self.course_id}/{assignment}/{name}"))
            for name, task in tasks.items()
        }
        cells = [
            cell.source
            for cell in nb.cells
            if cell.cell_type == "code" and not utils.is_grade(cell)
        ]
        got, troubles = outcomes(cells, asked, seconds=self.seconds, in_all=self.in_all)
        for name, (task, inputs) in asked.items():
            points = tests[name].metadata.nbgrader.points
            score, words = judged(task, inputs, got[name], points)
            if score < points and troubles:
                words += "\n\nCells that failed:\n" + "\n".join(f"- {each}" for each in troubles)
            tests[name].outputs = [
                new_output("stream", name="stdout", text=words + "\n"),
                new_output("execute_result", data={"text/plain": str(score)}, execution_count=1),
            ]
            tests[name].execution_count = 1
        return nb, resources
