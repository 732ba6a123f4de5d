package nsbox.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.Nsbox.Result;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `nsbox inspect` and `container inspect` of containers.
final class InspectTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private String inspect(String format, String... more) throws Exception {
    String[] words = new String[3 + more.length];
    words[0] = "inspect";
    words[1] = "-f";
    words[2] = format;
    System.arraycopy(more, 0, words, 3, more.length);
    Result result = nsbox.run(words).expect(0);
    assertEquals("", result.err());
    return result.out();
  }

  private JsonObject document(String name) throws Exception {
    String out = nsbox.run("inspect", name).expect(0).out();
    return Json.parseList(out.getBytes(UTF_8), "inspect").getFirst();
  }

  @Test
  void hasDockersMembers() throws Exception {
    String id = nsbox.run("create", "--name", "c", ALPINE, "sh", "-c", "exit 3").out().strip();
    JsonObject document = document("c");
    assertEquals(
        "[Id, Created, Path, Args, State, Image, ResolvConfPath, HostnamePath, HostsPath, LogPath,"
            + " Name, RestartCount, Driver, Platform, MountLabel, ProcessLabel, AppArmorProfile,"
            + " ExecIDs, HostConfig, GraphDriver, Mounts, Config, NetworkSettings, ImageName,"
            + " OCIConfigPath, OCIRuntime]",
        document.members().keySet().toString());
    assertEquals(id, document.string("Id"));
    assertEquals("sh", document.string("Path"));
    assertEquals("[-c, exit 3]", document.strings("Args").toString());
    assertEquals("/c", document.string("Name"));
    assertTrue(document.string("Created").endsWith("Z"));
    assertEquals(
        "{\"Status\":\"created\",\"Running\":false,\"Paused\":false,\"Restarting\":false,"
            + "\"OOMKilled\":false,\"Dead\":false,\"Pid\":0,\"ExitCode\":0,\"Error\":\"\","
            + "\"StartedAt\":\"0001-01-01T00:00:00Z\",\"FinishedAt\":\"0001-01-01T00:00:00Z\","
            + "\"ConmonPid\":0,\"CgroupPath\":\"/nsbox/"
            + id
            + "\"}",
        document.object("State").toString());
    assertEquals("none", document.object("HostConfig").string("NetworkMode"));
    assertEquals("[sh, -c, exit 3]", document.object("Config").strings("Cmd").toString());
    assertEquals("SIGTERM", document.object("Config").string("StopSignal"));
    assertEquals(
        nsbox.run("image", "inspect", "-f", "{{.Id}}", ALPINE).out().strip(),
        document.string("Image"));
    for (String path : new String[] {"ResolvConfPath", "HostnamePath", "HostsPath"}) {
      assertTrue(Files.exists(Path.of(document.string(path))), path);
    }
  }

  @Test
  void followsTheState() throws Exception {
    String id = nsbox.run("create", "--name", "c", ALPINE, "sh", "-c", "exit 3").out().strip();
    nsbox.run("start", "-a", id).expect(3);
    assertEquals(
        "exited 3 false 0\n",
        inspect("{{.State.Status}} {{.State.ExitCode}} {{.State.Running}} {{.State.Pid}}", "c"));
    String times = inspect("{{.State.StartedAt}} {{.State.FinishedAt}}", "c");
    assertTrue(times.matches("20\\S+Z 20\\S+Z\n"), times);
    String running = nsbox.run("run", "-d", "--name", "r", ALPINE, "sleep", "300").out().strip();
    assertEquals(
        "running true " + nsbox.initOf(running) + "\n",
        inspect("{{.State.Status}} {{.State.Running}} {{.State.Pid}}", "r"));
    String monitor =
        Files.readString(nsbox.runRoot.resolve(running).resolve("monitor")).split(" ")[0];
    assertEquals(monitor + "\n", inspect("{{.State.ConmonPid}}", "/r"));
    assertEquals(
        "yes\n", inspect("{{if .State.Health}}no{{else}}yes{{end}}", running.substring(0, 12)));
    String root = inspect("{{.GraphDriver.Data.MergedDir}}", "r").strip();
    assertTrue(Files.exists(Path.of(root, "etc/alpine-release")), root);
    assertEquals(running + "\n", inspect("{{.Id}}", "-l"));
  }

  @Test
  void showsMountsAndSizes() throws Exception {
    nsbox
        .run(
            "create",
            "--name",
            "c",
            "-v",
            nsbox.folder + ":/data:ro",
            "-u",
            "7:8",
            "-e",
            "A=b",
            "--read-only",
            "--network",
            "host",
            ALPINE,
            "true")
        .expect(0);
    assertEquals(
        "bind " + nsbox.folder + " /data false\n",
        inspect("{{range .Mounts}}{{.Type}} {{.Source}} {{.Destination}} {{.RW}}{{end}}", "c"));
    assertEquals(
        "[" + nsbox.folder + ":/data:ro] true host 7:8 yes\n",
        inspect(
            "{{.HostConfig.Binds}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.NetworkMode}}"
                + " {{.Config.User}}"
                + " {{range .Config.Env}}{{if eq . \"A=b\"}}yes{{end}}{{end}}",
            "c"));
    String sizes = inspect("{{.SizeRw}} {{.SizeRootFs}}", "-s", "c");
    assertTrue(sizes.matches("0 [78]\\d{6}\n"), sizes);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          inspect nope                    | [] | no such object: "nope"
          inspect --type container nope   | [] | no container with name or ID "nope" found: no such container
          container inspect nope          | [] | no container with name or ID "nope" found: no such container
          inspect --type image nope       | [] | no such image: nope
          inspect                         |    | no names or ids specified
          inspect -l                      |    | no containers to inspect: no such container
          inspect -l x                    |    | --latest names the container; no other name can stand beside it
          inspect --type pod x            |    | --type pod: there are all, container, image, network and volume to be inspected
          """)
  void tellsWhatIsMissing(String command, String out, String error) throws Exception {
    assertEquals(
        new Result(125, out == null ? "" : out + "\n", "nsbox: " + error + "\n"),
        nsbox.run(command.split(" ")));
  }

  @Test
  void printsWhatIsFoundAndPrefersContainers() throws Exception {
    String id = nsbox.run("create", "--name", "alpine", ALPINE, "true").out().strip();
    assertEquals(
        new Result(125, id + "\n", "nsbox: no such object: \"nope\"\n"),
        nsbox.run("inspect", "-f", "{{.Id}}", "nope", "alpine"));
    assertEquals(id + "\n", inspect("{{.Id}}", "alpine"));
    assertTrue(inspect("{{.Id}}", "--type", "image", ALPINE).startsWith("sha256:"));
    assertTrue(inspect("{{.Id}}", ALPINE).startsWith("sha256:"));
    Result wrong = nsbox.run("inspect", "-f", "{{.Nope}}", "alpine").expect(125);
    assertTrue(wrong.err().contains("no field .Nope; there are Id, Created"), wrong.err());
  }
}
