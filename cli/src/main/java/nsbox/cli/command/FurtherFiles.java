package nsbox.cli.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.bundle.options.ContainerOptions;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.bundle.options.NamespaceOptions.IdRange;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.cli.flags.SecretFlags;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerSecrets;
import nsbox.engine.ContainerTrees;
import nsbox.engine.ContainerVolumes;
import nsbox.engine.Images;
import nsbox.engine.Secrets;
import nsbox.image.Ingest;
import nsbox.image.StoredImage;
import picocli.CommandLine.ParseResult;

/// What a new container shows beside its image and its volumes: other images' files, and secrets.
///
/// @param trees of other images
record FurtherFiles(ContainerTrees trees, ContainerSecrets secrets) {

  /// @param lease keeps the images, which come as the container's own does
  /// @throws Failure if something of it is not there
  static FurtherFiles find(
      ContainerOptions options,
      SecretFlags wanted,
      Session session,
      Images images,
      Ingest lease,
      ParseResult parsed)
      throws IOException, Failure {
    ContainerTrees trees = new ContainerTrees(images.driver());
    for (Mount mount : options.files().mounts()) {
      if (mount.type().equals(ContainerTrees.TYPE)) {
        if (!options.namespaces().user().isHost()) {
          throw new Failure(
              "--mount type=image: its ids are not shifted, so it is not for a container with a"
                  + " user namespace");
        }
        StoredImage image = new ImageChoice(session, images, lease).find(mount.source(), parsed);
        if (!trees.add(mount, images.unpack(image), images)) {
          throw new Failure(
              "--mount type=image: the image " + mount.source() + " has no such subpath");
        }
      }
    }
    ContainerSecrets secrets = new ContainerSecrets(wanted.variables());
    Optional<String> missing = secrets.read(new Secrets(session.roots()), wanted.files());
    if (missing.isPresent()) {
      throw new Failure("no secret with name or id \"" + missing.get() + "\": no such secret");
    }
    return new FurtherFiles(trees, secrets);
  }

  /// @throws Failure if a secret is to be where something is mounted
  List<Mount> withSecrets(List<Mount> mounts, ContainerFolder folder) throws Failure {
    List<Mount> own = secrets.mounts(folder);
    for (Mount secret : own) {
      if (WantedMounts.has(mounts, secret.destination())) {
        throw new Failure("--secret " + secret.destination() + ": duplicate mount destination");
      }
    }
    return filled(mounts, own);
  }

  /// What is there already has its place.
  static List<Mount> filled(List<Mount> mounts, List<Mount> further) {
    if (further.isEmpty()) {
      return mounts;
    }
    List<Mount> all = new ArrayList<>(mounts);
    for (Mount mount : further) {
      if (!WantedMounts.has(mounts, mount.destination())) {
        all.add(mount);
      }
    }
    return all;
  }

  /// Who is the container's root on the host, where that is somebody else.
  static Optional<ContainerVolumes.Owner> volumeOwner(ContainerOptions options) {
    for (IdRange uids : options.namespaces().uidMap()) {
      for (IdRange gids : options.namespaces().gidMap()) {
        if (uids.container() == 0 && gids.container() == 0) {
          return Optional.of(new ContainerVolumes.Owner((int) uids.host(), (int) gids.host()));
        }
      }
    }
    return Optional.empty();
  }
}
