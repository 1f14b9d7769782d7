from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from accounts.models import User
from chat.access import Actor
from chat.admin.base import EstimatingPaginator
from chat.models import Flag, Lease, Membership, Message, PendingCheck, Room, Sanction, WordRule
from chat.services import moderation, rooms, server
from tests.support import people
from tests.support.people import say
from tests.support.state import Witness
from tests.support.wire import Recorder

LISTS = ["room", "membership", "message", "sanction", "wordrule", "flag", "lease", "pendingcheck"]
XSS = "<script>alert(1)</script>"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "accounts.backends.AuthenticationBackend")
    return client


def staff(name: str, *permissions: str) -> Client:
    """Staff with these permissions."""
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return signed_in(user)


@pytest.fixture
def boss(db: None) -> Client:
    return signed_in(User.objects.create_superuser("boss"))


@pytest.fixture
def helper(db: None) -> Client:
    """A moderator as one would set them up: no superuser."""
    return staff(
        "helper",
        *("view_user", "view_room", "change_room", "view_membership", "view_message", "change_message"),
        *("view_flag", "view_wordrule", "add_wordrule", "change_wordrule"),
        *("view_sanction", "add_sanction", "change_sanction"),
    )


def page(client: Client, path: str, **query: str) -> str:
    answer = client.get(f"/admin/{path}", query)
    assert answer.status_code == 200, path
    return answer.content.decode()


def act(client: Client, model: str, action: str, *rows: object, **form: str) -> str:
    """Chooses an action for these rows; with a form, also confirms it."""
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}  # type: ignore[attr-defined]
    where = f"/admin/{model if '/' in model else 'chat/' + model}/"
    answer = client.post(where, chosen | form | ({"confirmed": "x"} if form else {}), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def logged() -> list[str]:
    return list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True))


def flag(message_id: str) -> Flag:
    rule, _made = WordRule.objects.get_or_create(phrase="bad")
    return Flag.objects.create(rule=rule, message=stored(message_id))


def stored(message_id: str) -> Message:
    room, _dot, seq = message_id.rpartition(".")
    return Message.objects.get(room__public_id=room, seq=seq)


@pytest.fixture
def rows(garden: Room, bo: Actor) -> dict[str, Model]:
    """A row of each list."""
    flagged = flag(say(bo, garden, "*Good* morning").id)
    return {
        "room": Room.objects.get(pk=garden.pk),
        "membership": Membership.objects.get(user=bo.id),
        "message": flagged.message,
        "flag": flagged,
        "wordrule": flagged.rule,
        "sanction": Sanction.objects.create(user_id=bo.id, actor_id=bo.id, kind="mute", reason="noise"),
        "pendingcheck": PendingCheck.objects.create(room=garden, first_pos=4711, last_pos=4711),
        "lease": Lease.objects.create(name="sweep", holder="host:1", until=timezone.now()),
    }


def fill(garden: Room, bo: Actor) -> None:
    """Sixty rows in every list."""
    boss = User.objects.get(username="boss")
    for n in range(60):
        one = stored(say(bo, garden, f"message {n}").id)
        rule = WordRule.objects.create(phrase=f"rule {n}", created_by=boss)
        Flag.objects.create(rule=rule, message=one)
        user = User.objects.create_user(f"person-{n}")
        Sanction.objects.create(user=user, room=garden, actor=boss, kind="mute", reason="noise")
        Membership.objects.create(room=garden, user=user, pos=1)
        Room.objects.create(name=f"room {n}", slug=f"room-{n}", kind=Room.Kind.PUBLIC)
        PendingCheck.objects.create(room=garden, first_pos=n, last_pos=n)
        Lease.objects.create(name=f"lease {n}", holder="x", until=timezone.now())


# --- Who gets in -----------------------------------------------------------------------------------


@pytest.mark.parametrize("model", LISTS)
def test_members_without_staff_rights_get_nowhere(model: str, garden: Room, bo: Actor) -> None:
    member = signed_in(people.user(bo))
    pages = [f"/admin/chat/{model}/", f"/admin/chat/{model}/add/", f"/admin/chat/{model}/1/change/"]
    for path in pages:
        for answer in (member.get(path), member.post(path, {"action": "hide"}), Client().get(path)):
            assert answer.status_code == 302
            assert "login" in answer.headers["Location"]


