"""Every sentence that people see is there in Spanish, and reaches those who read Spanish.

Needs no GNU gettext: the source is read by `ast` and Django's template lexer, the catalogue by Python.
"""

from __future__ import annotations

import ast
import gettext
import re
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import allauth
import django
import pytest
from django.contrib import admin
from django.core import mail
from django.core.exceptions import FieldDoesNotExist
from django.test import Client
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation.template import templatize

from accounts import services, wording
from accounts.models import User
from chat import errors
from chat.realtime import consumer
from chat.services import rooms
from tests.accounts.conftest import PASSWORD, signed_in
from tests.support import client as wire
from tests.support.server import running

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "locale/es/LC_MESSAGES/django.po"


@dataclass
class Entry:
    """One message of a .po file; one that is only kept as a comment has the flag `obsolete`."""

    flags: set[str] = field(default_factory=set)
    msgctxt: str | None = None
    msgid: str = ""
    msgid_plural: str | None = None
    forms: dict[int, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.msgid if self.msgctxt is None else f"{self.msgctxt}\4{self.msgid}"


def read_po(text: str) -> list[Entry]:
    """The entries, the header first."""
    entries = []
    for block in re.split(r"\n{2,}", text.strip()):
        entry = Entry()
        for comment in re.findall(r"^#([,~].*)", block, re.MULTILINE):
            entry.flags |= {"obsolete"} if comment[0] == "~" else set(re.split(r"[, ]+", comment[1:].strip()))
        for name, form, lines in re.findall(
            r'^(msg\w+)(?:\[(\d)\])?((?:\s*"(?:[^"\\]|\\.)*")+)', block, re.MULTILINE
        ):
            value = "".join(ast.literal_eval(part) for part in re.findall(r'"(?:[^"\\]|\\.)*"', lines))
            if name == "msgstr":
                entry.forms[int(form or 0)] = value
            else:
                setattr(entry, name, value)
        entries.append(entry)
    return entries


HEADER, *ENTRIES = read_po(CATALOGUE.read_text())


# --- The file ------------------------------------------------------------------------------------


def test_the_compiled_file_is_what_the_catalogue_says():
    written: dict[object, str] = {"": HEADER.forms[0]}
    for entry in ENTRIES:
        if entry.msgid_plural is None:
            written[entry.key] = entry.forms[0]
        else:
            written |= {(entry.key, number): form for number, form in entry.forms.items()}
    assert undated(compiled(CATALOGUE.with_suffix(".mo"))) == undated(written), "run scripts/messages"


def compiled(path):
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]


def undated(messages):
    """Without a line of the header that some versions of msgfmt leave out."""
    return messages | {"": re.sub(r"POT-Creation-Date:.*\n", "", messages[""])}


def test_no_entry_is_there_twice():
    assert len({entry.key for entry in ENTRIES}) == len(ENTRIES)


def test_every_entry_is_translated_in_all_its_forms():
    (plurals,) = map(int, re.findall(r"nplurals=(\d)", HEADER.forms[0]))
    for entry in ENTRIES:
        assert not entry.flags & {"fuzzy", "obsolete"}, entry
        assert set(entry.forms) == set(range(1 if entry.msgid_plural is None else plurals)), entry
        assert all(form.strip() for form in entry.forms.values()), entry


def test_what_is_filled_in_and_the_lines_are_kept():
    for entry in ENTRIES:
        for number, form in entry.forms.items():
            original = (number and entry.msgid_plural) or entry.msgid
            assert filled_in(form) == filled_in(original), entry
            assert form.count("\n") == original.count("\n"), entry


def filled_in(sentence):
    return sorted(re.findall(r"%\(\w+\)\w|%[sd%]|\{\w*\}", sentence))


def test_nobody_is_shouted_at():
    for entry in ENTRIES:
        assert not re.search("[!¡]", "".join([entry.msgid, *entry.forms.values()])), entry


# --- The source ----------------------------------------------------------------------------------

SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
MARKS = SINGULAR | PLURAL | CONTEXT | CONTEXT_PLURAL

Marked = set[tuple[str, str | None]]


