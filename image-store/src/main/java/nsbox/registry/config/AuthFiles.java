package nsbox.registry.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The files of credentials, in podman's order; each is read once, when it is needed.
final class AuthFiles {
  private final Places places;
  private final Overrides overrides;
  private final HelperPrograms helpers;

  AuthFiles(Places places, Overrides overrides, HelperPrograms helpers) {
    this.places = places;
    this.overrides = overrides;
    this.helpers = helpers;
  }

  /// @param required whether the user named the very file, so that its absence is a mistake
  record Candidate(Path path, boolean legacy, boolean required, Origin origin) {}

  /// The first credential for a repository; empty if no file and no helper has one.
  ///
  /// @param host and port
  Optional<Credential> find(String host, String repository) throws IOException {
    for (Candidate candidate : candidates()) {
      Optional<AuthFile> file = AuthFile.read(candidate.path, candidate.legacy);
      if (file.isEmpty() && candidate.required) {
        throw new InvalidConfigurationException(
            candidate.origin, "there is no file " + candidate.path);
      }
      if (file.isPresent()) {
        Optional<Credential> found = file.get().find(helpers, host, repository);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  List<Candidate> candidates() {
    List<Candidate> candidates = new ArrayList<>();
    Optional<Candidate> chosen = chosen();
    if (chosen.isPresent()) {
      candidates.add(chosen.get());
    } else {
      /* Podman's place for the superuser, where no session has set a folder. */
      Path runtime =
          places
              .variablePath("XDG_RUNTIME_DIR")
              .map(folder -> folder.resolve("containers/auth.json"))
              .orElse(places.system("run/containers/0/auth.json"));
      add(candidates, Optional.of(runtime), false);
    }
    add(candidates, places.containersConfig("auth.json"), false);
    add(candidates, places.dockerConfig(), false);
    add(candidates, places.home(".dockercfg"), true);
    return candidates;
  }

  /// Where a login is written: the file that the user named, or docker's, which survives a reboot.
  ///
  /// @throws InvalidConfigurationException if there is neither, nor a home
  Path written() throws InvalidConfigurationException {
    Optional<Candidate> chosen = chosen();
    if (chosen.isPresent()) {
      return chosen.get().path;
    }
    return places
        .dockerConfig()
        .orElseThrow(() ->
            new InvalidConfigurationException(
                new Origin("HOME", 0), "is not set, so there is no place for credentials"));
  }

  /// Files that others may read, for `--debug`.
  List<String> notes() throws IOException {
    List<String> notes = new ArrayList<>();
    for (Candidate candidate : candidates()) {
      if (Files.isRegularFile(candidate.path)) {
        boolean open =
            Files.getPosixFilePermissions(candidate.path).contains(PosixFilePermission.OTHERS_READ);
        if (open) {
          notes.add(candidate.path + ": every user of this host may read the credentials in it");
        }
      }
    }
    return notes;
  }

  private Optional<Candidate> chosen() {
    if (overrides.authFile().isPresent()) {
      return Optional.of(
          new Candidate(overrides.authFile().get(), false, true, new Origin("--authfile", 0)));
    }
    return places
        .variablePath("REGISTRY_AUTH_FILE")
        .map(path -> new Candidate(path, false, true, new Origin("REGISTRY_AUTH_FILE", 0)));
  }

  private static void add(List<Candidate> candidates, Optional<Path> path, boolean legacy) {
    path.ifPresent(file -> candidates.add(new Candidate(file, legacy, false, Places.at(file))));
  }
}
