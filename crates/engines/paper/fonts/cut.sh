#!/bin/sh
# Cuts the four faces to GB 2312, ASCII, Latin-1, Roman and circled numbers and the usual
# punctuation. Needs fonttools (here 4.68.0) and the Debian package fonts-noto-cjk (here
# 1:20220127+repack1-1). Run inside this folder.
set -eu
from=${1:-/usr/share/fonts/opentype/noto}
python3 - > characters.txt <<'PYTHON'
wanted = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100))
for high in range(0xA1, 0xF8):
    for low in range(0xA1, 0xFF):
        try:
            wanted.add(ord(bytes([high, low]).decode("gb2312")))
        except UnicodeDecodeError:
            pass
wanted |= set(range(0x2010, 0x2028)) | set(range(0x2160, 0x216C)) | set(range(0x2460, 0x2474))
wanted |= set(range(0x3000, 0x3020)) | set(range(0xFF01, 0xFF5F))
wanted |= {0x2022, 0x2030, 0x2032, 0x2033, 0x203B, 0x20AC, 0x2103, 0x25A1, 0x2605, 0x2606}
wanted |= {0x2610, 0x2611, 0x2713, 0x2714, 0xFFE5}
print(",".join(f"{one:X}" for one in sorted(wanted)))
PYTHON
for face in Sans Serif; do
    for weight in Regular Bold; do
        pyftsubset "$from/Noto${face}CJK-$weight.ttc" --font-number=2 \
            --unicodes-file=characters.txt --layout-features=kern,liga,locl,palt,vert \
            --no-hinting --output-file="Noto${face}SC-$weight.otf"
    done
done
rm characters.txt
