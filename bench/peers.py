"""What both benchmarks share: a temporary place, nsbox and its peers in it, and taking it all away."""
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TAG = "alpine:3.20"
NAME = "docker.io/library/" + TAG
PODMAN_LIMITS = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"]
STEP_SECONDS = 120

# Engines keep these outside of any folder they are told to use. What was not there before and is
# empty after, we take away again.
STRAY_FOLDERS = ["/run/libpod", "/run/runc", "/run/crun", "/run/containerd/s", "/run/containerd/fifo",
                 "/run/containerd", "/run/docker", "/var/run/docker", "/run/netns",
                 "/var/lib/containers/cache", "/var/lib/containers/storage", "/var/lib/containers",
                 "/var/lib/cni", "/etc/docker", "/root/.docker"]
PODMAN_LOCKS = "/dev/shm/libpod_lock"
CPU_HIERARCHIES = ["/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup"]


class Failed(Exception):
    """A command that should have worked did not: no numbers then."""


def unusable(text):
    print(text, file=sys.stderr)
    sys.exit(2)


def nsbox_binary():
    path = os.environ.get("NSBOX_BIN", os.path.join(REPOSITORY, "cli/target/nsbox/bin/nsbox"))
    if not os.access(path, os.X_OK):
        unusable(f"no nsbox at {path}: build it with 'mvn package -DskipTests', or set NSBOX_BIN")
    return os.path.realpath(path)


def javac():
    """Of the JDK that builds nsbox: JAVA_HOME's, or one under /usr/lib/jvm."""
    for home in [os.environ.get("JAVA_HOME", ""), *sorted(glob.glob("/usr/lib/jvm/*25*"))]:
        if os.access(os.path.join(home, "bin/javac"), os.X_OK):
            return os.path.join(home, "bin/javac")
    return unusable("no JDK 25 under /usr/lib/jvm: set JAVA_HOME to one")


def image_layout():
    shared = os.environ.get("NSBOX_SHARED", os.path.join(os.path.dirname(REPOSITORY), "shared"))
    path = os.path.join(shared, "images/alpine")
    if not os.path.exists(os.path.join(path, "index.json")):
        unusable(f"no OCI layout of {TAG} at {path}: put one there, or set NSBOX_SHARED")
    return path


def load():
    with open("/proc/loadavg") as file:
        return float(file.read().split()[0])


def wait_for_low_load(limit, seconds):
    end = time.monotonic() + seconds
    while load() > limit and time.monotonic() < end:
        time.sleep(5)


def parse_process(pid):
    """(command line, environment, executable), as far as it can be read."""
    parts = []
    for name in "cmdline", "environ":
        try:
            with open(f"/proc/{pid}/{name}", "rb") as file:
                parts.append(file.read())
        except OSError:
            parts.append(b"")
    try:
        parts.append(os.readlink(f"/proc/{pid}/exe").encode())
    except OSError:
        parts.append(b"")
    return parts


