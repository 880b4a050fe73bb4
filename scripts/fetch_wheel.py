"""Fetch a program from PyPI with nothing but Python: no pip and no venv at hand.

    python3 scripts/fetch_wheel.py FOLDER NAME [NAME ...]

Each program's newest wheel for this machine is checked against the index's own hash,
and its scripts are put into FOLDER/bin. Runs on any Python from 3.9 on.
"""

import hashlib
from html.parser import HTMLParser
import io
import os
from pathlib import Path
import platform
import sys
from urllib.parse import urldefrag, urljoin
from urllib.request import urlopen
import zipfile

INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/"
TIMEOUT_S = 120


class Links(HTMLParser):
    """The files on a package's page of the index."""

    def __init__(self) -> None:
        """Start with none."""
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a link, unless its file was withdrawn."""
        found = dict(attrs)
        address = found.get("href")
        if tag == "a" and "data-yanked" not in found and address is not None:
            self.addresses.append(address)


def get(address: str) -> bytes:
    """Return what an address holds."""
    if not address.startswith(("https://", "http://", "file://")):
        raise SystemExit(f"Not an address of a package index: {address}")
    with urlopen(address, timeout=TIMEOUT_S) as answer:
        data: bytes = answer.read()
    return data


def file_name(address: str) -> str:
    """Return the name of the file at an address."""
    return urldefrag(address).url.rpartition("/")[2]


def version_of(name: str) -> list[int]:
    """Return a wheel's version, empty for what is no finished release."""
    parts = name.split("-")[1].split(".") if name.endswith(".whl") else [""]
    return [int(part) for part in parts] if all(map(str.isdigit, parts)) else []


def fits(name: str) -> bool:
    """Return whether a wheel is for this machine."""
    tags = name[: -len(".whl")].rsplit("-", maxsplit=1)[-1]
    if platform.system() == "Darwin":
        return "macosx" in tags and platform.machine() in tags
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    return libc in tags and platform.machine() in tags


def fetch(name: str, folder: Path) -> None:
    """Put the scripts of a program's newest wheel into a folder."""
    page = urljoin(INDEX, f"{name}/")
    links = Links()
    links.feed(get(page).decode())
    wheels = [
        address
        for address in links.addresses
        if version_of(file_name(address)) and fits(file_name(address))
    ]
    if not wheels:
        raise SystemExit(f"The package index has no {name} for this machine.")
    wheel, wanted = urldefrag(max(wheels, key=lambda at: version_of(file_name(at))))
    data = get(urljoin(page, wheel))
    if f"sha256={hashlib.sha256(data).hexdigest()}" != wanted:
        raise SystemExit(f"What came as {file_name(wheel)} is damaged.")
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.namelist():
            if "/scripts/" in member and not member.endswith("/"):
                target = folder / Path(member).name
                target.write_bytes(archive.read(member))
                target.chmod(0o755)


if __name__ == "__main__":
    for program in sys.argv[2:]:
        fetch(program, Path(sys.argv[1]) / "bin")
