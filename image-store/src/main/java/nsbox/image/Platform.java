package nsbox.image;

import java.util.Locale;
import java.util.Optional;

/// What an image runs on, in the names that Go gives to systems and processors.
///
/// @param variant of the processor, as in `v8`; empty where none is said
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md Index
public record Platform(String os, String architecture, String variant) {

  /// The platform of this machine.
  ///
  /// Finer variants of amd64 (`v2` and up) are not told apart: only images for any amd64 fit.
  public static Platform host() {
    String arch = System.getProperty("os.arch");
    return switch (arch) {
      case "amd64", "x86_64" -> new Platform("linux", "amd64", "");
      case "aarch64" -> new Platform("linux", "arm64", "v8");
      case "arm" -> new Platform("linux", "arm", "v7");
      case "x86", "i386" -> new Platform("linux", "386", "");
      default -> new Platform("linux", arch, "");
    };
  }

  /// Reads `os/architecture[/variant]`, or a system or an architecture alone, in the names of Go or
  /// of `uname -m`.
  ///
  /// @return empty if it is none of these
  public static Optional<Platform> parse(String text) {
    String[] parts = text.toLowerCase(Locale.ROOT).split("/", -1);
    for (String part : parts) {
      if (!part.matches("[a-z0-9_.-]{1,64}")) {
        return Optional.empty();
      }
    }
    boolean system = parts[0].equals("linux") || parts[0].equals("windows");
    return switch (parts.length) {
      case 1 ->
          Optional.of(
              system
                  ? new Platform(parts[0], host().architecture, host().variant)
                  : of("linux", parts[0], ""));
      case 2 -> Optional.of(of(parts[0], parts[1], ""));
      case 3 -> Optional.of(of(parts[0], parts[1], parts[2]));
      default -> Optional.empty();
    };
  }

  private static Platform of(String os, String name, String variant) {
    String implied = name.equals("armel") && variant.isEmpty() ? "v6" : variant;
    return new Platform(os, architecture(name), implied);
  }

  /// Go's name for an architecture that may be called otherwise.
  public static String architecture(String name) {
    return switch (name) {
      case "x86_64", "x86-64" -> "amd64";
      case "aarch64" -> "arm64";
      case "i386", "i686" -> "386";
      case "armhf", "armel" -> "arm";
      default -> name;
    };
  }

  /// How well an image for `offered` runs here: 0 not at all, more is better.
  ///
  /// A processor runs its own variant and those with lower numbers. An unsaid variant is the one
  /// that images mean by that: v8 of arm64, v7 of arm, v1 of amd64.
  public int fitness(Platform offered) {
    if (!os.equals(offered.os) || !architecture.equals(offered.architecture)) {
      return 0;
    }
    if (variant.equals(offered.variant)) {
      return Integer.MAX_VALUE;
    }
    int mine = level(this);
    int theirs = level(offered);
    return mine > 0 && theirs > 0 && theirs <= mine ? theirs : 0;
  }

  private static int level(Platform platform) {
    String variant = platform.variant;
    if (variant.isEmpty()) {
      return switch (platform.architecture) {
        case "arm64" -> 8;
        case "arm" -> 7;
        case "amd64" -> 1;
        default -> 0;
      };
    }
    boolean oneDigit =
        variant.length() == 2
            && variant.charAt(0) == 'v'
            && variant.charAt(1) >= '1'
            && variant.charAt(1) <= '9';
    return oneDigit ? variant.charAt(1) - '0' : 0;
  }

  /// `os/architecture/variant`, as in `linux/arm64/v8`.
  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }
}
