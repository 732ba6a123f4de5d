package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.bytes;
import static nsbox.snapshot.TarFixture.checksum;
import static nsbox.snapshot.TarFixture.concat;
import static nsbox.snapshot.TarFixture.entry;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.header;
import static nsbox.snapshot.TarFixture.layer;
import static nsbox.snapshot.TarFixture.symlink;
import static nsbox.snapshot.TarFixture.unended;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import nsbox.linux.Timestamp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TarReaderTest {
  private static TarReader reader(byte[] tar) {
    return reader(tar, LayerLimits.DEFAULT);
  }

  private static TarReader reader(byte[] tar, LayerLimits limits) {
    Layer layer = new Layer(Stack.TAR, "sha256:test", "", tar.length, () -> null);
    return new TarReader(
        ByteStream.of(new ByteArrayInputStream(tar)), new LayerBudget(layer, limits));
  }

  private static TarEntry only(TarFixture.Entry entry) throws IOException {
    return reader(layer(entry)).next();
  }

  @Test
  void readsContentThatIsLargerThanTheBuffer() throws IOException {
    byte[] content = new byte[700_001];
    Arrays.fill(content, (byte) 'x');
    TarReader tar = reader(layer(entry('0', bytes("f"), bytes(""), 0644, content), file("g", "")));
    assertEquals(700_001, tar.next().sizeBytes());
    int total = 0;
    for (ByteBuffer chunk; (chunk = tar.chunk()) != null; ) {
      total += chunk.remaining();
    }
    assertEquals(700_001, total);
    assertEquals("g", tar.next().text());
    assertNull(tar.next());
  }

  @Test
  void skipsContentThatNobodyReads() throws IOException {
    TarReader tar = reader(layer(file("f", "x".repeat(1000)), file("g", "")));
    tar.next();
    assertEquals("g", tar.next().text());
  }

  @Test
  void acceptsAnArchiveWithoutItsEndAndAnEmptyOne() throws IOException {
    TarReader tar = reader(unended(file("f", "x")));
    tar.next();
    assertNull(tar.next());
    assertNull(reader(new byte[0]).next());
    assertNull(reader(new byte[1024]).next());
  }

  @Test
  void refusesAnArchiveCutInTheMiddle() throws IOException {
    byte[] tar = unended(file("f", "x".repeat(600)));
    for (int length : new int[] {1, 511, 513, 1024, 1111}) {
      TarReader cut = reader(Arrays.copyOf(tar, length));
      assertThrows(
          LayerException.Damaged.class,
          () -> {
            cut.next();
            cut.next();
          });
    }
  }

  @Test
  void needsNoPaddingBehindTheLastEntry() throws IOException {
    byte[] tar = unended(file("f", "x".repeat(600)));
    for (int length : new int[] {1112, 1113, 1535}) {
      TarReader cut = reader(Arrays.copyOf(tar, length));
      assertEquals("f", cut.next().text());
      assertNull(cut.next(), "cut to " + length + " bytes");
    }
  }

  @Test
  void refusesAWrongChecksum() {
    byte[] tar = layer(file("f", "x"));
    tar[0]++;
    assertThrows(LayerException.Damaged.class, () -> reader(tar).next());
  }

  @Test
  void takesNoContentFromLinksThatClaimASize() throws IOException {
    TarReader tar = reader(layer(symlink("l", "t").claiming(5000), file("g", "")));
    assertEquals(0, tar.next().sizeBytes());
    assertEquals("g", tar.next().text());
  }

  @Test
  void readsLargeOwnersInBothForms() throws IOException {
    assertEquals(4294967294L, only(file("f", "").owner(4294967294L, 3_000_000)).uid());
    assertEquals(3_000_000, only(file("f", "").owner(4294967294L, 3_000_000)).gid());
    assertEquals(4294967294L, only(file("f", "").pax("uid", "4294967294")).uid());
    assertThrows(LayerException.BadEntry.class, () -> only(file("f", "").pax("gid", "4294967295")));
    assertThrows(LayerException.BadEntry.class, () -> only(file("f", "").pax("uid", "-1")));
  }

  @ParameterizedTest
  @CsvSource({
    "1.5,1,500000000",
    "-1.5,-2,500000000",
    "-1,-1,0",
    "0.0000000019,0,1",
    "100000000000000,100000000000000,0",
    "7.,7,0"
  })
  void readsTimesFinerThanSeconds(String text, long seconds, int nanos) throws IOException {
    assertEquals(new Timestamp(seconds, nanos), only(file("f", "").pax("mtime", text)).modified());
  }

  @Test
  void readsTimesBefore1970() throws IOException {
    assertEquals(new Timestamp(-2, 0), only(file("f", "").modified(-2)).modified());
  }

  @Test
  void readsLongNamesOfGnuAndPax() throws IOException {
    String name = "n".repeat(300);
    byte[] gnu =
        concat(
            unended(
                entry('L', bytes("././@LongLink"), bytes(""), 0, bytes(name + "\0")),
                entry('K', bytes("././@LongLink"), bytes(""), 0, bytes("t".repeat(200) + "\0"))),
            layer(symlink("short", "short")));
    TarEntry entry = reader(gnu).next();
    assertEquals(name, entry.text());
    assertEquals(200, entry.link().length);
    assertEquals(name, only(file("x", "").pax("path", name)).text());
  }

  @Test
  void joinsThePrefixOfUstar() throws IOException {
    byte[] header = header(file("name", ""));
    System.arraycopy(bytes("some/prefix"), 0, header, 345, 11);
    assertEquals("some/prefix/name", reader(checksum(header)).next().text());
  }

  @Test
  void lastRecordOfAKeyCounts() throws IOException {
    assertEquals("b", only(file("x", "").pax("path", "a").pax("path", "b")).text());
    assertEquals("x", only(file("x", "").pax("path", "a").pax("path", "")).text());
  }

  @Test
  void ignoresGlobalHeaders() throws IOException {
    byte[] global = unended(entry('g', bytes("g"), bytes(""), 0, bytes("10 path=x\n")));
    assertEquals("f", reader(concat(global, layer(file("f", "")))).next().text());
  }

  @Test
  void keepsAttributesAsBytes() throws IOException {
    byte[] value = {0, (byte) 0x80, '=', '\n'};
    TarEntry.Attribute attribute =
        only(file("f", "").pax("SCHILY.xattr.user.x", value)).attributes().getFirst();
    assertArrayEquals(bytes("user.x"), attribute.name());
    assertArrayEquals(value, attribute.value());
  }

  @ParameterizedTest
  @ValueSource(strings = {"6 a=\n", "99 path=x\n", "path=x\n", "0 \n", "-9 a=b\n", "12 pathxxxx\n"})
  void refusesMalformedRecords(String records) {
    byte[] tar = concat(unended(entry('x', bytes("p"), bytes(""), 0, bytes(records))), layer());
    assertThrows(LayerException.class, () -> reader(concat(tar, layer(file("f", "")))).next());
  }

  @Test
  void refusesZeroBytesInNames() {
    assertThrows(
        LayerException.Damaged.class,
        () -> only(file("f", "").pax("path", new byte[] {'a', 0, 'b'})));
  }

  @Test
  void refusesHeadersAndNamesBeyondTheLimits() {
    TarFixture.Entry huge = file("f", "").pax("comment", "x".repeat(1 << 20));
    assertEquals(1 << 20, assertThrows(LayerException.TooLarge.class, () -> only(huge)).limit());
    TarFixture.Entry longName = file("f", "").pax("path", "x".repeat(4097));
    assertThrows(LayerException.TooLarge.class, () -> only(longName));
  }

  @Test
  void refusesNegativeSizes() {
    assertThrows(LayerException.Damaged.class, () -> only(file("f", "").claiming(-5)));
    assertThrows(LayerException.Damaged.class, () -> only(file("f", "").pax("size", "-5")));
    assertThrows(
        LayerException.Damaged.class, () -> only(file("f", "").pax("size", "9223372036854775808")));
  }

  @Test
  void endsWhereContentIsLongerThanTheArchive() {
    assertThrows(
        LayerException.Damaged.class,
        () -> {
          TarReader tar = reader(layer(file("f", "x").claiming(Long.MAX_VALUE)));
          tar.next();
          tar.next();
        });
  }

  @Test
  void refusesUnknownTypes() {
    assertThrows(
        LayerException.BadEntry.class, () -> only(entry('Z', bytes("f"), bytes(""), 0, bytes(""))));
  }

  @Test
  void refusesDeviceNumbersThatTheKernelWouldCut() throws IOException {
    assertEquals(4095, only(TarFixture.device('3', "d", 4095, 1 << 20 - 1)).major());
    // Each of these would become 0:0, which is a whiteout.
    for (int[] number : new int[][] {{4096, 0}, {0, 1 << 20}}) {
      assertThrows(
          LayerException.BadEntry.class,
          () -> only(TarFixture.device('3', "d", number[0], number[1])));
    }
    byte[] negative = header(TarFixture.device('3', "d", 0, 0));
    Arrays.fill(negative, 329, 337, (byte) 0xff);
    assertThrows(LayerException.BadEntry.class, () -> reader(checksum(negative)).next());
  }

  @Test
  void takesNoContentFromADirectoryOfTheOldestForm() throws IOException {
    TarReader tar =
        reader(layer(entry('\0', bytes("d/"), bytes(""), 0, bytes("")).claiming(5), file("g", "")));
    assertEquals(TarEntry.DIRECTORY, tar.next().type());
    assertEquals("g", tar.next().text());
  }

  @Test
  void lastAttributeOfANameCounts() throws IOException {
    TarFixture.Entry twice =
        file("f", "").pax("SCHILY.xattr.user.x", "1").pax("SCHILY.xattr.user.y", "2");
    TarEntry entry = only(twice.pax("SCHILY.xattr.user.x", "3"));
    assertEquals(2, entry.attributes().size());
    assertArrayEquals(bytes("3"), entry.attributes().getFirst().value());
  }

  @Test
  void saysWhereAnArchiveIsDamaged() throws IOException {
    byte[] good = unended(file("a/b", "content"));
    byte[] garbage = new byte[512];
    Arrays.fill(garbage, (byte) '7');
    assertEquals(
        "layer sha256:test: in its first header: tar header has a wrong checksum", said(garbage));
    assertEquals(
        "layer sha256:test: after entry a/b: tar header has a wrong checksum",
        said(concat(good, garbage)));
    assertEquals(
        "layer sha256:test: entry a/b: tar ends in the middle of an entry",
        said(Arrays.copyOf(good, 515)));
    assertEquals(
        "layer sha256:test: after entry a/b: tar header: malformed record",
        said(concat(good, unended(entry('x', bytes("p"), bytes(""), 0, bytes("6 \n=\0x"))))));
  }

  @Test
  void letsNoControlCharacterIntoFailures() {
    byte[] name = {'n', 27, '[', '2', 'J', '\n', (byte) 0xc2, (byte) 0x9b};
    assertEquals(
        "layer sha256:test: entry n\\x1b[2J\\x0a\\x9b: of the unknown type Z",
        said(layer(entry('Z', name, bytes(""), 0, bytes("")))));
    assertEquals(
        "layer sha256:test: in its first header: tar header: malformed record",
        said(unended(entry('x', bytes("p"), bytes(""), 0, bytes("\n\n12 path=x\n")))));
  }

  private static String said(byte[] tar) {
    TarReader reader = reader(tar);
    LayerException failure =
        assertThrows(
            LayerException.class,
            () -> {
              while (reader.next() != null) {
                // Until it refuses.
              }
            });
    return failure.getMessage();
  }

  @Test
  void countsEntriesAndNotTheirHeaders() throws IOException {
    byte[] tar = layer(file("a", "").pax("path", "b"), file("c", "").pax("path", "d"));
    TarReader two = reader(tar, LayerLimits.DEFAULT.withEntries(2));
    two.next();
    two.next();
    assertNull(two.next());
    TarReader one = reader(tar, LayerLimits.DEFAULT.withEntries(1));
    one.next();
    LayerException.TooLarge failure = assertThrows(LayerException.TooLarge.class, one::next);
    assertEquals("layer sha256:test: entry d: more than 1 entries", failure.getMessage());
    assertEquals(LayerLimits.Limit.ENTRIES, failure.setting());
  }

  @Test
  void refusesEndlessHeadersWithoutAnEntry() {
    TarFixture.Entry[] headers = new TarFixture.Entry[1001];
    Arrays.fill(headers, entry('g', bytes("g"), bytes(""), 0, bytes("")));
    assertThrows(LayerException.Damaged.class, () -> reader(unended(headers)).next());
  }

  @Test
  void mapsOfNamesStayQuickWhereAllHaveOneHashCode() {
    Name one = new Name(bytes("AaAa"));
    Name other = new Name(bytes("BBBB"));
    assertEquals(one.hashCode(), other.hashCode());
    assertEquals(-1, Integer.signum(one.compareTo(other)));
    assertEquals(0, one.compareTo(new Name(bytes("AaAa"))));
  }

  @Test
  void flippedBytesEndInAnEntryOrInALayerException() throws IOException {
    byte[] tar =
        layer(
            file("f", "x".repeat(600)).pax("path", "p/f").pax("mtime", "1.5").pax("uid", "7"),
            symlink("l", "t").pax("SCHILY.xattr.user.x", "y"),
            entry('L', bytes("long"), bytes(""), 0, bytes("name")),
            file("g", "y").owner(3_000_000, 1));
    Random random = new Random(1);
    for (int round = 0; round < 5_000; round++) {
      byte[] broken = tar.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      for (int block = 0; random.nextBoolean() && block < broken.length; block += 512) {
        byte[] header = Arrays.copyOfRange(broken, block, block + 512);
        System.arraycopy(checksum(header), 0, broken, block, 512);
      }
      try {
        TarReader reader = reader(broken);
        for (int i = 0; i < 20 && reader.next() != null; i++) {
          reader.chunk();
        }
      } catch (LayerException e) {
        assertEquals("sha256:test", e.layerDigest());
      }
    }
  }
}
