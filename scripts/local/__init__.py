"""ChatConnet on one machine with nothing installed: private servers, the run and test commands.

`bootstrap` and `binaries` import the standard library only: they run before anything is installed.
"""
