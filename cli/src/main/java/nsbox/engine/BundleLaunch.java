package nsbox.engine;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.plan.FilterCompiler;
import nsbox.runtime.plan.Launch;
import nsbox.runtime.plan.LaunchPlan;
import nsbox.runtime.plan.Rootfs;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// A launch program for a bundle that is there, as the runtime alone makes it.
public final class BundleLaunch {
  private static final int ID_LENGTH = 1024;

  private final Containers containers;
  private final ContainerMaker maker;

  public BundleLaunch(Containers containers, ProcessIdentity maker) {
    this.containers = containers;
    this.maker = new ContainerMaker(containers, maker);
  }

  /// Takes the ID; from here on the caller answers for its folder.
  ///
  /// @return false if a container has this ID already
  /// @throws IOException if it is no ID
  public boolean claim(String id) throws IOException {
    checkId(id);
    try {
      maker.claimId(id);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /// Compiles the bundle's configuration for an ID that is taken.
  ///
  /// @param rows of the caller's terminal, where the configuration says nothing; columns likewise
  public Program compile(Path bundle, String id, int rows, int columns)
      throws IOException, UnsupportedSpecException {
    Path file = bundle.resolve("config.json");
    JsonObject config = Json.parse(Files.readAllBytes(file), file.toString());
    fillTerminalSize(config, rows, columns);
    Spec spec = Spec.parse(config);
    ContainerFolder folder = containers.folder(id);
    Instructions teardown = new Instructions();
    teardown.add("remove " + folder.running(), Opcode.REMOVE_TREE, folder.running().toString());
    Launch launch =
        new Launch(
            id,
            bundle.toString(),
            spec,
            new Rootfs.Directory(bundle.resolve(spec.root().path()).normalize().toString()),
            true,
            Optional.empty(),
            new Launch.Records(
                folder.monitorFile().toString(),
                folder.processFile().toString(),
                folder.running().resolve("exit").toString()),
            CgroupLayout.ofHost(),
            FilterCompiler::direct,
            teardown.list());
    Program program = LaunchPlan.compile(launch);
    Containers.write(folder.teardownFile(), program.teardownOnly().encode(), false);
    return program;
  }

  private static void fillTerminalSize(JsonObject config, int rows, int columns)
      throws IOException {
    Optional<JsonObject> process = config.optionalObject("process");
    if (process.isPresent() && !process.get().has("consoleSize")) {
      process
          .get()
          .put(
              "consoleSize",
              new JsonObject().put("height", (long) rows).put("width", (long) columns));
    }
  }

  /* An ID becomes a folder's name here and a cgroup's there. */
  private static void checkId(String id) throws IOException {
    if (!Identifiers.isValid(id, ID_LENGTH, "_.-+")) {
      throw new IOException(
          "invalid container ID format: "
              + id
              + "\n  Letters, digits, '_', '+', '-' and '.' are allowed, and a letter or digit first.");
    }
  }
}
