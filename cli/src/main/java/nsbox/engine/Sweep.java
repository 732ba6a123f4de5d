package nsbox.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.network.Networks;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.state.ProcessIdentity;

/// Puts in order what was left behind by those who were killed: planners, monitors, whole hosts.
///
/// Every command does this first. It costs one directory listing, two small reads and, for each
/// container that runs, two more.
public final class Sweep {
  /// A folder of the run root that is being removed.
  private static final String GONE = ".gone-";

  private static final int TRIES = 100;
  private static final int PAUSE_MILLISECONDS = 5;

  /* errno(3) of a container whose streams end with its monitor: EOPNOTSUPP. */
  private static final int NOT_ADOPTABLE = 95;

  /* ESRCH. */
  private static final int NO_PROCESS = 3;

  /* EAGAIN and EBUSY. */
  private static final int BEING_TAKEN = 11;
  private static final int TAKEN = 16;

  private final Containers containers;
  private final Front front;

  public Sweep(Containers containers, Front front) {
    this.containers = containers;
    this.front = front;
  }

  public void run() throws IOException {
    new Reboot(containers, front).notice();
    for (Path running : entries(containers.roots().run())) {
      sweepRunning(running);
    }
    List<Path> rubbish = new ArrayList<>();
    for (Path lasting : entries(containers.roots().containers())) {
      String name = lasting.getFileName().toString();
      if (name.startsWith(Containers.REMOVED)) {
        rubbish.add(lasting);
      } else if (name.startsWith(Containers.NEW) && !isOwned(name)) {
        rubbish.add(lasting);
      }
    }
    remove(rubbish);
    new FilterRepair(containers, front).run();
  }

  private boolean isOwned(String name) throws IOException {
    String id = name.substring(Containers.NEW.length());
    return ProcessIdentity.lives(containers.folder(id).monitorFile());
  }

  /* A folder of the run root is somebody's as long as the process that it names as its monitor
   * lives. It appears with that name inside, so one without a name is rubbish as well. */
  private void sweepRunning(Path running) throws IOException {
    String name = running.getFileName().toString();
    if (name.equals(ImageMounts.FOLDER) || name.equals(Networks.RUN_FOLDER)) {
      return;
    }
    if (name.startsWith(".")) {
      if (!name.startsWith(Containers.NEW) || !ContainerMaker.isOwned(name)) {
        remove(List.of(running));
      }
      return;
    }
    ContainerFolder folder = containers.folder(name);
    settledOwner(folder);
    if (ProcessIdentity.lives(folder.monitorFile()) || !Files.exists(running)) {
      return;
    }
    if (Files.exists(folder.programFile())) {
      byte[] program = Files.readAllBytes(folder.programFile());
      if (Files.exists(folder.processFile()) && isTakenOver(program)
          || isLost(folder, settledOwner(folder)) && isResumed(folder, program)) {
        return;
      }
    }
    /* Who tried to take it over has put its own name there. */
    Optional<Path> gone = withdraw(folder, settledOwner(folder));
    if (gone.isPresent()) {
      remove(List.of(gone.get()));
    }
  }

