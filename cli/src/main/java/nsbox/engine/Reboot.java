package nsbox.engine;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// What is to be forgotten once the host has been started anew; the first command does it.
///
/// A process is recorded by its pid and its start time since boot, and both come again: whatever
/// starts early gets nearly the same numbers with every boot. In a tmpfs the records go with the
/// host. A run root on a disk keeps them, and a signal could reach a stranger. So the root says in
/// which boot it was used last. It is not the run root that does, for that may be shared by roots
/// that are used at other times.
final class Reboot {
  private static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";
  private static final int MOST_BYTES = 64;
  private static final int MILLISECONDS_A_SECOND = 1000;

  private final Containers containers;
  private final Front front;

  Reboot(Containers containers, Front front) {
    this.containers = containers;
    this.front = front;
  }

  /// Seconds since the epoch when this boot began.
  static long seconds() throws IOException {
    String uptime = new String(read("/proc/uptime"), StandardCharsets.US_ASCII);
    long up = Long.parseLong(uptime.substring(0, uptime.indexOf('.')));
    return System.currentTimeMillis() / MILLISECONDS_A_SECOND - up;
  }

  /// Costs two small reads where the host is the same.
  void notice() throws IOException {
    byte[] boot = read(BOOT_ID);
    String mark = containers.roots().root() + "/boot";
    if (Arrays.equals(boot, read(mark)) || !Files.isDirectory(containers.roots().root())) {
      return;
    }
    try (FileChannel channel =
            FileChannel.open(
                Path.of(mark),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      /* Others wait here, so nothing is started before all is forgotten. */
      byte[] last = read(mark);
      if (!Arrays.equals(boot, last)) {
        if (last.length > 0) {
          forget();
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(boot));
      }
      lock.release();
    }
  }

  /* Without its processes, what is left in the run root is cleaned up as after any loss. */
  private void forget() throws IOException {
    forgetNetworks();
    for (ContainerFolder folder : containers.list()) {
      try {
        if (Files.exists(folder.running())) {
          Files.deleteIfExists(folder.processFile());
          Files.deleteIfExists(folder.monitorFile());
        } else if (folder.record().autoRemove() && Files.exists(folder.startedFile())) {
          removeLost(folder);
        }
      } catch (NoSuchFileException | DamagedContainerException e) {
        continue; // its record is gone, or cannot be read: whoever wants to do something with it is
        // told
      }
    }
  }

  /* No address is anybody's, and the kernel has forgotten what the networks were made of. */
  private void forgetNetworks() throws IOException {
    String networks = ContainerNetworks.runFolder(containers.roots()).toString();
    Instructions steps = new Instructions();
    steps.addIgnoring(Instruction.MISSING, "remove " + networks, Opcode.REMOVE_TREE, networks);
    Front.Outcome outcome = front.run(Program.of(steps).encode());
    if (!outcome.succeeded()) {
      front.err("nsbox: cannot remove " + networks + ": error " + outcome.errno() + "\n");
    }
  }

  /* It was to go with its process. */
  private void removeLost(ContainerFolder folder) throws IOException {
    List<Instruction> steps = new ContainerStart(containers, folder, folder.record()).teardown();
    Front.Outcome outcome = front.tearDown(new Program(List.of(), List.of(), steps).encode());
    if (!outcome.succeeded()) {
      front.err(
          "nsbox: cannot remove container "
              + folder.record().name()
              + ", which was to go with its process: error "
              + outcome.errno()
              + "\n");
    }
  }

  private static byte[] read(String file) throws IOException {
    try (FileInputStream in = new FileInputStream(file)) {
      byte[] buffer = new byte[MOST_BYTES];
      return Arrays.copyOf(buffer, Math.max(in.read(buffer), 0));
    } catch (FileNotFoundException e) {
      return new byte[0];
    }
  }
}
