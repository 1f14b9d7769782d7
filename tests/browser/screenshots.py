"""What scripts/screenshots becomes: three people talk on a real site, and pictures are taken of it."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from scripts.local.services import Postgres, Redis, throw_away
from tests.support.client import Client
from tests.support.server import Site, running

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
LARGEST = 150 * 1024
PASSWORD = "plum-otter-violin-9"
PEOPLE = {"ana": "Ana Torres", "marc": "Marc Weber", "lucia": "Lucía Prado"}
WIDE, NARROW, FORM = (1180, 720), (360, 720), (720, 740)


def main() -> None:
    with tempfile.TemporaryDirectory() as var, throw_away((Postgres, Redis)) as (postgres, redis):
        os.environ |= {
            "CHAT_VAR": var,
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "SECRET_KEY": "only-for-pictures-" * 4,
        }
        with running(limits="off") as site:
            asyncio.run(take_pictures(site))


async def take_pictures(site: Site) -> None:
    FOLDER.mkdir(exist_ok=True)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = await open_page(browser, FORM)
        await page.goto(f"{site.url}/accounts/signup/")
        await save(page, "signup")
        page = await open_page(browser, FORM, dark=True)
        await page.goto(f"{site.url}/accounts/login/")
        await save(page, "login-dark")

        cookies = {name: await sign_up(browser, site.url, name) for name in PEOPLE}
        site.manage("shell", "-v0", "-c", give_display_names())
        await talk(site, cookies)

        for name, size, dark in (
            ("chat", WIDE, False),
            ("chat-dark", WIDE, True),
            ("chat-narrow", NARROW, False),
        ):
            page = await open_page(browser, size, dark=dark, cookie=(site.url, cookies["ana"]))
            await page.goto(f"{site.url}/r/community-garden/")
            await expect(page.get_by_text("Then I bring the cake.")).to_be_visible()
            await save(page, name)


async def open_page(
    browser: Browser, size: tuple[int, int], *, dark: bool = False, cookie: tuple[str, str] | None = None
) -> Page:
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        locale="en",
        reduced_motion="reduce",
    )
    if cookie:
        await context.add_cookies([{"url": cookie[0], "name": "sessionid", "value": cookie[1]}])
    return await context.new_page()


async def save(page: Page, name: str) -> None:
    await page.evaluate("document.fonts.ready")
    picture = FOLDER / f"{name}.png"
    await page.screenshot(path=picture, caret="hide")
    assert picture.stat().st_size <= LARGEST, f"{picture} has {picture.stat().st_size} bytes"


async def sign_up(browser: Browser, url: str, name: str) -> str:
    """Through the form; returns the session's cookie."""
    page = await open_page(browser, WIDE)
    await page.goto(f"{url}/accounts/signup/")
    for field, value in (
        ("username", name),
        ("email", f"{name}@example.org"),
        ("password1", PASSWORD),
        ("password2", PASSWORD),
    ):
        await page.locator(f"[name={field}]").fill(value)
    await page.locator("main button[type=submit]").click()
    await expect(page.locator("room-header h1")).not_to_be_empty()
    (cookie,) = [c["value"] for c in await page.context.cookies() if c["name"] == "sessionid"]
    await page.context.close()
    return cookie


def give_display_names() -> str:
    return "from accounts.models import User\n" + "\n".join(
        f"User.objects.filter(username={name!r}).update(display_name={display!r})"
        for name, display in PEOPLE.items()
    )


async def talk(site: Site, cookies: dict[str, str]) -> None:
    async with AsyncExitStack() as stack:
        ana, marc, lucia = [
            await (
                await stack.enter_async_context(Client(site.ws_url(), cookie=cookie, origin=site.url))
            ).open()
            for cookie in cookies.values()
        ]
        garden = await make_room(ana, "Community garden", "Beds, tools and who waters when", "marc", "lucia")
        films = await make_room(lucia, "Cine de los jueves", "Qué vemos esta semana", "ana", "marc")
        board = await make_room(marc, "Committee", "", "ana", kind="private")
        direct = (await marc.ask("direct", user="ana"))["room"]["id"]

        await ana.send(garden, "Good morning! The **tomatoes** are in. Who waters this week?")
        await lucia.send(garden, "¡Buenos días! Yo puedo el martes y el jueves 🌱")
        plan = await marc.send(
            garden, "Then I take the rest:\n\n- Monday and Friday\n- the weekend, if it does not rain"
        )
        await ana.ask("react", message=plan["id"], emoji="👍", on=True)
        await lucia.ask("react", message=plan["id"], emoji="👍", on=True)
        await lucia.ask("react", message=plan["id"], emoji="🌻", on=True)
        tap = await lucia.send(garden, "¿El grifo sigue goteando? Había un charco ayer.")
        await marc.send(
            garden,
            "It needs a new washer, `½ inch`. I saw one at https://example.org/washers",
            reply_to=tap["id"],
        )
        await ana.send(garden, "Gracias, @lucia. We repair it on Saturday at ten, I bring the tools.")
        await marc.send(garden, "Then I bring the cake.")
        await ana.send(films, "¿Qué tal una de Varda?")
        for body in ("¡Sí! «Los espigadores y la espigadora»", "@ana ¿traes el proyector?"):
            await lucia.send(films, body)
        await marc.send(board, "The minutes are ready.")
        await marc.send(direct, "Do you have the key to the shed?")
        for one, room in ((ana, garden), (marc, garden), (lucia, garden)):
            await one.ask("read", room=room, seq=10_000)


async def make_room(maker: Client, name: str, topic: str, *invited: str, kind: str = "public") -> str:
    room: str = (await maker.ask("create", name=name, kind=kind, topic=topic))["room"]["id"]
    for user in invited:
        await maker.ask("invite", room=room, user=user)
    return room


if __name__ == "__main__":
    main()
