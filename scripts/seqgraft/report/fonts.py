"""Small copies of the figures' font, so that putting it into a file takes a tenth of the time."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import matplotlib
from fontTools import subset
from matplotlib import font_manager

#: What every installation of matplotlib brings along; also for letters that the copies lack.
WHOLE = "DejaVu Sans"
#: What the copies are called.
SMALL = "DejaVu Sans for seqgraft"

_FACES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf")
# Latin, Greek, punctuation, raised and lowered digits, currency, arrows, mathematical signs, shapes.
_RANGES = (
    (0x20, 0x24F), (0x2B0, 0x2FF), (0x370, 0x3FF), (0x2010, 0x206F), (0x2070, 0x20BF), (0x2100, 0x214F),
    (0x2190, 0x21FF), (0x2200, 0x22FF), (0x25A0, 0x25FF),
)  # fmt: skip
# Names of a font by which programs find it (Microsoft's OpenType specification, table name).
_FAMILY, _UNIQUE, _FULL, _POSTSCRIPT, _TYPOGRAPHIC = 1, 3, 4, 6, 16


@cache
def families() -> list[str]:
    """Make the copies, once in a process, and return the font families to draw with, the small one first.

    Returns
    -------
    list of str
        For matplotlib's ``font.family``; letters are looked up in them in turn.

    Notes
    -----
    A PDF holds of each font the letters that it uses. To pick these, the whole font with all its rules for scripts of
    the world is read: 0.2 CPU seconds for each of the three fonts of each figure. Of a copy without these rules
    they are picked at once. Shapes, widths and kerning are the same.
    """
    folder = Path(tempfile.mkdtemp(prefix="seqgraft-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in _FACES:
        font_manager.fontManager.addfont(_copy(Path(matplotlib.get_data_path(), "fonts/ttf", name), folder))
    return [SMALL, WHOLE]


def _copy(path: Path, folder: Path) -> Path:
    """Write a font's letters of `_RANGES` under the other name."""
    options = subset.Options(
        glyph_names=True, legacy_kern=True, name_IDs=["*"], notdef_outline=True, hinting=True
    )
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "FFTM"]
    font = subset.load_font(str(path), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[letter for low, high in _RANGES for letter in range(low, high + 1)])
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in (_FAMILY, _TYPOGRAPHIC):
            record.string = SMALL
        elif record.nameID in (_UNIQUE, _FULL, _POSTSCRIPT):
            record.string = path.stem.replace("Sans", "SansSeqgraft")
    # The date of the copy would be put into every figure that uses it.
    font.recalcTimestamp = False
    written = folder / path.name
    font.save(written)
    return written
