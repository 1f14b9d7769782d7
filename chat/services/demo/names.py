"""What the people of the demonstration are called."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from random import Random

from accounts.models import User
from accounts.names import skeleton

GIVEN = {
    "es": "Ana|Lucía|Carmen|Marta|Elena|Sofía|Paula|Nuria|Inés|Rosa|Beatriz|Clara|Irene|Pilar|Julia|Alba"
    "|Noelia|Olga|Marcos|Diego|Javier|Andrés|Pablo|Hugo|Álvaro|Sergio|Iván|Raúl|Joaquín|Mateo|Tomás|Óscar",
    "en": "Emma|Olivia|Grace|Ruth|Alice|Nora|Maya|Zoe|Ivy|Freya|Priya|Amina|Leila|Wendy|Tess"
    "|Marc|Oliver|Jack|Noah|Theo|Sam|Ben|Owen|Felix|Arthur|Omar|Ravi|Kofi|Luke|Hector|Dylan|Miles",
}
FAMILY = {
    "es": "García|Torres|Prado|Núñez|Ibáñez|Soler|Vidal|Ortega|Castro|Molina|Reyes|Herrera|Campos|Vega"
    "|Fuentes|Peña|Rojas|Serrano|Gil|Lozano|Marín|Cano|Blanco|Pascual|Rivas|Aguirre|Etxeberria|Bosch|Costa",
    "en": "Walker|Hughes|Bennett|Clarke|Foster|Murphy|Patel|Okafor|Novak|Reed|Marsh|Palmer|Doyle|Hart|Quinn"
    "|Lowe|Weber|Fisher|Barnes|Kaur|Ahmed|Shah|Wright|Moss|Nash|Ellis|Frost|Page|Lane",
}


def new_people(rng: Random, number: int, password: str | None) -> Iterator[User]:
    """People that are not stored yet, whose names nobody has and nobody could mix up.

    Their address is left empty, so that no mail can ever be sent to them.
    """
    taken = set(User.objects.values_list("skeleton", flat=True))
    for _n in range(number):
        language = rng.choice(list(GIVEN))
        first, last = rng.choice(GIVEN[language].split("|")), rng.choice(FAMILY[language].split("|"))
        for username in _candidates(_typed(first), _typed(last)):
            if skeleton(username) not in taken:
                break
        user = User.objects.build(username, display_name=f"{first} {last}", language=language)
        if password:
            user.password = password
        taken.add(user.skeleton)
        yield user


def _typed(name: str) -> str:
    """As people choose it for a user name: small letters without accents."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()


def _candidates(first: str, last: str) -> Iterator[str]:
    yield first
    yield f"{first}-{last}"
    number = 2
    while True:
        yield f"{first}-{last}-{number}"
        number += 1
