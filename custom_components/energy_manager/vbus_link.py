"""A VBus adapter: its connection, the devices on its bus and writing to them."""
class VBusLink:
    """A VBus adapter while its config entry is loaded."""
