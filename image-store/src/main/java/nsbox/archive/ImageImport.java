package nsbox.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nsbox.image.BrokenLayoutException;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageManifest;
import nsbox.image.ImageReceiver;
import nsbox.image.ImageStore;
import nsbox.image.Ingest;
import nsbox.image.MediaType;
import nsbox.image.Platform;
import nsbox.image.Reference;
import nsbox.json.Json;
import nsbox.json.JsonObject;

/// Brings an OCI image layout, or the tar of a root filesystem, into the store.
///
/// All or nothing, as with [LayoutImport].
public final class ImageImport {
  private final ImageStore store;
  private final Settings settings;
  private final Optional<ImageReceiver> receiver;

  /// @param receiver of each image's layers, before the image shows
  public ImageImport(ImageStore store, Settings settings, Optional<ImageReceiver> receiver) {
    this.store = store;
    this.settings = settings;
    this.receiver = receiver;
  }

  /// What the user says about the image.
  ///
  /// @param name what to call it, whatever a layout says
  /// @param platform which image to take from a layout, or what a root filesystem is for
  /// @param changes instructions of a Dockerfile, for a root filesystem
  /// @param message for the history of a root filesystem's image
  /// @param created when a root filesystem's image was made
  public record Settings(
      Optional<Reference> name,
      Platform platform,
      List<String> changes,
      Optional<String> message,
      Instant created) {}

  /// What was brought in; nothing if it was a docker archive, for which there is [ImageLoad].
  ///
  /// @param names of the images
  /// @param id of a root filesystem's image
  public record Imported(ArchiveKind kind, Set<Reference> names, Optional<Digest> id) {}

  /// @param path of a layout's folder, or of a tar, plain or compressed
  /// @throws nsbox.image.ImageException if it is not sound
  /// @throws InvalidChangeException if one of the changes is none
  public Imported importFrom(Path path) throws IOException {
    JsonObject config = config();
    if (!ArchiveFile.isArchive(path)) {
      return importLayout(path);
    }
    try (InputStream tar = Files.newInputStream(path);
        Ingest ingest = store.ingest()) {
      Intake.Result intake =
          Intake.read(tar, ingest.file("rootfs"), path.toString(), /* all= */ false);
      return intake.kind() == ArchiveKind.OCI_LAYOUT
          ? importLayout(path)
          : importRootFilesystem(intake, ingest, path.toString(), config);
    }
  }

  /// @param tar through a pipe; not closed
  /// @param label what to call it in messages
  public Imported importFrom(InputStream tar, String label) throws IOException {
    JsonObject config = config();
    try (Ingest ingest = store.ingest()) {
      Path file = ingest.file("rootfs");
      Intake.Result intake = Intake.read(tar, file, label, /* all= */ true);
      if (intake.kind() != ArchiveKind.OCI_LAYOUT) {
        return importRootFilesystem(intake, ingest, label, config);
      }
      checkNoChanges(label);
      try (InputStream spooled = Files.newInputStream(file)) {
        return layout(
            new LayoutImport(store, receiver)
                .importFrom(spooled, label, settings.name(), settings.platform()));
      }
    }
  }

  private Imported importLayout(Path path) throws IOException {
    checkNoChanges(path.toString());
    return layout(
        new LayoutImport(store, receiver).importFrom(path, settings.name(), settings.platform()));
  }

  private static Imported layout(Set<Reference> names) {
    return new Imported(ArchiveKind.OCI_LAYOUT, names, Optional.empty());
  }

  private void checkNoChanges(String label) throws BrokenLayoutException {
    if (!settings.changes().isEmpty() || settings.message().isPresent()) {
      throw new BrokenLayoutException(
          label, "", "a root filesystem, which alone can be changed", "an OCI image layout");
    }
  }

  private Imported importRootFilesystem(
      Intake.Result intake, Ingest ingest, String label, JsonObject config) throws IOException {
    if (intake.kind() == ArchiveKind.DOCKER_ARCHIVE) {
      return new Imported(ArchiveKind.DOCKER_ARCHIVE, Set.of(), Optional.empty());
    }
    byte[] document = document(config, intake.diffId(), label);
    Descriptor described =
        new Descriptor(MediaType.OCI_CONFIG, Digest.sha256(document), document.length);
    ImageManifest manifest =
        new ImageManifest(MediaType.OCI_MANIFEST, described, List.of(intake.layer()));
    byte[] manifestBytes = DockerArchive.bytes(manifest);
    Descriptor descriptor =
        new Descriptor(MediaType.OCI_MANIFEST, Digest.sha256(manifestBytes), manifestBytes.length);
    Gathering gathering = new Gathering(store, ingest, receiver);
    gathering.hashedLayer(intake.layer(), ingest.file("rootfs"), label);
    gathering.image(descriptor, manifestBytes, manifest, document, settings.name().orElse(null));
    Loaded loaded = gathering.publish().getFirst();
    return new Imported(
        ArchiveKind.ROOT_FILESYSTEM, Set.copyOf(loaded.names()), Optional.of(loaded.id()));
  }

  private JsonObject config() throws InvalidChangeException {
    ConfigChanges changes = new ConfigChanges();
    for (String change : settings.changes()) {
      changes.apply(change);
    }
    return changes.config();
  }

  private byte[] document(JsonObject config, Digest diffId, String label) {
    Platform platform = settings.platform();
    String created = settings.created().toString();
    JsonObject document = new JsonObject().put("architecture", platform.architecture());
    if (!platform.variant().isEmpty()) {
      document.put("variant", platform.variant());
    }
    JsonObject step =
        new JsonObject()
            .put("created", created)
            .put("comment", settings.message().orElse("Imported from " + label));
    return Json.bytes(
        document
            .put("config", config)
            .put("created", created)
            .put("history", List.of(step))
            .put("os", platform.os())
            .put(
                "rootfs",
                new JsonObject()
                    .put("type", "layers")
                    .put("diff_ids", List.of(diffId.toString()))));
  }
}
