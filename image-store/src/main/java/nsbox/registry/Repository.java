package nsbox.registry;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageIndex;

/// One repository of one registry, over the distribution protocol.
///
/// Every call authenticates as it must, follows redirects, and tries again after what may pass:
/// lost connections, 408, 429, 5xx; as often as the options say, and not before the server's
/// `Retry-After`. Only [#blob]'s stream is the caller's to resume. Safe for threads. A failure is a
/// [RegistryException] that carries endpoint and object, or an [java.io.IOException] of the host.
///
/// @spec https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
public interface Repository {

  /// For messages: host and repository.
  String name();

  /// Fetches a manifest or an index of any media type, at most 4 MiB.
  ///
  /// @param reference a tag or a digest; the bytes are checked against a digest
  RawManifest manifest(String reference) throws IOException;

  /// Learns what a tag stands for without fetching it; empty where there is none.
  Optional<Descriptor> resolve(String reference) throws IOException;

  /// Opens a part of a blob.
  ///
  /// @param from first byte
  /// @param to first byte that is not wanted; never more than the blob's size
  BlobRange blob(Descriptor blob, long from, long to) throws IOException;

  boolean hasBlob(Descriptor blob) throws IOException;

  /// Uploads a blob; the caller has made sure that it is not there.
  ///
  /// @param content opened once for each attempt
  void pushBlob(Descriptor blob, Content content) throws IOException;

  /// Asks the registry to take a blob from a sibling repository.
  ///
  /// @return false where it will not
  boolean mountBlob(Descriptor blob, String fromRepository) throws IOException;

  /// Uploads a manifest byte for byte.
  ///
  /// @param reference a tag, or the manifest's digest
  /// @return the subject that the registry says it has linked (`OCI-Subject`); empty if it knows no
  ///   referrers, so that the fallback tag must be written
  Optional<Digest> pushManifest(String reference, RawManifest manifest) throws IOException;

  /// All tags, in the registry's order, over all pages.
  List<String> tags() throws IOException;

  /// What refers to a manifest: by the referrers API, or by the fallback tag.
  ///
  /// @param artifactType to filter by
  ImageIndex referrers(Digest subject, Optional<String> artifactType) throws IOException;

  /// Deletes a manifest by tag or digest.
  void delete(String reference) throws IOException;

  /// Where a blob's bytes come from.
  interface Content {
    InputStream open() throws IOException;
  }
}
