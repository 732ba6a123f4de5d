package nsbox.cli.image;

import static nsbox.cli.Model.positionals;

import java.util.List;
import nsbox.cli.Failure;
import nsbox.image.InvalidReferenceException;
import nsbox.image.Reference;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/// What `login` and `logout` work on.
///
/// @param key a registry, or a registry and a namespace: `host:port/team`
/// @param anyImage of it
record RegistryArgument(String key, Reference anyImage) {
  private static final String DEFAULT = "docker.io";

  static void addTo(CommandSpec spec) {
    spec.addPositional(
        PositionalParamSpec.builder()
            .type(List.class)
            .auxiliaryTypes(String.class)
            .index("0")
            .arity("0..1")
            .paramLabel("REGISTRY")
            .description("Host and port, and a namespace if need be; docker.io by default")
            .build());
  }

  static boolean isGiven(ParseResult parsed) {
    return !given(parsed).isEmpty();
  }

  /// Reads the argument; docker.io without one, as docker has it.
  static RegistryArgument of(ParseResult parsed) throws Failure {
    List<String> given = given(parsed);
    return given.isEmpty() ? parse(DEFAULT) : parse(given.getFirst());
  }

  /// A URL, as docker's documents show it, means its host.
  static RegistryArgument parse(String text) throws Failure {
    String key = text.replaceFirst("^https?://", "");
    boolean url = !key.equals(text);
    while (key.endsWith("/")) {
      key = key.substring(0, key.length() - 1);
    }
    if (url && key.indexOf('/') >= 0) {
      key = key.substring(0, key.indexOf('/'));
    }
    if (key.equals("index.docker.io") || key.equals("registry-1.docker.io")) {
      key = DEFAULT;
    }
    try {
      Reference anyImage = Reference.parse(key + "/any");
      if (!anyImage.registry().equals(key.split("/", 2)[0])) {
        throw new Failure("\"" + text + "\" names no registry: a host has a dot or a port");
      }
      return new RegistryArgument(key, anyImage);
    } catch (InvalidReferenceException e) {
      throw new Failure("\"" + text + "\" names no registry: " + e.reason(), e);
    }
  }

  /// The namespace, as the server calls it; empty for the whole registry.
  String nameSpace() {
    int slash = key.indexOf('/');
    return slash < 0 ? "" : key.substring(slash + 1);
  }

  private static List<String> given(ParseResult parsed) {
    return parsed.hasMatchedPositional(0) ? positionals(parsed) : List.of();
  }
}
