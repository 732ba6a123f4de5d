package nsbox.registry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageIndex;
import nsbox.json.JsonException;

/// A repository on a server, by the distribution protocol.
final class RemoteRepository implements Repository {
  private static final int MAX_TAGS = 1_000_000;

  private final RepositoryCalls calls;
  private final ManifestCalls manifests;
  private final BlobCalls blobs;
  private final BlobUploads uploads;
  private final ReferrerCalls referrers;

  RemoteRepository(RepositoryCalls calls) {
    this.calls = calls;
    this.manifests = new ManifestCalls(calls);
    this.blobs = new BlobCalls(calls);
    this.uploads = new BlobUploads(calls);
    this.referrers = new ReferrerCalls(calls, manifests);
  }

  @Override
  public String name() {
    return calls.name();
  }

  @Override
  public RawManifest manifest(String reference) throws IOException {
    return manifests.fetch(reference);
  }

  @Override
  public Optional<Descriptor> resolve(String reference) throws IOException {
    return manifests.resolve(reference);
  }

  @Override
  public BlobRange blob(Descriptor blob, long from, long to) throws IOException {
    return blobs.open(blob, from, to);
  }

  @Override
  public boolean hasBlob(Descriptor blob) throws IOException {
    return blobs.exists(blob);
  }

  @Override
  public void pushBlob(Descriptor blob, Content content) throws IOException {
    uploads.push(blob, content);
  }

  @Override
  public boolean mountBlob(Descriptor blob, String fromRepository) throws IOException {
    return uploads.mount(blob, fromRepository);
  }

  @Override
  public Optional<Digest> pushManifest(String reference, RawManifest manifest) throws IOException {
    return manifests.push(reference, manifest);
  }

  @Override
  public List<String> tags() throws IOException {
    Call call = calls.call("the tags", "GET", "/tags/list");
    call = call.at(Addresses.with(call.location(), "n=1000"));
    List<String> tags = new ArrayList<>();
    Answer first = calls.send(call, calls.reading());
    Pages.read(
        calls.session(),
        call,
        calls.reading(),
        first,
        (page, json) -> {
          try {
            tags.addAll(json.strings("tags"));
          } catch (JsonException e) {
            throw new BadAnswerException(page.target(), VisibleText.of(e.getMessage()), e);
          }
          check(page.target(), tags);
          return false;
        });
    return List.copyOf(tags);
  }

  private static void check(Target target, List<String> tags) throws BadAnswerException {
    if (tags.size() > MAX_TAGS) {
      throw new BadAnswerException(target, "there are more than " + MAX_TAGS);
    }
    for (String tag : tags) {
      if (!RepositoryCalls.isTag(tag)) {
        throw new BadAnswerException(target, "not a tag: \"" + VisibleText.of(tag) + "\"");
      }
    }
  }

  @Override
  public ImageIndex referrers(Digest subject, Optional<String> artifactType) throws IOException {
    return referrers.list(subject, artifactType);
  }

  @Override
  public void delete(String reference) throws IOException {
    manifests.delete(reference);
  }
}
