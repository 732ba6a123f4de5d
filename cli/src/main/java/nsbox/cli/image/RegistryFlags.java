package nsbox.cli.image;

import static nsbox.cli.Model.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.registry.config.Credential;
import nsbox.registry.config.Overrides;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// The options by which commands overrule the configuration of registries.
final class RegistryFlags {
  private RegistryFlags() {}

  /// `--authfile`, `--cert-dir` and `--tls-verify`.
  static void addTo(CommandSpec spec) {
    addAuthFile(spec);
    spec.addOption(text("DIR", "Certificates of the registry: *.crt, *.cert, *.key", "--cert-dir"));
    spec.addOption(
        OptionSpec.builder("--tls-verify")
            .type(Boolean.class)
            .arity("0..1")
            .fallbackValue("true")
            .paramLabel("BOOL")
            .description("Whether certificates must be right and http is forbidden")
            .build());
  }

  static void addAuthFile(CommandSpec spec) {
    spec.addOption(
        text("FILE", "The file of credentials to use ($REGISTRY_AUTH_FILE)", "--authfile"));
  }

  static void addCredentials(CommandSpec spec) {
    spec.addOption(text("USER:PASSWORD", "Who to be, whatever files and helpers say", "--creds"));
  }

  /// What the user has given of them.
  static Overrides overrides(ParseResult parsed, Session session) throws IOException, Failure {
    Optional<Credential> credential = Optional.empty();
    if (parsed.hasMatchedOption("--creds")) {
      credential = Optional.of(Overrides.credential(Model.optional(parsed, "--creds").get()));
    }
    return new Overrides(
        verifies(parsed),
        path(parsed, "--authfile", session),
        credential,
        path(parsed, "--cert-dir", session));
  }

  /* Where there are very many options, "--tls-verify=false" is one of this whole name. */
  private static Optional<Boolean> verifies(ParseResult parsed) {
    boolean said =
        parsed.hasMatchedOption("--tls-verify")
            || parsed.hasMatchedOption("--tls-verify=true")
            || parsed.hasMatchedOption("--tls-verify=false");
    return said ? Optional.of(Model.isSet(parsed, "--tls-verify")) : Optional.empty();
  }

  static Optional<Path> path(ParseResult parsed, String option, Session session) throws Failure {
    Optional<String> text =
        parsed.hasMatchedOption(option) ? Model.optional(parsed, option) : Optional.empty();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.get().isEmpty()) {
      throw new Failure("option " + option + " needs a path");
    }
    return Optional.of(session.path(text.get()));
  }
}
