package nsbox.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nsbox.image.BlobMismatchException;
import nsbox.image.BrokenLayoutException;
import nsbox.image.Digest;
import nsbox.image.ImageException;
import nsbox.image.ImageStore;
import nsbox.image.InvalidDocumentException;
import nsbox.image.LayoutFixture;
import nsbox.image.LimitExceededException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Archives that were made to do harm: each is refused, and the store is as it was to the byte.
class HostileArchiveTest {
  @TempDir Path temp;
  private ImageStore store;
  private List<String> before;
  private ArchiveFixture archive;

  @BeforeEach
  void makeStoreWithOneImage() throws IOException {
    store = new ImageStore(temp.resolve("state"));
    ArchiveFixture present = new ArchiveFixture();
    present.image(List.of("present:1"), ArchiveFixture.layer("present"));
    load(new ByteArrayInputStream(present.tar()));
    Files.writeString(temp.resolve("secret"), "untouched");
    before = LayoutFixture.listing(temp);
    archive = new ArchiveFixture();
  }

  private void load(InputStream tar) throws IOException {
    new ImageLoad(store, Optional.empty(), Optional.empty()).load(tar, "standard input");
  }

  private <T extends ImageException> T refused(Class<T> kind, InputStream tar) throws IOException {
    T e = assertThrows(kind, () -> load(tar));
    assertEquals(before, LayoutFixture.listing(temp));
    return e;
  }

  private <T extends ImageException> T refused(Class<T> kind, byte[] tar) throws IOException {
    return refused(kind, new ByteArrayInputStream(tar));
  }

  private void broken(String file, String actual) throws IOException {
    BrokenLayoutException e = refused(BrokenLayoutException.class, archive.tar());
    assertEquals(file, e.file());
    assertEquals(actual, e.actual());
  }

  /// An archive whose only layer is called so in `manifest.json`.
  private void imageWithLayer(String name) throws IOException {
    byte[] layer = ArchiveFixture.layer("x");
    archive.file("c.json", ArchiveFixture.config(List.of(Digest.sha256(layer).toString())));
    archive.file("l.tar", layer);
    archive.entry(List.of("x:1"), "c.json", List.of(name));
  }

  @Test
  void refusesALayerPathThatClimbsOut() throws IOException {
    for (String name : List.of("../../etc/shadow", "/etc/shadow", "../secret", "", ".")) {
      archive = new ArchiveFixture();
      imageWithLayer(name);
      broken(name, "nothing");
    }
  }

  @Test
  void refusesAConfigPathThatClimbsOut() throws IOException {
    archive.entry(List.of("x:1"), "../../../../etc/shadow", List.of());
    broken("../../../../etc/shadow", "nothing");
  }

  @Test
  void refusesALayerThatIsALinkOutOfTheArchive() throws IOException {
    for (String target : List.of("/etc/shadow", "../../etc/shadow", temp + "/secret", "..", "")) {
      archive = new ArchiveFixture().link("a/link.tar", target);
      imageWithLayer("a/link.tar");
      broken("a/link.tar", "a link that leads out of the archive");
      archive = new ArchiveFixture().hardLink("a/link.tar", target);
      imageWithLayer("a/link.tar");
      broken("a/link.tar", "a link that leads out of the archive");
    }
  }

  @Test
  void refusesLinksInACircleAndLinksToNothing() throws IOException {
    archive.link("a", "b").link("b", "a");
    imageWithLayer("a");
    broken("a", "a chain of links");
    archive = new ArchiveFixture().link("a", "nowhere");
    imageWithLayer("a");
    broken("a", "a link to nowhere");
  }

  @Test
  void refusesManifestJsonThatIsALink() throws IOException {
    archive.link("manifest.json", "/etc/passwd");
    broken("manifest.json", "a link or special file");
  }

  @Test
  void refusesMembersThatLeadOut() throws IOException {
    for (String name : List.of("../evil", "/evil", "a/../../evil", "..")) {
      archive = new ArchiveFixture();
      archive.file(name, "x");
      archive.image(List.of("x:1"), ArchiveFixture.layer("x"));
      broken(name, "one that leads out of it");
    }
  }

