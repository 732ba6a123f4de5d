package nsbox.cli.artifact;

import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.image.Descriptor;
import nsbox.transfer.Artifact;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// The files that a user makes an artifact of, `FILE` or `FILE:MEDIA-TYPE`.
final class ArtifactFiles {
  private static final String ANY = "application/octet-stream";

  private ArtifactFiles() {}

  static void addTo(CommandSpec spec) {
    spec.addOption(
        text("TYPE", "What kind of artifact it is, a media type", "--artifact-type", "--type"));
    spec.addOption(texts("KEY=VALUE", "Annotations of the manifest", "--annotation"));
  }

  static Artifact artifact(
      ParseResult parsed, Session session, List<String> files, Optional<Descriptor> subject)
      throws Failure {
    List<Artifact.Content> contents = new ArrayList<>();
    for (String file : files) {
      contents.add(content(session, file));
    }
    Map<String, String> annotations = new LinkedHashMap<>();
    for (String annotation : values(parsed, "--annotation")) {
      int equals = annotation.indexOf('=');
      if (equals < 1) {
        throw new Failure("--annotation " + annotation + ": KEY=VALUE");
      }
      annotations.put(annotation.substring(0, equals), annotation.substring(equals + 1));
    }
    String type =
        Model.optional(parsed, "--artifact-type").orElse("application/vnd.unknown.artifact.v1");
    if (!isMediaType(type)) {
      throw new Failure(
          "--artifact-type " + type + ": a media type, such as application/spdx+json");
    }
    return new Artifact(type, contents, annotations, subject);
  }

  private static Artifact.Content content(Session session, String text) throws Failure {
    Path whole = session.path(text);
    int colon = text.lastIndexOf(':');
    String type = ANY;
    Path path = whole;
    if (!Files.exists(whole) && colon > 0 && isMediaType(text.substring(colon + 1))) {
      path = session.path(text.substring(0, colon));
      type = text.substring(colon + 1);
    }
    if (!Files.isRegularFile(path)) {
      throw new Failure(path + (Files.exists(path) ? ": not a plain file" : ": no such file"));
    }
    return new Artifact.Content(path, path.getFileName().toString(), type);
  }

  /* RFC 6838, section 4.2. */
  private static boolean isMediaType(String text) {
    String name = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}";
    return text.matches(name + "/" + name);
  }
}
