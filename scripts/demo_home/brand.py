"""Draw the brand images of the integration from docs/images/icon.svg."""

from .browser import show
from .settings import REPOSITORY

BRAND = REPOSITORY / "custom_components" / "energy_manager" / "brand"
ICON_SIDE = 256
LOGO_SIZE = (360, 128)

LOGO = """\
<div style="display: flex; align-items: center; gap: 14px; height: 128px">
  <div style="width: 124px">{icon}</div>
  <div style="font: 700 38px/44px 'DejaVu Sans', sans-serif">
    <div style="color: #2f6690">Energy</div>
    <div style="color: #e8502f">Manager</div>
  </div>
</div>
"""


def draw() -> None:
    """Write icon and logo in both sizes that Home Assistant asks for."""
    icon = (REPOSITORY / "docs" / "images" / "icon.svg").read_text(encoding="utf-8")
    body = '<body style="margin: 0">{}</body>'
    pages = [
        {
            "html": body.format(content),
            "width": width,
            "height": height,
            "scale": scale,
            "transparent": True,
            "file": str(BRAND / f"{name}{suffix}.png"),
        }
        for name, content, width, height in (
            ("icon", icon, ICON_SIDE, ICON_SIDE),
            ("logo", LOGO.format(icon=icon), *LOGO_SIZE),
        )
        for scale, suffix in ((1, ""), (2, "@2x"))
    ]
    show(pages)


if __name__ == "__main__":
    draw()
