"""Run a submission in the sandbox, so that its figures and outputs can be looked at."""

from typing import Any

from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute

MOST = 500_000  # characters of output that a cell may have


class SteadyExecute(Execute):
    """Python that ends, hangs or floods its output ends the run, and not the grading."""

    def preprocess(self, nb: Any, resources: Any = None, km: Any = None) -> tuple[Any, Any]:
        """Run the cells."""
        self._written: dict[int, int] = {}
        try:
            return super().preprocess(nb, resources, km)
        except Exception as error:
            if not any(cell.get("execution_count") for cell in nb.cells) and _is_ours(error):
                raise
            words = f"Python ended or hung before this cell ({type(error).__name__})."
            self.log.warning("%s: %s", (resources or {}).get("nbgrader", {}).get("student"), words)
            for cell in nb.cells:
                if cell.cell_type == "code" and not cell.execution_count:
                    cell.outputs = [new_output("stream", name="stdout", text=words + "\n")]
            return nb, resources or {}

    def output(self, outs: list[Any], msg: Any, display_id: str, cell_index: int) -> Any:
        """Keep an output, unless its cell has written too much already."""
        self._written[cell_index] = self._written.get(cell_index, 0) + len(str(msg["content"]))
        if self._written[cell_index] > MOST:
            return None
        return super().output(outs, msg, display_id, cell_index)


def _is_ours(error: Exception) -> bool:
    """Whether the kernel could not even be started."""
    return isinstance(error, OSError | RuntimeError) and "died" not in str(error).lower()
