package nsbox.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.image.LayoutFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFileTest {
  @TempDir Path temp;

  @Test
  void doesNotShowAFileBeforeItIsWhole() throws IOException {
    Path file = temp.resolve("x");
    NewFile.file(
        file,
        out -> {
          out.write(new byte[1 << 20]);
          assertTrue(Files.notExists(file));
        });
    assertEquals(1 << 20, Files.size(file));
    assertEquals("rw-------", permissions(file));
  }

  @Test
  void leavesWhatWasThereWhereWritingFails() throws IOException {
    Files.writeString(temp.resolve("x"), "before");
    var before = LayoutFixture.listing(temp);
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                NewFile.file(
                    temp.resolve("x"),
                    out -> {
                      out.write(new byte[1 << 20]);
                      throw new IOException("No space left on device");
                    }));
    assertEquals("No space left on device", e.getMessage());
    assertThrows(
        IOException.class,
        () ->
            NewFile.folder(
                temp.resolve("d"),
                folder -> {
                  Files.writeString(folder.resolve("half"), "");
                  throw new IOException("No space left on device");
                }));
    assertEquals(before, LayoutFixture.listing(temp));
  }

  @Test
  void replacesTheFileThatALinkPointsAt() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "before");
    Path link = Files.createSymbolicLink(temp.resolve("link"), file);
    NewFile.file(link, out -> out.write('x'));
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("x", Files.readString(file));
  }

  @Test
  void neverReplacesADeviceOrAFolder() throws IOException {
    for (Path target : new Path[] {Path.of("/dev/null"), temp}) {
      assertThrows(
          FileAlreadyExistsException.class, () -> NewFile.file(target, out -> out.write(1)));
    }
    assertTrue(!Files.isRegularFile(Path.of("/dev/null")));
    Files.writeString(temp.resolve("present"), "");
    var before = LayoutFixture.listing(temp);
    for (Path target : new Path[] {temp, temp.resolve("present")}) {
      assertThrows(FileAlreadyExistsException.class, () -> NewFile.folder(target, folder -> {}));
    }
    assertEquals(before, LayoutFixture.listing(temp));
  }

  @Test
  void replacesAnEmptyFolder() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("d"));
    NewFile.folder(folder, made -> Files.writeString(made.resolve("a"), ""));
    assertTrue(Files.exists(folder.resolve("a")));
  }

  private static String permissions(Path file) throws IOException {
    return java.nio.file.attribute.PosixFilePermissions.toString(
        Files.getPosixFilePermissions(file));
  }
}
