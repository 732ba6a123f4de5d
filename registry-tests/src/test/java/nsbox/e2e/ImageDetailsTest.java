package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `image inspect`, `history`, `image tree`, and the same image beside podman.
final class ImageDetailsTest extends EndToEnd {
  private String podman;

  @Override
  protected void prepare() throws Exception {
    TwoImages images = TwoImages.write(nsbox.folder);
    nsbox.run("import", images.base().toString()).expect(0);
    nsbox.run("import", images.app().toString()).expect(0);
  }

  /* Only the tests that compare need it, and it takes seconds. */
  private String podman() throws Exception {
    if (podman == null) {
      String store = nsbox.folder.resolve("podman").toString();
      String run = nsbox.folder.resolve("podman-run").toString();
      podman =
          program("podman") + " --storage-driver vfs --root " + store + " --runroot " + run + " ";
      nsbox
          .sh(
              "%s --insecure-policy copy -q oci:%s 'containers-storage:[vfs@%s+%s]docker.io/team/app:2'"
                  .formatted(program("skopeo"), nsbox.folder.resolve("app"), store, run))
          .expect(0);
    }
    return podman;
  }

  private String inspect(String format) throws Exception {
    Result result = nsbox.run("image", "inspect", "--format", format, "team/app:2").expect(0);
    assertEquals("", result.err());
    return result.out();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "{{.Architecture}} {{.Os}} {{.User}} {{.Author}} {{.Parent}}",
        "{{.Digest}} {{.ManifestType}}",
        "{{.RootFS.Type}} {{.RootFS.Layers}} {{len .RootFS.Layers}} {{index .RootFS.Layers 1}}",
        "{{.Config.Cmd}} {{.Config.Env}} {{.Config.WorkingDir}} {{.Config.StopSignal}}",
        "{{json .Config.Env}} {{json .Config.Cmd}} {{join .Config.Env \";\"}}",
        "{{.Config.Entrypoint}} {{len .Config.Entrypoint}}",
        "{{.Labels}} {{index .Config.Labels \"tier\"}} {{.Config.Labels.tier}} {{.Labels.none}}",
        "{{range $k, $v := .Config.ExposedPorts}}{{$k}} {{end}}{{.Config.Volumes}}",
        "{{range .Config.Env}}{{println .}}{{end}}",
        "{{with .Config}}{{.User}}{{end}} {{if eq .Os \"linux\"}}penguin{{else}}other{{end}}",
        "{{(index .Config.Cmd 0) | printf \"%-8s|\"}} {{upper .Os}} {{len .History}}"
      })
  void inspectsAsPodmanDoes(String format) throws Exception {
    Result theirs = nsbox.sh(podman() + "image inspect --format '" + format + "' team/app:2");
    assertEquals(theirs.expect(0).out(), inspect(format));
  }

  @Test
  void tellsTheHistoryAsPodmanDoes() throws Exception {
    for (String format : List.of("{{.CreatedBy}}|{{.Comment}}", "{{.CreatedSince}}")) {
      String arguments = "history --no-trunc --format '" + format + "' team/app:2";
      assertEquals(
          nsbox.sh(podman() + arguments).expect(0).out(),
          nsbox.sh("nsbox " + arguments).expect(0).out());
    }
  }

  /* Above the lowest layer podman has names of its own, where we have chain IDs. */
  @Test
  void showsTheLowestLayerThatPodmanShows() throws Exception {
    String ids = " image tree team/app:2 | grep -o 'ID: *[0-9a-f]*' | head -n 2";
    assertEquals(nsbox.sh(podman() + ids).expect(0).out(), nsbox.sh("nsbox" + ids).expect(0).out());
  }

  @Test
  void listsTheImageAsPodmanDoes() throws Exception {
    String format =
        " images --format '{{.ID}} {{.Id}} {{.Tag}} {{.Digest}} {{.CreatedSince}}' team/app";
    assertEquals(
        nsbox.sh(podman() + format).expect(0).out(), nsbox.sh("nsbox" + format).expect(0).out());
  }

  @Test
  void inspectsAsJson() throws Exception {
    String json = nsbox.run("inspect", "--type", "image", "team/app:2", "base:1").expect(0).out();
    assertTrue(json.startsWith("[\n    {\n        \"Id\": \"sha256:"), json);
    assertTrue(json.endsWith("\n    }\n]\n"), json);
    assertTrue(json.contains("\n                \"org.test.name\": \"<app>\",\n"), json);
    assertTrue(json.contains("\\u001b[31m"), json);
    assertEquals(
        json.replaceAll("\n *", "").replace("\": ", "\":").replace(", ", ",") + "\n",
        nsbox
            .run("image", "inspect", "--format", "json", "team/app:2", "base:1")
            .expect(0)
            .out()
            .replace(", ", ","));
  }

  @Test
  void showsTheFoldersOfTheLayers() throws Exception {
    String[] folders =
        inspect("{{.GraphDriver.Data.LowerDir}}\n{{.GraphDriver.Data.UpperDir}}").split("\n");
    nsbox.sh("cat " + folders[0] + "/etc/motd && test -f " + folders[1] + "/app").expect(0);
  }

  @Test
  void showsWhatIsFoundAndTellsWhatIsNot() throws Exception {
    assertEquals(
        new Result(125, "base:1\n", "nsbox: no such image: nope\n"),
        nsbox.run("image", "inspect", "-f", "{{index .RepoTags 0}}", "nope", "base:1"));
    assertEquals(
        new Result(125, "[]\n", "nsbox: no such object: \"nope\"\n"), nsbox.run("inspect", "nope"));
  }

  @Test
  void showsTheHistoryInColumns() throws Exception {
    String shown = nsbox.run("history", "team/app:2").expect(0).out();
    assertEquals(
        """
        IMAGE     CREATED     CREATED BY     SIZE     COMMENT
        ID     5 years ago     CMD ["/app"]     0B
        <missing>     5 years ago     RUN make everything \\x1b[31m that there is in t…     5kB     big
        <missing>     6 years ago     ADD motd /     2B
        """,
        shown
            .replaceFirst("\n[0-9a-f]{12} ", "\nID ")
            .replaceAll("  +\n", "\n")
            .replaceAll("  +", "     "));
    assertEquals(
        "0 5000 2",
        nsbox
            .run("image", "history", "--human=false", "--format", "{{.Size}}", "team/app:2")
            .expect(0)
            .out()
            .strip()
            .replace("\n", " "));
  }

  @Test
  void makesUpNoHistory() throws Exception {
    assertEquals(
        new Result(0, "|N/A|2B\n", ""),
        nsbox.run("history", "--format", "{{.CreatedBy}}|{{.CreatedSince}}|{{.Size}}", "base:1"));
  }

  @Test
  void showsSharedLayersAsATree() throws Exception {
    List<String> lines = nsbox.run("image", "tree", "team/app:2").expect(0).out().lines().toList();
    assertEquals("Tags:     [team/app:2]", lines.get(1));
    assertEquals("Image Layers", lines.get(3));
    assertTrue(lines.get(4).matches("├── ID: [0-9a-f]{12} Size: +2B +Top Layer of: \\[base:1]"));
    assertTrue(
        lines.get(5).matches("└── ID: [0-9a-f]{12} Size: +5kB +Top Layer of: \\[team/app:2]"));
    List<String> above =
        nsbox.run("image", "tree", "--whatrequires", "base:1").expect(0).out().lines().toList();
    assertEquals("└── " + lines.get(4).substring(4), above.get(4));
    assertEquals("    " + lines.get(5), above.get(5));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          image exists base:1        | 0   |
          image exists nope          | 1   |
          image exists Not_Good      | 125 | nsbox: not an image reference: "Not_Good": the repository must be lower case
          history nope               | 125 | nsbox: no such image: nope
          image tree nope            | 125 | nsbox: no such image: nope
          tag nope x                 | 125 | nsbox: no such image: nope
          untag nope                 | 125 | nsbox: no such image: nope
          """)
  void answersByItsExitCode(String arguments, int code, String error) throws Exception {
    assertEquals(
        new Result(code, "", error == null ? "" : error + "\n"), nsbox.run(arguments.split(" ")));
  }
}
