#!/usr/bin/env python3
"""Django's command line. `demo` and `test` set up their own environment first."""

import os
import sys


def main() -> None:
    command, arguments = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("", [])
    if command in {"demo", "test"}:
        from sfm.demo import bootstrap

        bootstrap.prepare(command)
        if command == "test":
            bootstrap.run_tests(arguments)
        from sfm.demo import run

        sys.exit(run.main(arguments))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfm.settings.demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
