package nsbox.cli.image;

import java.util.Locale;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.image.Platform;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// `--platform OS[/ARCH[/VARIANT]]`, in the names of Go or of `uname -m`.
final class PlatformOption {
  private static final String NAME = "--platform";

  private PlatformOption() {}

  static OptionSpec spec(String description) {
    return Model.text("OS/ARCH[/VARIANT]", description, NAME);
  }

  static Optional<Platform> value(ParseResult parsed) throws Failure {
    Optional<String> text = Model.optional(parsed, NAME);
    return text.isEmpty() ? Optional.empty() : Optional.of(parse(text.get()));
  }

  private static Platform parse(String text) throws Failure {
    String[] parts = text.toLowerCase(Locale.ROOT).split("/", -1);
    for (String part : parts) {
      if (!part.matches("[a-z0-9_.-]+")) {
        throw new Failure("not a platform: " + text + "\n  Write it as linux/arm64/v8.");
      }
    }
    if (parts.length == 1) {
      boolean system = parts[0].equals("linux") || parts[0].equals("windows");
      Platform host = Platform.host();
      return system
          ? new Platform(parts[0], host.architecture(), host.variant())
          : new Platform("linux", architecture(parts[0]), "");
    }
    if (parts.length > 3) {
      throw new Failure("not a platform: " + text + "\n  Write it as linux/arm64/v8.");
    }
    return new Platform(parts[0], architecture(parts[1]), parts.length == 3 ? parts[2] : "");
  }

  static String architecture(String name) {
    return switch (name) {
      case "x86_64", "x86-64" -> "amd64";
      case "aarch64" -> "arm64";
      case "i386", "i686" -> "386";
      case "armhf" -> "arm";
      default -> name;
    };
  }
}
