"""Make the font of the formulas from STIX Two Math.

    pip install fonttools brotli
    python book/font.py STIXTwoMath-Regular.ttf

The font is by the STIX Fonts Project Authors, https://github.com/stipub/stixfonts, under the SIL
Open Font License 1.1, which its copy here carries in its name table. The copy holds the signs of
mathematics only, which makes it a tenth as large.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter, parse_unicodes
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
SIGNS = """
    0020-007E 00A0-00FF 0131 0237 02C6-02DD 0300-0338 0391-03F6 2002-200B 2010-2044 2057 2061-2064
    20D6-20D7 2100-214F 2190-2199 21A6 21D0-21D5 2200-22FF 2308-230B 23B4-23B5 23DC-23E1
    27E8-27EB 27F5-27FA 2A00-2A06 2A7D-2A7E 1D400-1D467 1D49C-1D4CF 1D538-1D56B 1D6A4-1D6A5
    1D6A8-1D71B
"""
LARGE_ROOT = 850  # thousandths of an em; the small one is 794 wide


def narrow_large_roots(font: TTFont) -> None:
    """Make the large root signs hardly wider than the small one.

    A browser reserves for any root the width of the widest sign there is. With signs from 794 to
    1212 wide, each small root would be followed by a gap of nearly half an em.
    """
    variants = font["MATH"].table.MathVariants
    root = font.getBestCmap()[ord("√")]
    signs = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(root)]
    large = {sign.VariantGlyph for sign in signs.MathGlyphVariantRecord} - {root}
    large |= {part.glyph for part in signs.GlyphAssembly.PartRecords}
    for name in large:
        width, bearing = font["hmtx"][name]
        scale = LARGE_ROOT / width
        glyph = font["glyf"][name]
        glyph.coordinates.scale((scale, 1))
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (LARGE_ROOT, round(bearing * scale))


def main(source: str) -> None:
    """Write the font that the website uses."""
    font = TTFont(source, recalcTimestamp=False)
    options = Options(layout_features=["ssty", "dtls", "flac", "mark", "mkmk"], hinting=False)
    options.name_IDs = ["*"]  # the licence among them
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=parse_unicodes(SIGNS))
    subsetter.subset(font)
    narrow_large_roots(font)
    font.flavor = "woff2"
    font.save(HERE / "_static" / "stix-two-math.woff2")


if __name__ == "__main__":
    main(*sys.argv[1:])
