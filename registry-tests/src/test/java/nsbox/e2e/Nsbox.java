package nsbox.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// The built distribution, called as a user calls it, on state of its own in a temporary folder.
public final class Nsbox {
  /// The distribution: `bin/nsbox`, `bin/nsbox-runtime`, `lib`.
  public static final Path HOME =
      Path.of(System.getProperty("nsbox.home", "../cli/target/nsbox")).toAbsolutePath().normalize();

  private static final int LIMIT_SECONDS = 30;
  private static final int AWAIT_SECONDS = 15;

  /// Free for tests: all below it goes with [#delete()].
  public final Path folder;

  public final Path root;
  public final Path runRoot;
  private final AtomicInteger calls = new AtomicInteger();

  public Nsbox() throws IOException {
    assertTrue(Files.exists(HOME.resolve("lib/nsbox.aot")), "no distribution at " + HOME);
    folder = Files.createTempDirectory("nsbox-e2e-");
    root = folder.resolve("root");
    runRoot = folder.resolve("run");
  }

  /// How a process ended, and all that it wrote.
  public record Result(int code, String out, String err) {
    /// Where the exact text is not what a test is about.
    public Result expect(int expectedCode) {
      assertEquals(expectedCode, code, () -> toString());
      return this;
    }
  }

  public Result run(String... arguments) throws Exception {
    return start(arguments).finish();
  }

  /// Runs a script whose `nsbox` is ours.
  public Result sh(String script) throws Exception {
    return start(Map.of(), List.of("/bin/sh", "-c", script)).finish();
  }

  public Running start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("nsbox"));
    command.addAll(List.of(arguments));
    return start(Map.of(), command);
  }

  /// Starts `nsbox`, `nsbox-runtime` or another program with an environment that holds PATH, the
  /// state roots and `extra`.
  public Running start(Map<String, String> extra, List<String> command) throws IOException {
    int call = calls.incrementAndGet();
    Path out = folder.resolve("out-" + call);
    Path err = folder.resolve("err-" + call);
    List<String> program = new ArrayList<>(command);
    if (program.getFirst().startsWith("nsbox")) {
      /* The search path of this process is another. */
      program.set(0, HOME.resolve("bin").resolve(program.getFirst()).toString());
    }
    ProcessBuilder builder =
        new ProcessBuilder(program)
            .directory(folder.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", HOME.resolve("bin") + ":" + System.getenv("PATH"));
    environment.put("NSBOX_ROOT", root.toString());
    environment.put("NSBOX_RUN_ROOT", runRoot.toString());
    /* The network of the machine that runs the tests is not theirs. */
    environment.put("NSBOX_NETWORK", "none");
    environment.put("NETCONFPATH", folder.resolve("cni").toString());
    environment.putAll(extra);
    return new Running(builder.start(), out, err);
  }

  /// A process that has not been waited for.
  public record Running(Process process, Path outFile, Path errFile) {
    public Result finish() throws Exception {
      return finish(Duration.ofSeconds(LIMIT_SECONDS));
    }

    /// Kills the whole tree and fails where the process takes longer.
    public Result finish(Duration limit) throws Exception {
      if (!process.waitFor(limit)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        fail("still running after " + limit.toSeconds() + " s, wrote " + out() + err());
      }
      return new Result(process.waitFor(), out(), err());
    }

    public String out() throws IOException {
      return Files.readString(outFile, UTF_8);
    }

    public String err() throws IOException {
      return Files.readString(errFile, UTF_8);
    }

    /// Returns once the process has written all of `text` to its standard output.
    public void awaitOut(String text) throws Exception {
      await("output " + text, () -> out().contains(text));
    }

    public void signal(String name) throws Exception {
      kill(name, process.pid());
    }
  }

  public static void kill(String signal, long pid) throws Exception {
    int code = new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + pid).start().waitFor();
    assertEquals(0, code, "kill -" + signal + " " + pid);
  }

  /// Kills a process that may have ended already.
  public static void sendKill(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  public static void await(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(AWAIT_SECONDS);
    while (!condition.call()) {
      assertTrue(System.nanoTime() < end, "not after " + AWAIT_SECONDS + " s: " + what);
      Thread.sleep(20);
    }
  }

  /// The process that is PID 1 of a container, as the host numbers it; waits until there is one.
  public long initOf(String id) throws Exception {
    Path file = runRoot.resolve(id).resolve("process");
    await("process of " + id, () -> Files.exists(file));
    return Long.parseLong(Files.readString(file).split(" ")[0]);
  }

  /// Full IDs of the containers that have files.
  public List<String> containers() throws IOException {
    return entries(root.resolve("containers"));
  }

  /// Names in a folder, sorted; none where it is missing.
  public static List<String> entries(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(it -> it.getFileName().toString()).sorted().toList();
    }
  }

  /// Removes the cgroups of a container, as a reboot does; nobody may live in them any more.
  public void removeCgroups(String id) throws Exception {
    sh("for c in /sys/fs/cgroup/nsbox/"
            + id
            + " /sys/fs/cgroup/*/nsbox/"
            + id
            + "; do [ ! -d $c ] || find $c -depth -type d -exec rmdir {} +; done")
        .expect(0);
  }

  /// Removes all containers; what runs is killed.
  public void removeContainers() throws Exception {
    List<String> ids = new ArrayList<>(containers());
    ids.removeIf(it -> it.startsWith("."));
    if (ids.isEmpty()) {
      return;
    }
    ids.addAll(0, List.of("rm", "-f"));
    run(ids.toArray(new String[0])).expect(0);
  }

  public void delete() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(Nsbox::deleteOne);
    }
  }

  private static void deleteOne(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
