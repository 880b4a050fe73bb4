"""A real Home Assistant with the demo house, for trying out and for tests.

`scripts/develop` runs it for a person, the end-to-end tests for themselves.
"""
