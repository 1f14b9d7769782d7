"""Who is meant by an e-mail address, and signing in by it."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from allauth.account.models import EmailAddress

from accounts.models import User

ACCOUNTS_OF_AN_ADDRESS = 5
"""At sign-in each of them costs a password check, at a reset a mail."""


def of_address(email: str) -> list[User]:
    """The accounts that `email` stands for: that of the person who confirmed it, alone.

    As long as nobody has, the oldest few that name it: whoever signs up with an address that is not theirs
    neither takes the place of those who were there before, nor makes a sign-in dear.
    """
    email = email.lower()
    confirmed = EmailAddress.objects.select_related("user").filter(email=email, verified=True).first()
    if confirmed:
        return [confirmed.user]
    named = EmailAddress.objects.filter(email=email).order_by("user")
    ids = {*named.values_list("user", flat=True)[:ACCOUNTS_OF_AN_ADDRESS]}
    ids |= {
        *User.objects.filter(email=email).order_by("pk").values_list("pk", flat=True)[:ACCOUNTS_OF_AN_ADDRESS]
    }
    return list(User.objects.filter(pk__in=ids).order_by("pk")[:ACCOUNTS_OF_AN_ADDRESS])


class AuthenticationBackend(AllauthBackend):  # type: ignore[misc]
    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        for user in of_address(email):
            if self._check_password(user, password):
                return user
        return None
