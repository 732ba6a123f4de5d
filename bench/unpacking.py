"""What the benchmarks of unpacking and removal share: an empty disk in memory, and a command measured."""
import os
import statistics
import subprocess
import threading
import time

import peers

POLL_SECONDS = 0.001


class Disk:
    """An ext4 of its own, in memory, with nothing on it: mounted while the block lasts."""

    def __init__(self, work, size_bytes):
        self.file, self.mount, self.size_bytes = os.path.join(work, "disk"), os.path.join(work, "mount"), size_bytes
        os.makedirs(self.mount, exist_ok=True)

    def __enter__(self):
        with open(self.file, "wb") as file:
            file.truncate(self.size_bytes)
        # All inode tables are written now: the kernel would do it during the measurement.
        subprocess.run(["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", self.file], check=True)
        subprocess.run(["mount", "-o", "loop", self.file, self.mount], check=True)
        return self

    def make_cold(self):
        """Nothing of it is cached any more, as after days."""
        subprocess.run(["umount", self.mount], check=True)
        subprocess.run(["mount", "-o", "loop", self.file, self.mount], check=True)

    def __exit__(self, *_):
        subprocess.run(["umount", self.mount], check=True)
        os.unlink(self.file)


class Vanishing(threading.Thread):
    """Notes when a path is no longer there."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.seen = path, None

    def run(self):
        while self.seen is None:
            if not os.path.exists(self.path):
                self.seen = time.monotonic()
            time.sleep(POLL_SECONDS)


def measure(command, cwd=None, environment=None, vanishing=None):
    """{wall, cpu, out} of a command, and when a path was gone: `unseen`, in seconds from the start.

    CPU is that of the processes alone, without what the kernel writes in the background.
    """
    watch = Vanishing(vanishing) if vanishing else None
    group = peers.Group("unpack")
    try:
        start = time.monotonic()
        if watch:
            watch.start()
        done = subprocess.run(group.wrap(command), cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        wall = time.monotonic() - start
        if done.returncode:
            raise peers.Failed(f"{' '.join(command[:4])} …: {done.stderr[-2000:]}")
        group.wait_until_empty()
        result = {"wall": wall, "cpu": group.cpu_seconds(), "out": done.stdout.strip()}
    finally:
        group.wait_until_empty()
        os.rmdir(group.folder)
    if watch:
        watch.join(10)
        if watch.seen is None:
            raise peers.Failed(f"{vanishing} is still there")
        result["unseen"] = watch.seen - start
    return result


def turns(names, rounds):
    """The names in turn, each round beginning with another one."""
    for number in range(rounds):
        shift = number % len(names)
        yield from names[shift:] + names[:shift]


def median(rounds, key):
    return statistics.median(one[key] for one in rounds)


class BareJvm:
    """Runs a class of this folder on nsbox's classes, in a cold JVM as the planner's but without AOT cache."""

    def __init__(self, work):
        self.home = os.path.dirname(os.path.dirname(peers.nsbox_binary()))
        self.work = work
        options = open(os.path.join(self.home, "lib/planner.args")).read().split()
        self.classes = options[options.index("-cp") + 1]
        self.options = [one for one in options
                        if one.startswith("-") and not one.startswith(("-cp", "-XX:AOTCache"))]

    def command(self, name, *arguments):
        """Relative names in it count from `home`."""
        if not os.path.exists(os.path.join(self.work, name + ".class")):
            jars = ":".join(os.path.join(self.home, jar) for jar in self.classes.split(":"))
            source = os.path.join(peers.REPOSITORY, "bench", name + ".java")
            subprocess.run([peers.javac(), "-d", self.work,
                            "-cp", jars, source], check=True)
        return [os.path.join(self.home, "lib/jvm/bin/java"), *self.options, "-cp", f"{self.classes}:{self.work}",
                name, *arguments]
