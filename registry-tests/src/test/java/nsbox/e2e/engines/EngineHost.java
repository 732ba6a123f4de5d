package nsbox.e2e.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Host;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;

/// Where an engine lives: mounts of its own and a `/run` of its own, so that neither its sockets
/// nor what it forgets to unmount is the host's; a parent for its cgroups, and an image to run.
final class EngineHost {
  /// The runtime under test. Any other than nsbox's shows whether a test asks what all runtimes do.
  static final Path RUNTIME =
      Path.of(
          System.getProperty(
              "nsbox.engines.runtime", Nsbox.HOME.resolve("bin/nsbox-runtime").toString()));

  static final String IMAGE = "docker.io/library/engines:1";

  private static final Path IMAGE_FILE =
      Path.of(
          System.getProperty("java.io.tmpdir"),
          "nsbox-engines-" + ProcessHandle.current().pid() + ".tar");
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

  private final Nsbox nsbox;
  private final Process holder;
  private final Set<Long> staying = new HashSet<>();
  private Map<String, String> environment;

  /// The name of a cgroup at the root of each hierarchy, and a name that nobody else has.
  final String name;

  final Path folder;

  /// What `docker save` would write of the image.
  final Path archive;

  EngineHost() throws Exception {
    assertTrue(Files.isExecutable(RUNTIME), "no runtime at " + RUNTIME);
    nsbox = new Nsbox();
    folder = nsbox.folder;
    name = "nsbox-engines-" + ProcessHandle.current().pid() + "-" + System.nanoTime() % 1_000_000;
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    environment =
        Map.of(
            "PATH",
            "/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME",
            Files.createDirectory(folder.resolve("home")).toString(),
            "TMPDIR",
            temporary.toString(),
            /* One that is not always installed inflates differently. */
            "MOBY_DISABLE_PIGZ",
            "1");
    holder =
        new ProcessBuilder(
                EndToEnd.program("unshare"),
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-c",
                "mount -t tmpfs engines /run && mkdir /run/lock && echo && exec cat")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    staying.add(holder.pid());
    assertEquals('\n', holder.getInputStream().read(), "unshare --mount");
    archive = makeImage();
  }

  /// busybox, its applets, two users and a file that cannot be executed. All classes share it.
  private Path makeImage() throws Exception {
    if (Files.exists(IMAGE_FILE)) {
      return IMAGE_FILE;
    }
    IMAGE_FILE.toFile().deleteOnExit();
    Result made =
        nsbox
            .start(
                Map.of("BUSYBOX", EndToEnd.program("busybox"), "ARCHIVE", IMAGE_FILE.toString()),
                List.of(
                    "/bin/sh",
                    "-ec",
                    """
                    mkdir -p rootfs/bin rootfs/etc rootfs/root rootfs/v
                    mkdir -m 1777 rootfs/tmp
                    cp "$BUSYBOX" rootfs/bin/busybox
                    for applet in $("$BUSYBOX" --list); do
                      test -e "rootfs/bin/$applet" || ln -s busybox "rootfs/bin/$applet"
                    done
                    printf 'root:x:0:0:root:/root:/bin/sh\\nann:x:1000:1001::/:/bin/sh\\n' > rootfs/etc/passwd
                    printf 'root:x:0:\\nann:x:1001:\\nmore:x:1002:ann\\n' > rootfs/etc/group
                    echo 'not a program' > rootfs/etc/plain
                    tar -C rootfs -cf rootfs.tar .
                    nsbox import rootfs.tar engines:1
                    nsbox save -o "$ARCHIVE" engines:1
                    rm -r rootfs rootfs.tar
                    """))
            .finish();
    made.expect(0);
    return IMAGE_FILE;
  }

  /// Adds a variable to the environment of all that is started from now on.
  void setEnvironment(String variable, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(variable, value);
    environment = Map.copyOf(more);
  }

  Running start(List<String> command) throws IOException {
    List<String> all = new ArrayList<>();
    all.addAll(List.of(EndToEnd.program("nsenter"), "--mount=/proc/" + holder.pid() + "/ns/mnt"));
    /* What nsbox's own state is found by is no engine's to know. */
    all.addAll(List.of("env", "-u", "NSBOX_ROOT", "-u", "NSBOX_RUN_ROOT"));
    all.addAll(command);
    return nsbox.start(environment, all);
  }

  /// A daemon, and what it starts until it answers, may stay until the end.
  Running startDaemon(List<String> command, List<String> question) throws Exception {
    Running daemon = start(command);
    try {
      Nsbox.await(command.getFirst(), () -> start(question).finish().code() == 0);
    } catch (Exception | AssertionError e) {
      stop(daemon);
      throw new AssertionError(daemon.err(), e);
    }
    staying.add(daemon.process().pid());
    daemon.process().descendants().forEach(it -> staying.add(it.pid()));
    return daemon;
  }

