package nsbox.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import nsbox.e2e.Nsbox.Result;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The commands that are about the host and about nsbox itself.
final class HostCommandsTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private String out(String... arguments) throws Exception {
    Result result = nsbox.run(arguments).expect(0);
    assertEquals("", result.err());
    return result.out();
  }

  @Test
  void tellsTheVersion() throws Exception {
    String version = out("--version").strip().replace("nsbox version ", "");
    assertTrue(out("version").startsWith("nsbox " + version + "\n Runtime: nsbox-runtime "));
    assertEquals(
        version + " " + version + " linux\n",
        out("version", "--format", "{{.Client.Version}} {{.Server.Version}} {{.Server.Os}}"));
    JsonObject json = Json.parse(out("version", "-f", "json").getBytes(UTF_8), "version");
    assertEquals("[Client, Server]", json.members().keySet().toString());
  }

  @Test
  void tellsWhatIsThere() throws Exception {
    nsbox.run("create", "--name", "c", ALPINE, "true").expect(0);
    nsbox.run("run", "-d", ALPINE, "sleep", "300").expect(0);
    assertEquals(
        "2 1 0 1 1 " + nsbox.root + "\n",
        out(
            "info",
            "--format",
            "{{.Containers}} {{.ContainersRunning}} {{.ContainersPaused}} {{.ContainersStopped}}"
                + " {{.Images}} {{.DockerRootDir}}"));
    String kernel = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    assertEquals(
        kernel + " linux " + kernel + " " + nsbox.root + "\n",
        out("info", "-f", "{{.KernelVersion}} {{.OSType}} {{.Host.Kernel}} {{.Store.GraphRoot}}"));
    assertTrue(out("info").contains("\nContainersRunning:      1\n"), out("info"));
    assertTrue(out("info").contains("\nRegistries:             "));
    assertEquals(
        out("info", "-f", "{{.CgroupVersion}}"), out("system", "info", "-f", "{{.CgroupVersion}}"));
    JsonObject json = Json.parse(out("info", "--format", "json").getBytes(UTF_8), "info");
    assertEquals(2, json.number("Containers"));
    assertTrue(json.number("MemTotal") > 0);
  }

  @Test
  void addsUpWhatLiesOnTheDisk() throws Exception {
    nsbox.run("create", "--name", "c", ALPINE, "true").expect(0);
    nsbox
        .run("run", "-d", ALPINE, "sh", "-c", "seq 9999; head -c 70000 /dev/zero >/f; sleep 300")
        .expect(0);
    Path containers = nsbox.root.resolve("containers");
    String sum = "find $0 -type f -printf '%s\\n' | awk '{ s += $1 } END { print s }'";
    Nsbox.await(
        "its file",
        () ->
            nsbox.sh("find " + containers + " -path '*/upper/f' -size 70000c").out().length() > 0);
    String bytes = nsbox.sh(sum.replace("$0", containers.toString())).out();
    assertEquals(
        "Containers 2 1 " + bytes,
        out("system", "df", "--format", "{{.Type}} {{.TotalCount}} {{.Active}} {{.RawSize}}")
                .lines()
                .toList()
                .get(1)
            + "\n");
    nsbox
        .run("run", "--rm", "-v", "data:/d", ALPINE, "sh", "-c", "head -c 70000 /dev/zero >/d/f")
        .expect(0);
    assertEquals(
        "Local Volumes 1 0 70000",
        out("system", "df", "--format", "{{.Type}} {{.TotalCount}} {{.Active}} {{.RawSize}}")
            .lines()
            .toList()
            .getLast());
    nsbox.run("volume", "rm", "data").expect(0);
    String kept =
        nsbox
            .sh(
                sum.replace(
                    "$0", nsbox.root.resolve("images/blobs") + " " + nsbox.root + "/snapshots"))
            .out();
    long difference =
        Long.parseLong(kept.strip())
            - Long.parseLong(
                out("system", "df", "--format", "{{.RawSize}}").lines().toList().getFirst());
    assertTrue(Math.abs(difference) < 4096, "bytes beside: " + difference);
    assertEquals(
        List.of("TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"),
        List.of(out("system", "df").lines().toList().getFirst().split(" +")));
  }

  @Test
  void theDoctorRunsAContainerAndLeavesNothing() throws Exception {
    List<String> before = Nsbox.entries(nsbox.root);
    String said = out("doctor");
    assertTrue(said.endsWith("ok    a container: ran\n"), said);
    assertTrue(said.startsWith("ok    kernel: "), said);
    String pids = nsbox.sh("cat /proc/sys/kernel/pid_max").out();
    assertTrue(said.contains("kernel.pid_max: " + pids), said);
    for (String line : said.lines().toList()) {
      assertTrue(line.matches("(ok|warn) +\\S.*: .*|        \\S.*"), line);
    }
    assertEquals(before, Nsbox.entries(nsbox.root));
    List<JsonObject> checks =
        Json.parseList(out("doctor", "--format", "json").getBytes(UTF_8), "d");
    assertEquals("[Level, What, Found, Advice]", checks.getFirst().members().keySet().toString());
    assertEquals("a container", checks.getLast().string("What"));
    assertEquals(
        new Result(125, "", "nsbox: --format yaml: doctor knows json only\n"),
        nsbox.run("doctor", "--format", "yaml"));
  }

  @Test
  void theDoctorTellsOfAHostOnWhichNoContainerRuns() throws Exception {
    /* Without the right to mount nothing goes. */
    Result result =
        nsbox
            .start(
                Map.of(),
                List.of(
                    program("setpriv"),
                    "--bounding-set=-sys_admin",
                    "--inh-caps=-sys_admin",
                    Nsbox.HOME.resolve("bin/nsbox").toString(),
                    "doctor"))
            .finish();
    assertEquals(1, result.code(), result.toString());
    assertTrue(result.out().contains("fail  root: no CAP_SYS_ADMIN\n        This version runs"));
    assertTrue(result.out().contains("\nfail  a container: "), result.out());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ru            | run :4
          container l   | logs ls :4
          rm c          | c1 c2 :4
          rm -f c1 c    | c1 c2 :4
          rmi al        | alpine:3.20 :4
          run al        | alpine:3.20 :4
          run -it al    | alpine:3.20 :4
          run alpine x  | :0
          ps --no       | --no-trunc --noheading :4
          ps --format   | json :4
          inspect c     | c1 c2 :4
          network rm br | bridge :4
          nonsense x    | :4
          load -i x     | :0
          --root /x ru  | run :4
          --ro          | --root :4
          """)
  void completes(String words, String candidates) throws Exception {
    nsbox.run("create", "--name", "c1", ALPINE, "true").expect(0);
    nsbox.run("create", "--name", "c2", ALPINE, "true").expect(0);
    List<String> command = new ArrayList<>(List.of("__complete", "--"));
    command.addAll(List.of(words.split(" ")));
    if (words.equals("ps --format")) {
      command.add("");
    }
    assertEquals(
        candidates, String.join(" ", out(command.toArray(new String[0])).lines().toList()));
  }

  @Test
  void bashCompletesByItsScript() throws Exception {
    nsbox.run("create", "--name", "alone", ALPINE, "true").expect(0);
    String script = out("completion", "bash");
    Files.writeString(nsbox.folder.resolve("completion"), script);
    String ask =
        ". ./completion; COMP_LINE='nsbox %s'; COMP_POINT=${#COMP_LINE}; _nsbox;"
            + " echo \"${COMPREPLY[@]}\"";
    assertEquals("alone\n", bash(ask.formatted("stop al")));
    assertEquals("3.20\n", bash(ask.formatted("rmi alpine:3")));
    assertEquals("version\n", bash(ask.formatted("vers")));
    for (String shell : new String[] {"zsh", "fish"}) {
      assertTrue(out("completion", shell).contains("__complete"), shell);
    }
    assertEquals(
        new Result(125, "", "nsbox: completion ksh: there are scripts for bash, zsh and fish\n"),
        nsbox.run("completion", "ksh"));
  }

  private String bash(String script) throws Exception {
    Result result = nsbox.start(Map.of(), List.of("/bin/bash", "-c", script)).finish().expect(0);
    assertEquals("", result.err());
    return result.out();
  }

  @Test
  void eachCommandHasAPageAndHelp() throws Exception {
    Path pages = Nsbox.HOME.resolve("share/man/man1");
    List<String> commands = new ArrayList<>();
    for (String name : out("__complete", "--", "").lines().toList()) {
      if (name.startsWith(":")) {
        continue;
      }
      List<String> members = out("__complete", "--", name, "").lines().toList();
      boolean group =
          List.of(
                  "artifact",
                  "container",
                  "healthcheck",
                  "image",
                  "network",
                  "secret",
                  "system",
                  "volume")
              .contains(name);
      commands.add(name);
      members.stream()
          .filter(it -> group && !it.startsWith(":"))
          .forEach(it -> commands.add(name + " " + it));
    }
    assertTrue(commands.size() > 40, commands.toString());
    for (String command : commands) {
      String page = Files.readString(pages.resolve("nsbox-" + command.replace(' ', '-') + ".1"));
      assertTrue(page.startsWith(".TH NSBOX\\-"), command);
      assertTrue(out((command + " --help").split(" ")).startsWith("Usage: nsbox"), command);
    }
    try (Stream<Path> files = Files.list(pages)) {
      assertEquals(commands.size() + 1, files.count(), "pages, with that of nsbox itself");
    }
    Path ps = pages.resolve("nsbox-ps.1");
    Result shown =
        nsbox
            .start(
                Map.of("MANWIDTH", "80"),
                List.of(program("groff"), "-man", "-Tascii", "-ww", ps.toString()))
            .finish()
            .expect(0);
    assertEquals("", shown.err());
    String text = shown.out().replaceAll(".\b|\u001b\\[[0-9]*m", "");
    assertTrue(text.contains("-f, --filter KEY=VALUE\n"), text);
  }
}
