"""What an application for a second factor shows."""

import base64
import hashlib
import hmac
import struct
import time


def code_of(secret, steps=0):
    """RFC 6238: what an application shows, so many steps of thirty seconds from now."""
    octets = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(octets, struct.pack(">Q", int(time.time() // 30) + steps), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start:start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