def marked_in_python(source: str) -> Marked:
    """What a module marks, as pairs of key and plural; raises where it is not a plain string."""
    found: Marked = set()
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
            if name in MARKS:
                found.add(_marked(name, [ast.literal_eval(word) for word in call.args[: _words(name)]]))
    return found


def marked_in_template(source: str) -> Marked:
    """What a template marks, by the way Django's own extraction reads it."""
    string = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    found: Marked = set()
    for name, words in re.findall(rf"\b(\w+)\(((?:{string}[, ]*)+)", templatize(source), re.DOTALL):
        if name in MARKS:
            found.add(_marked(name, [ast.literal_eval(word) for word in re.findall(string, words)]))
    return found


def _words(name: str) -> int:
    return 1 + (name in PLURAL | CONTEXT_PLURAL) + (name in CONTEXT | CONTEXT_PLURAL)


def _marked(name: str, words: list[str]) -> tuple[str, str | None]:
    if name in CONTEXT | CONTEXT_PLURAL:
        context, *words = words
        words[0] = f"{context}\4{words[0]}"
    return words[0], words[1] if name in PLURAL | CONTEXT_PLURAL else None


def test_the_catalogue_has_every_marked_sentence_and_no_other():
    marked: Marked = set()
    for package in ("accounts", "chat", "chatconnet"):
        for path in (ROOT / package).rglob("*.py"):
            marked |= marked_in_python(path.read_text())
    for path in (ROOT / "templates").rglob("*.*"):
        marked |= marked_in_template(path.read_text())
    assert len(marked) > 300
    assert marked == {(entry.key, entry.msgid_plural) for entry in ENTRIES}, "run scripts/messages"


@pytest.mark.parametrize("path", sorted((ROOT / "chat/services").glob("*.py")), ids=lambda path: path.stem)
def test_services_fill_in_nothing_before_the_reader_is_known(path):
    """`%` makes text of a lazy sentence in the language of that thread; `format_lazy` waits."""
    for part in ast.walk(ast.parse(path.read_text())):
        if isinstance(part, ast.BinOp | ast.FormattedValue | ast.Attribute):
            inner = part.left if isinstance(part, ast.BinOp) else part.value
            assert not (isinstance(inner, ast.Call) and getattr(inner.func, "id", "") in MARKS), ast.unparse(
                part
            )


@pytest.mark.parametrize("sentence", wording.THEIRS)
def test_what_we_word_anew_is_still_a_sentence_of_django_or_allauth(sentence):
    known: set[object] = set()
    for package, folder in ((django, "conf/locale"), (allauth, "locale")):
        known |= compiled(Path(package.__path__[0]) / folder / "es/LC_MESSAGES/django.mo").keys()
    assert sentence in known


@pytest.mark.parametrize(
    "page",
    [page for model, page in admin.site._registry.items() if model._meta.app_label in {"accounts", "chat"}],
    ids=lambda page: page.opts.label,
)
def test_what_the_administration_shows_has_a_name_that_is_marked(page):
    names = [page.opts.verbose_name, page.opts.verbose_name_plural]
    for name in {*page.list_display, *(page.fields or ())} - {"__str__", "pk"}:
        try:
            names.append(page.opts.get_field(name).verbose_name)
        except FieldDoesNotExist:
            names.append(getattr(page, name).short_description)
    assert [name for name in names if not isinstance(name, Promise)] == []


# --- What people see -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepts", "language", "words"),
    [
        ("es", "es", "Nombre de usuario o correo electrónico"),
        ("es-MX,es;q=0.9,en;q=0.5", "es", "¿Olvidaste tu contraseña?"),
        ("en-GB", "en", "User name or e-mail address"),
        ("fr,de;q=0.5", "en", "Forgot your password?"),
    ],
)
def test_a_stranger_reads_the_language_of_the_browser(db, accepts, language, words):
    answer = Client(headers={"Accept-Language": accepts}).get("/accounts/login/")
    page = answer.content.decode()
    assert f'<html lang="{language}"' in page
    assert answer.headers["Content-Language"] == language
    assert words in page


@pytest.fixture
def ana(db):
    return User.objects.create_user("ana", "ana@example.org", PASSWORD)


