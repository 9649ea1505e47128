"""Pictures made safe and light: decoded, turned upright, shrunk and written again as a plain JPEG.

Nothing but pixels survives, so EXIF, GPS, XMP, thumbnails, trailing data and anything hidden in the file
are gone. Colours of a wide-gamut phone are converted to sRGB before their profile is dropped. Runs in the inspector,
never in a server.
"""

from __future__ import annotations

import io
import warnings
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image, ImageCms
from pillow_heif import register_heif_opener

LONGEST_SIDE = 2400
QUALITY = 82

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
MILLION = 1_000_000
MAX_PIXELS = {
    "image/jpeg": 130
    * MILLION,  # decoded at an eighth to a half of its size: the largest phones' are welcome
    "image/heic": 52 * MILLION,  # the largest an iPhone takes
    "image/png": 40 * MILLION,  # a page of A4 at 600 dpi
    "image/webp": 26 * MILLION,  # decoded twice over
}
"""How large a picture may be: what its format takes to decode, and what cameras and scanners make of it."""

ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DIRECT = frozenset({"RGB", "RGBA", "L", "LA", "CMYK", "YCbCr"})
"""Modes that can be shrunk as they are; palettes and sixteen bits cannot."""

register_heif_opener(thumbnails=False)


class Damaged(Exception):
    """The picture cannot be decoded to its end."""


class TooManyPixels(Exception):
    """Decoding the picture would take too much memory."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A progressive JPEG and its size in pixels."""

    data: bytes
    width: int
    height: int


def rewrite(data: bytes, media_type: str, longest_side: int = LONGEST_SIDE) -> Picture:
    """The picture as a progressive JPEG of at most ``longest_side`` pixels.

    Raises ``Damaged`` or ``TooManyPixels``; the size is looked at before anything is decoded.
    """
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our limits are below its own
    try:
        with Image.open(io.BytesIO(data), formats=(FORMATS[media_type],)) as image:
            if image.width * image.height > MAX_PIXELS[media_type]:
                raise TooManyPixels
            bare = _bare(image, media_type, longest_side)
    except (TooManyPixels, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise TooManyPixels from error
    except (
        Exception
    ) as error:  # each format's reader fails in a way of its own; this process reads nothing else
        raise Damaged from error
    written = io.BytesIO()
    bare.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Picture(written.getvalue(), bare.width, bare.height)


def _bare(image: Image.Image, media_type: str, longest_side: int) -> Image.Image:
    """Pixels alone: shrunk first, so that turning, colours and transparency cost little."""
    profile = image.info.get("icc_profile")
    turn = _turn(image)
    if media_type == "image/jpeg":
        image.draft("RGB", (longest_side, longest_side))
    image.load()
    small = image if image.mode in _DIRECT else image.convert(_mode_of(image))
    small.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if turn is not None:
        small = small.transpose(turn)
    flat = _to_srgb(_flat(small), profile)
    return Image.frombytes("RGB", flat.size, flat.tobytes())


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How the picture is turned upright. Of all that a camera writes this alone is read; ill written, it is nothing."""
    with suppress(Exception):
        return UPRIGHT.get(int(image.getexif().get(ORIENTATION, 1)))
    return None


def _mode_of(image: Image.Image) -> str:
    return "RGBA" if image.mode in ("PA", "La", "RGBa") or "transparency" in image.info else "RGB"


def _flat(image: Image.Image) -> Image.Image:
    """RGB on white."""
    if image.mode in ("RGBA", "LA") or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    return image if image.mode == "RGB" else image.convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode=image.mode
            )
            return converted or image
    return image
