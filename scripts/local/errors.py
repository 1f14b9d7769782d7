"""What stops a command, as one sentence for the person at the terminal."""


class Refused(Exception):
    """The command cannot go on. The text is one line that says what is wrong and what to do."""
