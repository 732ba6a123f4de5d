package nsbox.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// `run --explain` against `explain-sleep.txt`.
///
/// Left out on both sides is what the host decides: all lines about cgroups and what is written
/// into them (devices, the number of processes), and so the numbers of the steps and the length of
/// the program and of its filter. ROOT and RUN stand for the two state folders.
final class ExplainTest extends EndToEnd {
  private static final Pattern OF_THE_HOST =
      Pattern.compile("cgroup|(allow|deny) device|allow \\d+ processes|linux\\.resources");

  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private String explained(Result result) {
    StringBuilder text = new StringBuilder();
    for (String line : result.out().split("\n")) {
      if (OF_THE_HOST.matcher(line).find()) {
        continue;
      }
      text.append(
              line.replace(nsbox.root.toString(), "ROOT")
                  .replace(nsbox.runRoot.toString(), "RUN")
                  .replaceFirst("^ *\\d+  ", "  ")
                  .replaceFirst("^(launch program), \\d+ bytes$", "$1")
                  .replaceFirst("by \\d+ instructions", "by N instructions"))
          .append('\n');
    }
    return text.toString();
  }

  @Test
  void printsTheWayFromTheImageToTheProcess() throws Exception {
    Result result = nsbox.run("run", "--explain", ALPINE, "sleep", "10").expect(0);
    assertEquals("", result.err());
    assertEquals(golden(), explained(result));
  }

  private String golden() throws IOException {
    try (var in = getClass().getResourceAsStream("explain-sleep.txt")) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void startsNothingAndMakesNoContainer() throws Exception {
    Path volume = nsbox.folder.resolve("explained");
    nsbox
        .run("run", "--explain", "--name", "x", "-v", volume + ":/v", ALPINE, "touch", "/v/started")
        .expect(0);
    assertEquals(List.of(), nsbox.containers());
    assertEquals(List.of(), Nsbox.entries(nsbox.root.resolve("names")));
    assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
    assertEquals(false, Files.exists(volume));
  }

  @Test
  void saysWhereEachValueComesFrom() throws Exception {
    String text =
        nsbox
            .run(
                "run",
                "--explain",
                "-e",
                "A=b",
                "-u",
                "nobody",
                "-w",
                "/usr",
                "--read-only",
                ALPINE)
            .expect(0)
            .out()
            .replaceAll(" +", " ");
    for (String line :
        Set.of(
            " process.env A=b (--env)\n",
            " process.user 65534:65534 with groups [65534] (--user nobody)\n",
            " process.cwd /usr (--workdir)\n",
            " root.readonly true (--read-only)\n",
            " process.args /bin/sh (image)\n")) {
      assertEquals(true, text.contains(line), line + "in\n" + text);
    }
  }
}
