package nsbox.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Somebody's OCI image layout in a folder, of which nothing is believed.
///
/// Only plain files below plain folders are opened: a link could lead out of the layout, and
/// opening a FIFO waits for ever.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md Layout
final class LayoutDirectory implements BlobSource {
  private final Path root;
  private final String label;

  /// @param label what people call it: the path they typed
  LayoutDirectory(Path root, String label) {
    this.root = root;
    this.label = label;
  }

  /// The entries of `index.json`, after the layout's version was found to be one that nsbox knows.
  List<Descriptor> entries() throws IOException {
    JsonObject marker = json("oci-layout");
    try {
      String version = marker.string("imageLayoutVersion");
      if (!version.equals(StoreIndex.LAYOUT_VERSION)) {
        throw broken("oci-layout", "imageLayoutVersion " + StoreIndex.LAYOUT_VERSION, version);
      }
      JsonObject index = json("index.json");
      String mediaType = index.optionalString("mediaType").orElse(MediaType.OCI_INDEX);
      if (!mediaType.equals(MediaType.OCI_INDEX)) {
        throw broken("index.json", MediaType.OCI_INDEX, mediaType);
      }
      return ImageIndex.read("index.json of " + label, mediaType, index).manifests();
    } catch (JsonException e) {
      throw new InvalidDocumentException(label + ": " + e.getMessage(), e);
    }
  }

  /// The path of a blob that is a plain file.
  Path path(Descriptor blob) throws IOException {
    Digest digest = blob.digest();
    String folder = "blobs/" + digest.algorithm();
    checkKind("blobs", true, "a folder");
    checkKind(folder, true, "a folder");
    String file = folder + "/" + digest.hex();
    checkKind(file, false, "a plain file of " + blob.sizeBytes() + " bytes");
    return root.resolve(file);
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
    return label + "/blobs/" + blob.digest().algorithm() + "/" + blob.digest().hex();
  }

  BrokenLayoutException broken(String file, String expected, String actual) {
    return new BrokenLayoutException(label, file, expected, actual);
  }

  private JsonObject json(String file) throws IOException {
    checkKind(file, false, "a plain file");
    try (InputStream bytes = Files.newInputStream(root.resolve(file), LinkOption.NOFOLLOW_LINKS)) {
      byte[] document = bytes.readNBytes(Manifest.MAX_BYTES + 1);
      if (document.length > Manifest.MAX_BYTES) {
        throw new LimitExceededException(
            "bytes of " + label + "/" + file, Manifest.MAX_BYTES, Files.size(root.resolve(file)));
      }
      return Json.parse(document, file);
    } catch (JsonException e) {
      throw broken(file, "a JSON document", e.getMessage());
    }
  }

  private void checkKind(String file, boolean folder, String expected) throws IOException {
    BasicFileAttributes found;
    try {
      found =
          Files.readAttributes(
              root.resolve(file), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw broken(file, expected, "nothing");
    }
    if (folder ? !found.isDirectory() : !found.isRegularFile()) {
      throw broken(file, expected, kind(found));
    }
  }

  private static String kind(BasicFileAttributes found) {
    if (found.isSymbolicLink()) {
      return "a symbolic link";
    }
    if (found.isDirectory()) {
      return "a folder";
    }
    return found.isRegularFile() ? "a plain file" : "a device, socket or FIFO";
  }
}
