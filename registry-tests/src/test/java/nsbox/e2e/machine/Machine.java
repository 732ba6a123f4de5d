package nsbox.e2e.machine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;

/// A computer of its own, emulated: a distribution's stock kernel, with cgroup version 2 alone
/// unless said otherwise.
///
/// Its root is the host's, of which it changes nothing; the distribution under test is where it is
/// on the host. `/scratch` is memory, `/machine` is [#share]. Whatever runs in it goes on until
/// [#close()], so containers of one script are there for the next. Emulation is slow: a command of
/// a JVM takes some 3 s, one of a shell 0.1 s.
///
/// What starts it is `src/test/machine`: `prepare`, `boot`, `init`, `serve`.
public final class Machine {
  private static final Path SCRIPTS = Path.of("src/test/machine").toAbsolutePath();
  private static final Path KERNELS =
      Path.of(System.getProperty("nsbox.machine.cache", "/var/cache/nsbox-tests/machine"));

  /* The machines that run this are slow, and busy with other things. */
  private static final Duration BOOT_LIMIT = Duration.ofSeconds(120);
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(180);
  private static final String ENDED = "the machine has ended";

  /// The host's name of what is `/machine` inside.
  public final Path share;

  private final Process process;
  private final Writer questions;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private int calls;

  private Machine(Path share, Process process) {
    this.share = share;
    this.process = process;
    questions = process.outputWriter(UTF_8);
  }

  /// Returns once commands can be run.
  ///
  /// Skips the test where the packages are missing, or where there is neither a kernel nor a
  /// network to get one from.
  public static Machine start() throws Exception {
    return start(Map.of());
  }

  /// A machine whose first process is the host's systemd, with the system bus and no other
  /// services. Skips as [#start()] does.
  ///
  /// @param cgroups `unified` for version 2 alone; `legacy` for version 1; `hybrid` for version 1
  ///   with a hierarchy of version 2 that has no controllers
  public static Machine startWithSystemd(String cgroups) throws Exception {
    assumeTrue(Files.exists(Path.of("/lib/systemd/systemd")), "systemd is not installed");
    EndToEnd.program("dbus-daemon");
    return start(Map.of("SYSTEMD", cgroups));
  }

  /// A machine with one of the first processors of its kind: without AVX, without SSE4.
  public static Machine startOnAnOldProcessor() throws Exception {
    return start(Map.of("CPU", "qemu64"));
  }

  private static Machine start(Map<String, String> environment) throws Exception {
    for (String program : List.of("qemu-system-x86_64", "busybox", "cpio", "depmod", "lz4")) {
      EndToEnd.program(program);
    }
    Path parts = prepare();
    Path share = Files.createTempDirectory("nsbox-machine-");
    ProcessBuilder boot =
        new ProcessBuilder(SCRIPTS.resolve("boot").toString(), parts.toString(), share.toString())
            .redirectError(share.resolve("boot").toFile());
    boot.environment().putAll(environment);
    Process process = boot.start();
    Machine machine = new Machine(share, process);
    Thread.ofPlatform().daemon().name("machine").start(machine::listen);
    try {
      assertEquals("ready", machine.answer(BOOT_LIMIT), () -> machine.whatItSaid());
      return machine;
    } catch (Throwable e) {
      machine.close();
      throw e;
    }
  }

  /* Downloads the first time; quick ever after. */
  private static Path prepare() throws Exception {
    Process prepare =
        new ProcessBuilder(SCRIPTS.resolve("prepare").toString(), KERNELS.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(prepare.getInputStream().readAllBytes(), UTF_8).strip();
    int code = prepare.waitFor();
    assumeTrue(code != 3, "no machine with cgroup version 2: " + said);
    assertEquals(0, code, said);
    return Path.of(said);
  }

  /// Runs a script in the machine's shell, whose `nsbox` is ours.
  public Result run(String script) throws Exception {
    String number = Integer.toString(++calls);
    Path call = Files.createDirectory(share.resolve(number));
    Files.writeString(
        call.resolve("script"),
        """
        PATH='%s':$PATH NSBOX_ROOT=/scratch/nsbox NSBOX_RUN_ROOT=/run/nsbox NSBOX_NETWORK=none
        export PATH NSBOX_ROOT NSBOX_RUN_ROOT NSBOX_NETWORK
        %s
        """
            .formatted(Nsbox.HOME.resolve("bin"), script));
    questions.write(number + "\n");
    questions.flush();
    String answer = answer(COMMAND_LIMIT);
    String out = Files.readString(call.resolve("out"), UTF_8);
    String err = Files.readString(call.resolve("err"), UTF_8);
    if (answer == null || !answer.startsWith(number + " ")) {
      kill();
      fail(script + "\n" + answer + " after " + out + err + whatItSaid());
    }
    return new Result(Integer.parseInt(answer.substring(number.length() + 1)), out, err);
  }

  /* None where the limit is over. */
  private String answer(Duration limit) throws InterruptedException {
    return answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void listen() {
    try (BufferedReader reader = process.inputReader(UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        answers.add(line);
      }
      answers.add(ENDED);
    } catch (IOException e) {
      answers.add(ENDED + ": " + e);
    }
  }

  private String whatItSaid() {
    StringBuilder said = new StringBuilder();
    for (String file : List.of("boot", "console")) {
      try {
        said.append(Files.readString(share.resolve(file), UTF_8));
      } catch (IOException e) {
        said.append(e).append('\n');
      }
    }
    return said.toString();
  }

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /// Ends the machine with all that runs in it.
  public void close() throws IOException, InterruptedException {
    try {
      questions.close();
    } catch (IOException e) {
      answers.add(e.toString()); // it ended before; what asked last was told so
    }
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      kill();
      process.waitFor();
    }
    try (Stream<Path> files = Files.walk(share)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