@pytest.mark.parametrize("model", LISTS)
def test_staff_without_the_permission_get_nowhere(model: str, db: None) -> None:
    client = staff("nobody")
    for path in (f"/admin/chat/{model}/", f"/admin/chat/{model}/add/"):
        assert client.get(path).status_code == 403


def test_nobody_adds_or_edits_or_deletes_rows_past_the_services(boss: Client, rows: dict[str, Model]) -> None:
    for model, row in rows.items():
        path = f"/admin/chat/{model}/{row.pk}"
        assert "delete_selected" not in page(boss, f"chat/{model}/")
        assert boss.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
        if model != "wordrule":
            assert boss.post(f"{path}/change/", {"name": "x", "reason": "x"}).status_code == 403
        if model not in {"wordrule", "sanction"}:
            assert boss.get(f"/admin/chat/{model}/add/").status_code == 403
    assert logged() == []
    for model, row in rows.items():
        before = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        row.refresh_from_db()
        assert before == {name: getattr(row, name) for name in before}, model


# --- Looking ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["taskresult", "groupresult"])
def test_nobody_makes_up_results_of_tasks(boss: Client, model: str) -> None:
    assert boss.get(f"/admin/django_celery_results/{model}/add/").status_code in {403, 404}
    assert "/add/" not in page(boss, "django_celery_results/")


def test_the_administration_bears_the_name_of_the_server(boss: Client, rows: dict[str, Model]) -> None:
    server.describe(
        User.objects.get(username="boss"), name="Garden club", description="", registration="open"
    )
    for path in ("", "chat/room/", "chat/sanction/add/", "chat/server/1/change/"):
        assert "Garden club</a>" in page(boss, path)


def test_a_list_page_costs_at_most_12_queries(
    boss: Client, garden: Room, bo: Actor, django_assert_max_num_queries
) -> None:
    """Each list, as it comes and searched."""
    fill(garden, bo)
    for model, model_admin in admin.site._registry.items():
        path = f"{model._meta.app_label}/{model._meta.model_name}/"
        with django_assert_max_num_queries(12):
            page(boss, path)
        if model_admin.search_fields:
            with django_assert_max_num_queries(12):
                page(boss, path, q="person")


def test_completing_a_name_costs_at_most_12_queries(
    boss: Client, garden: Room, bo: Actor, django_assert_max_num_queries
) -> None:
    fill(garden, bo)
    for field, term in (("user", "person-1"), ("room", "room 1")):
        asked = {"app_label": "chat", "model_name": "sanction", "field_name": field, "term": term}
        with django_assert_max_num_queries(12):
            found = boss.get("/admin/autocomplete/", asked).json()["results"]
        assert len(found) > 10


def test_a_row_has_a_page_to_look_at(boss: Client, rows: dict[str, Model]) -> None:
    for model, expected in {
        "room": "Garden",
        "membership": "bo",
        "message": "*Good* morning",
        "flag": "*Good* morning",
        "sanction": "noise",
        "wordrule": "bad",
        "pendingcheck": "4711",
        "lease": "host:1",
    }.items():
        assert expected in page(boss, f"chat/{model}/")
        assert expected in page(boss, f"chat/{model}/{rows[model].pk}/change/")


def test_what_people_wrote_is_shown_as_text(boss: Client, ana: Actor, wire: Recorder) -> None:
    User.objects.filter(pk=ana.id).update(display_name=XSS)
    room = people.room(ana, name=XSS)
    message = say(ana, room, XSS)
    flagged = flag(message.id)
    sanction = Sanction.objects.create(user_id=ana.id, actor_id=ana.id, kind="mute", reason=XSS, room=room)
    pages = [f"chat/{name}/" for name in LISTS]
    pages += [f"chat/message/{flagged.message_id}/change/", f"chat/flag/{flagged.pk}/change/"]
    pages += [f"chat/room/{room.pk}/change/", f"chat/sanction/{sanction.pk}/change/", "accounts/user/"]
    shown = [page(boss, path) for path in pages]
    shown.append(act(boss, "message", "bury", flagged.message))
    shown.append(act(boss, "room", "close", room))
    shown.append(act(boss, "membership", "mute", Membership.objects.get()))
    assert not [text for text in shown if XSS in text]
    assert sum("&lt;script&gt;" in text for text in shown) >= 10


def test_messages_are_found_by_words_sender_and_room(
    boss: Client, garden: Room, bo: Actor, ana: Actor
) -> None:
    say(bo, garden, "apples and pears")
    say(ana, garden, "apples and plums")
    listed = page(boss, "chat/message/", q="apples from:ana in:garden")
    assert "plums" in listed
    assert "pears" not in listed
    assert "plums" not in page(boss, "chat/message/", q="in:elsewhere apples")
    assert "plums" not in page(boss, "chat/message/", q="appl")


