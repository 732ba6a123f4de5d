package nsbox.cli.image;

import java.nio.file.Path;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.image.Reference;

/// One end of a copy, written as skopeo writes it.
sealed interface CopyPlace {

  /// `docker://registry/repository:tag`
  record Remote(Reference reference) implements CopyPlace {}

  /// `store:name`: nsbox's own images.
  record Local(String name) implements CopyPlace {}

  /// `oci:folder[:name]` and `oci-archive:file[:name]`
  record Layout(Path path, Optional<String> name, boolean archive) implements CopyPlace {}

  /// `docker-archive:file[:reference]`
  record DockerArchive(Path path, Optional<Reference> name) implements CopyPlace {}

  /// @throws Failure if it is none of these
  static CopyPlace parse(String text, Session session) throws Exception {
    int colon = text.indexOf(':');
    String transport = colon < 0 ? "" : text.substring(0, colon);
    String rest = text.substring(colon + 1);
    return switch (transport) {
      case "docker" -> {
        if (!rest.startsWith("//")) {
          throw new Failure(text + ": docker: is followed by //, as in docker://alpine:3.20");
        }
        yield new Remote(Reference.parse(rest.substring(2)));
      }
      case "store" -> new Local(rest);
      case "oci", "oci-archive" -> {
        int name = rest.indexOf(':');
        yield new Layout(
            session.path(name < 0 ? rest : rest.substring(0, name)),
            name < 0 ? Optional.empty() : Optional.of(rest.substring(name + 1)),
            transport.equals("oci-archive"));
      }
      case "docker-archive" -> {
        int name = rest.indexOf(':');
        yield new DockerArchive(
            session.path(name < 0 ? rest : rest.substring(0, name)),
            name < 0 ? Optional.empty() : Optional.of(Reference.parse(rest.substring(name + 1))));
      }
      case "containers-storage", "docker-daemon" ->
          throw new Failure(
              text + ": " + transport + ": is another engine's storage; save there and load here");
      default ->
          throw new Failure(
              text
                  + ": begin with docker://, oci:, oci-archive:, docker-archive: or store:"
                  + "\n  For instance: docker://alpine:3.20");
    };
  }
}
