package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import nsbox.e2e.Layout;
import nsbox.e2e.Nsbox;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// The images and snapshots below a state root, looked at from outside.
record Store(Path root) {
  Path layout() {
    return root.resolve("images");
  }

  /// Every file that shows: blobs, index and the layers' content; not what is only on its way.
  List<String> listing() throws IOException {
    List<String> lines = new ArrayList<>(listing("images"));
    lines.addAll(listing("snapshots"));
    return lines;
  }

  private List<String> listing(String part) throws IOException {
    if (!Files.isDirectory(root.resolve(part))) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(root.resolve(part))) {
      return files.filter(it -> !isLock(it) && !isUnfinished(it)).sorted().map(this::line).toList();
    }
  }

  /* Locks are empty and stay for the next one; whiteouts are devices and matter. */
  private static boolean isLock(Path path) {
    return path.getFileName().toString().contains("lock");
  }

  /* What a killed process was unpacking or removing shows to nobody, and goes with the next command. */
  private static boolean isUnfinished(Path path) {
    return path.toString().contains("/snapshots/.");
  }

  private String line(Path path) {
    try {
      String kind =
          Files.isSymbolicLink(path)
              ? "-> " + Files.readSymbolicLink(path)
              : Files.isRegularFile(path)
                  ? Layout.sha256(Files.readAllBytes(path))
                  : Files.getAttribute(path, "unix:rdev", LinkOption.NOFOLLOW_LINKS).toString();
      return root.relativize(path)
          + " "
          + Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS)
          + " "
          + kind;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Fails with the first differences to another store's files.
  void assertSameAs(Store other) throws IOException {
    Set<String> ours = new LinkedHashSet<>(listing());
    Set<String> theirs = new LinkedHashSet<>(other.listing());
    List<String> missing = theirs.stream().filter(it -> !ours.contains(it)).limit(5).toList();
    List<String> more = ours.stream().filter(it -> !theirs.contains(it)).limit(5).toList();
    assertEquals(List.of(), missing, () -> "missing; there are instead " + more);
    assertEquals(List.of(), more, "more than there should be");
  }

  /// Names of the blobs.
  List<String> blobs() throws IOException {
    return Nsbox.entries(layout().resolve("blobs/sha256"));
  }

  /// Fails unless the layout is valid: each blob is its digest, and what the index says is there.
  void assertSound() throws IOException, JsonException {
    for (String blob : blobs()) {
      Path file = layout().resolve("blobs/sha256").resolve(blob);
      assertEquals(blob, Layout.sha256(Files.readAllBytes(file)), "content of a blob");
    }
    if (Files.exists(layout().resolve("index.json"))) {
      assertTrue(Files.exists(layout().resolve("oci-layout")), "no oci-layout");
      for (JsonObject entry : read(layout().resolve("index.json")).objects("manifests")) {
        assertComplete(entry);
      }
    }
  }

  private void assertComplete(JsonObject descriptor) throws IOException, JsonException {
    Optional<Path> file = file(descriptor);
    assertTrue(file.isPresent(), () -> "missing: " + descriptor);
    JsonObject manifest = read(file.get());
    if (manifest.has("manifests")) {
      /* The other platforms' may be missing. */
      boolean any = false;
      for (JsonObject member : manifest.objects("manifests")) {
        if (file(member).isPresent()) {
          assertComplete(member);
          any = true;
        }
      }
      assertTrue(any, () -> "nothing of an index is there: " + descriptor);
      return;
    }
    List<JsonObject> parts = new ArrayList<>(manifest.objects("layers"));
    parts.add(manifest.object("config"));
    for (JsonObject part : parts) {
      assertTrue(file(part).isPresent(), () -> "missing: " + part + " of " + descriptor);
    }
  }

  private Optional<Path> file(JsonObject descriptor) throws IOException, JsonException {
    Path file = layout().resolve("blobs/" + descriptor.string("digest").replace(':', '/'));
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    assertEquals(descriptor.number("size"), Files.size(file), "size of " + file);
    return Optional.of(file);
  }

  private static JsonObject read(Path file) throws IOException, JsonException {
    return Json.parse(Files.readAllBytes(file), file.toString());
  }
}
