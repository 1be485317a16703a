"""Begin a course: its folder, nbgrader's configuration, and the release of every assignment.

    python -m classroom FOLDER [--course NAME]

Run it again after an assignment has changed. The release versions are in ``FOLDER/release``.
"""

import argparse
import os
import sys
from pathlib import Path

from .tasks import TASKS

CONFIG = """\
# nbgrader's settings for this course. Add your own below.
import sys
from pathlib import Path

sys.path.insert(0, {repository!r})
from classroom.config import configure

c = get_config()
configure(c, root=Path(__file__).parent, course_id={course!r})
"""


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Begin a course, and release its assignments.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--course", default="how-big-a-step", help="its name for nbgrader")
    options = parser.parse_args(arguments)
    root = options.folder.resolve()
    root.mkdir(parents=True, exist_ok=True)
    config = root / "nbgrader_config.py"
    if not config.exists():
        repository = str(Path(__file__).resolve().parents[1])
        config.write_text(CONFIG.format(repository=repository, course=options.course))
        print(f"{config}: written")
    os.chdir(root)

    from nbgrader.apps import NbGraderAPI
    from nbgrader.apps.generateassignmentapp import GenerateAssignmentApp

    app = GenerateAssignmentApp()
    app.initialize(["--GenerateAssignment.force=True", "--log-level=ERROR", "-"])
    api = NbGraderAPI(app.coursedir, config=app.config)
    failed = 0
    for assignment in TASKS:
        result = api.generate_assignment(assignment)
        if not result["success"]:
            print(result.get("log") or result.get("error"), file=sys.stderr)
            failed = 1
            continue
        (released,) = sorted((root / "release" / assignment).glob("*.ipynb"))
        print(f"{released.relative_to(root)}: made")
    return failed


if __name__ == "__main__":
    sys.exit(main())
