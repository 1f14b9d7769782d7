"""The Celery application; tasks live in `chat.tasks`, the schedule in the settings."""

from celery import Celery

from chatconnet.env import use_settings_module

use_settings_module()
app = Celery("chatconnet")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
