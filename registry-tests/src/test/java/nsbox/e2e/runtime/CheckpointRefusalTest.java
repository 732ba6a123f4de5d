package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `checkpoint` and `restore` say where they cannot do it. What they can is tried in a machine
/// whose kernel criu knows.
final class CheckpointRefusalTest extends RuntimeTests {
  private Result refused(String text, String... words) throws Exception {
    Result result = runtime(words);
    assertEquals(1, result.code(), result.toString());
    assertEquals("", result.out());
    assertTrue(result.err().contains(text), result.err());
    return result;
  }

  @Test
  void namesThePackageWhereThereIsNoCriu() throws Exception {
    Bundle bundle = bundle();
    bundle.arguments("sleep", "300");
    start(bundle, "alone");
    Path folder = Files.createDirectories(nsbox.folder.resolve("no-criu"));
    Path images = nsbox.folder.resolve("unmade");
    for (List<String> words :
        List.of(
            List.of("checkpoint", "--image-path", images.toString(), id("alone")),
            List.of("restore", "-b", bundle.write().toString(), id("other")))) {
      Result result =
          nsbox
              .start(Map.of("PATH", folder.toString()), command(words.toArray(String[]::new)))
              .finish();
      assertEquals(
          new Result(
              1,
              "",
              "nsbox-runtime: criu is not installed: no folder of PATH has it, "
                  + folder
                  + "\n  Containers are saved and restored by criu. Install it, as with 'apt-get"
                  + " install criu' or 'dnf install criu', or say where it is: nsbox-runtime --criu"
                  + " PROGRAM.\n"),
          result);
    }
    assertEquals("running", state("alone").string("status"));
    assertFalse(Files.exists(images));
    assertEquals(List.of(id("alone")), Nsbox.entries(root()));
  }

  @Test
  void saysHowCriuEndedAndLeavesTheContainerAlone() throws Exception {
    Bundle bundle = bundle();
    bundle.arguments("sleep", "300");
    start(bundle, "kept");
    long pid = state("kept").number("pid");
    Path images = nsbox.folder.resolve("failed");
    Result result =
        runtime(
            "--criu",
            EndToEnd.program("false"),
            "checkpoint",
            "--image-path",
            images.toString(),
            id("kept"));
    assertEquals(
        new Result(
            1,
            "",
            "nsbox-runtime: cannot checkpoint container "
                + id("kept")
                + "\n  criu ended with exit status 1.\n  There is no error in its log, "
                + images
                + "/dump.log.\n  The container is running.\n"),
        result);
    assertEquals("running", state("kept").string("status"));
    assertEquals(pid, state("kept").number("pid"));
  }

  @Test
  void leavesNothingWhereCriuRestoresNothing() throws Exception {
    Path images = Files.createDirectory(nsbox.folder.resolve("nothing"));
    Files.writeString(images.resolve("descriptors.json"), "[\"\",\"\",\"\"]");
    Bundle bundle = bundle();
    bundle.arguments("sleep", "300");
    refused(
        "cannot restore container " + id("none") + "\n  criu ended with exit status 1\n",
        "--criu",
        EndToEnd.program("false"),
        "restore",
        "--detach",
        "-b",
        bundle.write().toString(),
        "--image-path",
        images.toString(),
        id("none"));
    assertEquals(List.of(), Nsbox.entries(root()));
  }

  @Test
  void savesNoContainerThatDoesNotRun() throws Exception {
    Bundle bundle = bundle();
    bundle.arguments("true");
    runtime("create", "-b", bundle.write().toString(), id("created")).expect(0);
    refused("Container cannot be checkpointed in created state", "checkpoint", id("created"));
    refused("container does not exist: " + id("none"), "checkpoint", id("none"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "checkpoint | --lazy-pages | --lazy-pages: ",
        "checkpoint | --status-fd=5 | --status-fd 5: ",
        "checkpoint | --page-server=host | --page-server host: expected ADDRESS:PORT",
        "checkpoint | --empty-ns=pid | --empty-ns pid: ",
        "checkpoint | --manage-cgroups-mode=hard | --manage-cgroups-mode hard: ",
        "restore | --empty-ns=pid | --empty-ns pid: ",
        "restore | --console-socket=x | cannot use console socket",
        "restore | --image-path=/none | --image-path: there is no folder /none",
      })
  void refusesByName(String command, String option, String text) throws Exception {
    runtime(command, "--help").expect(0);
    refused(text, "--criu", EndToEnd.program("false"), command, option, id("any"));
    assertEquals(List.of(), Nsbox.entries(root()));
  }
}
