#!/usr/bin/env python3
"""Runs ChatConnet's commands: `manage.py help` lists them."""

import sys

from django.core.management import execute_from_command_line

from chatconnet.env import use_settings_module

if __name__ == "__main__":
    use_settings_module()
    execute_from_command_line(sys.argv)
