package nsbox.network;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A network namespace of a test's own, with `lo` up, and without the second for which an interface
/// asks whether others have its address of version 6 and forwards nothing of that version. Closing
/// it ends what was started in it and takes it away, with its interfaces, tables and connections.
public final class NetworkNamespace implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final int SECONDS = 60;

  /// What a command said, on both of its outputs.
  public record Result(int status, String output) {}

  private final String name;
  private final List<Process> processes = new ArrayList<>();

  private NetworkNamespace(String name) {
    this.name = name;
  }

  public static NetworkNamespace create() throws IOException, InterruptedException {
    String name = "nsbox-test-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    expect(execute(new byte[0], List.of("ip", "netns", "add", name)));
    NetworkNamespace made = new NetworkNamespace(name);
    made.script("echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad; ip link set lo up");
    return made;
  }

  /// As `ip netns` knows it.
  public String name() {
    return name;
  }

  /// Runs a command in it.
  ///
  /// @return what it said
  /// @throws AssertionError if it fails
  public String run(String... command) throws IOException, InterruptedException {
    return expect(attempt(new byte[0], command));
  }

  /// Runs a script of the shell in it, as far as its first error.
  public String script(String text) throws IOException, InterruptedException {
    return run("sh", "-euc", text);
  }

  /// Runs a command in it that may fail.
  public Result attempt(byte[] input, String... command) throws IOException, InterruptedException {
    return execute(input, inside(command));
  }

  /// Starts a command in it and waits for its first line.
  public void start(String... command) throws IOException {
    Process process = spawn(command);
    String first = process.inputReader().readLine();
    if (!"ready".equals(first)) {
      throw new AssertionError(List.of(command) + " says: " + first);
    }
  }

  /// Starts a command in it, both of whose outputs are its output.
  public Process spawn(String... command) throws IOException {
    Process process = new ProcessBuilder(inside(command)).redirectErrorStream(true).start();
    processes.add(process);
    return process;
  }

  /// Lays a cable to another one: a pair of interfaces, up.
  public void connect(String link, NetworkNamespace other, String otherLink)
      throws IOException, InterruptedException {
    run("ip", "link", "add", link, "type", "veth", "peer", otherLink, "netns", other.name);
    run("ip", "link", "set", link, "up");
    other.run("ip", "link", "set", otherLink, "up");
  }

  /// The path of a program beside the tests.
  public static String program(String name) {
    try {
      Path path = Path.of(NetworkNamespace.class.getResource(name).toURI());
      // Copied from the sources, it may have lost the permission.
      path.toFile().setExecutable(true);
      return path.toString();
    } catch (URISyntaxException impossible) {
      throw new AssertionError(impossible);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      for (Process process : processes) {
        process.destroyForcibly().waitFor();
      }
      expect(execute(new byte[0], List.of("ip", "netns", "delete", name)));
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private List<String> inside(String... command) {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", name));
    words.addAll(List.of(command));
    return words;
  }

  private static Result execute(byte[] input, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("nsbox-test-", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try (OutputStream to = process.getOutputStream()) {
        to.write(input);
      }
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError(command + " takes longer than " + SECONDS + " s");
      }
      return new Result(
          process.exitValue(), new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
    } finally {
      Files.delete(output);
    }
  }

  private static String expect(Result result) {
    if (result.status() != 0) {
      throw new AssertionError("exit status " + result.status() + ": " + result.output());
    }
    return result.output();
  }
}