def test_messages_are_filtered_by_state(boss: Client, garden: Room, bo: Actor) -> None:
    for state in ("hidden", "held", "deleted", "flagged"):
        message = say(bo, garden, f"this is {state}")
        if state == "flagged":
            flag(message.id)
        else:
            Message.objects.filter(pk=stored(message.id).pk).update(**{f"{state}_at": timezone.now()})
    for state in ("hidden", "held", "deleted", "flagged"):
        listed = page(boss, "chat/message/", state=state)
        assert f"this is {state}" in listed
        assert listed.count("this is ") == 1


def test_large_lists_are_not_counted(db: None, django_assert_max_num_queries) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_lease SELECT n::text, 'x', now() FROM generate_series(1, 30000) AS n"
        )
        cursor.execute("ANALYZE chat_lease")
    with django_assert_max_num_queries(1):
        assert EstimatingPaginator(Lease.objects.order_by("name"), 50).count == pytest.approx(30000, rel=0.1)
    few = Lease.objects.filter(name__in=["1", "2"]).order_by("name")
    assert EstimatingPaginator(few, 50).count == 2


# --- Private places --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["helper", "boss"])
@pytest.mark.parametrize("kind", ["private", "direct"])
def test_nobody_reads_private_places_here(
    request: pytest.FixtureRequest, who: str, kind: str, cellar: Room, ana: Actor, bo: Actor
) -> None:
    client = request.getfixturevalue(who)
    place = cellar
    if kind == "direct":
        place = Room.objects.get(public_id=rooms.direct(ana, "bo").id)
    message = stored(say(bo, place, "a secret").id)
    for query in ({}, {"q": "secret"}, {"state": "flagged"}, {"room": place.pk}, {"room__id": place.pk}):
        assert "a secret" not in client.get("/admin/chat/message/", query, follow=True).content.decode()
    assert client.get(f"/admin/chat/message/{message.pk}/change/", follow=True).redirect_chain
    act(client, "message", "hide", message)
    message.refresh_from_db()
    assert message.hidden_at is None


def test_a_flagged_message_opens_itself_and_no_other(helper: Client, cellar: Room, bo: Actor) -> None:
    flag(say(bo, cellar, "this is bad").id)
    say(bo, cellar, "a secret")
    listed = page(helper, "chat/message/")
    assert "this is bad" in listed
    assert "a secret" not in listed


def test_staff_do_not_learn_of_private_rooms_or_who_is_in_them(
    helper: Client, boss: Client, cellar: Room, bo: Actor, ana: Actor
) -> None:
    rooms.direct(ana, "bo")
    Sanction.objects.create(user_id=bo.id, actor_id=ana.id, kind="mute", reason="noise", room=cellar)
    for path in ("chat/room/", "chat/membership/", "chat/sanction/"):
        assert "Cellar" not in page(helper, path)
        assert "Cellar" in page(boss, path)
    found = helper.get(
        "/admin/autocomplete/",
        {"app_label": "chat", "model_name": "sanction", "field_name": "room", "term": ""},
    ).json()
    assert found["results"] == []
    form = {"kind": "mute", "user": bo.id, "room": cellar.pk, "reason": "noise", "confirmed": "x"}
    assert helper.post("/admin/chat/sanction/add/", form).status_code == 200
    assert Sanction.objects.count() == 1
    act(helper, "room", "close", cellar)
    cellar.refresh_from_db()
    assert cellar.closed_at is None


# --- Acting ----------------------------------------------------------------------------------------


def test_a_message_is_hidden_shown_again_and_deleted_and_members_are_told(
    boss: Client, garden: Room, bo: Actor, wire: Recorder
) -> None:
    message = stored(say(bo, garden, "Good morning").id)
    witness = Witness(garden, wire)
    with witness.takes(1):
        act(boss, "message", "hide", message)
    with witness.takes(0):
        act(boss, "message", "hide", message)
    with witness.takes(1):
        act(boss, "message", "unhide", message)
    with witness.takes(0):
        assert "Delete for good" in act(boss, "message", "bury", message)
    with witness.takes(1):
        act(boss, "message", "bury", message, really="yes")
    assert witness.states[-1].messages[message.seq]["deleted"] is True
    assert logged() == ["Hidden.", "Hidden.", "Shown again.", "Deleted."]


