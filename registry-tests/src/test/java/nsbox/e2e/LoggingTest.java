package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// The log as it lies on the disk, byte by byte but for its times.
final class LoggingTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private Path log() throws Exception {
    String id = nsbox.containers().getFirst();
    return nsbox.root.resolve("containers").resolve(id).resolve("log");
  }

  private String records() throws Exception {
    return Files.readString(log())
        .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z", "TIME");
  }

  @Test
  void writesJsonAsDockerDoes() throws Exception {
    String text =
        "a<b>&\\042\\\\\\t\\r\\001\\177\\n\\303\\244\\377\\342\\200\\250\\355\\240\\200x\\n\\n";
    nsbox.sh("nsbox run --name x " + ALPINE + " printf '" + text + "' >out").expect(0);
    assertEquals(
        """
        {"log":"a\\u003cb\\u003e\\u0026\\"\\\\\\u0009\\r\\u0001\u007f\\n","stream":"stdout","time":"TIME"}
        {"log":"\u00e4\\ufffd\\u2028\\ufffd\\ufffd\\ufffdx\\n","stream":"stdout","time":"TIME"}
        {"log":"\\n","stream":"stdout","time":"TIME"}
        """,
        records());
    assertEquals(
        new Result(0, "a<b>&\"\\\t\r\u0001\u007f\n\u00e4\ufffd\u2028\ufffd\ufffd\ufffdx\n\n", ""),
        nsbox.run("logs", "x"));
  }

  @Test
  void saysInEachRecordWhatTheUserNames() throws Exception {
    nsbox
        .run(
            "run",
            "--name",
            "x",
            "--label",
            "tier=a\"b",
            "--label",
            "other=1",
            "-e",
            "ZONE=b",
            "-e",
            "MORE=2",
            "--log-opt",
            "labels=tier,none",
            "--log-opt",
            "env=ZONE",
            "--log-opt",
            "tag={{.Name}}/{{.ImageName}}",
            ALPINE,
            "sh",
            "-c",
            "echo a; printf b >&2")
        .expect(0);
    String attributes =
        "\"attrs\":{\"ZONE\":\"b\",\"tag\":\"x/alpine:3.20\",\"tier\":\"a\\\"b\"},\"time\":\"TIME\"}\n";
    assertEquals(
        "{\"log\":\"a\\n\",\"stream\":\"stdout\","
            + attributes
            + "{\"log\":\"b\",\"stream\":\"stderr\","
            + attributes,
        records());
    assertEquals(new Result(0, "a\n", "b"), nsbox.run("logs", "x"));
    assertEquals(
        "map[env:ZONE labels:tier,none tag:{{.Name}}/{{.ImageName}}]\n",
        nsbox.run("inspect", "-f", "{{.HostConfig.LogConfig.Config}}", "x").out());
  }

  @Test
  void refusesWhatItWouldNotSay() throws Exception {
    for (List<String> wrong :
        List.of(
            List.of("compress=true", "json-file", "compress=true: nsbox does not compress logs"),
            List.of("tag=x", "k8s-file", "tag, labels and env: only the records of the log driver"),
            List.of("tag={{.Nothing}}", "json-file", "tag={{.Nothing}}: "),
            List.of("tag=" + "x".repeat(5000), "json-file", "tag, labels and env: they would add "),
            List.of("env-regex=x", "json-file", "env-regex=x: the options of logs are"))) {
      Result result =
          nsbox.run(
              "create",
              "--log-driver",
              wrong.get(1),
              "--log-opt",
              wrong.getFirst(),
              ALPINE,
              "true");
      assertEquals(125, result.code(), wrong.toString());
      assertTrue(result.err().startsWith("nsbox: --log-opt " + wrong.get(2)), result.err());
    }
    assertEquals(List.of(), nsbox.containers());
    nsbox.run("run", "--rm", "--log-opt", "compress=false", ALPINE, "true").expect(0);
  }

  @Test
  void keepsACharacterWholeThatComesInPieces() throws Exception {
    nsbox
        .sh(
            "nsbox run "
                + ALPINE
                + " sh -c \"printf 'a\\303'; sleep 0.3; printf '\\244\\n\\342\\202'\" >out")
        .expect(0);
    assertEquals(
        """
        {"log":"a","stream":"stdout","time":"TIME"}
        {"log":"\u00e4\\n","stream":"stdout","time":"TIME"}
        {"log":"\\ufffd\\ufffd","stream":"stdout","time":"TIME"}
        """,
        records());
  }

  @Test
  void logsALongLineInParts() throws Exception {
    nsbox.run("run", ALPINE, "sh", "-c", "head -c 40000 /dev/zero | tr '\\0' x; echo").expect(0);
    String plain =
        records()
            .replaceAll(
                "[{]\"log\":\"(x*)(\\\\n)?\",\"stream\":\"stdout\",\"time\":\"TIME\"[}]\n", "$1$2");
    assertEquals("x".repeat(40000) + "\\n", plain);
  }

  @Test
  void writesLinesAsKubernetesDoes() throws Exception {
    nsbox
        .run(
            "run",
            "--log-driver",
            "k8s-file",
            "--name",
            "x",
            ALPINE,
            "sh",
            "-c",
            "echo one; sleep 0.2; echo two >&2; sleep 0.2; printf part; sleep 0.2; echo ial")
        .expect(0);
    assertEquals(
        "TIME stdout F one\nTIME stderr F two\nTIME stdout P part\nTIME stdout F ial\n", records());
    assertEquals(new Result(0, "one\npartial\n", "two\n"), nsbox.run("logs", "x"));
  }

  @Test
  void writesNothingWhereNothingIsLogged() throws Exception {
    assertEquals(
        new Result(0, "hi\n", ""),
        nsbox.run("run", "--log-driver=none", "--name", "x", ALPINE, "echo", "hi"));
    assertFalse(Files.exists(log()));
  }

  /* Half a million lines, as fast as they come; a file of at most 1 MB takes some 13,000 of them. */
  @Test
  void losesNoByteWhereLogsAreBegunAnew() throws Exception {
    for (String driver : List.of("json-file", "k8s-file")) {
      nsbox
          .run(
              "run",
              "-d",
              "--log-driver",
              driver,
              "--log-opt",
              "max-size=1m",
              "--log-opt",
              "max-file=60",
              "--name",
              driver,
              ALPINE,
              "seq",
              "1",
              "500000")
          .expect(0);
      Nsbox.await("end", () -> nsbox.run("ps", "-q", "--filter", "name=" + driver).out().isEmpty());
      assertEquals(
          nsbox.sh("seq 1 500000 | cksum").out(),
          nsbox.sh("nsbox logs " + driver + " | cksum").out(),
          driver);
      try (Stream<Path> files = Files.list(log().getParent())) {
        List<Path> logs = files.filter(it -> it.toString().contains("/log")).toList();
        assertTrue(logs.size() > 10, logs.toString());
        for (Path file : logs) {
          assertTrue(Files.size(file) <= 1 << 20, file + " has " + Files.size(file));
        }
      }
      nsbox.run("rm", driver).expect(0);
    }
  }

  @Test
  void keepsNoMoreFilesThanWanted() throws Exception {
    nsbox
        .run(
            "run",
            "--log-opt",
            "max-size=10k",
            "--log-opt",
            "max-file=3",
            "--name",
            "x",
            ALPINE,
            "seq",
            "1",
            "2000")
        .expect(0);
    try (Stream<Path> files = Files.list(log().getParent())) {
      assertEquals(
          List.of("log", "log.1", "log.2"),
          files
              .map(it -> it.getFileName().toString())
              .filter(it -> it.startsWith("log"))
              .sorted()
              .toList());
    }
    String kept = nsbox.run("logs", "x").expect(0).out();
    assertTrue(nsbox.sh("seq 1 2000").out().endsWith("\n" + kept), kept);
  }

  @Test
  void goesOnWithoutALogWhileTheDiskIsFull() throws Exception {
    Files.createDirectories(nsbox.folder.resolve("small"));
    /* In a mount namespace of its own, which takes the file system with it. */
    String script =
        """
        set -e
        mkfifo fifo
        mount -t tmpfs -o size=40m none small
        export NSBOX_ROOT=$PWD/small
        nsbox import %s >/dev/null
        left=$(df -k --output=avail small | tail -n 1)
        head -c $((left - 1000))k /dev/zero > small/filler
        nsbox run -i --name x %s sh -c 'seq 1 50000; echo full >&2; read line; echo after' \\
          >out 2>err <fifo &
        exec 3>fifo
        until grep -q full err; do sleep 0.1; done
        df -k --output=avail small | tail -n 1
        rm small/filler
        echo go >&3
        wait
        nsbox logs x | tail -n 1
        nsbox rm x
        """
            .formatted(layout("alpine"), ALPINE);
    Result result =
        nsbox.start(Map.of(), List.of(program("unshare"), "-m", "/bin/sh", "-c", script)).finish();
    /* Less than 100 KB were left, so the end of the numbers is missing. */
    assertTrue(result.out().matches(" *\\d{1,2}\n\\d*after\nx\n"), result.toString());
  }

  @Test
  void refusesWhatItDoesNotKnow() throws Exception {
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: --log-driver syslog: this version of nsbox knows json-file, k8s-file, none and passthrough\n"),
        nsbox.run("run", "--log-driver", "syslog", ALPINE, "true"));
    assertEquals(
        new Result(125, "", "nsbox: --log-opt max-file=0: expected a number from 1 to 1000\n"),
        nsbox.run("run", "--log-opt", "max-file=0", ALPINE, "true"));
  }
}
