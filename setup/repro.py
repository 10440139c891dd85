"""Runs `dvc repro` and exits as the failing stage did, where DVC itself always exits with 255."""

import sys

from dvc.cli import main
from dvc.stage.exceptions import StageCmdFailedError

statuses = []
construct = StageCmdFailedError.__init__


def construct_and_remember(self, cmd, status=None):
    statuses.append(status)
    construct(self, cmd, status)


StageCmdFailedError.__init__ = construct_and_remember

code = main(["repro", *sys.argv[1:]])
if code and statuses and statuses[0]:
    # A negative status is a signal; shells add it to 128.
    code = statuses[0] if statuses[0] > 0 else 128 - statuses[0]
sys.exit(code)
