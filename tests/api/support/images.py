"""Small files of every kind, made by code: images (with what cameras hide in them), PDFs, and what only looks like them."""
import struct
import zlib

# The Huffman tables of a baseline JPEG that needs no more: DC differences of up to 11 bits, and one AC code, the end of a block.
DC_LENGTHS = bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
DC_CODES = {0: "00", 1: "010", 2: "011", 3: "100", 4: "101", 5: "110", 6: "1110", 7: "11110", 8: "111110", 9: "1111110",
            10: "11111110", 11: "111111110"}


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def exif(orientation, text=b"GPS-SECRET-21.0285N-105.8542E"):
    """A TIFF block with an orientation, a maker and a GPS folder."""
    entries = [(0x010F, 2, len(text) + 1, 8 + 2 + 3 * 12 + 4), (0x0112, 3, 1, orientation << 16), (0x8825, 4, 1, 8 + 2 + 36 + 4 + 64)]
    ifd = struct.pack(">H", 3) + b"".join(struct.pack(">HHII", *e) for e in entries) + struct.pack(">I", 0)
    body = b"MM\0*" + struct.pack(">I", 8) + ifd + (text + b"\0").ljust(64, b"\0")
    gps = struct.pack(">H", 1) + struct.pack(">HHI4s", 1, 2, 2, b"N\0\0\0") + struct.pack(">I", 0)
    return b"Exif\0\0" + body + gps


def jpeg(width=32, height=16, shade=lambda x, y: 255 if x < 16 else 0, extra=b"", components=1):
    """A grey JPEG of flat blocks; `extra` are segments behind the first one. The size is that of the frame, whatever it is."""
    bits, before = [], 0
    for y in range(0, min(height, 512), 8):
        for x in range(0, min(width, 512), 8):
            level = int((shade(x, y) - 128) * 8 / 8)
            difference, before = level - before, level
            size = abs(difference).bit_length()
            bits.append(DC_CODES[size])
            if size:
                bits.append(format(difference if difference > 0 else difference + (1 << size) - 1, "0%db" % size))
            bits.append("0")        # the end of the block
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    scan = bytes(int(text[i:i + 8], 2) for i in range(0, len(text), 8)).replace(b"\xff", b"\xff\0")
    return (b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + extra
            + segment(0xDB, b"\0" + bytes([8] * 64)) + segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
            + segment(0xC4, b"\0" + DC_LENGTHS + bytes(range(12))) + segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0")
            + segment(0xDA, b"\1\1\0\0\x3f\0") + scan + b"\xff\xd9")


def chunk(kind, data, crc=None):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) if crc is None else crc)


def png(width=8, height=8, extra=b"", kind=2, depth=8, rows=None):
    """A PNG; `extra` are chunks behind the head. `rows` is the data instead of the right amount of it."""
    size = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(kind, 1) * depth // 8
    data = b"".join(b"\0" + bytes([(x * 7 + y) % 256 for x in range(width * size)]) for y in range(height)) if rows is None else rows
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)) + extra
            + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def pdf(inside=b"", end=b"%%EOF\n", head=b"%PDF-1.4\n"):
    return head + b"1 0 obj\n<< /Type /Catalog " + inside + b" >>\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n9\n" + end


def packed_pdf(objects, how=b"/FlateDecode"):
    """A PDF whose objects stand packed in a stream."""
    stream = zlib.compress(b"1 0 " + objects)
    return (b"%%PDF-1.5\n5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter %s /Length %d >>\nstream\n" % (how, len(stream)) + stream
            + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n")


def size_of_jpeg(data):
    """(width, height), and all the segments in front of the scan."""
    at, markers, size = 2, [], None
    while at < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2:at + 4])[0]
        markers.append(marker)
        if marker in (0xC0, 0xC2):
            height, width = struct.unpack(">HH", data[at + 5:at + 9])
            size = (width, height)
        if marker == 0xDA:
            break
        at += 2 + length
    return size, markers
