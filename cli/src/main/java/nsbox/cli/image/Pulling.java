package nsbox.cli.image;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Session;
import nsbox.engine.Images;
import nsbox.engine.Registries;
import nsbox.image.ImageStore;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import nsbox.registry.Limits;
import nsbox.registry.NotFoundException;
import nsbox.registry.config.Overrides;
import nsbox.transfer.ImageReceiver;
import nsbox.transfer.Pull;
import nsbox.transfer.TransferOptions;

/// Pulls one image for a command, with progress on the user's terminal.
public final class Pulling {
  private final Session session;
  private final Images images;
  private final Overrides overrides;
  private final TransferOptions options;
  private final boolean quiet;

  public Pulling(
      Session session, Images images, Overrides overrides, TransferOptions options, boolean quiet) {
    this.session = session;
    this.images = images;
    this.overrides = overrides;
    this.options = options;
    this.quiet = quiet;
  }

  /// Pulls what a name means: where the configuration gives a short name several meanings, the
  /// first that there is.
  ///
  /// @return the name in full under which it is stored
  public Reference pull(String name, Pull.Choice choice) throws IOException {
    try (Progress progress = new Progress(session, quiet)) {
      Registries registries = registries(progress);
      List<Reference> candidates = registries.config().candidates(name);
      NotFoundException missing = null;
      for (Reference candidate : candidates) {
        try {
          pull(registries, candidate, choice, progress);
          return candidate;
        } catch (NotFoundException e) {
          missing = e;
        }
      }
      throw missing;
    }
  }

  public Registries registries(Progress progress) throws IOException {
    Limits limits =
        Limits.DEFAULT.withRetries(options.retries()).withFirstWait(options.retryDelay());
    return new Registries(session.surroundings(), overrides, limits, progress::note);
  }

  void pull(Registries registries, Reference reference, Pull.Choice choice, Progress progress)
      throws IOException {
    for (String line : registries.config().explain(reference)) {
      session.debug(line);
    }
    ImageStore store = images.store();
    Optional<ImageReceiver> receiver = Optional.of(images.receiver());
    new Pull(store, registries.sources(reference), options, progress, receiver, (_, _, _) -> {})
        .run(reference, choice);
  }

  /// The image of a name that has been pulled.
  StoredImage pulled(Reference reference) throws IOException {
    return images.store().get(reference.toString());
  }
}
