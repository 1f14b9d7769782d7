"""The settings with the migration linter's command among the apps: for scripts/check only."""

from chatconnet.settings import *  # noqa: F403
from chatconnet.settings import INSTALLED_APPS as _OURS

INSTALLED_APPS = [*_OURS, "django_migration_linter"]
