package nsbox.trust;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.image.Reference;

/// Where an image comes from, in the words of a policy.
///
/// @param transport `docker`, `oci`, `oci-archive` or `docker-archive`
/// @param name for messages
/// @param scopes under which a policy may speak of it, the most specific first
/// @param reference what it is called; empty where it comes from a folder or an archive
/// @spec https://github.com/containers/image/blob/main/docs/containers-policy.json.5.md
public record ImageLocation(
    String transport, String name, List<String> scopes, Optional<Reference> reference) {

  /// In a registry.
  ///
  /// With a digest the tag has no say: nobody has looked whether it points there.
  public static ImageLocation registry(Reference reference) {
    List<String> scopes = new ArrayList<>();
    String name = reference.name();
    scopes.add(
        reference.digest().isPresent()
            ? name + "@" + reference.digest().get()
            : name + ":" + reference.tag().orElseThrow());
    for (int end = name.length(); end >= 0; end = name.lastIndexOf('/', end - 1)) {
      scopes.add(name.substring(0, end));
    }
    String host = reference.registry();
    int colon = host.indexOf(':');
    if (!host.startsWith("[")) {
      addWildcards(colon < 0 ? host : host.substring(0, colon), scopes);
    }
    return new ImageLocation(
        "docker", reference.toString(), List.copyOf(scopes), Optional.of(reference));
  }

  /// In the folder of an OCI image layout.
  public static ImageLocation layout(Path folder, Optional<String> tag) throws IOException {
    return file("oci", folder, tag);
  }

  /// In an archive of an OCI image layout.
  public static ImageLocation layoutArchive(Path archive, Optional<String> tag) throws IOException {
    return file("oci-archive", archive, tag);
  }

  /// In an archive as `docker save` writes it, of which policies know only the transport.
  public static ImageLocation dockerArchive(String archive) {
    return new ImageLocation("docker-archive", archive, List.of(), Optional.empty());
  }

  private static void addWildcards(String host, List<String> scopes) {
    for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      scopes.add("*" + host.substring(dot));
    }
  }

  /* Policies name folders without links, so that a link cannot move an image to a laxer one. */
  private static ImageLocation file(String transport, Path path, Optional<String> tag)
      throws IOException {
    Path real = path.toRealPath();
    List<String> scopes = new ArrayList<>();
    String name = real + ":" + tag.orElse("");
    scopes.add(name);
    for (Path folder = real; folder.getParent() != null; folder = folder.getParent()) {
      scopes.add(folder.toString());
    }
    return new ImageLocation(
        transport, transport + ":" + name, List.copyOf(scopes), Optional.empty());
  }
}
