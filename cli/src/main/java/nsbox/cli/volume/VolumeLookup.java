package nsbox.cli.volume;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.cli.named.ExistsCommand;
import nsbox.engine.Front;
import nsbox.engine.Volume;
import nsbox.engine.Volumes;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// Volumes as users name them, and how they go.
public final class VolumeLookup {
  static final int MISSING = 1;
  private static final int IN_USE = 2;

  private VolumeLookup() {}

  public static Volumes volumes(Session session) {
    return new Volumes(session.roots(), session.containers());
  }

  /// `nsbox volume exists`.
  public static Command existsCommand() {
    return new ExistsCommand(
        "volume", "Name", (session, name) -> volumes(session).find(name).isPresent());
  }

  /// By name, or by the beginning of just one, as podman finds them.
  ///
  /// @throws Failure with exit code 1 if there is none, or more than one begins so
  static Volume volume(Session session, String name) throws IOException, Failure {
    Volumes volumes = volumes(session);
    Optional<Volume> found = volumes.find(name);
    if (found.isPresent()) {
      return found.get();
    }
    for (Volume volume : volumes.list()) {
      if (volume.name().startsWith(name)) {
        if (found.isPresent()) {
          throw new Failure(
              MISSING,
              "volume name \""
                  + name
                  + "\" is not unique: "
                  + found.get().name()
                  + ", "
                  + volume.name(),
              null);
        }
        found = Optional.of(volume);
      }
    }
    return found.orElseThrow(() -> missing(name));
  }

  private static Failure missing(String name) {
    return new Failure(MISSING, "no volume with name \"" + name + "\" found: no such volume", null);
  }

  /// Removes a volume that no container uses.
  ///
  /// @throws Failure with exit code 2 if one does, 1 if it is gone
  static void remove(Session session, Volume volume) throws IOException, Failure {
    Volumes volumes = volumes(session);
    Optional<Path> files = volumes.withdraw(volume);
    if (files.isPresent()) {
      removeFiles(session, List.of(files.get()));
    } else if (volumes.find(volume.name()).isPresent()) {
      throw new Failure(
          IN_USE,
          "volume "
              + volume.name()
              + " is being used by the following container(s): "
              + String.join(", ", volumes.users(volume))
              + ": volume is being used",
          null);
    } else {
      throw missing(volume.name()); // another command was quicker
    }
  }

  /// Also those of volumes whose removal was killed.
  public static void removeFiles(Session session, List<Path> folders) throws IOException {
    Instructions steps = new Instructions();
    for (Path folder : folders) {
      steps.addIgnoring(
          Instruction.MISSING, "remove " + folder, Opcode.REMOVE_TREE, folder.toString());
    }
    Front.Outcome outcome = session.front().run(Program.of(steps).encode());
    if (!outcome.succeeded()) {
      throw new IOException(
          "cannot remove " + folders.get(outcome.index()) + ": error " + outcome.errno());
    }
  }
}
