"""RESOL VBus without input and output: bytes in, frozen frames out."""
