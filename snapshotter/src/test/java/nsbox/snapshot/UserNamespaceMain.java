package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.device;
import static nsbox.snapshot.TarFixture.directory;
import static nsbox.snapshot.TarFixture.fifo;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.hardlink;
import static nsbox.snapshot.TarFixture.opaque;
import static nsbox.snapshot.TarFixture.symlink;
import static nsbox.snapshot.TarFixture.whiteout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What [UserNamespaceTest] has done by a process of its own, in a mount namespace of its own.
final class UserNamespaceMain {
  private UserNamespaceMain() {}

  /// Arguments: what to do, the store, a folder for all else.
  public static void main(String[] arguments) throws Exception {
    Snapshots snapshots = Snapshots.open(Path.of(arguments[1]));
    Path folder = Path.of(arguments[2]);
    switch (arguments[0]) {
      case "show" -> show(snapshots, folder);
      case "change" -> change(snapshots, folder);
      case "refused-file" -> refused(snapshots, file("f", "x").owner(70_000, 5));
      case "refused-link" -> refused(snapshots, symlink("l", "x").owner(5, 70_000));
      case "refused-directory" -> refused(snapshots, directory("d/").owner(70_000, 70_001));
      case "another" -> another(snapshots);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /// Every rule in which rights play a part.
  static Stack unpack(Snapshots snapshots) throws IOException {
    byte[] capability = HexFormat.of().parseHex("0100000200200000000000000000000000000000");
    return new Stack(snapshots)
        .add(
            directory("./").mode(0711),
            directory("d/").mode(01777).owner(5, 6),
            file("d/in", "1"),
            file("d/sub/deep", "2"),
            file("e/x", "3"),
            file("e/y/z", "4"),
            file("f", "5").owner(1000, 33).mode(06755),
            file("g/h", "6"),
            file("last", "7").owner(65_535, 65_535),
            file("able", "8").pax("SCHILY.xattr.security.capability", capability),
            file("noted", "9").pax("SCHILY.xattr.user.note", "n"),
            file("becomes-device", "10"),
            symlink("l", "d").owner(7, 8),
            fifo("pipe"))
        .add(
            whiteout("d/in"),
            file("l/new", "through a link"),
            opaque("e"),
            file("e/y/new", ""),
            whiteout("g"),
            file("g/i", ""),
            hardlink("f2", "f"))
        .add(
            file("d", "a file now"),
            directory("d/"),
            file("d/last", ""),
            whiteout("e/y"),
            directory("dev/").owner(9, 9),
            whiteout("f"),
            file("tricked/x", "").pax("SCHILY.xattr.user.overlay.opaque", "y"),
            device('3', "dev/null", 1, 3).mode(0666),
            device('4', "dev/sda", 8, 0),
            hardlink("dev/also-null", "dev/null"),
            device('3', "becomes-device", 1, 5));
  }

  private static void show(Snapshots snapshots, Path folder) throws Exception {
    Stack stack = unpack(snapshots);
    RootMount.Overlay overlay =
        (RootMount.Overlay) new OverlayDriver(snapshots).view(stack.chain(), folder);
    print(TreeDump.of(mount(overlay, "", folder)));
  }

  private static void change(Snapshots snapshots, Path folder) throws Exception {
    Stack stack = unpack(snapshots);
    OverlayDriver driver = new OverlayDriver(snapshots);
    driver.prepare(stack.chain(), folder);
    RootMount.Overlay overlay = (RootMount.Overlay) driver.mounts(stack.chain(), folder);
    RootMount.Writable writable = overlay.writable().orElseThrow();
    Path root =
        mount(overlay, ",upperdir=" + writable.upper() + ",workdir=" + writable.work(), folder);
    run("sh", "-ec", "cd \"$0\"; rm -r d; mkdir d; rm last g/i; echo x >>noted", root.toString());
    print(TreeDump.of(root));
    System.out.println("upper:");
    print(TreeDump.of(writable.upper()));
  }

  private static void refused(Snapshots snapshots, TarFixture.Entry entry) throws IOException {
    try {
      new Stack(snapshots).add(entry);
      System.out.println("taken");
    } catch (LayerException.BadEntry e) {
      System.out.println(e.entry() + ": " + e.found());
    }
  }

  private static void another(Snapshots snapshots) {
    try {
      new Stack(snapshots).add(file("other", ""));
      System.out.println("taken");
    } catch (IOException e) {
      System.out.println(e.getMessage());
    }
  }

  /// With all options that a container gets.
  private static Path mount(RootMount.Overlay overlay, String more, Path folder) throws Exception {
    Path root = Files.createDirectory(folder.resolve("root"));
    String lowers = overlay.lowers().stream().map(Path::toString).collect(Collectors.joining(":"));
    String options = "index=off,metacopy=off,redirect_dir=nofollow,lowerdir=" + lowers + more;
    if (overlay.userAttributes()) {
      options += ",userxattr";
    }
    run("mount", "-t", "overlay", "overlay", "-o", options, root.toString());
    return root;
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(List.of(command)).inheritIO().start();
    if (process.waitFor() != 0) {
      throw new IOException(List.of(command) + " ended with " + process.exitValue());
    }
  }

  private static void print(Map<String, String> tree) {
    tree.forEach((path, line) -> System.out.println(path + " " + line));
  }
}
