"""Fixtures for every test. The servers themselves are started by `tests.plugin`."""
