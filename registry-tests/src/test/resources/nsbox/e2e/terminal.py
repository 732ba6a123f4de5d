"""Runs a command on a terminal of its own, as a person would, and plays a script to it.

usage: terminal.py STEPS COMMAND [ARG...]

STEPS is a list, separated by "|":
  wait TEXT        until the command has written TEXT
  type TEXT        with the escapes of Python
  size ROWS COLS   the window is resized

At the end: all output as it came, then a line "code CODE", then whether the modes of the terminal
are again what they were before ("modes restored" or "modes changed").
"""
import codecs, fcntl, os, pty, select, struct, subprocess, sys, termios, time


def resize(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def read_some(master, output, seconds):
    if select.select([master], [], [], seconds)[0]:
        try:
            output += os.read(master, 65536)
        except OSError:
            pass


def own_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


master, slave = pty.openpty()
resize(master, 33, 101)
before = termios.tcgetattr(slave)
command = subprocess.Popen(
    sys.argv[2:], stdin=slave, stdout=slave, stderr=slave, preexec_fn=own_terminal)
output = bytearray()
seen = 0
deadline = time.time() + 20
for step in sys.argv[1].split("|"):
    word, _, rest = step.partition(" ")
    if word == "wait":
        text = codecs.decode(rest, "unicode_escape").encode()
        while text not in output[seen:]:
            read_some(master, output, 0.1)
            if time.time() > deadline:
                command.kill()
                sys.exit("never saw %r in %r" % (text, bytes(output)))
        seen += output[seen:].index(text) + len(text)
    elif word == "type":
        os.write(master, codecs.decode(rest, "unicode_escape").encode())
    elif word == "size":
        resize(master, *map(int, rest.split()))
while command.poll() is None:
    read_some(master, output, 0.05)
    if time.time() > deadline:
        command.kill()
        sys.exit("still running; wrote %r" % bytes(output))
read_some(master, output, 0.1)
sys.stdout.write(output.decode())
print("code %d" % command.returncode)
print("modes " + ("restored" if termios.tcgetattr(slave) == before else "changed"))
