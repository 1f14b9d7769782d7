"""manage.py with a clock that is wrong: `python -m tests.faults.skewed SECONDS COMMAND …`.

The wall clock, as Python reads it, is moved; time that is measured goes on as it is.
"""

from __future__ import annotations

import sys
import time

import time_machine
from django.core.management import execute_from_command_line

from chatconnet.env import use_settings_module


def main() -> None:
    seconds = float(sys.argv.pop(1))
    time_machine.travel(time.time() + seconds, tick=True).start()
    use_settings_module()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
