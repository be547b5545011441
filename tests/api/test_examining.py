"""`tiepdan examine` by itself: what a small file unfolds to does not fill the disk."""
import ctypes
import ctypes.util
import fcntl
import os
import random
import subprocess
import tempfile

from support import images
from support.town import BINARY

MIB = 1024 * 1024


def examine(content, room, pixels=60000000):
    """-> (verdict, what is kept of it)."""
    with tempfile.TemporaryFile() as raw, tempfile.TemporaryFile() as clean, tempfile.TemporaryFile() as small:
        raw.write(content)
        raw.flush()
        files = [fcntl.fcntl(f.fileno(), fcntl.F_DUPFD_CLOEXEC, 10) for f in (raw, clean, small)]
        done = subprocess.run([BINARY, "examine", str(pixels), "30", str(room)], pass_fds=(3, 4, 5), capture_output=True, timeout=120,
                              preexec_fn=lambda: [os.dup2(fd, 3 + i) for i, fd in enumerate(files)], check=True, env={"ASAN_OPTIONS": "detect_leaks=0"})
        for fd in files:
            os.close(fd)
        clean.seek(0)
        return done.stdout.decode().split(), clean.read()


def taking_turns(width, height):
    """A lossless WebP of two rows of noise that take turns: it refers back farther than a PNG can."""
    webp = ctypes.CDLL(ctypes.util.find_library("webp"))
    webp.WebPEncodeLosslessRGBA.restype = ctypes.c_size_t
    webp.WebPFree.argtypes = [ctypes.c_void_p]
    noise = random.Random(1)
    rows = noise.randbytes(4 * width) + noise.randbytes(4 * width)
    out = ctypes.c_void_p()
    n = webp.WebPEncodeLosslessRGBA(rows * (height // 2), width, height, 4 * width, ctypes.byref(out))
    made = ctypes.string_at(out, n)
    webp.WebPFree(out)
    return made


def test_what_would_be_large_as_png_is_kept_as_jpeg():
    bomb = taking_turns(16000, 100)
    assert len(bomb) < 200000
    room = MIB + 4 * len(bomb)
    verdict, kept = examine(bomb, room)
    assert verdict[:2] == ["ready", "image/jpeg"] and verdict[3:] == ["16000", "100", "1"]
    assert int(verdict[2]) == len(kept) < room and images.size_of_jpeg(kept)[0] == (16000, 100) and kept[-2:] == b"\xff\xd9"
    # With room enough it is what it was; and a small transparent one always.
    verdict, kept = examine(bomb, 10 * MIB)
    assert verdict[:2] == ["ready", "image/png"] and int(verdict[2]) == len(kept) > 5 * MIB
    assert examine(taking_turns(20, 20), MIB)[0][:2] == ["ready", "image/png"]


def test_what_is_large_as_jpeg_as_well_is_refused():
    verdict, kept = examine(taking_turns(16000, 100), 200000)
    assert verdict == ["refused", "pixels"] and len(kept) <= 200000
    assert examine(images.png(), 10)[0] == ["refused", "pixels"]


def test_a_text_is_kept_as_it_is():
    assert examine(b"x" * 1000, 1000) == (["ready", "text/plain", "1000", "0", "0", "0"], b"x" * 1000)