  /* One without the name of its monitor loses its files just now, or whoever did that was killed. */
  private static String settledOwner(ContainerFolder folder) throws IOException {
    String owner = ProcessIdentity.readIfThere(folder.monitorFile());
    for (int i = 0; owner.isEmpty() && i < TRIES && Files.exists(folder.running()); i++) {
      pause();
      owner = ProcessIdentity.readIfThere(folder.monitorFile());
    }
    return owner;
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE_MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IOException("interrupted while a container ended", e);
    }
  }

  /* Takes back what a lost container has on the host, and its folder out of the way. Others look as well: a
   * monitor that takes it over holds the same lock, and nobody starts it while the folder has its name. */
  private Optional<Path> withdraw(ContainerFolder folder, String owner) throws IOException {
    try (FileChannel channel = lock(folder);
        FileLock lock = channel == null ? null : taken(channel)) {
      if (lock == null || !isStillOf(folder, owner) || !tornDown(folder)) {
        return Optional.empty();
      }
      Path gone = folder.running().resolveSibling(GONE + Containers.newId());
      Files.move(folder.running(), gone, StandardCopyOption.ATOMIC_MOVE);
      return Optional.of(gone);
    } catch (NoSuchFileException e) {
      return Optional.empty(); // gone meanwhile
    }
  }

  private static boolean isStillOf(ContainerFolder folder, String owner) throws IOException {
    return Files.exists(folder.running())
        && owner.equals(ProcessIdentity.readIfThere(folder.monitorFile()));
  }

  /* Its end is recorded then, which says whether it is to be started again. */
  private boolean isLost(ContainerFolder folder, String owner) throws IOException {
    try (FileChannel channel = lock(folder);
        FileLock lock = channel == null ? null : taken(channel)) {
      if (lock == null || !isStillOf(folder, owner)) {
        return false;
      }
      recordEnd(folder);
      return true;
    } catch (NoSuchFileException e) {
      return false; // gone meanwhile
    }
  }

  private void recordEnd(ContainerFolder folder) throws IOException {
    if (Files.exists(folder.recordFile())
        && !Files.exists(folder.exitFile())
        && Files.exists(folder.monitorFile())) {
      recordLoss(folder);
    }
  }

  /* What a monitor that was killed has forked holds its lock as well, until it is dead, too. */
  private static FileLock taken(FileChannel channel) throws IOException {
    FileLock lock = channel.tryLock();
    for (int i = 0; lock == null && i < TRIES; i++) {
      pause();
      lock = channel.tryLock();
    }
    return lock;
  }

  /* Null where what has a container's name is no folder: then it is nobody's. */
  private FileChannel lock(ContainerFolder folder) throws IOException {
    if (!Files.isDirectory(folder.running(), LinkOption.NOFOLLOW_LINKS)) {
      remove(List.of(folder.running()));
      return null;
    }
    return FileChannel.open(
        folder.monitorLockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private boolean tornDown(ContainerFolder folder) throws IOException {
    if (Files.exists(folder.programFile())) {
      recordEnd(folder);
      Front.Outcome outcome = front.tearDown(Files.readAllBytes(folder.programFile()));
      if (!outcome.succeeded()) {
        front.err(
            "nsbox: cannot clean up all of container "
                + folder.id()
                + " (step "
                + (outcome.index() + 1)
                + ", error "
                + outcome.errno()
                + "); the next command tries again\n");
        return false;
      }
    }
    containers.networks().forget(folder.id());
    if (!Files.exists(folder.recordFile())) {
      containers.releaseNames(folder.id());
    } else if (!Files.exists(folder.startedFile())) {
      withdrawUnstarted(folder);
    }
    return true;
  }

  /* Who was to run it was killed before; its files go with the other rubbish. */
  private void withdrawUnstarted(ContainerFolder folder) throws IOException {
    try {
      ContainerRecord record = folder.record();
      if (record.autoRemove() && containers.withdraw(folder, record.name())) {
        new Events(containers.roots()).container("destroy", record);
      }
    } catch (DamagedContainerException e) {
      /* Lists tell of it, and only who wants it away removes it. */
      return;
    }
  }

  /* Also by another command that was quicker. */
  private boolean isTakenOver(byte[] program) throws IOException {
    int errno = front.adopt(program).errno();
    return errno != NOT_ADOPTABLE && errno != NO_PROCESS;
  }

  /* The policy holds also where the monitor was killed that waited to obey it. The socket says that there was
   * one: else whoever claimed the folder died before. */
  private boolean isResumed(ContainerFolder folder, byte[] program) throws IOException {
    if (!Files.exists(folder.attachSocket())
        || !Files.exists(folder.monitorFile())
        || !Files.exists(folder.exitFile())
        || Files.exists(folder.stoppedFile())
        || folder.record().restartPolicy().equals(ContainerRecord.NO_RESTART)
        || !(folder.state() instanceof ContainerState.Exited end)) {
      return false;
    }
    int errno = front.resume(program, end.exitCode()).errno();
    return errno == 0 || errno == BEING_TAKEN || errno == TAKEN;
  }

  /* Nobody saw how it ended. One that is not taken over is killed with its monitor: signal 9. One that ended
   * with the host has no monitor any more, and says by having no end that nobody knows. */
  private void recordLoss(ContainerFolder folder) throws IOException {
    String text = "signal 9 " + System.currentTimeMillis() / 1000 + " 0 -\n";
    try {
      Containers.write(folder.exitFile(), text.getBytes(StandardCharsets.US_ASCII), false);
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      /* Another command was quicker, or the container has been removed meanwhile. */
      return;
    } catch (IOException e) {
      /* A full disk. Without a record it counts as ended, too, and no command must fail for it. */
      Files.deleteIfExists(folder.exitFile());
    }
    if (Files.exists(folder.startedFile())) {
      new Events(containers.roots()).container("die", folder.record(), Map.of("exitCode", "137"));
    }
  }

  private void remove(List<Path> folders) throws IOException {
    if (folders.isEmpty()) {
      return;
    }
    Instructions steps = new Instructions();
    for (Path folder : folders) {
      steps.addIgnoring(
          Instruction.MISSING, "remove " + folder, Opcode.REMOVE_TREE, folder.toString());
    }
    Front.Outcome outcome = front.run(Program.of(steps).encode());
    if (!outcome.succeeded()) {
      /* What cannot go must not stop the command, which wants something else. */
      front.err(
          "nsbox: cannot remove "
              + folders.get(outcome.index())
              + ": error "
              + outcome.errno()
              + "; the next nsbox command tries again\n");
    }
  }

  private static List<Path> entries(Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return entries;
  }
}
