package nsbox.runtime.criu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.plan.Restore;

/// The standard streams of a container's process, which are its caller's.
///
/// Beside the checkpoint lies what they were, in the file that runc has for it: a pipe by its
/// inode, which is criu's name for it too, all else by its path. What is not from the container's
/// own root has another name for criu, of two numbers. Whoever restores gives other streams in
/// their place; but what was `/dev/null` stays that.
///
/// @param targets as the links in /proc say; empty for a stream that is closed
/// @param names for criu, of what is not in the checkpoint; else empty
record Streams(List<String> targets, List<String> names) {
  private static final String FILE = "descriptors.json";
  private static final String NULL = "/dev/null";
  private static final int STREAMS = 3;
  private static final int FIRST_PSEUDOTERMINAL = 136;
  private static final int LAST_PSEUDOTERMINAL = 143;

  static Streams of(int pid, List<MountEntry> mounts) throws IOException {
    Set<Integer> own = new HashSet<>();
    mounts.forEach(mount -> own.add(mount.id()));
    List<String> targets = new ArrayList<>();
    List<String> names = new ArrayList<>();
    Path process = Path.of("/proc/" + pid);
    for (int descriptor = 0; descriptor < STREAMS; descriptor++) {
      String number = Integer.toString(descriptor);
      String target = target(process.resolve("fd").resolve(number));
      targets.add(target);
      names.add(target.startsWith("/") ? name(process, number, own) : pipe(target));
    }
    return new Streams(targets, names);
  }

  private static String target(Path descriptor) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException e) {
      return ""; // the container has closed it
    }
  }

  private static String pipe(String target) {
    return target.startsWith("pipe:") ? target : "";
  }

  private static String name(Path process, String descriptor, Set<Integer> own) throws IOException {
    Path file = process.resolve("fd").resolve(descriptor);
    int mount = 0;
    for (String line : Files.readAllLines(process.resolve("fdinfo").resolve(descriptor))) {
      if (line.startsWith("mnt_id:")) {
        mount = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
      }
    }
    if (own.contains(mount)) {
      return "";
    }
    long device = (Long) Files.getAttribute(file, "unix:rdev");
    long major = device >> 8 & 0xfff;
    return major >= FIRST_PSEUDOTERMINAL && major <= LAST_PSEUDOTERMINAL
        ? numbers("tty", device, (Long) Files.getAttribute(file, "unix:dev"))
        : numbers("file", mount, (Long) Files.getAttribute(file, "unix:ino"));
  }

  private static String numbers(String kind, long one, long other) {
    return kind + "[" + Long.toHexString(one) + ":" + Long.toHexString(other) + "]";
  }

  /// @param names as [#names], of a checkpoint of nsbox; empty for one of runc's
  static Streams read(Path images, List<String> names) throws IOException {
    Path file = images.resolve(FILE);
    List<String> targets;
    try {
      /* The parser of this project takes objects alone. */
      String text = "{\"streams\":" + Files.readString(file) + "}";
      JsonObject json = Json.parse(text.getBytes(StandardCharsets.UTF_8), file.toString());
      targets = json.strings("streams");
    } catch (NoSuchFileException e) {
      throw new IOException(images + " is no checkpoint of a container: it has no " + FILE, e);
    }
    if (names.size() == targets.size()) {
      return new Streams(targets, names);
    }
    List<String> pipes = new ArrayList<>();
    targets.forEach(target -> pipes.add(pipe(target)));
    return new Streams(targets, pipes);
  }

  void write(Path images) throws IOException {
    String text = Json.text(new JsonObject().put("streams", targets));
    Files.writeString(
        images.resolve(FILE), text.substring(text.indexOf('['), text.lastIndexOf(']') + 1));
  }

  /// What criu must not look for in the container's root.
  List<String> dumped() {
    List<String> arguments = new ArrayList<>();
    for (String name : new LinkedHashSet<>(names)) {
      if (!name.isEmpty() && !name.startsWith("pipe:")) {
        arguments.addAll(List.of("--external", name));
      }
    }
    return arguments;
  }

  /// What the restored container gets in the place of each.
  ///
  /// @param open where /dev/null is added, if it is to be open for it; the first has the descriptor
  ///   [Restore#FIRST_DESCRIPTOR]
  List<String> restored(List<String> open) {
    List<String> arguments = new ArrayList<>();
    for (String name : new LinkedHashSet<>(names)) {
      if (name.isEmpty()) {
        continue;
      }
      int descriptor = names.indexOf(name);
      if (targets.get(descriptor).equals(NULL)) {
        descriptor = Restore.FIRST_DESCRIPTOR + open.size();
        open.add(NULL);
      }
      arguments.addAll(List.of("--inherit-fd", "fd[" + descriptor + "]:" + name));
    }
    return arguments;
  }
}
