"""Pictures made safe and light: decoded, turned upright, shrunk and written again as a plain JPEG.

Nothing but pixels survives, so EXIF, GPS, XMP, thumbnails, trailing data and anything hidden in the file
are gone. Colours of a wide-gamut phone are converted to sRGB before their profile is dropped.
"""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

MAX_PIXELS = 64_000_000
LONGEST_SIDE = 2400
THUMBNAIL_SIDE = 480
QUALITY = 82

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}


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


def _open(data: bytes, media_type: str) -> Image.Image:
    wanted = FORMATS[media_type]
    if wanted == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    return Image.open(io.BytesIO(data), formats=(wanted,))


def _flat(image: Image.Image) -> Image.Image:
    """RGB on white."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
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


def rewrite(data: bytes, media_type: str, longest_side: int = LONGEST_SIDE) -> Picture:
    """The picture as a progressive JPEG of at most ``longest_side`` pixels.

    Raises ``Damaged`` or ``TooManyPixels``; the size is looked at before anything is decoded.
    """
    try:
        with _open(data, media_type) as image:
            if image.width * image.height > MAX_PIXELS:
                raise TooManyPixels
            profile = image.info.get("icc_profile")
            if media_type == "image/jpeg":
                image.draft("RGB", (longest_side, longest_side))
            upright = ImageOps.exif_transpose(image)
            flat = _to_srgb(_flat(upright), profile)
            flat.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS, reducing_gap=3.0)
            bare = Image.frombytes("RGB", flat.size, flat.tobytes())
    except Image.DecompressionBombError as error:
        raise TooManyPixels from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Damaged from error
    written = io.BytesIO()
    bare.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Picture(written.getvalue(), bare.width, bare.height)
