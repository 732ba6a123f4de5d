package nsbox.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import nsbox.image.BlobCheck;
import nsbox.image.BlobSource;
import nsbox.image.BrokenLayoutException;
import nsbox.image.Descriptor;
import nsbox.image.ImageIndex;
import nsbox.image.ImageManifest;
import nsbox.image.InvalidDocumentException;
import nsbox.image.MediaType;
import nsbox.image.Platform;
import nsbox.image.PlatformChoice;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Somebody's OCI image layout, in a folder or unpacked from an archive.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md Layout
final class OciLayout implements BlobSource {
  static final String MARKER = "oci-layout";
  static final String INDEX = "index.json";
  static final String VERSION = "1.0.0";

  private final ImageFiles files;

  OciLayout(ImageFiles files) {
    this.files = files;
  }

  ImageFiles files() {
    return files;
  }

  /// The entries of `index.json`, after the layout's version was found to be one that nsbox knows.
  List<Descriptor> entries() throws IOException {
    JsonObject marker = json(MARKER);
    try {
      String version = marker.string("imageLayoutVersion");
      if (!version.equals(VERSION)) {
        throw files.broken(MARKER, "imageLayoutVersion " + VERSION, version);
      }
      JsonObject index = json(INDEX);
      String mediaType = index.optionalString("mediaType").orElse(MediaType.OCI_INDEX);
      if (!mediaType.equals(MediaType.OCI_INDEX)) {
        throw files.broken(INDEX, MediaType.OCI_INDEX, mediaType);
      }
      return ImageIndex.read("index.json of " + files.label(), mediaType, index).manifests();
    } catch (JsonException e) {
      throw new InvalidDocumentException(files.label() + ": " + e.getMessage(), e);
    }
  }

  /// Whether the image of an entry is all there, by the lengths of its files; nothing is hashed.
  boolean isWhole(Descriptor entry, Platform platform) throws IOException {
    try {
      Descriptor chosen = PlatformChoice.choose(entry, platform, this);
      ImageManifest manifest = ImageManifest.parse(chosen, document(chosen));
      boolean whole = Files.size(path(manifest.config())) == manifest.config().sizeBytes();
      for (Descriptor layer : manifest.layers()) {
        whole &= Files.size(path(layer)) == layer.sizeBytes();
      }
      return whole;
    } catch (BrokenLayoutException e) {
      return false;
    }
  }

  /// The path of a blob that is a plain file.
  Path path(Descriptor blob) throws IOException {
    return files.path(name(blob), "a plain file of " + blob.sizeBytes() + " bytes");
  }

  @Override
  public InputStream open(Descriptor blob) throws IOException {
    return Files.newInputStream(path(blob), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public byte[] document(Descriptor blob) throws IOException {
    BlobCheck.checkDocumentSize(blob);
    ByteArrayOutputStream document = new ByteArrayOutputStream();
    try (InputStream bytes = open(blob)) {
      BlobCheck.copy(blob, bytes, document, origin(blob));
    }
    return document.toByteArray();
  }

  /// Where a blob lies, for messages.
  String origin(Descriptor blob) {
    return files.label() + "/" + name(blob);
  }

  private static String name(Descriptor blob) {
    return "blobs/" + blob.digest().algorithm() + "/" + blob.digest().hex();
  }

  private JsonObject json(String file) throws IOException {
    try {
      return Json.parse(files.document(file), file);
    } catch (JsonException e) {
      throw files.broken(file, "a JSON document", e.getMessage());
    }
  }
}
