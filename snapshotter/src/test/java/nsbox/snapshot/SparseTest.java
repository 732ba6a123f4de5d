package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.bytes;
import static nsbox.snapshot.TarFixture.checksum;
import static nsbox.snapshot.TarFixture.concat;
import static nsbox.snapshot.TarFixture.entry;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.header;
import static nsbox.snapshot.TarFixture.layer;
import static nsbox.snapshot.TarFixture.symlink;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SparseTest extends RootTest {
  private static final int DATA = 4096;

  /// Files with so many parts that every form needs more than one block for its map.
  private Path original() throws IOException {
    Path files = Files.createDirectory(temporary.resolve("original"));
    try (RandomAccessFile many = new RandomAccessFile(files.resolve("many").toFile(), "rw")) {
      for (int part = 0; part < 150; part++) {
        many.seek(part * 65_536L + part % 3 * 8192L);
        many.write(bytes("part " + part));
      }
      many.setLength(11_000_000);
    }
    try (RandomAccessFile hole = new RandomAccessFile(files.resolve("hole").toFile(), "rw")) {
      hole.setLength(3_000_001);
    }
    try (RandomAccessFile end = new RandomAccessFile(files.resolve("end").toFile(), "rw")) {
      end.seek(2_000_000);
      end.write(bytes("the end"));
    }
    Files.writeString(files.resolve("plain"), "no hole at all");
    return files;
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }

  private static long blocks(Path file) throws Exception {
    return Long.parseLong(run("stat", "--format=%b", file.toString()).strip());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format=gnu",
        "--format=posix --sparse-version=0.0",
        "--format=posix --sparse-version=0.1",
        "--format=posix --sparse-version=1.0"
      })
  void expandsWhatGnuTarMadeAndKeepsTheHoles(String format) throws Exception {
    Path original = original();
    Path archive = temporary.resolve("sparse.tar");
    List<String> command = new ArrayList<>(List.of("tar", "--sparse", "-C", original.toString()));
    command.addAll(List.of(format.split(" ")));
    command.addAll(List.of("-cf", archive.toString(), "many", "hole", "end", "plain"));
    run(command.toArray(String[]::new));
    byte[] tar = Files.readAllBytes(archive);
    assertTrue(tar.length < 2_000_000, "the archive itself is not sparse");

    Stack stack = stack().add(tar);
    Path fs = snapshots.directory(stack.chain().getFirst());
    assertEquals(Set.of(".", "many", "hole", "end", "plain"), stack.top().keySet());
    for (String name : List.of("many", "hole", "end", "plain")) {
      Path made = fs.resolve(name);
      assertArrayEquals(Files.readAllBytes(original.resolve(name)), Files.readAllBytes(made), name);
      assertTrue(blocks(made) <= blocks(original.resolve(name)), name + " lost its holes");
    }
    assertEquals(
        11_000_000 + 3_000_001 + 2_000_007 + 14,
        snapshots.contentBytes(stack.chain().getFirst()).orElseThrow());
  }

  /// A file of two parts, "ab" and "cde", in the version 1.0.
  private static TarFixture.Entry inContent(String map, String data) {
    byte[] content = concat(Arrays.copyOf(bytes(map), -(-map.length() & -512)), bytes(data));
    return entry('0', bytes("GNUSparseFile.1/f"), bytes(""), 0644, content)
        .pax("GNU.sparse.major", "1")
        .pax("GNU.sparse.minor", "0")
        .pax("GNU.sparse.name", "f")
        .pax("GNU.sparse.realsize", "20");
  }

  @Test
  void placesThePartsAndTakesTheTrueName() throws IOException {
    Stack stack = stack().add(inContent("2\n3\n2\n10\n3\n", "abcde"), file("g", "after"));
    Path fs = snapshots.directory(stack.chain().getFirst());
    assertEquals("\0\0\0ab\0\0\0\0\0cde\0\0\0\0\0\0\0", Files.readString(fs.resolve("f")));
    assertEquals("after", Files.readString(fs.resolve("g")));
  }

  @Test
  void readsLargerMapsThanOneBlock() throws IOException {
    StringBuilder map = new StringBuilder("1000\n");
    for (int part = 0; part < 1000; part++) {
      map.append(part * 1_000_000L).append("\n1\n");
    }
    TarFixture.Entry entry =
        inContent(map.toString(), "x".repeat(1000)).pax("GNU.sparse.realsize", "999000001");
    Stack stack = stack().add(entry);
    assertTrue(stack.top().get("f").contains(" size 999000001 "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2,10,3,3,2|20|its map is not in order",
        "2,3,8,10,3|20|its map is not in order",
        "1,16,5|20|its map goes beyond its size",
        "1,9223372036854775000,5|20|its map goes beyond its size",
        "1,99999999999999999999,5|20|its map has a number too large",
        "1,3,6|20|its map does not fit the content in the archive",
        "1,3,4|20|its map does not fit the content in the archive",
        "0|20|its map does not fit the content in the archive",
        "1,-3,5|20|its map is not made of numbers",
        "1,,5|20|its map is not made of numbers",
        "2,3,5|20|its map is not made of numbers",
        "999999999,3,5|20|it has more than 262144 parts",
        "1,0,5|-1|its map is not made of numbers",
        "1,0,5|x|its map is not made of numbers"
      })
  void refusesMapsThatLie(String map, String size, String reason) throws IOException {
    TarFixture.Entry liar =
        inContent(map.replace(',', '\n') + "\n", "abcde").pax("GNU.sparse.realsize", size);
    LayerException.BadEntry failure =
        assertThrows(LayerException.BadEntry.class, () -> stack().add(liar));
    assertEquals("f", failure.entry());
    assertEquals("a sparse file that lies: " + reason, failure.found());
    assertEquals(List.of(), stored());
  }

  @Test
  void refusesAMapThatDoesNotEnd() {
    for (TarFixture.Entry liar :
        List.of(inContent("9".repeat(512), ""), inContent("1\n2", ""), inContent("", "12\n"))) {
      assertThrows(LayerException.BadEntry.class, () -> stack().add(liar));
    }
  }

  private static TarFixture.Entry records(String... keysAndValues) {
    TarFixture.Entry entry = file("f", "abcde");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      entry = entry.pax("GNU.sparse." + keysAndValues[i], keysAndValues[i + 1]);
    }
    return entry;
  }

  @Test
  void readsMapsInRecords() throws IOException {
    for (TarFixture.Entry entry :
        List.of(
            records("size", "9", "numblocks", "2", "map", "1,2,6,3"),
            records("major", "0", "minor", "1", "size", "9", "map", "1,2,6,3"),
            records("size", "9", "offset", "1", "numbytes", "2", "offset", "6", "numbytes", "3"))) {
      Stack stack = stack().add(entry);
      Path fs = snapshots.directory(stack.chain().getFirst());
      assertEquals("\0ab\0\0\0cde", Files.readString(fs.resolve("f")));
    }
  }

  @Test
  void refusesRecordsThatLie() throws IOException {
    for (TarFixture.Entry liar :
        List.of(
            records("size", "9", "numblocks", "3", "map", "1,2,6,3"),
            records("size", "9", "map", "1,2,6"),
            records("size", "9", "map", "1,2,,3"),
            records("size", "9", "map", ","),
            records("map", "0,5"),
            records("size", "9"),
            records("size", "9", "offset", "1"),
            records("size", "9", "major", "2", "minor", "0", "map", "0,5"))) {
      assertThrows(LayerException.BadEntry.class, () -> stack().add(liar));
    }
    for (TarFixture.Entry damaged :
        List.of(
            records("size", "9", "offset", "1", "offset", "1"),
            records("size", "9", "numbytes", "1"),
            records("size", "9", "offset", "1,2", "numbytes", "1"))) {
      assertThrows(LayerException.Damaged.class, () -> stack().add(damaged));
    }
    assertThrows(
        LayerException.BadEntry.class,
        () ->
            stack()
                .add(symlink("l", "t").pax("GNU.sparse.map", "0,0").pax("GNU.sparse.size", "0")));
    assertEquals(List.of(), stored());
  }

  /// An old GNU header; numbers in octal.
  private static byte[] old(boolean extended, String size, String... map) {
    byte[] header = header(entry('S', bytes("f"), bytes(""), 0644, bytes("abcde")));
    System.arraycopy(bytes("ustar  \0"), 0, header, 257, 8);
    put(header, 386, map);
    header[482] = (byte) (extended ? 1 : 0);
    put(header, 483, size);
    return checksum(header);
  }

  private static void put(byte[] block, int offset, String... numbers) {
    for (int i = 0; i < numbers.length; i++) {
      System.arraycopy(bytes(numbers[i]), 0, block, offset + 12 * i, numbers[i].length());
    }
  }

  @Test
  void readsOldHeadersWithExtensions() throws IOException {
    byte[] extension = new byte[512];
    put(extension, 0, "4", "1", "10", "1");
    byte[] tar =
        concat(
            old(true, "12", "0", "1", "1", "0", "1", "1", "2", "1"),
            extension,
            Arrays.copyOf(bytes("abcde"), 512),
            layer(file("g", "after")));
    Stack stack = stack().add(tar);
    Path fs = snapshots.directory(stack.chain().getFirst());
    assertEquals("abc\0d\0\0\0e\0", Files.readString(fs.resolve("f")));
    assertTrue(stack.top().get("f").startsWith("100644 "));
    assertEquals("after", Files.readString(fs.resolve("g")));
  }

  @Test
  void refusesOldHeadersThatLie() throws IOException {
    byte[] notGnu = old(false, "12", "0", "5");
    System.arraycopy(bytes("ustar\00000"), 0, notGnu, 257, 8);
    for (byte[] header :
        List.of(
            old(false, "12", "0", "4"),
            old(false, "12", "10", "5"),
            old(false, "-12", "0", "5"),
            old(true, "12", "0", "5", "1", "0"),
            checksum(notGnu))) {
      byte[] tar = concat(header, Arrays.copyOf(bytes("abcde"), 512), new byte[1024]);
      assertThrows(LayerException.class, () -> stack().add(tar));
      assertEquals(List.of(), stored());
    }
  }

  @Test
  void countsHolesAgainstTheLimit() throws IOException {
    String size = Long.toString(1L << 40);
    TarFixture.Entry bomb = records("size", size, "map", "0,5");
    LayerException.TooLarge failure =
        assertThrows(LayerException.TooLarge.class, () -> stack().add(bomb));
    assertEquals(LayerLimits.Limit.BYTES, failure.setting());
    assertTrue(failure.getMessage().endsWith("entry f: more than 1073741824 bytes unpacked"));
    assertEquals(List.of(), stored());

    Snapshots raised = Snapshots.open(root, LayerLimits.DEFAULT.withBytes(2L << 40));
    Stack stack = new Stack(raised).add(bomb);
    assertEquals(1L << 40, Files.size(raised.directory(stack.chain().getFirst()).resolve("f")));
  }
}
