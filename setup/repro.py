"""Runs `dvc repro` and exits as the failing stage did, where DVC itself always exits with 255."""

import logging
import re
import sys

from dvc.cli import main


class StageExit(logging.Handler):
    """Remembers the exit code that DVC reports as "exited with N"."""

    code = None

    def emit(self, record):
        error = record.exc_info and record.exc_info[1]
        while error:
            if found := re.search(r"exited with (-?\d+)$", str(error)):
                self.code = int(found[1])
            error = error.__cause__


stage_exit = StageExit()
logging.getLogger("dvc").addHandler(stage_exit)
code = main(["repro", *sys.argv[1:]])
if code and stage_exit.code:
    # A negative code is a signal, as everywhere in Python; shells add it to 128.
    code = stage_exit.code if stage_exit.code > 0 else 128 - stage_exit.code
sys.exit(code)
