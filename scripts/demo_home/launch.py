"""Run Home Assistant without its voice and camera parts: `launch CONFIG-FOLDER`.

Every Home Assistant sets them up; they need a C++ compiler and ffmpeg for their
libraries, and the demo house has no use for them.
"""

import ctypes
import os
import signal
import sys
from types import ModuleType

from homeassistant import __main__ as command_line, bootstrap

UNUSED = {
    "ai_task",
    "assist_satellite",
    "camera",
    "image_processing",
    "stt",
    "tts",
    "wake_word",
}


COMPILED = {"pymicro_vad": "MicroVad", "pyspeex_noise": "AudioProcessor"}
"""Voice libraries that are offered as C++ source only, with what is imported of them."""


def stand_in_for_compiled() -> None:
    """Let the voice parts be imported, which the list of all actions does."""
    for name, content in COMPILED.items():
        module = ModuleType(name)
        setattr(module, content, type(content, (), {}))
        sys.modules.setdefault(name, module)


def stop_with_parent() -> None:
    """Ask Linux to end this process when the one that started it is gone."""
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of linux/prctl.h
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


if __name__ == "__main__":
    stop_with_parent()
    stand_in_for_compiled()
    bootstrap.DEFAULT_INTEGRATIONS.difference_update(UNUSED)
    # Everything needed is in requirements_test.txt: nothing is fetched at run time.
    os.environ["UV_OFFLINE"] = "1"
    sys.argv = ["hass", "--config", sys.argv[1]]
    sys.exit(command_line.main())