def test_a_message_is_asked_about_by_what_it_says(boss: Client, garden: Room, bo: Actor) -> None:
    message = stored(say(bo, garden, "Good morning").id)
    assert f"Garden · {message.seq} · bo: Good morning" in act(boss, "message", "bury", message)


def test_deleting_needs_its_own_permission(helper: Client, garden: Room, bo: Actor) -> None:
    message = stored(say(bo, garden, "Good morning").id)
    assert "Delete for good" not in page(helper, "chat/message/")
    act(helper, "message", "bury", message, really="yes")
    message.refresh_from_db()
    assert message.deleted_at is None


def test_looking_alone_gives_no_actions(garden: Room, bo: Actor) -> None:
    watcher = staff("watcher", "view_message", "view_room", "view_membership", "view_sanction", "view_user")
    message = stored(say(bo, garden, "Good morning").id)
    sanction = Sanction.objects.create(user_id=bo.id, actor_id=bo.id, kind="mute", reason="noise")
    user = people.user(bo)
    for model, action, row in [
        ("message", "hide", message),
        ("message", "bury", message),
        ("room", "close", garden),
        ("room", "make_default", garden),
        ("membership", "mute", Membership.objects.get(user=bo.id)),
        ("sanction", "lift", sanction),
        ("accounts/user", "suspend", user),
    ]:
        act(watcher, model, action, row, reason="because")
    assert watcher.get("/admin/chat/sanction/add/").status_code == 403
    assert logged() == []
    message.refresh_from_db()
    garden.refresh_from_db()
    assert (message.hidden_at, message.deleted_at, garden.closed_at) == (None, None, None)
    assert Sanction.objects.get().lifted_at is None


def test_rooms_are_closed_and_reopened_without_being_in_them(
    helper: Client, garden: Room, wire: Recorder
) -> None:
    witness = Witness(garden, wire)
    for action, closed in [("close", True), ("reopen", False)]:
        with witness.takes(1):
            act(helper, "room", action, garden)
        with witness.takes(0):
            act(helper, "room", action, garden)
        assert witness.states[-1].info["closed"] is closed
    assert logged() == ["Closed."] * 2 + ["Reopened."] * 2


def test_new_people_join_the_rooms_that_are_chosen_if_they_are_public(
    boss: Client, garden: Room, cellar: Room
) -> None:
    assert "may not" in act(boss, "room", "make_default", garden, cellar)
    assert list(Room.objects.filter(is_default=True)) == [garden]
    act(boss, "room", "make_optional", garden)
    assert not Room.objects.filter(is_default=True).exists()
    assert logged() == ["New members are added.", "New members are not added any more."]


def test_direct_rooms_are_not_closed(boss: Client, ana: Actor, bo: Actor, wire: Recorder) -> None:
    direct = Room.objects.get(public_id=rooms.direct(ana, "bo").id)
    assert "may not" in act(boss, "room", "close", direct)


def test_people_are_muted_everywhere_after_a_page_that_asks_why(helper: Client, bo: Actor) -> None:
    asked = act(helper, "accounts/user", "mute", people.user(bo))
    assert "reason" in asked
    assert not Sanction.objects.exists()
    assert "required" in act(helper, "accounts/user", "mute", people.user(bo), reason=" ", hours="1")
    act(helper, "accounts/user", "mute", people.user(bo), reason="noise", hours="1")
    sanction = Sanction.objects.get()
    assert (sanction.kind, sanction.reason, sanction.room) == ("mute", "noise", None)
    assert sanction.actor.username == "helper"
    assert sanction.until
    assert 3500 < (sanction.until - timezone.now()).total_seconds() <= 3600
    assert len(logged()) == 2


def test_a_member_is_suspended_from_one_room_for_good(helper: Client, garden: Room, bo: Actor) -> None:
    act(helper, "membership", "suspend", Membership.objects.get(user=bo.id), reason="noise", hours="")
    sanction = Sanction.objects.get()
    assert (sanction.kind, sanction.room, sanction.until) == ("suspend", garden, None)


def test_nobody_judges_their_equals(helper: Client, bo: Actor) -> None:
    boss = User.objects.create_superuser("boss")
    answer = act(helper, "accounts/user", "suspend", boss, people.user(bo), reason="noise", hours="1")
    assert "may not" in answer
    assert [sanction.user_id for sanction in Sanction.objects.all()] == [bo.id]


