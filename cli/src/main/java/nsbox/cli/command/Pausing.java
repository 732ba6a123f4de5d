package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import nsbox.cli.Failure;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerLock;
import nsbox.engine.ContainerState;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.cgroup.Freezer;

/// Stops all processes of a container, and lets them go on.
final class Pausing {
  private Pausing() {}

  /// The cgroup of a container that runs, by its configuration.
  static ContainerCgroup cgroup(ContainerFolder folder) throws IOException {
    JsonObject linux = folder.config().object("linux");
    return ContainerCgroup.of(
        CgroupLayout.ofHost(), linux.optionalString("cgroupsPath").orElse("/"));
  }

  /* As podman has it, word for word. */
  static void pause(ContainerFolder folder) throws IOException, Failure {
    try (ContainerLock _ = ContainerLock.take(folder)) {
      if (!(folder.state() instanceof ContainerState.Running running)) {
        throw improper(folder, "is not running, can't pause");
      }
      if (running.paused()) {
        throw improper(folder, "is already paused");
      }
      try {
        freezer(folder).freeze();
        /* Nothing is frozen for ever: whoever finds no mark may pause again, or end it. */
        Files.createFile(folder.pausedFile());
      } catch (FileAlreadyExistsException e) {
        throw improper(folder, "is already paused");
      } catch (NoSuchFileException e) {
        throw improper(folder, "is not running, can't pause");
      }
    }
  }

  static void resume(ContainerFolder folder) throws IOException, Failure {
    try (ContainerLock _ = ContainerLock.take(folder)) {
      boolean runs = folder.state() instanceof ContainerState.Running;
      if (!runs || !Files.exists(folder.pausedFile()) && !freezer(folder).isFrozen()) {
        throw improper(folder, "is not paused, can't unpause");
      }
      thaw(folder);
    }
  }

  /// Lets a container go on if it is paused, so that it can end.
  static void thaw(ContainerFolder folder) throws IOException, Failure {
    try {
      freezer(folder).thaw();
    } catch (NoSuchFileException e) {
      // The cgroup went with the last process.
    }
    Files.deleteIfExists(folder.pausedFile());
  }

  private static Freezer freezer(ContainerFolder folder) throws IOException, Failure {
    var freezer = Freezer.of(cgroup(folder));
    if (freezer.isEmpty()) {
      throw new Failure("this host has no cgroup that could pause a container");
    }
    return freezer.get();
  }

  private static Failure improper(ContainerFolder folder, String what) throws IOException {
    return new Failure("\"" + folder.record().name() + "\" " + what + ": container state improper");
  }
}
