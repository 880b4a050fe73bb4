"""Physical models of a plant's components: parameters and pure functions."""