def test_a_sanction_is_given_by_the_form_and_lifted_by_the_action(
    helper: Client, garden: Room, bo: Actor
) -> None:
    assert "select2" in page(helper, "chat/sanction/add/")
    form = {"kind": "mute", "user": bo.id, "room": garden.pk, "reason": "noise", "confirmed": "x"}
    form |= {"until_0": "2999-01-01", "until_1": "12:00"}
    assert helper.post("/admin/chat/sanction/add/", form).status_code == 302
    sanction = Sanction.objects.get()
    assert (sanction.user_id, sanction.room, sanction.until and sanction.until.year) == (bo.id, garden, 2999)
    act(helper, "sanction", "lift", sanction)
    sanction.refresh_from_db()
    assert sanction.lifted_at
    assert len(logged()) == 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"until_0": "2001-01-01", "until_1": "12:00"}, "lies in the future"),
        ({"reason": ""}, "required"),
        ({"user": "boss"}, "may not"),
    ],
)
def test_the_form_says_why_a_sanction_is_refused(
    helper: Client, boss: Client, bo: Actor, wrong: dict[str, str], sentence: str
) -> None:
    form = {"kind": "suspend", "user": bo.id, "reason": "noise", "confirmed": "x"} | wrong
    if form["user"] == "boss":
        form["user"] = User.objects.get(username="boss").pk
    assert sentence in helper.post("/admin/chat/sanction/add/", form).content.decode()
    assert not Sanction.objects.exists()


def test_word_rules_are_made_and_changed_and_name_their_maker(helper: Client) -> None:
    helper.post("/admin/chat/wordrule/add/", {"phrase": "bad  word", "action": "hide", "is_active": "on"})
    rule = WordRule.objects.get()
    assert (rule.phrase, rule.action, rule.is_active) == ("bad word", "hide", True)
    assert rule.created_by
    assert rule.created_by.username == "helper"
    path = f"/admin/chat/wordrule/{rule.pk}/"
    helper.post(f"{path}change/", {"phrase": "bad word", "action": "flag"})
    rule.refresh_from_db()
    assert (rule.action, rule.is_active) == ("flag", False)
    assert helper.post(f"{path}delete/", {"post": "yes"}).status_code == 403
    assert LogEntry.objects.count() == 2


def test_the_form_refuses_a_rule_without_a_word(helper: Client) -> None:
    answer = helper.post("/admin/chat/wordrule/add/", {"phrase": "!!!", "action": "hide"})
    assert "A rule needs a word" in answer.content.decode()
    assert not WordRule.objects.exists()


@pytest.mark.parametrize("is_active", [True, False])
def test_the_form_refuses_a_phrase_that_has_a_rule(helper: Client, is_active: bool) -> None:
    rule = WordRule.objects.create(phrase="bad word", is_active=is_active)
    answer = helper.post("/admin/chat/wordrule/add/", {"phrase": "B4D  Wörd", "action": "hide"})
    assert "There is a rule for this phrase already" in answer.content.decode()
    assert WordRule.objects.get() == rule
    helper.post(f"/admin/chat/wordrule/{rule.pk}/change/", {"phrase": "Bad word", "action": "hide"})
    assert WordRule.objects.get().action == "hide"


# --- The services behind it ------------------------------------------------------------------------


def test_the_services_refuse_whoever_lacks_the_permission(garden: Room, bo: Actor, wire: Recorder) -> None:
    message = stored(say(bo, garden, "Good morning").id)
    somebody = User.objects.create_user("somebody", is_staff=True)
    former = User.objects.create_user("former")
    former.user_permissions.set(Permission.objects.all())
    witness = Witness(garden, wire)
    for actor in (somebody, former):
        for judge in (moderation.hide, moderation.unhide, moderation.delete):
            with witness.refuses("forbidden"):
                judge(actor, message)
        with witness.refuses("forbidden"):
            moderation.set_closed(actor, garden, True)
        with witness.refuses("forbidden"):
            moderation.set_default(actor, garden, True)


def test_the_services_know_no_private_message_or_room(
    helper: Client, cellar: Room, bo: Actor, wire: Recorder
) -> None:
    message = stored(say(bo, cellar, "a secret").id)
    actor = User.objects.get(username="helper")
    witness = Witness(cellar, wire)
    with witness.refuses("not_found"):
        moderation.hide(actor, message)
    with witness.refuses("not_found"):
        moderation.set_closed(actor, cellar, True)
