"""In the sandbox: run a student's cells, then call the answers. No right answer is known here.

It reads from stdin what to run and to call, and writes a line of JSON for each thing it begins and
for each outcome to the descriptor that its argument names. What it has not written when Python ends
was lost by the student's own code.
"""

import os
import sys
from typing import Any


def main() -> None:
    """Run the cells, answer the calls."""
    out = os.fdopen(os.dup(int(sys.argv[1])), "w")
    os.close(int(sys.argv[1]))
    os.environ["MPLBACKEND"] = "Agg"  # figures are looked at elsewhere
    sys.modules["numba"] = None  # type: ignore[assignment]  # the engine computes the same without
    import json
    import resource

    import cloudpickle

    job: dict[str, Any] = cloudpickle.load(sys.stdin.buffer)
    for which, most in job["ceilings"]:
        resource.setrlimit(which, (most, most))
    from IPython.core.inputtransformer2 import TransformerManager

    from minigrad.course.exercises import calling
    from minigrad.course.exercises.verdict import Complaint

    calling.SECONDS = job["seconds"]
    packed, dumps, transformed = job["packed"], json.dumps, TransformerManager().transform_cell

    def tell(**what: Any) -> None:
        out.write(dumps(what) + "\n")
        out.flush()

    notebook: dict[str, Any] = {"__name__": "__main__"}
    for number, source in job["cells"]:
        tell(cell=number)
        try:
            run = compile(transformed(source), "<your notebook>", "exec")
            calling.run(lambda run=run: exec(run, notebook))  # type: ignore[misc]
        except BaseException as error:
            tell(cell=number, failed=str(error)[:300])
    for task, (exercise, name, given, inputs) in job["calls"].items():
        tell(task=task)
        got: BaseException | Any = None
        for number, arguments in inputs:
            if not (isinstance(got, Complaint) and "It never stops" in str(got)):
                try:
                    if name not in notebook:
                        raise Complaint(f"There is no `{name}`: its cell failed, or is gone.")
                    handed = [notebook[each] for each in given]
                    got = exercise.tried(notebook[name], handed, arguments)
                except BaseException as error:
                    got = error if isinstance(error, Complaint) else Complaint(repr(type(error)))
            tell(task=task, input=number, got=packed(got))
    tell(done=True)


main()
