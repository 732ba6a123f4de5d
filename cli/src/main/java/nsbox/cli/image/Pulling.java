package nsbox.cli.image;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.cli.LayerVariables;
import nsbox.cli.Session;
import nsbox.engine.Images;
import nsbox.engine.Registries;
import nsbox.image.BlobMismatchException;
import nsbox.image.ImageException;
import nsbox.image.ImageReceiver;
import nsbox.image.ImageStore;
import nsbox.image.InvalidReferenceException;
import nsbox.image.PlatformMissingException;
import nsbox.image.Reference;
import nsbox.linux.LinuxException;
import nsbox.registry.Limits;
import nsbox.registry.NotFoundException;
import nsbox.registry.UnauthorizedException;
import nsbox.registry.config.ConfigException;
import nsbox.registry.config.Overrides;
import nsbox.snapshot.LayerException;
import nsbox.transfer.Pull;
import nsbox.transfer.Source;
import nsbox.transfer.TransferOptions;
import nsbox.trust.ImageLocation;
import nsbox.trust.Policy;
import nsbox.trust.RegistrySignatures;
import nsbox.trust.TrustException;

/// Pulls one image for a command, with progress on the user's terminal.
public final class Pulling {
  private static final String TRANSPORT = "docker://";

  private final Session session;
  private final Images images;
  private final Overrides overrides;
  private final TransferOptions options;
  private final boolean quiet;
  private final Optional<Path> signaturePolicy;

  /// @param signaturePolicy instead of the usual files
  public Pulling(
      Session session,
      Images images,
      Overrides overrides,
      TransferOptions options,
      Optional<Path> signaturePolicy,
      boolean quiet) {
    this.session = session;
    this.images = images;
    this.overrides = overrides;
    this.options = options;
    this.signaturePolicy = signaturePolicy;
    this.quiet = quiet;
  }

  /// Pulls what a name means: where the configuration gives a short name several meanings, the
  /// first that there is.
  ///
  /// @return the name in full under which it is stored
  ///
  /// @param name may begin with `docker://`, as podman and skopeo write it
  public Reference pull(String name, Pull.Choice choice) throws IOException, Failure {
    try {
      return pullCandidates(
          name.startsWith(TRANSPORT) ? name.substring(TRANSPORT.length()) : name, choice);
    } catch (InvalidReferenceException e) {
      throw e;
    } catch (IOException e) {
      throw failure(name, e);
    }
  }

  private Reference pullCandidates(String name, Pull.Choice choice) throws IOException {
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

  /// Says which file and line supplied what. It asks for credentials, which may start a program.
  void explain(Registries registries, Reference reference) throws IOException {
    if (session.debugs()) {
      for (String line : registries.config().explain(reference)) {
        session.debug(line);
      }
    }
  }

  void pull(Registries registries, Reference reference, Pull.Choice choice, Progress progress)
      throws IOException {
    explain(registries, reference);
    ImageStore store = images.store();
    Optional<ImageReceiver> receiver = Optional.of(images.receiver());
    List<Source> sources = registries.sources(reference);
    new Pull(store, sources, options, progress, receiver, check(session, sources, signaturePolicy))
        .run(reference, choice);
  }

  /* Signatures are where the image is: at the registry itself, which is the last to be asked. */
  static Pull.Check check(Session session, List<Source> sources, Optional<Path> signaturePolicy)
      throws IOException {
    Policy policy = Policy.load(session.surroundings(), signaturePolicy);
    return (reference, root, chosen) ->
        policy.check(
            ImageLocation.registry(reference),
            root.descriptor().digest().equals(chosen.descriptor().digest())
                ? List.of(root)
                : List.of(root, chosen),
            new RegistrySignatures(sources.getLast().repository()));
  }

  /// Puts into words why a pull failed: what was found, and what to do.
  static Failure failure(String name, IOException e) {
    String advice =
        switch (e) {
          case UnauthorizedException _ ->
              "Nothing was stored. Check the name, or log in: nsbox login REGISTRY";
          case NotFoundException _ -> "Nothing was stored. Check the name and the tag.";
          case BlobMismatchException _ ->
              "Nothing was stored. Pull again; if it repeats, something on the way damages the data.";
          case PlatformMissingException _ ->
              "Nothing was stored. '--platform OS/ARCH' chooses another.";
          case ImageException _ -> "Nothing was stored.";
          case LayerException l -> "Nothing was stored." + LayerVariables.advice(l);
          case TrustException _ -> "Nothing was stored.";
          case ConfigException _ -> "Nothing was asked.";
          default -> "Nothing was stored; the next pull goes on where this one stopped.";
        };
    return new Failure("cannot pull " + name + "\n  " + text(e) + "\n  " + advice, e);
  }

  static String text(IOException e) {
    return switch (e) {
      case NoSuchFileException f -> f.getFile() + ": no such file or directory";
      case FileSystemException f when f.getReason() != null -> f.getFile() + ": " + f.getReason();
      case LinuxException l when l.errno() == Errno.ENOSPC -> Errno.text(l.errno());
      case LinuxException l -> l.object() + ": " + Errno.text(l.errno());
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }
}
