package nsbox.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Walks an index to the one manifest that fits a platform best.
///
/// The first of equally good entries wins. Entries for the platform `unknown` hold attestations and
/// are passed over; so are entries of unknown media types, as the specification demands. An entry
/// that names no platform is taken where nothing else fits.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md Index
public final class PlatformChoice {
  private static final int MAX_DEPTH = 2;
  private static final int UNSAID_FITNESS = 1;

  private final BlobSource blobs;
  private final Platform wanted;
  private final List<Platform> offered = new ArrayList<>();
  private int entriesSeen;
  private int bestFitness;
  private Descriptor best;

  private PlatformChoice(BlobSource blobs, Platform wanted) {
    this.blobs = blobs;
    this.wanted = wanted;
  }

  /// The descriptor of one platform's manifest: `start` itself, or the best one in its index.
  ///
  /// @throws UnsupportedManifestException if `start` is neither an index nor a manifest
  /// @throws PlatformMissingException if the index offers nothing that fits
  public static Descriptor choose(Descriptor start, Platform wanted, BlobSource blobs)
      throws IOException {
    Manifest.checkMediaType(start);
    if (!MediaType.isIndex(start.mediaType())) {
      return start;
    }
    PlatformChoice choice = new PlatformChoice(blobs, wanted);
    choice.walk(start, 1);
    if (choice.best == null) {
      throw new PlatformMissingException(
          start.digest().toString(), wanted, List.copyOf(choice.offered));
    }
    return choice.best;
  }

  /// Whether an image for one platform runs on another.
  public static boolean fits(Platform offered, Platform wanted) {
    return wanted.fitness(offered) > 0;
  }

  /// Refuses an image that says it is for another platform.
  ///
  /// @throws PlatformMissingException if it does not run there
  public static void require(Descriptor image, Platform offered, Platform wanted)
      throws PlatformMissingException {
    if (!fits(offered, wanted)) {
      throw new PlatformMissingException(image.digest().toString(), wanted, List.of(offered));
    }
  }

  /// As [#choose]; where nothing fits the first manifest of the index stands for it.
  static Descriptor chooseOrFirst(Descriptor start, Platform wanted, BlobSource blobs)
      throws IOException {
    try {
      return choose(start, wanted, blobs);
    } catch (PlatformMissingException e) {
      Descriptor first = firstManifest(start, blobs, 1);
      if (first == null) {
        throw e;
      }
      return first;
    }
  }

  private static Descriptor firstManifest(Descriptor start, BlobSource blobs, int depth)
      throws IOException {
    if (MediaType.isManifest(start.mediaType())) {
      return start;
    }
    if (depth <= MAX_DEPTH
        && MediaType.isIndex(start.mediaType())
        && Manifest.parse(start, blobs.document(start)) instanceof ImageIndex index) {
      for (Descriptor entry : index.manifests()) {
        Descriptor first = firstManifest(entry, blobs, depth + 1);
        if (first != null) {
          return first;
        }
      }
    }
    return null;
  }

  private void walk(Descriptor descriptor, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new LimitExceededException(
          "levels of indexes down to " + descriptor.digest(), MAX_DEPTH, depth);
    }
    if (!(Manifest.parse(descriptor, blobs.document(descriptor)) instanceof ImageIndex index)) {
      throw new IllegalStateException("an index by its media type");
    }
    entriesSeen += index.manifests().size();
    if (entriesSeen > ImageIndex.MAX_ENTRIES) {
      throw new LimitExceededException(
          "entries of all indexes down to " + descriptor.digest(),
          ImageIndex.MAX_ENTRIES,
          entriesSeen);
    }
    for (Descriptor entry : index.manifests()) {
      consider(entry, depth);
    }
  }

  private void consider(Descriptor entry, int depth) throws IOException {
    int fitness = fitness(entry);
    if (MediaType.isIndex(entry.mediaType())) {
      if (fitness > 0) {
        walk(entry, depth + 1);
      }
    } else if (MediaType.isManifest(entry.mediaType()) && fitness > bestFitness) {
      best = entry;
      bestFitness = fitness;
    }
  }

  private int fitness(Descriptor entry) {
    if (entry.platform().isEmpty()) {
      return UNSAID_FITNESS;
    }
    Platform platform = entry.platform().get();
    if (platform.os().equals("unknown")) {
      return 0;
    }
    offered.add(platform);
    int fitness = wanted.fitness(platform);
    return fitness == 0 ? 0 : Math.max(fitness, UNSAID_FITNESS + 1);
  }
}
