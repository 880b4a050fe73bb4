"""A VE.Direct device: its connection, what it says and writing to it."""
class VEDirectLink:
    """A VE.Direct device while its config entry is loaded."""
