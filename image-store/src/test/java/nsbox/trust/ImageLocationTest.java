package nsbox.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.image.Reference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageLocationTest {
  @TempDir Path temp;

  private static List<String> scopes(String reference) throws IOException {
    return ImageLocation.registry(Reference.parse(reference)).scopes();
  }

  @Test
  void goesFromTheTagToTheHostAndItsDomains() throws IOException {
    assertEquals(
        List.of(
            "hub.example.com:5000/a/b:1",
            "hub.example.com:5000/a/b",
            "hub.example.com:5000/a",
            "hub.example.com:5000",
            "*.example.com",
            "*.com"),
        scopes("hub.example.com:5000/a/b:1"));
    assertEquals(
        List.of(
            "docker.io/library/busybox:latest",
            "docker.io/library/busybox",
            "docker.io/library",
            "docker.io",
            "*.io"),
        scopes("busybox"));
    assertEquals(
        List.of("localhost:5000/a:1", "localhost:5000/a", "localhost:5000"),
        scopes("localhost:5000/a:1"));
    assertEquals(List.of("[::1]:5000/a:1", "[::1]:5000/a", "[::1]:5000"), scopes("[::1]:5000/a:1"));
  }

  @Test
  void aDigestHidesTheTag() throws IOException {
    String digest = "sha256:" + "a".repeat(64);
    assertEquals("localhost/a@" + digest, scopes("localhost/a:1@" + digest).getFirst());
  }

  @Test
  void goesFromTheFolderToThoseAboveWithoutLinks() throws IOException {
    Path real = Files.createDirectories(temp.toRealPath().resolve("real/layout"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), real);
    ImageLocation layout = ImageLocation.layout(link, Optional.of("1"));
    assertEquals("oci", layout.transport());
    assertEquals("oci:" + real + ":1", layout.name());
    assertEquals(
        List.of(real + ":1", real.toString(), real.getParent().toString()),
        layout.scopes().subList(0, 3));
    assertEquals("/" + real.getName(0), layout.scopes().getLast());
    assertEquals(
        real + ":", ImageLocation.layoutArchive(link, Optional.empty()).scopes().getFirst());
    assertEquals(List.of(), ImageLocation.dockerArchive("x.tar").scopes());
  }
}
