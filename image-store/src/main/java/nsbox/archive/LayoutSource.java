package nsbox.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.image.BlobSource;
import nsbox.image.BrokenLayoutException;
import nsbox.image.Descriptor;
import nsbox.image.Ingest;

/// Somebody's OCI image layout as a place to copy from: indexes and artifacts too.
public final class LayoutSource {
  private final OciLayout layout;

  private LayoutSource(ImageFiles files) {
    this.layout = new OciLayout(files);
  }

  /// Opens a layout, in a folder or in an archive, plain or compressed.
  ///
  /// @param scratch an archive's files lie in its folder until it is closed
  /// @throws BrokenLayoutException if it is neither
  public static LayoutSource open(Path path, Ingest scratch) throws IOException {
    String label = path.toString();
    if (!ArchiveFile.isArchive(path)) {
      return new LayoutSource(new FolderFiles(path, label));
    }
    try (InputStream tar = Files.newInputStream(path)) {
      return new LayoutSource(Members.unpack(tar, scratch.file("members"), label));
    }
  }

  /// Its blobs, of which none has been checked.
  public BlobSource blobs() {
    return layout;
  }

  /// The entry of a name, or the only entry.
  ///
  /// @throws BrokenLayoutException if there is none, or it cannot be told which is meant
  public Descriptor entry(Optional<String> name) throws IOException {
    List<Descriptor> found = new ArrayList<>();
    for (Descriptor entry : layout.entries()) {
      boolean meant =
          name.isEmpty()
              || name.get().equals(entry.annotation(LayoutNames.REF_NAME))
              || name.get().equals(entry.annotation(LayoutNames.CONTAINERD_NAME));
      if (meant && found.stream().noneMatch(other -> other.digest().equals(entry.digest()))) {
        found.add(entry);
      }
    }
    if (found.size() != 1) {
      throw layout
          .files()
          .broken(
              OciLayout.INDEX,
              name.isEmpty() ? "one entry" : "one entry " + name.get(),
              found.isEmpty() ? "none" : found.size() + " entries");
    }
    return found.getFirst();
  }
}
