"""Measurements of the engine: one module for each subject."""
