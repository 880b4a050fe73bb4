"""Victron VE.Direct without input and output: bytes in, frozen readings out."""
