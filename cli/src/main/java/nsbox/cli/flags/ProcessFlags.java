package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nsbox.bundle.options.ProcessOptions;
import nsbox.bundle.options.ProcessOptions.TerminalSize;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.cli.Invocation;
import nsbox.json.Json;
import nsbox.json.JsonException;

/// Options about what runs, where and as whom.
final class ProcessFlags {
  /// Where the container finds the program of `--init`.
  static final String INIT = "/run/nsbox-init";

  private static final int MOST_OOM_SCORE = 1000;
  private static final int OCTAL = 8;
  private static final long MOST_UMASK = 0777;

  private ProcessFlags() {}

  static void addTo(Flags flags) {
    flags
        .text("DIR", "Working directory in the container", "-w", "--workdir")
        .text("USER[:GROUP]", "Run as this user, by name or number", "-u", "--user")
        .texts("GROUP", "Be in this group too, by name or number", "--group-add")
        .text("COMMAND", "Replace the entrypoint of the image", "--entrypoint")
        .flag("Give the container a terminal", "-t", "--tty")
        .flag("Run the command under an init that passes on signals and reaps", "--init")
        .text("MASK", "Bits that new files do not get, octal", "--umask")
        .texts("NAME=SOFT[:HARD]", "Limit each process; host: as the caller's", "--ulimit")
        .text("SCORE", "How willingly it is killed for want of memory", "--oom-score-adj")
        .text("LINUX|LINUX32", "As what machine it sees the kernel", "--personality");
  }

  /// @param arguments what stands after the image
  static ProcessOptions read(Asked asked, List<String> arguments) throws Failure {
    Invocation invocation = asked.invocation();
    return new ProcessOptions(
        arguments,
        entrypoint(asked.text("--entrypoint")),
        asked.text("--workdir"),
        asked.text("--user"),
        groups(asked.texts("--group-add")),
        umask(asked.text("--umask")),
        asked.isSet("--tty")
            ? Optional.of(new TerminalSize(invocation.rows(), invocation.columns()))
            : Optional.empty(),
        Ulimits.read(asked),
        asked.number("--oom-score-adj", -MOST_OOM_SCORE, MOST_OOM_SCORE),
        personality(asked.text("--personality")),
        asked.isSet("--init") ? Optional.of(INIT) : Optional.empty());
  }

  /* A list in JSON is podman's way to say more than one word. */
  private static Optional<List<String>> entrypoint(Optional<String> text) throws Failure {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String entrypoint = text.get();
    if (entrypoint.startsWith("[")) {
      byte[] wrapped =
          ("{\"entrypoint\":" + entrypoint + "}").getBytes(java.nio.charset.StandardCharsets.UTF_8);
      try {
        return Optional.of(Json.parse(wrapped, "--entrypoint").strings("entrypoint"));
      } catch (JsonException e) {
        throw new Failure("--entrypoint " + entrypoint + ": no list of strings in JSON", e);
      }
    }
    return Optional.of(entrypoint.isEmpty() ? List.of() : List.of(entrypoint));
  }

  private static List<String> groups(List<String> groups) throws Failure {
    if (groups.contains("keep-groups")) {
      throw new Failure(
          "--group-add keep-groups: a container of root's keeps no groups of the caller\n"
              + "  Name them: --group-add GROUP");
    }
    return new ArrayList<>(groups);
  }

  private static Optional<Long> umask(Optional<String> text) throws Failure {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      long mask = Long.parseLong(text.get(), OCTAL);
      if (mask >= 0 && mask <= MOST_UMASK) {
        return Optional.of(mask);
      }
    } catch (NumberFormatException e) {
      // Said below, as what is out of range.
    }
    throw new Failure("--umask " + text.get() + ": expected an octal number up to 0777");
  }

  private static Optional<String> personality(Optional<String> text) throws Failure {
    if (text.isEmpty()) {
      return text;
    }
    String domain = text.get().toUpperCase(Locale.ROOT);
    if (!domain.equals("LINUX") && !domain.equals("LINUX32")) {
      throw new Failure("--personality " + text.get() + ": LINUX or LINUX32");
    }
    return Optional.of(domain);
  }
}