  void stop(Running daemon) throws Exception {
    daemon.process().destroy();
    daemon.finish(Duration.ofSeconds(20));
  }

  /// Runs the command with a text for its standard input.
  Result callWithInput(String input, List<String> command) throws Exception {
    Path file = Files.writeString(folder.resolve("in"), input);
    List<String> all = new ArrayList<>(List.of("sh", "-c", "cat " + file + " | \"$@\"", "sh"));
    all.addAll(command);
    return start(all).finish();
  }

  /// The command on a terminal of 33 rows and 101 columns; `terminal.py` says what steps are.
  Result onTerminal(String steps, List<String> command) throws Exception {
    Path script = Path.of(Nsbox.class.getResource("terminal.py").toURI());
    List<String> all = new ArrayList<>();
    all.addAll(List.of(EndToEnd.program("python3"), script.toString(), steps));
    all.addAll(command);
    return start(all).finish();
  }

  /// A path as it is seen in here.
  Path inside(String path) {
    return Path.of("/proc/" + holder.pid() + "/root" + path);
  }

  /// Fails with the names of all that containers have left.
  ///
  /// @param states a folder that the runtime's state is somewhere below
  /// @param mine whether the name of a file in there is a container's
  void assertNothingLeft(Path states, Pattern mine) throws Exception {
    await("processes", () -> processes());
    await("mounts", () -> mounts());
    await("cgroups", () -> cgroups());
    await("files of the runtime", () -> states(states, mine));
    await("temporary files", () -> Nsbox.entries(folder.resolve("tmp")));
  }

  void assertNothingLeft(Path states) throws Exception {
    assertNothingLeft(states, ID);
  }

  /// Engines answer before they have cleaned up.
  private static void await(String what, Leftovers leftovers) throws Exception {
    List<String> found = leftovers.find();
    for (int tries = 0; tries < 100 && !found.isEmpty(); tries++) {
      Thread.sleep(30);
      found = leftovers.find();
    }
    assertEquals(List.of(), found, what);
  }

  private interface Leftovers {
    List<String> find() throws IOException;
  }

  private List<String> processes() throws IOException {
    List<String> found = new ArrayList<>(Host.processes(folder));
    found.removeIf(it -> staying.contains(Long.parseLong(it.substring(0, it.indexOf(' ')))));
    return found;
  }

  /// Mounts below the folder or `/run` with a container's ID in their path.
  private List<String> mounts() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + holder.pid() + "/mountinfo")).stream()
        .map(it -> it.split(" ")[4])
        .filter(it -> it.startsWith("/run/") || it.startsWith(folder.toString()))
        .filter(it -> ID.matcher(it).find() || it.contains("/netns/") || it.contains("/rootfs"))
        .toList();
  }

  private static List<String> states(Path root, Pattern mine) throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(it -> mine.matcher(it.getFileName().toString()).find())
          .map(Path::toString)
          .sorted()
          .toList();
    }
  }

  /// podman's `conmon` is not a container's: it stays for all that come.
  private List<String> cgroups() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path parent : parents()) {
      for (String child : Nsbox.entries(parent)) {
        if (Files.isDirectory(parent.resolve(child)) && !child.equals("conmon")) {
          found.add(parent.resolve(child).toString());
        }
      }
    }
    return found;
  }

  private List<Path> parents() throws IOException {
    List<Path> parents = new ArrayList<>(List.of(CGROUPS.resolve(name)));
    for (String hierarchy : Nsbox.entries(CGROUPS)) {
      parents.add(CGROUPS.resolve(hierarchy).resolve(name));
    }
    parents.removeIf(it -> !Files.isDirectory(it));
    return parents;
  }

  /// Ends what is still there, whatever went wrong before.
  void close() throws Exception {
    for (String left : Host.processes(folder)) {
      Nsbox.sendKill(Long.parseLong(left.substring(0, left.indexOf(' '))));
    }
    holder.destroy();
    holder.onExit().join();
    for (Path parent : parents()) {
      Nsbox.await("removal of " + parent, () -> removeCgroup(parent));
    }
    nsbox.delete();
  }

  private static boolean removeCgroup(Path cgroup) throws IOException {
    for (String child : Nsbox.entries(cgroup)) {
      if (Files.isDirectory(cgroup.resolve(child))) {
        removeCgroup(cgroup.resolve(child));
      }
    }
    return cgroup.toFile().delete() || !Files.exists(cgroup);
  }
}
