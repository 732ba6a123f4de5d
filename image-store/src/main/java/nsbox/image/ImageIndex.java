package nsbox.image;

import java.util.ArrayList;
import java.util.List;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// A list of manifests, one for each platform; lists may be nested.
///
/// @param mediaType OCI index or docker's manifest list
/// @param manifests at most 1000
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md Index
public record ImageIndex(String mediaType, List<Descriptor> manifests) implements Manifest {

  /// The most entries of an index that are read.
  public static final int MAX_ENTRIES = 1000;

  /// Reads an index from wherever it stands.
  ///
  /// @param document what it is, for messages
  public static ImageIndex read(String document, String mediaType, JsonObject json)
      throws JsonException, ImageException {
    List<JsonObject> members = json.objects("manifests");
    if (members.size() > MAX_ENTRIES) {
      throw new LimitExceededException(document + ": entries", MAX_ENTRIES, members.size());
    }
    List<Descriptor> manifests = new ArrayList<>(members.size());
    for (JsonObject member : members) {
      manifests.add(Descriptor.read(member));
    }
    return new ImageIndex(mediaType, List.copyOf(manifests));
  }
}
