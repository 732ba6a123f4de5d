#!/usr/bin/python3
# A planner that has one plan: the launch program in the file `program`, or steps to be done at once in the file
# `steps`. The front starts it in its home folder.
import os
import socket
import struct

channel = socket.socket(fileno=0)


def take(count):
    data = b""
    while len(data) < count:
        more = channel.recv(count - len(data))
        if not more:
            raise SystemExit(0)  # launched: the front is the monitor now
        data += more
    return data


def receive():
    length, kind = struct.unpack("<IB", take(5))
    return kind, take(length)


def send(kind, payload):
    channel.sendall(struct.pack("<IB", len(payload), kind) + payload)


receive()  # the invocation
at_once = os.path.exists("steps")
with open("steps" if at_once else "program", "rb") as file:
    send(4 if at_once else 5, (b"" if at_once else b"\0") + file.read())
error, section, index = struct.unpack("<III", receive()[1][:12])
if error == 0 and at_once:
    send(6, b"\0")
    raise SystemExit(0)
if error == 0:
    receive()
send(2, b"errno %d section %d index %d\n" % (error, section, index))
send(6, b"\x7d")
