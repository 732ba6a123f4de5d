#!/usr/bin/python3
# Runs a program for which there is no fsopen(2), as on Linux before 5.2.
import ctypes
import os
import struct
import sys

FSOPEN = 430  # on every machine
ENOSYS = 38
instructions = [
    (0x20, 0, 0, 0),  # the number of the call
    (0x15, 0, 1, FSOPEN),
    (0x06, 0, 0, 0x00050000 | ENOSYS),
    (0x06, 0, 0, 0x7FFF0000),
]
filters = b"".join(struct.pack("<HBBI", *it) for it in instructions)
memory = ctypes.create_string_buffer(filters)
program = struct.pack("<HxxxxxxQ", len(instructions), ctypes.addressof(memory))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(22, 2, program, 0, 0) != 0:
    sys.exit("no filter: " + os.strerror(ctypes.get_errno()))
os.execv(sys.argv[1], sys.argv[1:])
