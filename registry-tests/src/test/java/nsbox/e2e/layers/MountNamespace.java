package nsbox.e2e.layers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import nsbox.e2e.EndToEnd;

/// A place for mounts that the host does not see and that cannot outlive this process.
///
/// It is held by a process that waits for the end of its input. Any thread may use it.
final class MountNamespace implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path scratch;
  private final Process holder;
  private final AtomicInteger files = new AtomicInteger();

  /// @param scratch for what programs print, and for mount points
  MountNamespace(Path scratch) throws Exception {
    this.scratch = scratch;
    this.holder =
        new ProcessBuilder(
                EndToEnd.program("unshare"),
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-c",
                "echo; exec cat")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertEquals('\n', holder.getInputStream().read(), "unshare --mount");
  }

  /// How a program ended, and what it wrote to both of its streams.
  record Ended(int code, String said) {
    Ended expectSuccess() {
      assertEquals(0, code, said);
      return this;
    }
  }

  Ended run(String... command) throws Exception {
    return run(List.of(command));
  }

  Ended run(List<String> command) throws Exception {
    Path output = scratch.resolve("output-" + files.incrementAndGet());
    Process process = start(command, output);
    if (!process.waitFor(LIMIT)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
      throw new AssertionError(
          command + " took longer than " + LIMIT.toSeconds() + " s: " + Files.readString(output));
    }
    String said = new String(Files.readAllBytes(output), UTF_8);
    Files.delete(output);
    return new Ended(process.exitValue(), said);
  }

  Process start(List<String> command, Path output) throws IOException {
    List<String> all = new ArrayList<>();
    all.addAll(List.of(EndToEnd.program("nsenter"), "--mount=/proc/" + holder.pid() + "/ns/mnt"));
    all.add(EndToEnd.program(command.getFirst()));
    all.addAll(command.subList(1, command.size()));
    ProcessBuilder builder =
        new ProcessBuilder(all)
            .directory(scratch.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("TMPDIR", scratch.toString());
    /* Daemons look for their helpers there; one that is not always installed inflates differently. */
    builder.environment().put("PATH", System.getenv("PATH") + ":/usr/sbin:/sbin");
    builder.environment().put("MOBY_DISABLE_PIGZ", "1");
    return builder.start();
  }

  /// A path as it is seen in here, mounts and all.
  Path inside(Path path) {
    return Path.of("/proc/" + holder.pid() + "/root" + path);
  }

  /// What the kernel shows of directories that lie over each other.
  Tree overlay(List<Path> topFirst) throws Exception {
    List<Path> lowers = new ArrayList<>(topFirst);
    int number = files.incrementAndGet();
    Path target = Files.createDirectory(scratch.resolve("mount-" + number));
    if (lowers.size() == 1) {
      /* overlayfs refuses a single layer that nothing is written over. */
      lowers.add(Files.createDirectory(scratch.resolve("empty-" + number)));
    }
    String option = lowers.stream().map(Path::toString).collect(Collectors.joining(":"));
    run("mount", "-t", "overlay", "-o", "ro,lowerdir=" + option, "overlay", target.toString())
        .expectSuccess();
    Tree tree = Tree.of(inside(target));
    run("umount", target.toString()).expectSuccess();
    return tree;
  }

  @Override
  public void close() {
    holder.destroy();
    holder.onExit().join();
  }
}
