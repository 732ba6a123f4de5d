package nsbox.cli.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import nsbox.cli.Session;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// Runs a real container, the smallest there is, in a store of its own on the store's file system:
/// what all other checks together cannot promise.
final class Trial {
  private static final int LIMIT_SECONDS = 60;

  private Trial() {}

  static Check run(Session session) throws IOException, InterruptedException {
    session.roots().create();
    Path place = Files.createTempDirectory(session.roots().root(), ".doctor-");
    try {
      return run(session, place);
    } finally {
      Instructions steps = new Instructions();
      steps.add("remove " + place, Opcode.REMOVE_TREE, place.toString());
      session.front().run(Program.of(steps).encode());
    }
  }

  private static Check run(Session session, Path place) throws IOException, InterruptedException {
    Path said = place.resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(session.invocation().home(), "bin", "nsbox").toString(),
                "--root",
                place.resolve("root").toString(),
                "--run-root",
                place.resolve("run").toString(),
                "run",
                "--rm",
                "--network",
                "none",
                "hello"));
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.redirectErrorStream(true).redirectOutput(said.toFile());
    Process process = builder.start();
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      return Check.fail("a container", "not done within " + LIMIT_SECONDS + " s", "");
    }
    String text = new String(Files.readAllBytes(said), StandardCharsets.UTF_8).strip();
    return process.waitFor() == 0
        ? Check.ok("a container", "ran")
        : Check.fail("a container", text, "What fails above, or this message, says why.");
  }
}