  @Test
  void refusesAManifestOfFourGigabytesAtItsHeader() throws IOException {
    for (String name : List.of("manifest.json", "index.json", "oci-layout")) {
      TarArchiveEntry member = new TarArchiveEntry(name, TarConstants.LF_NORMAL, true);
      member.setSize(4L << 30);
      byte[] header = new byte[512];
      member.writeEntryHeader(header);
      LimitExceededException e = refused(LimitExceededException.class, header);
      assertEquals("bytes of standard input/" + name, e.what());
      assertEquals(4L << 30, e.actual());
    }
  }

  @Test
  void refusesAConfigThatIsTooLong() throws IOException {
    archive.file("c.json", new byte[(4 << 20) + 1]);
    archive.entry(List.of("x:1"), "c.json", List.of());
    assertEquals(
        "bytes of standard input/c.json",
        refused(LimitExceededException.class, archive.tar()).what());
  }

  @Test
  void refusesALayerThatIsNotItsDiffId() throws IOException {
    byte[] other = ArchiveFixture.layer("other");
    archive.file("c.json", ArchiveFixture.config(List.of(Digest.sha256(other).toString())));
    archive.file("plain.tar", ArchiveFixture.layer("x"));
    archive.entry(List.of("x:1"), "c.json", List.of("plain.tar"));
    assertEquals(
        "standard input/plain.tar", refused(BlobMismatchException.class, archive.tar()).origin());
    archive.file("plain.tar", LayoutFixture.gzip(ArchiveFixture.layer("x")));
    BrokenLayoutException e = refused(BrokenLayoutException.class, archive.tar());
    assertEquals("a layer with the diff ID " + Digest.sha256(other), e.expected());
  }

  @Test
  void refusesALayerOfALayoutThatIsNotItsDiffId() throws IOException {
    LayoutFixture layout = new LayoutFixture(Files.createDirectory(temp.resolve("layout")));
    var config =
        layout.blob(
            "application/vnd.oci.image.config.v1+json",
            ArchiveFixture.config(List.of("sha256:" + "0".repeat(64))));
    layout.name(
        "x:1",
        layout.manifest(LayoutFixture.AMD64, config, List.of(layout.layer("content").toJson())));
    before = LayoutFixture.listing(temp);
    BrokenLayoutException e = refused(BrokenLayoutException.class, layout.tar());
    assertEquals(Digest.sha256("content".getBytes()).toString(), e.actual());
  }

  @Test
  void refusesAConfigThatIsNotTheDigestInItsName() throws IOException {
    archive.file("0".repeat(64) + ".json", ArchiveFixture.config(List.of()));
    archive.entry(List.of("x:1"), "0".repeat(64) + ".json", List.of());
    refused(BlobMismatchException.class, archive.tar());
  }

  @Test
  void refusesAnotherNumberOfDiffIdsThanLayers() throws IOException {
    byte[] layer = ArchiveFixture.layer("x");
    String diffId = Digest.sha256(layer).toString();
    archive.file("l", layer).file("c", ArchiveFixture.config(List.of(diffId)));
    archive.entry(List.of("x:1"), "c", List.of("l", "l"));
    InvalidDocumentException e = refused(InvalidDocumentException.class, archive.tar());
    assertTrue(e.reason().endsWith("1 for the manifest's 2 layers"), e.reason());
    archive.file("c", ArchiveFixture.config(List.of(diffId, diffId, diffId)));
    refused(InvalidDocumentException.class, archive.tar());
    archive.file("c", ArchiveFixture.config(List.of("../../etc/shadow", diffId)));
    refused(InvalidDocumentException.class, archive.tar());
  }

