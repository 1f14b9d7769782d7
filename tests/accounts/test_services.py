from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts import services
from accounts.models import User
from tests.accounts.conftest import is_signed_in, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss")


def test_a_deactivated_person_is_out_until_reactivated(ana, boss, browser) -> None:
    services.deactivate(ana, actor=boss)
    services.deactivate(ana, actor=boss)
    assert not is_signed_in(browser)
    services.reactivate(ana, actor=boss)
    assert not is_signed_in(browser)
    signed_in("ana")


def test_nobody_judges_oneself_or_a_superuser(ana, boss) -> None:
    for user, actor in [(ana, ana), (boss, ana), (boss, boss)]:
        with pytest.raises(PermissionDenied):
            services.deactivate(user, actor=actor)
    with pytest.raises(PermissionDenied):
        services.change_rights(boss, actor=ana, is_staff=False, is_superuser=False)


def test_a_profile_is_changed_whole_or_not_at_all(ana) -> None:
    services.change_profile(ana, display_name=" Ana  M. ", language="es", time_zone="America/Bogota")
    with pytest.raises(ValidationError) as caught:
        services.change_profile(ana, display_name="\u202e", language="xx", time_zone="Mars/Base")
    assert set(caught.value.message_dict) == {"display_name", "language", "time_zone"}
    ana.refresh_from_db()
    assert (ana.display_name, ana.language, ana.time_zone) == ("Ana M.", "es", "America/Bogota")
