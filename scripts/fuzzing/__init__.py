"""Fuzzing of everything that reads bytes of a line, a file or a port."""
