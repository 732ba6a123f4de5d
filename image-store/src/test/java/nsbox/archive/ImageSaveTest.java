package nsbox.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.image.BrokenLayoutException;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageStore;
import nsbox.image.LayoutFixture;
import nsbox.image.MediaType;
import nsbox.image.StoredImage;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSaveTest {
  @TempDir Path temp;
  private ImageStore store;
  private byte[] layer;
  private byte[] gzip;

  /// One image of a layer in gzip, and one of a plain layer.
  @BeforeEach
  void makeStore() throws IOException {
    store = new ImageStore(temp.resolve("state"));
    layer = ArchiveFixture.layer("zipped");
    gzip = LayoutFixture.gzip(layer);
    LayoutFixture layout = new LayoutFixture(temp.resolve("layout"));
    Descriptor config =
        layout.blob(
            MediaType.OCI_CONFIG, ArchiveFixture.config(List.of(Digest.sha256(layer).toString())));
    Descriptor zipped = layout.blob("application/vnd.oci.image.layer.v1.tar+gzip", gzip);
    layout.name("zipped:1", layout.manifest(LayoutFixture.AMD64, config, List.of(zipped.toJson())));
    layout.name("plain:1", layout.image(LayoutFixture.AMD64, "plain layer"));
    new LayoutImport(store).importFrom(layout.root, Optional.empty(), LayoutFixture.AMD64);
  }

  private ImageSave saving(String... names) throws IOException {
    List<SavedImage> images = new ArrayList<>();
    for (String name : names) {
      StoredImage image = store.get(name);
      images.add(new SavedImage(image, image.references()));
    }
    return new ImageSave(store.blobs(), images);
  }

  private static List<String> members(byte[] tar) throws IOException {
    List<String> members = new ArrayList<>();
    try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(tar))) {
      TarArchiveEntry member;
      while ((member = in.getNextEntry()) != null) {
        assertEquals(0, member.getLastModifiedTime().toMillis());
        assertEquals(0, member.getLongUserId());
        members.add(member.getName());
      }
    }
    return members;
  }

  @Test
  void writesDockersFormatWithPlainLayersNamedByDiffId() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    saving("zipped:1").dockerArchive(out);
    String diffId = Digest.sha256(layer).hex() + ".tar";
    String config = store.get("zipped:1").id().hex() + ".json";
    List<String> sorted = new ArrayList<>(List.of(diffId, config, "manifest.json"));
    sorted.sort(null);
    assertEquals(sorted, members(out.toByteArray()));
    Members saved =
        Members.unpack(
            new ByteArrayInputStream(out.toByteArray()), temp.resolve("members"), "saved");
    assertArrayEquals(layer, Files.readAllBytes(saved.path(diffId, "")));
    assertEquals(
        "[{\"Config\":\"%s\",\"RepoTags\":[\"docker.io/library/zipped:1\"],\"Layers\":[\"%s\"]}]"
            .formatted(config, diffId),
        Files.readString(saved.path("manifest.json", "")));
  }

  @Test
  void loadsWhatItSavedInEachFormatWithTheSameIds() throws IOException {
    ByteArrayOutputStream docker = new ByteArrayOutputStream();
    saving("zipped:1", "plain:1").dockerArchive(docker);
    ByteArrayOutputStream oci = new ByteArrayOutputStream();
    saving("zipped:1", "plain:1").ociArchive(oci);
    Path folder = Files.createDirectory(temp.resolve("folder"));
    saving("zipped:1", "plain:1").ociFolder(folder);
    for (int i = 0; i < 3; i++) {
      ImageStore other = new ImageStore(temp.resolve("other-" + i));
      ImageLoad load = new ImageLoad(other, Optional.empty(), Optional.empty());
      byte[] tar = (i == 0 ? docker : oci).toByteArray();
      List<Loaded> loaded =
          i == 2 ? load.load(folder) : load.load(new ByteArrayInputStream(tar), "saved");
      assertEquals(2, loaded.size());
      for (String name : List.of("zipped:1", "plain:1")) {
        assertEquals(store.get(name).id(), other.get(name).id());
        if (i > 0) {
          assertEquals(
              store.get(name).descriptor().digest(), other.get(name).descriptor().digest());
        }
      }
    }
  }

  @Test
  void writesTheSameBytesAgain() throws IOException {
    for (int format = 0; format < 2; format++) {
      byte[][] tars = new byte[2][];
      for (int i = 0; i < 2; i++) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageSave save = saving("zipped:1", "plain:1");
        if (format == 0) {
          save.dockerArchive(out);
        } else {
          save.ociArchive(out);
        }
        tars[i] = out.toByteArray();
      }
      assertArrayEquals(tars[0], tars[1]);
    }
  }

  @Test
  void givesAnImageWithoutNamesNone() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new ImageSave(store.blobs(), List.of(new SavedImage(store.get("plain:1"), List.of())))
        .dockerArchive(out);
    ImageStore other = new ImageStore(temp.resolve("other"));
    List<Loaded> loaded =
        new ImageLoad(other, Optional.empty(), Optional.empty())
            .load(new ByteArrayInputStream(out.toByteArray()), "saved");
    assertEquals(List.of(new Loaded(store.get("plain:1").id(), List.of())), loaded);
  }

  @Test
  void leavesNothingWhereTheStoreIsDamaged() throws IOException {
    Path blob = temp.resolve("state/images/blobs/sha256/" + Digest.sha256(gzip).hex());
    byte[] damaged = LayoutFixture.gzip(ArchiveFixture.layer("ripped"));
    damaged = java.util.Arrays.copyOf(damaged, gzip.length);
    Files.write(blob, damaged);
    Path folder = Files.createDirectory(temp.resolve("out"));
    Files.writeString(folder.resolve("present.tar"), "as it was");
    List<String> before = LayoutFixture.listing(folder);
    ImageSave save = saving("zipped:1");
    for (String file : List.of("new.tar", "present.tar")) {
      assertThrows(
          BrokenLayoutException.class,
          () -> NewFile.file(folder.resolve(file), save::dockerArchive));
      assertThrows(
          BrokenLayoutException.class, () -> NewFile.file(folder.resolve(file), save::ociArchive));
    }
    assertThrows(
        BrokenLayoutException.class, () -> NewFile.folder(folder.resolve("d"), save::ociFolder));
    assertEquals(before, LayoutFixture.listing(folder));
  }

  @Test
  void savesAndLoadsByStreams() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    saving("plain:1").dockerArchive(out);
    try (InputStream in = new ByteArrayInputStream(LayoutFixture.gzip(out.toByteArray()))) {
      ImageStore other = new ImageStore(temp.resolve("other"));
      new ImageLoad(other, Optional.empty(), Optional.empty()).load(in, "a pipe");
      assertEquals(store.get("plain:1").id(), other.get("plain:1").id());
    }
  }
}
