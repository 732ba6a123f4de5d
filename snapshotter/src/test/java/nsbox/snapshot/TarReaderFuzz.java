package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.bytes;
import static nsbox.snapshot.TarFixture.concat;
import static nsbox.snapshot.TarFixture.directory;
import static nsbox.snapshot.TarFixture.entry;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.hardlink;
import static nsbox.snapshot.TarFixture.layer;
import static nsbox.snapshot.TarFixture.symlink;
import static nsbox.snapshot.TarFixture.unended;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Any bytes at all as a layer: an archive, or one compressed.
class TarReaderFuzz {
  private static final LayerLimits LIMITS = new LayerLimits(1 << 20, 0, 100);
  private static final byte MEND = 1;

  /// Archives of every form that the reader knows. The first byte says whether checksums are
  /// mended, without which hardly any change would get past the first header.
  static Stream<byte[]> seeds() throws IOException {
    byte[] tar =
        layer(
            directory("d/"),
            file("d/f", "x".repeat(600)).pax("path", "p/f").pax("mtime", "-1.5").pax("uid", "7"),
            symlink("l", "t").pax("SCHILY.xattr.user.x", "y").pax("linkpath", "u"),
            hardlink("h", "d/f").claiming(7),
            TarFixture.device('3', "null", 1, 3),
            file("g", "y").owner(3_000_000, 1).modified(-2));
    byte[] longNames =
        concat(
            unended(
                entry('g', bytes("g"), bytes(""), 0, bytes("10 path=x\n")),
                entry('L', bytes("long"), bytes(""), 0, bytes("name\0")),
                entry('K', bytes("long"), bytes(""), 0, bytes("target\0"))),
            layer(symlink("s", "s")));
    byte[] inContent =
        layer(
            entry('0', bytes("f"), bytes(""), 0, Arrays.copyOf(bytes("1\n0\n3\n"), 515))
                .pax("GNU.sparse.major", "1")
                .pax("GNU.sparse.minor", "0")
                .pax("GNU.sparse.name", "g")
                .pax("GNU.sparse.realsize", "9"));
    byte[] inRecords =
        layer(
            file("f", "abc").pax("GNU.sparse.size", "9").pax("GNU.sparse.map", "1,1,3,2"),
            file("g", "abc")
                .pax("GNU.sparse.size", "9")
                .pax("GNU.sparse.offset", "1")
                .pax("GNU.sparse.numbytes", "3"));
    byte[] old = layer(entry('S', bytes("f"), bytes(""), 0, bytes("abc")));
    System.arraycopy(bytes("ustar  \0"), 0, old, 257, 8);
    System.arraycopy(bytes("0"), 0, old, 386, 1);
    System.arraycopy(bytes("3"), 0, old, 398, 1);
    System.arraycopy(bytes("11"), 0, old, 483, 2);
    return Stream.of(
            tar,
            longNames,
            inContent,
            inRecords,
            old,
            Stack.gzip(tar),
            concat(Stack.gzip(tar), Stack.gzip(tar), new byte[9]),
            Zstd.compress(tar))
        .map(blob -> concat(new byte[] {MEND}, blob));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "12s")
  void readsOrRefuses(byte[] data) throws IOException {
    boolean mend = data.length > 0 && (data[0] & MEND) != 0;
    byte[] blob = Arrays.copyOfRange(data, Math.min(1, data.length), data.length);
    for (int at = 0; mend && at + 512 <= blob.length; at += 512) {
      byte[] block = Arrays.copyOfRange(blob, at, at + 512);
      if (block[257] == 'u' && block[258] == 's') {
        System.arraycopy(TarFixture.checksum(block), 0, blob, at, 512);
      }
    }
    String digest = Stack.digest(blob);
    Layer layer =
        new Layer(Stack.TAR, digest, digest, blob.length, () -> new ByteArrayInputStream(blob));
    LayerBudget budget = new LayerBudget(layer, LIMITS);
    try (LayerStream stream = new LayerStream(layer, budget)) {
      TarReader tar = new TarReader(stream, budget);
      for (TarEntry entry; (entry = tar.next()) != null; ) {
        check(entry, tar);
      }
      tar.drain();
      stream.verify();
    } catch (LayerException e) {
      assertEquals(digest, e.layerDigest());
      assertTrue(e.getMessage().chars().noneMatch(Character::isISOControl), e.getMessage());
    }
  }

  private static void check(TarEntry entry, TarReader tar) throws IOException {
    assertTrue(entry.name().length <= 4096 && entry.link().length <= 4096);
    assertTrue(entry.uid() >= 0 && entry.uid() < 0xffffffffL);
    assertTrue(entry.gid() >= 0 && entry.gid() < 0xffffffffL);
    assertTrue(entry.major() < 1 << 12 && entry.minor() < 1 << 20);
    assertTrue(entry.type() >= '0' && entry.type() <= '6');
    long expected = entry.sparse() == null ? entry.sizeBytes() : entry.sparse().dataBytes();
    assertTrue(expected == 0 || entry.type() == TarEntry.REGULAR);
    assertTrue(expected <= entry.sizeBytes());
    if (entry.name().length % 2 == 0) {
      long came = 0;
      for (ByteBuffer chunk; (chunk = tar.chunk()) != null; ) {
        came += chunk.remaining();
      }
      assertEquals(expected, came);
    }
  }
}
