package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.cli.Errno;
import nsbox.cli.Session;
import nsbox.engine.CniCall;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerMaker;
import nsbox.engine.ContainerMounts;
import nsbox.engine.Front;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.state.ProcessIdentity;

/// Takes a container that does not run off the disk, also one that was only half made.
final class Removal {
  private Removal() {}

  /// Safe to repeat, and for two at once.
  ///
  /// @return whether this was the first of those who take it away
  static boolean remove(Session session, ContainerFolder folder, String name) throws IOException {
    if (ContainerMounts.of(folder).isPresent()) {
      Instructions unmount = new Instructions();
      ContainerMounts.unmount(folder, unmount);
      run(session, unmount, "cannot unmount container " + name);
    }
    leaveLostNetworks(session, folder);
    boolean first = session.containers().withdraw(folder, name);
    Instructions steps = new Instructions();
    for (Path files :
        List.of(
            session.containers().removed(folder.id()),
            session.containers().unfinished(folder.id()))) {
      steps.addIgnoring(
          Instruction.MISSING,
          "remove the container's files",
          Opcode.REMOVE_TREE,
          files.toString());
    }
    new ContainerMaker(session.containers(), session.caller()).release(folder, steps);
    run(session, steps, "cannot remove all files of container " + name);
    return first;
  }

  /* What cannot be taken back any more keeps nobody from removing a container. */
  private static void leaveLostNetworks(Session session, ContainerFolder folder)
      throws IOException {
    if (!CniCall.isLost(folder)) {
      return;
    }
    try {
      new CniCall(session.roots(), folder, session.front(), session.invocation().environment())
          .deleteLost();
    } catch (IOException e) {
      session.front().err("nsbox: warning: " + e.getMessage() + "\n");
    }
  }

  /// Takes away what cannot be read. It cannot say how it would end, so whatever lives of it is
  /// killed.
  static void removeDamaged(Session session, ContainerFolder folder) throws IOException {
    for (Path file : List.of(folder.monitorFile(), folder.processFile())) {
      if (ProcessIdentity.lives(file)) {
        Stopping.kill(session, ProcessIdentity.read(file).orElseThrow());
      }
    }
    if (Files.exists(folder.programFile())) {
      Front.Outcome outcome = session.front().tearDown(Files.readAllBytes(folder.programFile()));
      if (!outcome.succeeded() && outcome.errno() != Errno.EBADMSG) {
        throw new IOException(
            "cannot clean up all of container "
                + folder.id()
                + ": "
                + Errno.text(outcome.errno())
                + "; nothing of its files was removed");
      }
    }
    session.containers().releaseNames(folder.id());
    remove(session, folder, "");
  }

  /// Gives a container up that this process has claimed, and not started.
  static void release(Session session, ContainerFolder folder) throws IOException {
    Instructions steps = new Instructions();
    new ContainerMaker(session.containers(), session.caller()).release(folder, steps);
    run(session, steps, "cannot release container " + folder.id());
  }

  private static void run(Session session, Instructions steps, String complaint)
      throws IOException {
    Front.Outcome outcome = session.front().run(Program.of(steps).encode());
    if (!outcome.succeeded()) {
      throw new IOException(complaint + ": " + Errno.text(outcome.errno()));
    }
  }
}