def choose(user, language):
    services.change_profile(user, display_name="Ana", language=language, time_zone="")


@pytest.mark.parametrize(
    ("chosen", "accepts", "words"),
    [
        ("es", "en", "Explorar salas"),
        ("en", "es", "Browse rooms"),
        ("", "es", "Explorar salas"),
        ("", "", "Browse rooms"),
    ],
)
def test_the_signed_in_read_the_language_they_have_chosen(ana, chosen, accepts, words):
    choose(ana, chosen)
    answer = signed_in("ana").get("/", headers={"Accept-Language": accepts})
    assert words in answer.content.decode()
    assert answer.context["page"]["language"] == answer.headers["Content-Language"]


def test_one_persons_language_is_not_the_next_ones(ana):
    choose(ana, "es")
    signed_in("ana").get("/")
    assert "Sign in" in Client().get("/accounts/login/").content.decode()


def test_the_administration_speaks_spanish(ana):
    ana.is_staff = ana.is_superuser = True
    ana.save()
    choose(ana, "es")
    client = signed_in("ana")
    assert "reglas de palabras" in client.get("/admin/chat/").content.decode().lower()
    assert "Volver a mostrar" in client.get("/admin/chat/message/").content.decode()


@pytest.mark.parametrize(
    ("chosen", "accepts", "subject"),
    [
        ("es", "en", "Restablece tu contraseña"),
        ("", "es", "Restablece tu contraseña"),
        ("en", "es", "Reset your password"),
    ],
)
def test_a_mail_is_in_the_language_of_who_gets_it(ana, chosen, accepts, subject):
    choose(ana, chosen)
    Client().post(
        "/accounts/password/reset/", {"email": "ana@example.org"}, headers={"Accept-Language": accepts}
    )
    (sent,) = mail.outbox
    assert sent.subject == f"ChatConnet: {subject}"
    assert ("Alguien, quizá tú" in sent.body) == (subject != "Reset your password")


@pytest.mark.parametrize(
    ("accepts", "sentence"),
    [
        ("es-AR", "El servidor está ocupado. Prueba otra vez en un momento."),
        ("en", "The server is busy. Try again in a moment."),
        ("fr", "The server is busy. Try again in a moment."),
    ],
)
def test_an_error_on_the_socket_is_in_the_language_of_the_browser(accepts, sentence):
    with translation.override(consumer._accepted_language(accepts)):
        assert str(errors.Refused("busy").detail) == sentence


def test_a_sentence_with_a_number_is_made_where_it_is_read():
    with translation.override("en"), pytest.raises(errors.Refused) as refusal:
        rooms.checked_topic("roses " * 100)
    with translation.override("es"):
        assert str(refusal.value.detail) == "Un tema tiene como máximo 250 caracteres."


@pytest.mark.parametrize("code", errors.SENTENCES)
def test_every_refusal_differs_in_spanish(code):
    with translation.override("es"):
        spanish = str(errors.SENTENCES[code])
    with translation.override("en"):
        assert str(errors.SENTENCES[code]) != spanish


def test_a_number_chooses_the_form():
    with translation.override("es"):
        forms = [
            translation.ngettext("Done for %(count)d user.", "Done for %(count)d users.", n) for n in (1, 2)
        ]
    assert forms == ["Hecho para %(count)d usuario.", "Hecho para %(count)d usuarios."]


@pytest.mark.e2e
async def test_an_error_on_the_socket_is_in_the_language_the_person_has_chosen():
    with running(limits="off") as site:
        token = site.manage("create_bot", "ana", "--room", "welcome").strip()
        site.manage("shell", "-c", "from accounts.models import User; User.objects.update(language='es')")
        async with wire.Client(site.ws_url(), token=token) as ana:
            await ana.wait_for("welcome")
            room = ana.welcome["rooms"][0]["id"]
            await ana.ask("sync", epoch=ana.welcome["epoch"], rooms={})
            with pytest.raises(wire.Refusal) as refusal:
                await ana.ask("send", room=room, key=str(uuid4()), body="a" * 4001)
    assert refusal.value.frame["detail"] == "Un mensaje tiene como máximo 4000 caracteres."
