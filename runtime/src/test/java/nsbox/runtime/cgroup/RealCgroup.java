package nsbox.runtime.cgroup;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;

/// A cgroup of this machine, in all of its hierarchies, with processes to put into it.
///
/// Closing ends the processes and removes the cgroup with all that is below it.
final class RealCgroup implements AutoCloseable {
  private static final int LIMIT_SECONDS = 20;
  private static int number;

  private final ContainerCgroup cgroup;
  private final List<Process> processes = new ArrayList<>();
  private final List<String> handedDown = new ArrayList<>();

  private RealCgroup(ContainerCgroup cgroup) throws IOException {
    this.cgroup = cgroup;
    for (ContainerCgroup.Place place : cgroup.places()) {
      create(place);
    }
  }

  /// As a container has it.
  static RealCgroup ofHost() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root makes cgroups");
    return new RealCgroup(ContainerCgroup.of(CgroupLayout.ofHost(), path()));
  }

  /// In the hierarchy of version 2 alone, which a host may have beside version 1.
  static RealCgroup ofVersion2() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root makes cgroups");
    Optional<Hierarchy> unified = CgroupLayout.ofHost().unified();
    assumeTrue(unified.isPresent(), "no cgroup v2 hierarchy is mounted");
    return new RealCgroup(ContainerCgroup.of(new CgroupLayout(List.of(unified.get())), path()));
  }

  private static String path() {
    return "nsbox-cgroup-test-" + ProcessHandle.current().pid() + "-" + number++;
  }

  ContainerCgroup cgroup() {
    return cgroup;
  }

  /// The cgroup itself, in the hierarchy that has a controller.
  String directory(String controller) {
    return cgroup.directory(controller).orElseThrow();
  }

  String read(String controller, String file) throws IOException {
    return CgroupFile.read(directory(controller), file);
  }

  void apply(String resources) throws Exception {
    Resources parsed = ResourcesTest.resources(resources);
    for (CgroupWrite write : ResourceWrites.of(parsed, cgroup)) {
      write.perform();
    }
  }

  /// Another cgroup below this one, in all hierarchies.
  void addBelow(String name) throws IOException {
    for (ContainerCgroup.Place place : cgroup.places()) {
      Path directory = Path.of(place.directory(), name);
      Files.createDirectory(directory);
      copyCpuset(place, directory);
    }
  }

  /// A shell whose children start in the cgroup, or in one below it.
  Process start(String below, String script) throws IOException {
    StringBuilder joined = new StringBuilder();
    for (ContainerCgroup.Place place : cgroup.places()) {
      joined.append("echo $$ > ").append(place.directory()).append(below);
      joined.append("/cgroup.procs && ");
    }
    Process process =
        new ProcessBuilder("/bin/sh", "-c", joined + "echo joined && " + script)
            .redirectErrorStream(true)
            .start();
    processes.add(process);
    String said = process.inputReader().readLine();
    if (!"joined".equals(said)) {
      throw new IOException("no process in the cgroup: " + said);
    }
    return process;
  }

  @Override
  public void close() throws IOException {
    Optional<Freezer> freezer = Freezer.of(cgroup);
    if (freezer.isPresent()) {
      freezer.get().thaw();
    }
    for (long pid : CgroupProcesses.of(cgroup)) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
    try {
      for (Process process : processes) {
        process.destroyForcibly().waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
      }
      for (ContainerCgroup.Place place : cgroup.places()) {
        remove(Path.of(place.directory()));
      }
      for (String controller : handedDown) {
        Path above = Path.of(cgroup.places().getFirst().directory()).getParent();
        Files.writeString(
            above.resolve("cgroup.subtree_control"), "-" + controller, StandardOpenOption.WRITE);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private void create(ContainerCgroup.Place place) throws IOException {
    Path directory = Path.of(place.directory());
    if (cgroup.isUnified()) {
      handDown(directory.getParent());
    }
    Files.createDirectory(directory);
    copyCpuset(place, directory);
  }

  private static void copyCpuset(ContainerCgroup.Place place, Path directory) throws IOException {
    if (place.hierarchy().name().equals("cpuset")) {
      for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
        String above = Files.readString(directory.getParent().resolve(file));
        Files.writeString(directory.resolve(file), above, StandardOpenOption.WRITE);
      }
    }
  }

  /* From the cgroup above alone, which is the root where this matters. */
  private void handDown(Path directory) throws IOException {
    String controllers = Files.readString(directory.resolve("cgroup.controllers")).strip();
    Path control = directory.resolve("cgroup.subtree_control");
    for (String controller : controllers.split(" ")) {
      boolean already = (" " + Files.readString(control).strip() + " ").contains(" " + controller);
      if (!controller.isEmpty() && !already) {
        Files.writeString(control, "+" + controller, StandardOpenOption.WRITE);
        handedDown.add(controller);
      }
    }
  }

  private static void remove(Path directory) throws IOException, InterruptedException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, Files::isDirectory)) {
      for (Path entry : entries) {
        remove(entry);
      }
    }
    for (int tries = 0; ; tries++) {
      try {
        Files.delete(directory);
        return;
      } catch (IOException e) {
        /* Busy for a moment after its last process. */
        if (tries == LIMIT_SECONDS * 10) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }
}
