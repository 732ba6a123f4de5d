package nsbox.cli.image;

import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.image.Platform;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// `--platform OS[/ARCH[/VARIANT]]`, in the names of Go or of `uname -m`.
public final class PlatformOption {
  private static final String NAME = "--platform";

  private PlatformOption() {}

  public static OptionSpec spec(String description) {
    return Model.text("OS/ARCH[/VARIANT]", description, NAME);
  }

  public static Optional<Platform> value(ParseResult parsed) throws Failure {
    Optional<String> text = Model.optional(parsed, NAME);
    return text.isEmpty() ? Optional.empty() : Optional.of(parse(text.get()));
  }

  /// @throws Failure if it is none
  public static Platform parse(String text) throws Failure {
    Optional<Platform> platform = Platform.parse(text);
    if (platform.isEmpty()) {
      throw new Failure("not a platform: " + text + "\n  Write it as linux/arm64/v8.");
    }
    return platform.get();
  }
}
