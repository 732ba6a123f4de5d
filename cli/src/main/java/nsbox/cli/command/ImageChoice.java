package nsbox.cli.command;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.image.Pulling;
import nsbox.cli.image.TransferFlags;
import nsbox.engine.Images;
import nsbox.image.ImageNotFoundException;
import nsbox.image.Ingest;
import nsbox.image.Platform;
import nsbox.image.PlatformChoice;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import nsbox.registry.config.RegistryConfig;
import nsbox.snapshot.Snapshots;
import nsbox.transfer.Pull;
import picocli.CommandLine.ParseResult;

/// Finds the image that a container is made from, and pulls it where that is meant.
///
/// An image that is there costs nothing of what pulling needs.
final class ImageChoice {
  /* Between a pull's end and the lease somebody may remove the image again. */
  private static final int ATTEMPTS = 4;

  private final Session session;
  private final Images images;
  private final Ingest lease;

  /// @param lease keeps the image until the container has it
  ImageChoice(Session session, Images images, Ingest lease) {
    this.session = session;
    this.images = images;
    this.lease = lease;
  }

  StoredImage find(String name, ParseResult parsed) throws IOException, Failure {
    String policy = Model.optional(parsed, "--pull").orElse("missing");
    if (!policy.equals("missing") && !policy.equals("always") && !policy.equals("never")) {
      throw new Failure("--pull " + policy + ": missing, always or never");
    }
    Optional<Platform> platform = TransferFlags.platform(parsed);
    if (!policy.equals("always")) {
      Optional<StoredImage> image = images.hold(name, lease);
      if (image.isPresent() && (platform.isEmpty() || fits(image.get(), platform.get()))) {
        return image.get();
      }
      if (policy.equals("never")) {
        throw new ImageNotFoundException(name);
      }
    }
    return pull(name, platform, policy.equals("always"), parsed);
  }

  private StoredImage pull(
      String name, Optional<Platform> platform, boolean always, ParseResult parsed)
      throws IOException, Failure {
    if (Images.isId(name)) {
      throw new ImageNotFoundException(name);
    }
    if (!always && platform.isEmpty()) {
      Optional<StoredImage> other = underAnotherRegistry(name);
      if (other.isPresent()) {
        return other.get();
      }
    }
    Snapshots.warmUp();
    Pull.Choice choice =
        new Pull.Choice(platform.orElse(Platform.host()), platform.isPresent(), false);
    Reference pulled = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      pulled =
          new Pulling(
                  session,
                  images,
                  TransferFlags.overrides(parsed, session),
                  TransferFlags.options(parsed),
                  Optional.empty(),
                  Model.isSet(parsed, "--quiet"))
              .pull(name, choice);
      Optional<StoredImage> image = images.hold(pulled.toString(), lease);
      if (image.isPresent()) {
        return image.get();
      }
    }
    throw new ImageNotFoundException(pulled.toString());
  }

  /* A short name may have been found at one of the registries that the user searches. */
  private Optional<StoredImage> underAnotherRegistry(String name) throws IOException {
    List<Reference> candidates = RegistryConfig.load(session.surroundings()).candidates(name);
    for (Reference candidate : candidates) {
      Optional<StoredImage> image = images.hold(candidate.toString(), lease);
      if (image.isPresent()) {
        return image;
      }
    }
    return Optional.empty();
  }

  private static boolean fits(StoredImage image, Platform platform) {
    return PlatformChoice.fits(image.config().platform(), platform);
  }
}
