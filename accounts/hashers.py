"""How passwords are hashed."""

from __future__ import annotations

from django.contrib.auth import hashers


class Argon2PasswordHasher(hashers.Argon2PasswordHasher):
    """Argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane).

    Django's own take 100 MiB a sign-in: thirty people who come back after a restart would need 3 GiB.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
