package nsbox.registry;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageIndex;
import nsbox.image.Manifest;
import nsbox.image.MediaType;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// What refers to a manifest, by the registry's own list or by the tag that stands for it.
///
/// @spec https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
final class ReferrerCalls {
  private final RepositoryCalls calls;
  private final ManifestCalls manifests;

  ReferrerCalls(RepositoryCalls calls, ManifestCalls manifests) {
    this.calls = calls;
    this.manifests = manifests;
  }

  ImageIndex list(Digest subject, Optional<String> artifactType) throws IOException {
    Call call = calls.call("referrers of " + subject, "GET", "/referrers/" + subject);
    if (artifactType.isPresent()) {
      String type = URLEncoder.encode(artifactType.get(), StandardCharsets.UTF_8);
      call = call.at(Addresses.with(call.location(), "artifactType=" + type));
    }
    Answer answer = calls.send(call.with("Accept", MediaType.OCI_INDEX), calls.reading());
    if (answer.status() == 404 || answer.status() == 405) {
      answer.close();
      return index(filtered(byTag(subject), artifactType));
    }
    List<Descriptor> found = new ArrayList<>();
    Pages.read(
        calls.session(),
        call.with("Accept", MediaType.OCI_INDEX),
        calls.reading(),
        answer,
        (page, json) -> {
          for (JsonObject member : members(page, json)) {
            found.add(read(page.target(), member));
          }
          if (found.size() > ImageIndex.MAX_ENTRIES) {
            throw new BadAnswerException(
                page.target(), "there are more than " + ImageIndex.MAX_ENTRIES);
          }
          return false;
        });
    boolean done =
        Arrays.asList(answer.header("oci-filters-applied").orElse("").split("\\s*,\\s*"))
            .contains("artifactType");
    return index(done ? found : filtered(found, artifactType));
  }

  private List<Descriptor> byTag(Digest subject) throws IOException {
    RawManifest raw;
    try {
      raw = manifests.fetch(ReferrersTag.of(subject));
    } catch (NotFoundException e) {
      return List.of();
    }
    if (Manifest.parse(raw.descriptor(), raw.bytes()) instanceof ImageIndex index) {
      return index.manifests();
    }
    throw new BadAnswerException(
        calls.target("manifest " + ReferrersTag.of(subject)), "it should be an index of referrers");
  }

  private static List<Descriptor> filtered(List<Descriptor> all, Optional<String> artifactType)
      throws IOException {
    if (artifactType.isEmpty()) {
      return all;
    }
    List<Descriptor> right = new ArrayList<>();
    for (Descriptor each : all) {
      if (each.toJson().optionalString("artifactType").equals(artifactType)) {
        right.add(each);
      }
    }
    return right;
  }

  private static List<JsonObject> members(Answer page, JsonObject json) throws BadAnswerException {
    try {
      return json.objects("manifests");
    } catch (JsonException e) {
      throw new BadAnswerException(page.target(), VisibleText.of(e.getMessage()), e);
    }
  }

  private static Descriptor read(Target target, JsonObject member) throws BadAnswerException {
    try {
      return Descriptor.read(member);
    } catch (JsonException e) {
      throw new BadAnswerException(target, VisibleText.of(e.getMessage()), e);
    }
  }

  private static ImageIndex index(List<Descriptor> manifests) {
    return new ImageIndex(MediaType.OCI_INDEX, List.copyOf(manifests));
  }
}
