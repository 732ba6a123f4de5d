package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is no bundle, as the real `nsbox-runtime` meets it: exit code 1, a sentence that names what
/// is wrong, and nothing of a container anywhere.
final class BadBundleTest extends EndToEnd {
  private static int bundles;

  private Path bundle;
  private Path config;

  @BeforeEach
  void make() throws Exception {
    bundle = Files.createDirectory(nsbox.folder.resolve("bundle-" + ++bundles));
    Files.createDirectory(bundle.resolve("rootfs"));
    config = bundle.resolve("config.json");
  }

  private Path root() {
    return nsbox.folder.resolve("runtime-root");
  }

  private Result runtime(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("nsbox-runtime", "--root", root().toString()));
    command.addAll(List.of(words));
    return nsbox.start(Map.of(), command).finish();
  }

  private void refused(String message) throws Exception {
    assertEquals(
        new Result(1, "", "nsbox-runtime: " + message + "\n"),
        runtime("run", "-b", bundle.toString(), "bad"));
  }

  @AfterEach
  void nothingOfAContainerIsThere() throws Exception {
    assertEquals(List.of(), Files.exists(root()) ? Nsbox.entries(root()) : List.of());
  }

  /// Instead of a field of a good configuration, another value.
  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "ociVersion": "1.3.0" | "ociVersion": "2.0.0"             | ociVersion: 2.0.0, expected 1.x
          "ociVersion": "1.3.0" | "ociVersion": "1"                 | FILE: ociVersion: 1 is no version, expected 1.x.y
          "cwd": "/"            | "cwd": "tmp"                      | FILE: process.cwd: not an absolute path: tmp
          "cwd": "/"            | "cwd": "/\\u0000"                 | FILE: process.cwd: /\\u0000, a NUL is not allowed in it
          "soft": 1024          | "soft": 1025                      | FILE: process.rlimits[0].soft: 1025 is above the hard limit, 1024
          "soft": 1024          | "soft": -1                        | FILE: process.rlimits[0].soft: -1 is below 0
          "RLIMIT_NOFILE"       | "RLIMIT_PATIENCE"                 | process.rlimits: RLIMIT_PATIENCE is no limit of Linux
          "uid": 0              | "uid": "root"                     | FILE: process.user.uid: expected an integer, found a string
          "uid": 0              | "uid": 0, "umask": 4096           | FILE: process.user.umask: 4096, expected 0 to 4095 (octal 7777)
          "CAP_KILL",           | "CAP_EVERYTHING",                 | process.capabilities.bounding: CAP_EVERYTHING is no capability
          "destination": "/sys" | "destination": "/sys/../.."       | FILE: mounts[3].destination: /sys/../.., '..' is not allowed in it
          "destination": "/sys" | "destination": ""                 | FILE: mounts[3].destination: empty
          "type": "ipc"         | "type": "pid"                     | FILE: linux.namespaces[2].type: pid is given twice
          "access": "rwm"       | "access": "all"                   | FILE: linux.resources.devices[0].access: all, expected some of r, w and m
          "hostname": "nsbox"   | "hostname": "a", "hostname": "b"  | ANY: not valid JSON at line
          """)
  void isRefusedByFieldAndValue(String good, String bad, String message) throws Exception {
    runtime("spec", "-b", bundle.toString()).expect(0);
    String text = Files.readString(config);
    assertTrue(text.contains(good), good);
    Files.writeString(config, text.replace(good, bad));
    if (message.startsWith("ANY: ")) {
      Result result = runtime("run", "-b", bundle.toString(), "bad").expect(1);
      assertTrue(result.err().contains(message.substring(5)), result.err());
    } else {
      refused(message.replace("FILE", config.toString()));
    }
  }

  @Test
  void isRefusedWhereItIsNoFile() throws Exception {
    Files.createDirectory(config);
    refused(config + ": not a regular file");
  }

  /* Opening it would wait for a writer for ever. */
  @Test
  void isRefusedWhereItIsAFifo() throws Exception {
    nsbox.sh("mkfifo " + config).expect(0);
    refused(config + ": not a regular file");
  }

  @Test
  void isRefusedWhereItHasNoEnd() throws Exception {
    try (RandomAccessFile huge = new RandomAccessFile(config.toFile(), "rw")) {
      huge.setLength(1L << 40);
    }
    refused(config + ": more than " + Json.MAX_BYTES + " bytes");
  }

  @Test
  void isRefusedWhereItIsNestedWithoutEnd() throws Exception {
    Files.writeString(config, "[".repeat(1_000_000));
    refused(config + ": not a JSON object");
    Files.writeString(config, "{\"a\":" + "[".repeat(1_000_000));
    Result result = runtime("run", "-b", bundle.toString(), "bad").expect(1);
    assertTrue(result.err().startsWith("nsbox-runtime: " + config + ": "), result.err());
  }

  @Test
  void isRefusedWhereItHasGone() throws Exception {
    Files.delete(bundle.resolve("rootfs"));
    Files.delete(bundle);
    refused(config + ": no such file or directory");
  }

  @Test
  void isRefusedWhereItsCallerStandsNowhere() throws Exception {
    Result result =
        nsbox.sh(
            "mkdir gone && cd gone && rmdir ../gone && exec nsbox-runtime --root "
                + root()
                + " run bad");
    assertEquals(1, result.code());
    assertEquals(
        "nsbox-runtime: the current folder has been deleted, so . is nowhere; use an absolute path\n",
        result.err());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {"..", ".", "a/b", "/", "`a b`", "ä", "a:b", "-a", "`a\nb`", "``"})
  void isRefusedUnderAnIdThatIsNone(String id) throws Exception {
    runtime("spec", "-b", bundle.toString()).expect(0);
    Result result = runtime("run", "-b", bundle.toString(), "--", id);
    assertEquals(1, result.code());
    assertTrue(
        result.err().startsWith("nsbox-runtime: invalid container ID format: " + id + "\n"),
        result.err());
  }

  @Test
  void isRefusedUnderAnIdThatIsTooLong() throws Exception {
    runtime("spec", "-b", bundle.toString()).expect(0);
    Result result = runtime("run", "-b", bundle.toString(), "a".repeat(1100)).expect(1);
    assertTrue(
        result.err().startsWith("nsbox-runtime: invalid container ID format: aaa"), result.err());
  }

  @Test
  void isToldToTheLogToo() throws Exception {
    Path log = nsbox.folder.resolve("log-" + bundles + ".json");
    Result result =
        runtime(
            "--log", log.toString(), "--log-format", "json", "run", "-b", bundle.toString(), "bad");
    String message = config + ": no such file or directory";
    assertEquals(new Result(1, "", "nsbox-runtime: " + message + "\n"), result);
    List<String> lines = Files.readAllLines(log);
    assertEquals(1, lines.size(), lines.toString());
    JsonObject line = Json.parse(lines.getFirst().getBytes(), "the log");
    assertEquals("error", line.string("level"));
    assertEquals(message, line.string("msg"));
    Files.delete(log);
  }

  @Test
  void isToldToTheLogInRuncsText() throws Exception {
    Path log = nsbox.folder.resolve("log-" + bundles);
    runtime("--log", log.toString(), "--debug", "run", "-b", bundle.toString(), "bad").expect(1);
    List<String> lines = Files.readAllLines(log);
    assertTrue(lines.getFirst().contains(" level=debug "), lines.toString());
    String last = lines.getLast();
    assertTrue(
        last.endsWith(" level=error msg=\"" + config + ": no such file or directory\""), last);
    Files.delete(log);
  }

  @Test
  void isNotLookedAtWhereSystemdIsWanted() throws Exception {
    assumeFalse(Files.exists(Path.of("/run/systemd/system")), "this host has systemd");
    Result result = runtime("--systemd-cgroup", "run", "-b", bundle.toString(), "bad").expect(1);
    assertEquals(
        "nsbox-runtime: cgroup manager systemd: systemd is not running on this host\n",
        result.err());
  }
}
