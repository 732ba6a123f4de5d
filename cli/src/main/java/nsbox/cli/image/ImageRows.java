package nsbox.cli.image;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import nsbox.cli.output.Human;
import nsbox.cli.output.TemplateMethod;
import nsbox.image.StoredImage;
import nsbox.json.JsonObject;

/// The rows of `nsbox images`: docker's members, and some that podman's users know.
///
/// @param full whether IDs are whole
/// @param containers how many containers each image has, by the image's ID
record ImageRows(ImageSizes sizes, Map<String, Integer> containers, boolean full, Instant now) {
  static final String COLUMNS = "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}";
  static final String COLUMNS_WITH_DIGESTS =
      "{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}";

  /// The heading of each member.
  static Map<String, String> headings() {
    Map<String, String> headings = new LinkedHashMap<>();
    headings.put("Containers", "CONTAINERS");
    headings.put("CreatedAt", "CREATED AT");
    headings.put("CreatedSince", "CREATED");
    headings.put("Digest", "DIGEST");
    headings.put("ID", "IMAGE ID");
    headings.put("Repository", "REPOSITORY");
    headings.put("SharedSize", "SHARED SIZE");
    headings.put("Size", "SIZE");
    headings.put("Tag", "TAG");
    headings.put("UniqueSize", "UNIQUE SIZE");
    headings.put("VirtualSize", "VIRTUAL SIZE");
    headings.put("Created", "CREATED");
    headings.put("Id", "IMAGE ID");
    headings.put("Labels", "LABELS");
    headings.put("RepoDigests", "REPO DIGESTS");
    headings.put("RepoTags", "REPO TAGS");
    return headings;
  }

  String id(StoredImage image) {
    return full ? image.id().toString() : image.id().shortHex();
  }

  JsonObject row(StoredImage image, ImageName name) {
    Created created = Created.parse(image.config().created());
    String size = Human.size(sizes.bytes(image));
    return new JsonObject()
        .put("Containers", containers.getOrDefault(image.id().hex(), 0).toString())
        .put("CreatedAt", created.at())
        .put("CreatedSince", created.since(now))
        .put("Digest", image.registryDigest().toString())
        .put("ID", id(image))
        .put("Repository", name.repository())
        .put("SharedSize", Human.size(sizes.sharedBytes(image)))
        .put("Size", size)
        .put("Tag", name.tag())
        .put("UniqueSize", Human.size(sizes.uniqueBytes(image)))
        .put("VirtualSize", size)
        .put("Created", TemplateMethod.of(created.since(now)))
        .put("Id", TemplateMethod.of(image.id().hex()))
        .put("Labels", TemplateMethod.of(image.config().labels()))
        .put("RepoDigests", TemplateMethod.of(ImageDocument.repoDigests(image)))
        .put("RepoTags", TemplateMethod.of(ImageDocument.repoTags(image)));
  }
}
