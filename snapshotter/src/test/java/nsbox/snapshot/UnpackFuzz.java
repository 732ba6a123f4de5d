package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import nsbox.linux.Fd;
import org.junit.jupiter.params.provider.MethodSource;

/// Stacks of up to three layers of a few names, so that entries meet each other: links through
/// links, whiteouts of what came before, directories replaced half-way.
///
/// Whatever they are: a stack becomes the same, whether its layers are unpacked one after the other
/// or at once; or it is refused and leaves nothing. Nothing outside is ever touched.
class UnpackFuzz {
  private static final int LIMIT_BYTES = 400;

  private static final char[] TYPES = {'0', '5', '2', '1', '0', '5', '2', '1', '3', '4', '6'};

  /// Where tmpfs is, since each input makes two stores and removes them again.
  private static Path temporary() throws IOException {
    Path memory = Path.of("/dev/shm");
    return Files.isWritable(memory)
        ? Files.createTempDirectory(memory, "nsbox-fuzz")
        : Files.createTempDirectory("nsbox-fuzz");
  }

  static Stream<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int seed = 0; seed < 20; seed++) {
      byte[] bytes = new byte[20 + 18 * seed];
      new Random(seed).nextBytes(bytes);
      seeds.add(bytes);
    }
    return seeds.stream();
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "20s")
  void becomesTheSameEitherWayAndStaysInside(byte[] data) throws IOException {
    assumeTrue(RootTest.isRoot(), "unpacking sets owners and makes devices, which needs root");
    Path temporary = temporary();
    try {
      Path canary = Files.createDirectory(temporary.resolve("canary"));
      Files.writeString(canary.resolve("secret"), "CANARY");
      Files.createDirectory(canary.resolve("out"));
      Map<String, String> before = TreeDump.of(canary);
      check(temporary, tars(new Choices(data), canary));
      assertEquals(before, TreeDump.of(canary));
      try (var files = Files.list(temporary)) {
        files.forEach(file -> assertTrue(Files.isDirectory(file), file::toString));
      }
    } finally {
      try (Fd parent = WorkDirectory.openRoot(temporary.getParent())) {
        Names.remove(parent, bytes(temporary.getFileName().toString()));
      }
    }
  }

  private static void check(Path temporary, List<byte[]> tars) throws IOException {
    LayerLimits limits = new LayerLimits(1 << 20, 0, 500);
    Snapshots one = Snapshots.open(temporary.resolve("one"), limits);
    Snapshots all = Snapshots.open(temporary.resolve("all"), limits);
    List<String> chain = new ArrayList<>();
    List<Layer> layers = new ArrayList<>();
    for (byte[] tar : tars) {
      layers.add(Stack.layer(Stack.digest(tar), tar));
      chain.add(Snapshots.chainId(chain.isEmpty() ? null : chain.getLast(), Stack.digest(tar)));
    }
    String refused = null;
    int applied = 0;
    try {
      for (; applied < tars.size(); applied++) {
        one.apply(chain.get(applied), chain.subList(0, applied), layers.get(applied));
      }
    } catch (LayerException e) {
      refused = e.getMessage();
      assertTrue(refused.chars().noneMatch(Character::isISOControl), refused);
    }
    assertEquals(
        chain.stream().limit(applied).distinct().count(), stored(temporary.resolve("one")));
    try {
      all.applyAll(layers, chain, 2);
    } catch (LayerException e) {
      assertTrue(refused != null, () -> "refused only at once: " + e.getMessage());
      assertEquals(0, stored(temporary.resolve("all")));
      return;
    }
    assertNull(refused, "refused only one after the other");
    for (String chainId : chain) {
      assertEquals(dump(one.directory(chainId)), dump(all.directory(chainId)));
    }
    Path merged = Files.createDirectory(temporary.resolve("merged"));
    all.materialize(chain, merged);
  }

  /// Without the times at which whiteouts were made, which nobody sees.
  private static Map<String, String> dump(Path directory) throws IOException {
    Map<String, String> dump = TreeDump.of(directory);
    dump.replaceAll((path, line) ->
        line.startsWith("20000 0:0 ") ? line.replaceAll("modified \\S+", "") : line);
    return dump;
  }

  private static long stored(Path root) throws IOException {
    try (var files = Files.list(root)) {
      return files.count();
    }
  }

  private static List<byte[]> tars(Choices choices, Path canary) {
    List<byte[]> tars = new ArrayList<>();
    List<TarFixture.Entry> entries = new ArrayList<>();
    while (choices.left() && tars.size() < 3) {
      if (choices.next(8) == 0) {
        tars.add(tar(entries, tars.size()));
        entries.clear();
      }
      entries.add(entry(choices, canary));
    }
    tars.add(tar(entries, tars.size()));
    return tars;
  }

  /// No two are the same, for the same layer twice is another matter.
  private static byte[] tar(List<TarFixture.Entry> entries, int number) {
    byte[] tar = TarFixture.layer(entries.toArray(TarFixture.Entry[]::new));
    tar[tar.length - 1] = (byte) number;
    return tar;
  }

  private static TarFixture.Entry entry(Choices choices, Path canary) {
    char type = TYPES[choices.next(TYPES.length)];
    byte[] name = bytes(path(choices, canary));
    byte[] link = type == '1' || type == '2' ? bytes(path(choices, canary)) : new byte[0];
    byte[] content = type == '0' ? bytes("content " + choices.next(3)) : new byte[0];
    TarFixture.Entry entry =
        new TarFixture.Entry(
            type,
            new byte[] {'x'},
            new byte[0],
            0644,
            0,
            0,
            7,
            1,
            3,
            content,
            List.of(),
            content.length);
    entry = entry.pax("path", name);
    entry = link.length == 0 ? entry : entry.pax("linkpath", link);
    return switch (choices.next(16)) {
      case 0 -> entry.mode(07777);
      case 1 -> entry.mode(0).owner(4294967294L, 70_000);
      case 2 -> entry.pax("mtime", "-1.5");
      case 3 -> entry.pax("SCHILY.xattr.user.x", "y").pax("SCHILY.xattr.trusted.z", "z");
      case 4 -> entry.pax("SCHILY.xattr.trusted.overlay.opaque", "y");
      case 5 -> entry.pax("SCHILY.xattr.security.capability", "short");
      case 6 -> entry.pax("GNU.sparse.size", "5000").pax("GNU.sparse.map", "4000,9");
      default -> entry;
    };
  }

  private static String path(Choices choices, Path canary) {
    String[] names = {
      "a",
      "b",
      "c",
      "a",
      "b",
      "c",
      "..",
      ".",
      "",
      ".wh.a",
      ".wh.b",
      ".wh.c",
      ".wh..wh..opq",
      ".wh.",
      ".wh...",
      ".wh..wh.plnk",
      "n\n",
      "x".repeat(255),
      canary.toString(),
      "secret",
      "out"
    };
    StringBuilder path = new StringBuilder(choices.next(8) == 0 ? "/" : "");
    int components = 1 + choices.next(4);
    for (int i = 0; i < components; i++) {
      path.append(i == 0 ? "" : "/").append(names[choices.next(names.length)]);
    }
    return path.toString();
  }

  /// Takes one byte for each choice; zeros when they are used up.
  private static final class Choices {
    private final byte[] bytes;
    private int at;

    private Choices(byte[] bytes) {
      this.bytes = bytes;
    }

    private boolean left() {
      return at < Math.min(bytes.length, LIMIT_BYTES);
    }

    private int next(int count) {
      return left() ? Byte.toUnsignedInt(bytes[at++]) % count : 0;
    }
  }
}