  @Test
  void refusesTooManyLayersAndImages() throws IOException {
    archive.file("c", ArchiveFixture.config(List.of()));
    archive.entry(List.of("x:1"), "c", java.util.Collections.nCopies(128, "l"));
    assertEquals(127, refused(LimitExceededException.class, archive.tar()).limit());
    archive = new ArchiveFixture();
    for (int i = 0; i < 1001; i++) {
      archive.entry(List.of(), "c", List.of());
    }
    assertEquals(1000, refused(LimitExceededException.class, archive.tar()).limit());
  }

  @Test
  void refusesABadImageAfterAGoodOne() throws IOException {
    archive.image(List.of("good:1"), ArchiveFixture.layer("good"));
    archive.entry(List.of("bad:1"), "missing.json", List.of());
    broken("missing.json", "nothing");
  }

  @Test
  void refusesNamesThatAreNone() throws IOException {
    for (String name : List.of("../../etc:1", "UPPER:1", "a//b:1", "", "a:b:c")) {
      archive = new ArchiveFixture();
      archive.image(List.of(name), ArchiveFixture.layer("x"));
      refused(ImageException.class, archive.tar());
    }
  }

  @Test
  void refusesAManifestThatIsNoList() throws IOException {
    for (String manifest : List.of("{}", "[1]", "[", "", "[]", "[{}] x", "[".repeat(100_000))) {
      archive.file("manifest.json", manifest);
      refused(ImageException.class, archive.tar());
    }
  }

  @Test
  void refusesAnArchiveThatIsNoImageOrEmptyOrEndsEarly() throws IOException {
    assertEquals("nothing", refused(BrokenLayoutException.class, new byte[0]).actual());
    assertEquals("neither", refused(BrokenLayoutException.class, new byte[1024]).actual());
    archive.image(List.of("x:1"), ArchiveFixture.layer("x"));
    byte[] tar = archive.tar();
    byte[] gzip = LayoutFixture.gzip(tar);
    for (int length : new int[] {1, 100, 512, 700, tar.length / 3}) {
      refused(BrokenLayoutException.class, Arrays.copyOf(tar, length));
    }
    for (int length : new int[] {2, 12, gzip.length / 2, gzip.length - 1}) {
      refused(BrokenLayoutException.class, Arrays.copyOf(gzip, length));
    }
    gzip[gzip.length - 6] ^= 1;
    refused(BrokenLayoutException.class, gzip);
  }

  @Test
  void refusesCompressedInputWithoutEnd() throws IOException {
    for (int[] magic :
        new int[][] {
          {0x28, 0xb5, 0x2f, 0xfd}, {0xfd, '7', 'z', 'X', 'Z', 0}, {'B', 'Z', 'h', '9'}
        }) {
      byte[] bytes = new byte[magic.length];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) magic[i];
      }
      InputStream cut =
          new SequenceInputStream(
              new ByteArrayInputStream(bytes), new ByteArrayInputStream(new byte[3]));
      refused(BrokenLayoutException.class, cut);
    }
  }

  @Test
  void refusesADeviceAsAPath() throws IOException {
    BrokenLayoutException e =
        assertThrows(
            BrokenLayoutException.class,
            () ->
                new ImageLoad(store, Optional.empty(), Optional.empty())
                    .load(Path.of("/dev/zero")));
    assertEquals("a device, socket or FIFO", e.actual());
    assertEquals(before, LayoutFixture.listing(temp));
  }

  @Test
  void refusesAnArchiveOfTooManyFiles() throws IOException {
    byte[] header = new byte[512];
    InputStream endless =
        new InputStream() {
          private int number;
          private int at = header.length;

          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            if (at == header.length) {
              Arrays.fill(header, (byte) 0);
              new TarArchiveEntry("l" + number++, TarConstants.LF_SYMLINK, true)
                  .writeEntryHeader(header);
              at = 0;
            }
            int count = Math.min(length, header.length - at);
            System.arraycopy(header, at, into, offset, count);
            at += count;
            return count;
          }
        };
    assertEquals(Members.MAX_FILES, refused(LimitExceededException.class, endless).limit());
  }
}
