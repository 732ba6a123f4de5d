package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Bundles: ours under runc, ours under our runtime, runc's own under our runtime.
final class BundleTest extends EndToEnd {
  private int ids;

  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private Path bundle(String name, String... command) throws Exception {
    Path bundle = nsbox.folder.resolve(name);
    List<String> words = new ArrayList<>(List.of("bundle", ALPINE, bundle.toString()));
    words.addAll(List.of(command));
    assertEquals(new Result(0, "", ""), nsbox.run(words.toArray(new String[0])));
    return bundle;
  }

  private Path runtimeRoot() {
    return nsbox.folder.resolve("runtime");
  }

  private Running startRuntime(String... words) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("nsbox-runtime", "--root", runtimeRoot().toString()));
    command.addAll(List.of(words));
    return nsbox.start(Map.of(), command);
  }

  private Result runtime(Path bundle) throws Exception {
    return startRuntime("run", "-b", bundle.toString(), "e2e-" + ++ids).finish();
  }

  private Result runc(Path bundle) throws Exception {
    String id = "nsbox-e2e-" + ProcessHandle.current().pid() + "-" + ++ids;
    List<String> command =
        List.of(
            program("runc"),
            "--root",
            nsbox.folder.resolve("runc").toString(),
            "run",
            "-b",
            bundle.toString(),
            id);
    return nsbox.start(Map.of(), command).finish();
  }

  @AfterEach
  void nothingOfTheRuntimeIsLeft() throws Exception {
    assertEquals(List.of(), states());
  }

  /* One folder for each container; nothing where the runtime has not run at all. */
  private List<String> states() throws IOException {
    Path states = runtimeRoot();
    return Files.isDirectory(states) ? Nsbox.entries(states) : List.of();
  }

  @Test
  void startsUnderRuncUnchanged() throws Exception {
    Path bundle = bundle("runc-bundle", "sh", "-c", "echo hi from $(cat /etc/hostname); exit 3");
    String config = Files.readString(bundle.resolve("config.json"));
    Result expected = new Result(3, "hi from localhost\n", "");
    assertEquals(expected, runc(bundle));
    assertEquals(expected, runtime(bundle));
    assertEquals(config, Files.readString(bundle.resolve("config.json")));
  }

  @Test
  void givesTheSameConfinementUnderRunc() throws Exception {
    Path bundle =
        bundle(
            "confined",
            "sh",
            "-c",
            "grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status; id; env; pwd; hostname;"
                + " stat -c %t:%T /dev/null /proc/keys; ls /sys/firmware; ls /sys/class/net;"
                + " awk '{print $2, $3}' /proc/mounts | sort | grep -v -E 'cgroup|/proc/|/dev/console'");
    assertEquals(runc(bundle), runtime(bundle));
  }

  @Test
  void runsTheConfigurationThatRuncItselfWrites() throws Exception {
    Path bundle = bundle("spec");
    Files.delete(bundle.resolve("config.json"));
    nsbox.sh("cd spec && " + program("runc") + " spec").expect(0);
    Path config = bundle.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replace("\"terminal\": true", "\"terminal\": false")
            .replaceFirst("\"sh\"", "\"sh\", \"-c\", \"hostname; id -u; exit 4\""));
    assertEquals(new Result(4, "runc\n0\n", ""), runtime(bundle));
  }

  @Test
  void writesFlagsIntoTheConfiguration() throws Exception {
    Path target = nsbox.folder.resolve("flags");
    nsbox
        .run(
            "bundle",
            "-e",
            "A=b",
            "-w",
            "/usr",
            ALPINE,
            target.toString(),
            "sh",
            "-c",
            "echo $A; pwd")
        .expect(0);
    assertEquals(new Result(0, "b\n/usr\n", ""), runtime(target));
  }

  @Test
  void refusesAFolderThatIsNotEmpty() throws Exception {
    Path folder = Files.createDirectory(nsbox.folder.resolve("full"));
    Files.writeString(folder.resolve("mine"), "x");
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: cannot write a bundle to "
                + folder
                + ": the folder is not empty\n  Name a new one.\n"),
        nsbox.run("bundle", ALPINE, folder.toString()));
    assertEquals(List.of("mine"), Nsbox.entries(folder));
  }

  @Test
  void leavesNothingOfABundleThatCannotBe() throws Exception {
    Path target = nsbox.folder.resolve("never");
    assertEquals(125, nsbox.run("bundle", "-u", "bogus", ALPINE, target.toString()).code());
    assertTrue(Files.notExists(target));
    assertEquals(
        List.of(), Nsbox.entries(nsbox.folder).stream().filter(it -> it.startsWith(".")).toList());
  }

  @Test
  void namesTheFieldThatItDoesNotSupport() throws Exception {
    Path bundle = bundle("unsupported", "true");
    Path config = bundle.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst("\\{", "{\"vm\":{\"kernel\":{\"path\":\"/boot/kernel\"}},"));
    Result result = runtime(bundle);
    assertEquals(1, result.code());
    assertEquals("", result.out());
    assertTrue(
        result.err().startsWith("nsbox-runtime: ") && result.err().contains("vm"), result.err());
  }

  @Test
  void refusesAnIdThatRuns() throws Exception {
    Path bundle = bundle("twice", "sh", "-c", "echo up; exec sleep 60");
    Running first = startRuntime("run", "-b", bundle.toString(), "same");
    first.awaitOut("up");
    Result second = startRuntime("run", "-b", bundle.toString(), "same").finish();
    String process = Files.readString(runtimeRoot().resolve("same/process"));
    Nsbox.kill("KILL", Long.parseLong(process.split(" ")[0]));
    assertEquals(new Result(137, "up\n", ""), first.finish());
    assertEquals(
        new Result(1, "", "nsbox-runtime: container with id same already exists\n"), second);
  }

  @Test
  void refusesBadIds() throws Exception {
    Path bundle = bundle("ids", "true");
    for (String id : new String[] {"", "a/b", "..", ".", "a b", "ä"}) {
      Result result = startRuntime("run", "-b", bundle.toString(), id).finish();
      assertEquals(1, result.code(), id);
      assertTrue(
          result.err().startsWith("nsbox-runtime: invalid container ID format: " + id + "\n"),
          result.err());
    }
  }

  @Test
  void refusesAFolderThatIsNoBundle() throws Exception {
    assertEquals(
        new Result(1, "", "nsbox-runtime: /etc/config.json: no such file or directory\n"),
        runtime(Path.of("/etc")));
  }
}