def pss(pid):
    """KiB, of which pages that processes share count by share."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1])
    raise Failed(f"process {pid} has no proportional set size")


def mounts_below(folder):
    """Mount points at or below a folder, the deepest and latest first."""
    found = []
    with open("/proc/self/mountinfo") as file:
        for line in file:
            point = line.split()[4].encode().decode("unicode_escape")
            if point == folder or point.startswith(folder + "/"):
                found.append(point)
    return found[::-1]


def cgroups():
    return {path.rstrip("/") for path in glob.glob("/sys/fs/cgroup/**/", recursive=True)}


def links():
    return set(os.listdir("/sys/class/net"))


class Group:
    """A cgroup for processes that are measured, so that those of a daemon and all children count."""

    def __init__(self, name):
        hierarchy = next(path for path in CPU_HIERARCHIES if os.path.exists(path + "/cgroup.procs"))
        self.folder = f"{hierarchy}/nsbox-bench-{os.getpid()}-{name}"
        os.mkdir(self.folder)

    def wrap(self, command):
        return ["/bin/sh", "-c", f'echo $$ >{self.folder}/cgroup.procs && exec "$@"', "sh", *command]

    def cpu_seconds(self):
        try:
            with open(self.folder + "/cpuacct.usage") as file:
                return int(file.read()) / 1e9
        except FileNotFoundError:
            with open(self.folder + "/cpu.stat") as file:
                return int(re.search(r"usage_usec (\d+)", file.read()).group(1)) / 1e6

    def wait_until_empty(self):
        """A JVM ends a little later than the command that it planned."""
        end = time.monotonic() + 10
        while open(self.folder + "/cgroup.procs").read() and time.monotonic() < end:
            time.sleep(0.01)

    def resident_bytes(self):
        """Of all processes together; pages that they share count once for each."""
        total = 0
        with open(self.folder + "/cgroup.procs") as file:
            pids = file.read().split()
        for pid in pids:
            try:
                with open(f"/proc/{pid}/statm") as file:
                    total += int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            except (OSError, IndexError):
                pass  # ended meanwhile
        return total


class Bench:
    """The temporary place. Everything in it, and only that, is gone when the block is left."""

    # Nothing of the host's network is touched, unless a benchmark is about networks.
    docker_network = ["--iptables=false", "--ip6tables=false", "--bridge=none"]

    def __init__(self):
        if os.geteuid() != 0:
            unusable("run this as root: the peers need it")
        self.nsbox = nsbox_binary()
        self.image = self.find_image()
        self.missing = {}
        self.engines = []
        self.daemons = {}
        self.docker_client = None
        self.stdin = open(os.devnull)

    def __enter__(self):
        # A short path: sockets stand in it. Beside the engines' usual place, so on its file system.
        self.place = tempfile.mkdtemp(prefix="nsb", dir=os.environ.get("NSBOX_BENCH_DIR", "/var/tmp"))
        self.cgroups, self.links = cgroups(), links()
        self.strays = [path for path in STRAY_FOLDERS if not os.path.exists(path)]
        self.locks = os.path.exists(PODMAN_LOCKS)
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": self.path("home"),
                            "NSBOX_ROOT": self.path("nsbox"), "NSBOX_RUN_ROOT": self.path("nsbox-run")}
        for number in signal.SIGTERM, signal.SIGHUP:
            signal.signal(number, lambda *_: sys.exit(130))
        try:
            self.prepare()
            os.mkdir(self.path("home"))
            self.prepare_nsbox()
        except BaseException:
            self.__exit__()
            raise
        return self

    def find_image(self):
        return image_layout()

    def prepare(self):
        """Before anything lies in the place."""

    def prepare_nsbox(self):
        self.run([self.nsbox, "import", "--name", NAME, self.image])

    def path(self, *names):
        return os.path.join(self.place, *names)

    def run(self, command, check=True, timeout=STEP_SECONDS):
        """Runs to the end; gives what it printed."""
        try:
            done = subprocess.run(command, stdin=self.stdin, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, env=self.environment, timeout=timeout,
                                  cwd=self.place, close_fds=False, text=True)
        except subprocess.TimeoutExpired:
            raise Failed(f"not done within {timeout} s: {' '.join(command)}")
        if check and done.returncode != 0:
            raise Failed(f"exit code {done.returncode}: {' '.join(command)}\n{done.stderr or done.stdout}")
        return done.stdout.strip()

    # ---- peers: each either becomes usable or says why not

    def add(self, name, programs, prepare):
        absent = [program for program in programs if not shutil.which(program, path=self.environment["PATH"])]
        try:
            if absent:
                raise Failed("not installed: " + ", ".join(absent))
            prepare()
            self.engines.append(name)
        except Failed as failure:
            self.missing[name] = str(failure)
            print(f"{name} is left out: {failure}", file=sys.stderr)

    def has(self, name):
        return name in self.engines

    def add_peers(self):
        self.add("podman", ["podman", "conmon", "runc", "skopeo"], self.prepare_podman)
        self.add("docker", ["dockerd", "containerd", "runc", "skopeo"], self.prepare_docker)

    def podman(self, *arguments):
        return ["podman", "--root", self.path("podman"), "--runroot", self.path("podman-run"),
                "--tmpdir", self.path("podman-tmp"), "--storage-driver", "overlay",
                "--runtime", "runc", *arguments]

    def prepare_podman(self):
        store = f"containers-storage:[overlay@{self.path('podman')}+{self.path('podman-run')}]{NAME}"
        self.run(["skopeo", "--insecure-policy", "copy", "-q", f"oci:{self.image}:3.20", store])
        self.run(self.podman("image", "exists", TAG))

    def docker(self, *arguments):
        return [self.docker_client, "-H", "unix://" + self.path("d.sock"), *arguments]

    def start_daemon(self, name, command):
        with open(self.path(name + ".log"), "w") as log:
            self.daemons[name] = subprocess.Popen(command, stdin=self.stdin, stdout=log, stderr=log,
                                                  env=self.environment, cwd=self.place)

    def start_containerd(self):
        with open(self.path("containerd.toml"), "w") as file:
            file.write(f'version = 2\nroot = "{self.path("containerd")}"\n'
                       f'state = "{self.path("containerd-run")}"\n'
                       'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
                       f'[grpc]\naddress = "{self.path("c.sock")}"\n')
        self.start_daemon("containerd", ["containerd", "--config", self.path("containerd.toml")])
        self.wait_until("containerd", lambda: os.path.exists(self.path("c.sock")))

    def start_docker(self):
        self.start_containerd()
        with open(self.path("daemon.json"), "w") as file:
            file.write("{}\n")
        self.start_daemon("dockerd", [
            "dockerd", "--config-file", self.path("daemon.json"), "--containerd", self.path("c.sock"),
            "--data-root", self.path("docker"), "--exec-root", self.path("docker-run"),
            "-p", self.path("docker.pid"), "-H", "unix://" + self.path("d.sock"),
            *self.docker_network])
        self.wait_until("dockerd", lambda: os.path.exists(self.path("d.sock")))
        # Whichever client speaks the daemon's version; the distribution's own comes first.
        for client in "/usr/bin/docker", "/usr/local/bin/docker":
            self.docker_client = client
            if os.access(client, os.X_OK) and self.answers():
                break
        else:
            raise Failed("no docker client that can talk to dockerd")

    def prepare_docker(self):
        self.start_docker()
        archive = self.path("alpine.tar")
        self.run(["skopeo", "--insecure-policy", "copy", "-q", f"oci:{self.image}:3.20",
                  f"docker-archive:{archive}:{TAG}"])
        self.run(self.docker("load", "-q", "-i", archive))

    def wait_until(self, daemon, ready):
        for _ in range(300):
            if ready():
                return
            if self.daemons[daemon].poll() is not None:
                break
            time.sleep(0.1)
        with open(self.path(daemon + ".log")) as log:
            raise Failed(f"{daemon} did not start:\n{log.read()[-800:]}")

    def answers(self):
        for _ in range(20):
            try:
                self.run(self.docker("version", "--format", "{{.Server.Version}}"))
                return True
            except Failed:
                time.sleep(0.2)
        return False

    # ---- taking it away

    def ours(self):
        """Processes that we, or what we started, left: they name our place or carry its environment."""
        place, home = self.place.encode(), os.path.dirname(os.path.dirname(self.nsbox)).encode()
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            command, environment, executable = parse_process(entry)
            if place in command or place in environment or executable.startswith(home + b"/lib/jvm/"):
                found.append(int(entry))
        return found

    def beside(self):
        """Our processes that are in no container and are no daemon: {pid: name of the program}."""
        home = os.readlink("/proc/self/ns/pid")
        daemons = [process.pid for process in self.daemons.values()]
        found = {}
        for pid in self.ours():
            try:
                if pid in daemons or os.readlink(f"/proc/{pid}/ns/pid") != home:
                    continue
                found[pid] = os.path.basename(os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)"))
            except FileNotFoundError:
                continue  # ended meanwhile
        return found

    def __exit__(self, *_):
        for number in signal.SIGTERM, signal.SIGHUP, signal.SIGINT:
            signal.signal(number, signal.SIG_IGN)
        try:
            self.remove_containers()
        except (Failed, OSError) as failure:
            print(f"clean-up: {failure}", file=sys.stderr)
        for daemon in reversed(self.daemons.values()):
            self.stop(daemon)
        place = self.place.encode()
        for pid in self.ours():
            command, environment, _ = parse_process(pid)
            if place in command or place in environment:
                os.kill(pid, signal.SIGKILL)
        for point in mounts_below(self.place):
            subprocess.run(["umount", "-l", point], check=False)
        self.remove_cgroups()
        if mounts_below(self.place):
            print(f"clean-up: mounts are left below {self.place}", file=sys.stderr)
        else:
            shutil.rmtree(self.place)
        self.remove_strays()
        for link in links() - self.links:
            print(f"clean-up: the network link {link} is new; it may be another program's", file=sys.stderr)

    def remove_containers(self):
        identifiers = self.run([self.nsbox, "ps", "-a", "-q", "--no-trunc"]).split()
        if identifiers:
            self.run([self.nsbox, "rm", "-f", *identifiers])
        if self.has("podman"):
            self.run(self.podman("rm", "-f", "-a", "-t", "0"))
        if self.has("docker"):
            identifiers = self.run(self.docker("ps", "-a", "-q")).split()
            if identifiers:
                self.run(self.docker("rm", "-f", *identifiers))

    @staticmethod
    def stop(process):
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def remove_cgroups(self):
        new = cgroups() - self.cgroups
        for path in sorted(new, key=len, reverse=True):
            if any(word in path for word in ("/nsbox", "/libpod", "/docker", "/bench-runc")):
                try:
                    os.rmdir(path)
                except OSError:
                    pass  # another's, and in use

    def remove_strays(self):
        for path in self.strays:
            try:
                remove_empty(path)
            except OSError:
                pass  # not there, or another's
        if not self.locks and os.path.exists(PODMAN_LOCKS) and not any(
                os.path.basename(parse_process(pid)[2]) in (b"podman", b"conmon")
                for pid in filter(str.isdigit, os.listdir("/proc"))):
            os.unlink(PODMAN_LOCKS)


def remove_empty(path):
    """Removes a tree of folders that holds no file."""
    for below, _, _ in os.walk(path, topdown=False):
        os.rmdir(below)


def finish(bench_body):
    """Runs a benchmark: 0 or its own code, 1 where something failed."""
    try:
        sys.exit(bench_body())
    except Failed as failure:
        print(f"no result: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def print_table(heads, rows):
    widths = [max(len(str(row[i])) for row in [heads, *rows]) for i in range(len(heads))]
    for index, row in enumerate([heads, *rows]):
        cells = [str(cell).ljust(width) if i == 0 else str(cell).rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        print("| " + " | ".join(cells) + " |")
        if index == 0:
            print("|" + "|".join("-" * (width + 2) if i == 0 else "-" * (width + 1) + ":"
                                 for i, width in enumerate(widths)) + "|")


def verdict(goals):
    """goals: (text, value or None, limit). Prints the last line; True where all that is known holds."""
    parts, good = [], True
    for text, value, limit in goals:
        if value is None:
            parts.append(f"{text}: not measured")
            continue
        good = good and value <= limit
        parts.append(f"{text}: {value:.2f}, {'holds' if value <= limit else 'MISSED'}")
    print("goals: " + "; ".join(parts))
    return good
