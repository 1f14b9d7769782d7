from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from accounts import hooks, names, services
from accounts.models import User
from tests.accounts.conftest import PASSWORD, is_signed_in, link_in, signed_in

pytestmark = pytest.mark.django_db


def test_who_signs_up_is_signed_in_at_once(client, sign_up) -> None:
    assert sign_up("Ana", "Ana@Example.org").status_code == 302
    ana = User.objects.get()
    assert (ana.username, ana.display_name, ana.email) == ("Ana", "Ana", "ana@example.org")
    assert ana.password.startswith("argon2$argon2id$")
    assert is_signed_in(client)


def test_the_form_has_the_fields_that_clients_rely_on(client) -> None:
    form = client.get("/accounts/signup/").context["form"]
    assert list(form.fields) == ["username", "email", "password1", "password2"]


def test_the_focus_is_in_the_first_field_or_in_the_first_that_is_wrong(client, sign_up) -> None:
    def focused(form) -> list[str]:
        return [name for name, field in form.fields.items() if "autofocus" in field.widget.attrs]

    assert focused(client.get("/accounts/signup/").context["form"]) == ["username"]
    assert focused(sign_up("ana-lucia", password="short").context["form"]) == ["password1"]


@pytest.mark.parametrize("name", ["ana", "ANA", "аnа", "Ána", "admin", "a", "a b", "aνa"])
def test_a_name_that_is_taken_or_not_allowed_is_refused_with_the_form(ana, client, sign_up, name) -> None:
    answer = sign_up(name)
    assert answer.status_code == 200
    assert answer.context["form"].errors["username"]
    assert User.objects.count() == 1


@pytest.mark.parametrize("password", ["short", "password1234", "123456789012", "ana-lucia-42"])
def test_weak_passwords_are_refused(sign_up, password) -> None:
    assert sign_up("ana-lucia-42", password=password).context["form"].errors["password1"]


def test_a_pass_phrase_of_128_characters_is_taken_whole(client, sign_up) -> None:
    phrase = "ñ€ 1" * 32
    sign_up("ana", password=phrase)
    ana = User.objects.get()
    assert ana.check_password(phrase)
    assert not ana.check_password(phrase[:-1])


def test_unknown_fields_change_nothing(sign_up) -> None:
    sign_up("ana", is_staff="1", is_superuser="1", is_bot="1", public_id="x", skeleton="x")
    ana = User.objects.get()
    assert [ana.is_staff, ana.is_superuser, ana.is_bot] == [False] * 3
    assert len(ana.public_id) == 22
    assert ana.skeleton == "ana"


def test_an_address_that_is_taken_gets_the_same_answer_as_a_new_one(ana) -> None:
    EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
    answers = []
    for name, email in [("one", "ana@example.org"), ("two", "new@example.org")]:
        fields = {"username": name, "email": email, "password1": PASSWORD, "password2": PASSWORD}
        answer = Client().post("/accounts/signup/", fields)
        answers.append((answer.status_code, answer.headers["Location"], answer.content))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("verification", ["optional", "mandatory"])
def test_however_many_accounts_name_an_address_the_answer_is_the_same(settings, verification) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    for n in range(20):
        User.objects.create_user(f"bulk-{n}", "taken@example.org")
    answers = []
    for name, email in [("one", "taken@example.org"), ("two", "new@example.org")]:
        fields = {"username": name, "email": email, "password1": PASSWORD, "password2": PASSWORD}
        answer = Client().post("/accounts/signup/", fields)
        answers.append((answer.status_code, answer.headers["Location"], answer.content))
    assert answers[0] == answers[1]
    assert answers[0][0] == 302
    assert len(mail.outbox) == 2


def test_who_confirms_an_address_that_others_have_used_up_signs_in_by_it(sign_up) -> None:
    for n in range(20):
        User.objects.create_user(f"bulk-{n}", "ana@example.org")
    sign_up("ana", "ana@example.org")
    signed_in("ana")
    Client().post(link_in(mail.outbox[-1]))
    signed_in("ana@example.org")


def test_with_mandatory_verification_too_and_the_owner_is_told(ana, settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    answers = []
    for name, email in [("one", "ana@example.org"), ("two", "new@example.org")]:
        fields = {"username": name, "email": email, "password1": PASSWORD, "password2": PASSWORD}
        answer = Client().post("/accounts/signup/", fields)
        answers.append((answer.status_code, answer.headers["Location"], answer.content))
    assert answers[0] == answers[1]
    assert [m.subject for m in mail.outbox] == [
        "ChatConnet: You already have an account",
        "ChatConnet: Confirm your address",
    ]
    assert not User.objects.filter(username="one").exists()


def test_an_address_belongs_to_the_account_that_confirms_it(ana, client, sign_up) -> None:
    sign_up("other", ana.email)
    answer = client.post(link_in(mail.outbox[-1]))
    assert answer.status_code == 302
    assert EmailAddress.objects.get(email=ana.email, verified=True).user.username == "other"


def test_with_mandatory_verification_the_link_comes_before_the_chat(client, sign_up, settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    sign_up("ana", "ana@example.org")
    assert not is_signed_in(client)
    client.post(link_in(mail.outbox[-1]))
    assert client.post("/accounts/login/", {"login": "ana", "password": PASSWORD}).headers["Location"] == "/"


def test_a_mail_server_that_is_down_holds_nobody_up(client, sign_up, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert sign_up("ana").status_code == 302
    assert is_signed_in(client)


def test_a_receiver_that_fails_undoes_the_sign_up(client, sign_up) -> None:
    def fail(**_kwargs: object) -> None:
        raise RuntimeError

    hooks.signed_up.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            sign_up("ana")
        with pytest.raises(RuntimeError):
            services.sign_up(User.objects.build("eva"))
    finally:
        hooks.signed_up.disconnect(fail)
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()


def test_a_name_taken_between_check_and_save_shows_the_form_again(client, sign_up, monkeypatch) -> None:
    check = services.check_name_free

    def somebody_is_faster(name: str) -> None:
        check(name)
        User.objects.create_user(name)

    monkeypatch.setattr(services, "check_name_free", somebody_is_faster)
    answer = sign_up("ana")
    assert answer.status_code == 200
    assert answer.context["form"].errors["username"]
    assert User.objects.count() == 1


@pytest.mark.parametrize("second", ["ANA", "Ána"])
def test_the_database_itself_keeps_names_apart(ana, second) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(second)


def test_the_skeleton_follows_the_name(ana) -> None:
    ana.username = "Аня"
    ana.save(update_fields=["username"])
    ana.refresh_from_db()
    assert ana.skeleton == names.skeleton("Аня")


def test_bots_are_made_in_bulk_and_cannot_sign_in_with_a_password(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        bots = User.objects.create_bots(f"bot-{n}" for n in range(1, 201))
    assert all(bot.pk and bot.is_bot and not bot.has_usable_password() for bot in bots)


def test_the_bootstrap_may_use_a_reserved_name() -> None:
    admin = services.create_administrator("admin", PASSWORD)
    assert admin.is_staff
    assert admin.is_superuser
