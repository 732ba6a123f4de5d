package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.image.Platform;
import nsbox.registry.config.Overrides;
import nsbox.transfer.TransferOptions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// The options that all commands share which talk to registries.
public final class TransferFlags {
  private static final int MAX_RETRIES = 100;

  private TransferFlags() {}

  public static void addTo(CommandSpec spec) {
    spec.addOption(flag("Print only the result", "-q", "--quiet"));
    RegistryFlags.addTo(spec);
    RegistryFlags.addCredentials(spec);
    spec.addOption(text("COUNT", "How often to try again (3)", "--retry"));
    spec.addOption(
        text("DURATION", "Before the first new try: 500ms, 2s; doubles (500ms)", "--retry-delay"));
  }

  /// What `run` and `create` have of them, for an image that they must pull.
  public static void addTo(Flags flags) {
    flags
        .text("missing|always|never", "Whether to pull the image first (missing)", "--pull")
        .text("OS/ARCH[/VARIANT]", "Which image to pull", "--platform")
        .text("OS", "As in --platform", "--os")
        .text("ARCH", "As in --platform", "--arch")
        .text("VARIANT", "As in --platform", "--variant")
        .flag("Say nothing of the pull", "-q", "--quiet")
        .text("FILE", "The file of credentials to use ($REGISTRY_AUTH_FILE)", "--authfile")
        .text("USER:PASSWORD", "Who to be, whatever files and helpers say", "--creds")
        .text("DIR", "Certificates of the registry: *.crt, *.cert, *.key", "--cert-dir")
        .flag("Whether certificates must be right and http is forbidden", "--tls-verify")
        .text("COUNT", "How often to try the pull again (3)", "--retry")
        .text("DURATION", "Before the first new try; doubles (500ms)", "--retry-delay");
  }

  public static Overrides overrides(ParseResult parsed, Session session)
      throws Failure, IOException {
    return RegistryFlags.overrides(parsed, session);
  }

  public static TransferOptions options(ParseResult parsed) throws Failure {
    TransferOptions options = TransferOptions.DEFAULT;
    Optional<String> retry = Model.optional(parsed, "--retry");
    if (retry.isPresent()) {
      options = options.withRetries(retries(retry.get()));
    }
    Optional<String> delay = Model.optional(parsed, "--retry-delay");
    return delay.isEmpty() ? options : options.withRetryDelay(duration(delay.get()));
  }

  private static int retries(String text) throws Failure {
    try {
      int count = Integer.parseInt(text);
      if (count >= 0 && count <= MAX_RETRIES) {
        return count;
      }
    } catch (NumberFormatException e) {
      throw new Failure("--retry " + text + ": a number from 0 to " + MAX_RETRIES, e);
    }
    throw new Failure("--retry " + text + ": a number from 0 to " + MAX_RETRIES);
  }

  /* Go's notation, of which one unit will do; a bare number means seconds, as podman has it. */
  private static Duration duration(String text) throws Failure {
    String[][] units = {{"ms", "1"}, {"s", "1000"}, {"m", "60000"}, {"h", "3600000"}, {"", "1000"}};
    for (String[] unit : units) {
      if (text.endsWith(unit[0])) {
        try {
          double value = Double.parseDouble(text.substring(0, text.length() - unit[0].length()));
          if (value >= 0 && value <= 1e6) {
            return Duration.ofMillis(Math.round(value * Long.parseLong(unit[1])));
          }
        } catch (NumberFormatException e) {
          throw new Failure("--retry-delay " + text + ": a duration such as 500ms or 2s", e);
        }
      }
    }
    throw new Failure("--retry-delay " + text + ": a duration such as 500ms or 2s");
  }

  public static void addPlatformTo(CommandSpec spec) {
    spec.addOption(PlatformOption.spec("Instead of this machine's"));
    spec.addOption(text("OS", "As in --platform", "--os"));
    spec.addOption(text("ARCH", "As in --platform", "--arch"));
    spec.addOption(text("VARIANT", "As in --platform", "--variant"));
  }

  /// What the user asks for, or nothing.
  public static Optional<Platform> platform(ParseResult parsed) throws Failure {
    Optional<Platform> whole = PlatformOption.value(parsed);
    Optional<String> os = Model.optional(parsed, "--os");
    Optional<String> arch = Model.optional(parsed, "--arch");
    Optional<String> variant = Model.optional(parsed, "--variant");
    if (whole.isPresent() || os.isEmpty() && arch.isEmpty() && variant.isEmpty()) {
      return whole;
    }
    Platform host = Platform.host();
    return Optional.of(
        PlatformOption.parse(
            os.orElse(host.os())
                + "/"
                + arch.orElse(host.architecture())
                + (variant.isEmpty() ? "" : "/" + variant.get())));
  }
}
