package nsbox.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nsbox.image.BrokenLayoutException;
import nsbox.image.ImageStore;
import nsbox.image.LayoutFixture;
import nsbox.image.Reference;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayoutArchiveTest {
  @TempDir Path temp;
  private Path state;
  private ImageStore store;
  private LayoutFixture layout;

  @BeforeEach
  void makeLayout() throws IOException {
    state = temp.resolve("state");
    store = new ImageStore(state);
    layout = LayoutFixture.withImage(temp.resolve("layout"), "1");
  }

  private Set<Reference> importFile(String name, byte[] tar) throws IOException {
    Path file = temp.resolve(name);
    Files.write(file, tar);
    return new LayoutImport(store).importFrom(file, Optional.empty(), LayoutFixture.AMD64);
  }

  private BrokenLayoutException refused(byte[] tar) throws IOException {
    BrokenLayoutException e =
        assertThrows(
            BrokenLayoutException.class,
            () ->
                new LayoutImport(store)
                    .importFrom(
                        new ByteArrayInputStream(tar),
                        "standard input",
                        Optional.of(Reference.parse("x")),
                        LayoutFixture.AMD64));
    assertEquals("standard input", e.layout());
    assertEquals(List.of(), store.list().images());
    try (var left = Files.list(state.resolve("ingest"))) {
      assertEquals(0, left.count());
    }
    assertTrue(Files.notExists(state.resolve("images")));
    return e;
  }

  /// The sound layout and one more member in front of it.
  private byte[] tarWith(String name, byte type, String link) throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    TarArchiveOutputStream out = new TarArchiveOutputStream(tar);
    TarArchiveEntry member = new TarArchiveEntry(name, type, true);
    member.setLinkName(link);
    out.putArchiveEntry(member);
    out.closeArchiveEntry();
    out.flush();
    tar.write(layout.tar());
    return tar.toByteArray();
  }

  @Test
  void takesTheFileNameForTheRepositoryOfATag() throws IOException {
    byte[] tar = layout.tar();
    for (String name : List.of("a.tar", "b.oci.tar", "c.oci")) {
      assertEquals(Set.of(Reference.parse(name.charAt(0) + ":1")), importFile(name, tar));
    }
    assertEquals(Set.of(Reference.parse("d:1")), importFile("d.tar.gz", LayoutFixture.gzip(tar)));
    assertEquals(Set.of(Reference.parse("e:1")), importFile("e.tgz", LayoutFixture.gzip(tar)));
    assertEquals(1, store.list().images().size());
    try (var left = Files.list(state.resolve("ingest"))) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void needsANameWhereAStreamHasOnlyATag() throws IOException {
    BrokenLayoutException e =
        assertThrows(
            BrokenLayoutException.class,
            () ->
                new LayoutImport(store)
                    .importFrom(
                        new ByteArrayInputStream(layout.tar()),
                        "standard input",
                        Optional.empty(),
                        LayoutFixture.AMD64));
    assertEquals("the tag 1", e.actual());
  }

  @Test
  void refusesNamesThatLeadOut() throws IOException {
    for (String name :
        List.of("../evil", "/evil", "blobs/../../evil", "a/..", "./../evil", "blobs/sha256/../x")) {
      BrokenLayoutException e = refused(tarWith(name, TarConstants.LF_NORMAL, ""));
      assertEquals("one that leads out of it", e.actual(), name);
    }
  }

  @Test
  void refusesLinksAndSpecialFilesWhereALayoutHasFiles() throws IOException {
    for (byte type :
        new byte[] {
          TarConstants.LF_SYMLINK, TarConstants.LF_LINK, TarConstants.LF_FIFO, TarConstants.LF_CHR
        }) {
      String blob = "blobs/sha256/" + "a".repeat(64);
      assertEquals(blob, refused(tarWith(blob, type, "/etc/passwd")).file());
      assertEquals("index.json", refused(tarWith("index.json", type, "/etc/passwd")).file());
    }
  }

  @Test
  void doesNotFollowALinkedFolderInTheArchive() throws IOException {
    importFile("a.tar", tarWith("blobs", TarConstants.LF_SYMLINK, temp.toString()));
    assertTrue(Files.notExists(temp.resolve("sha256")));
    assertEquals(1, store.list().images().size());
  }

  @Test
  void refusesTwoMembersOfOneName() throws IOException {
    assertEquals("two", refused(tarWith("index.json", TarConstants.LF_NORMAL, "")).actual());
  }

  @Test
  void refusesAnArchiveThatEndsTooEarly() throws IOException {
    byte[] tar = layout.tar();
    byte[] gzip = LayoutFixture.gzip(tar);
    refused(Arrays.copyOf(gzip, gzip.length / 2));
    refused(Arrays.copyOf(gzip, gzip.length - 1));
    for (int length = 0; length < tar.length / 2; length += 200) {
      refused(Arrays.copyOf(tar, length));
    }
  }

  @Test
  void refusesWhatIsNoArchive() throws IOException {
    refused("Not a tar archive at all. ".repeat(100).getBytes());
    byte[] badChecksum = layout.tar();
    badChecksum[0] ^= 1;
    refused(badChecksum);
  }

  @Test
  void saysThatDockersOlderFormatIsNotALayout() throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(tar)) {
      out.putArchiveEntry(new TarArchiveEntry("manifest.json"));
      out.closeArchiveEntry();
    }
    BrokenLayoutException e = refused(tar.toByteArray());
    assertTrue(e.actual().contains("docker's older format"), e.actual());
  }

  @Test
  void refusesAnExtendedHeaderThatWouldFillTheMemory() throws IOException {
    for (byte type :
        new byte[] {
          TarConstants.LF_PAX_EXTENDED_HEADER_LC,
          TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER,
          TarConstants.LF_GNUTYPE_LONGNAME,
          TarConstants.LF_GNUTYPE_LONGLINK
        }) {
      byte[] header = new byte[512];
      TarArchiveEntry member = new TarArchiveEntry("x", type, true);
      member.setSize(1L << 30);
      member.writeEntryHeader(header);
      BrokenLayoutException e = refused(header);
      assertTrue(e.actual().contains("above 1048576 bytes"), e.actual());
    }
  }

  @Test
  void readsLongNamesWithinTheLimit() throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    TarArchiveOutputStream out = new TarArchiveOutputStream(tar);
    out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    out.putArchiveEntry(new TarArchiveEntry("n".repeat(4000)));
    out.closeArchiveEntry();
    out.flush();
    tar.write(layout.tar());
    assertEquals(Set.of(Reference.parse("a:1")), importFile("a.tar", tar.toByteArray()));
  }
}
