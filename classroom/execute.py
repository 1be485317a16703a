"""Run a submission in the sandbox, so that its figures and outputs can be looked at."""

from typing import Any

from nbclient.exceptions import CellTimeoutError
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute

MOST_TIMEOUTS = 3
MOST = 500_000  # characters of output that a cell may have


class SteadyExecute(Execute):
    """Python that ends, hangs or floods its output ends the run, and not the grading."""

    def preprocess(self, nb: Any, resources: Any = None, km: Any = None) -> tuple[Any, Any]:
        """Run the cells."""
        self._began, self._timeouts, self._written = False, 0, dict[int, int]()
        try:
            return super().preprocess(nb, resources, km)
        except Exception as error:
            if not self._began:
                raise  # the sandbox or the kernel does not work: not the student's doing
            words = f"Python ended or hung before this cell ({type(error).__name__})."
            self.log.warning("%s: %s", (resources or {}).get("nbgrader", {}).get("student"), words)
            for cell in nb.cells:
                if cell.cell_type == "code" and not cell.execution_count:
                    cell.outputs = [new_output("stream", name="stdout", text=words + "\n")]
            return nb, resources or {}

    async def _async_handle_timeout(self, timeout: int, cell: Any = None) -> Any:
        """Interrupt a cell that takes too long; give up on Python that is not to be stopped."""
        self._timeouts += 1
        if self._timeouts > MOST_TIMEOUTS:
            raise CellTimeoutError.error_from_timeout_and_cell("", timeout, cell)
        return await super()._async_handle_timeout(timeout, cell)

    def on_cell_execute(self, **kwargs: Any) -> None:
        """Remember that a first cell was given to the kernel."""
        self._began = True

    def output(self, outs: list[Any], msg: Any, display_id: str, cell_index: int) -> Any:
        """Keep an output, unless its cell has written too much already."""
        self._written[cell_index] = self._written.get(cell_index, 0) + len(str(msg["content"]))
        if self._written[cell_index] > MOST:
            return None
        return super().output(outs, msg, display_id, cell_index)
