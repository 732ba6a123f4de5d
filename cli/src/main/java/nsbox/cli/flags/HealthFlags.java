package nsbox.cli.flags;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.cli.GoDuration;
import nsbox.engine.HealthCheck;
import nsbox.json.Json;
import nsbox.json.JsonException;

/// Options about how a container is asked whether it is healthy.
///
/// @param check what was said, to be laid over the image's
/// @param onFailure `none`, `kill`, `restart` or `stop`
public record HealthFlags(HealthCheck check, String onFailure) {
  private static final List<String> ACTIONS = List.of("none", "kill", "restart", "stop");
  private static final int MOST_RETRIES = Integer.MAX_VALUE;

  public static void addTo(Flags flags) {
    flags
        .text(
            "COMMAND",
            "Ask whether the container is healthy by this line for its shell",
            "--health-cmd")
        .text("DURATION", "Time between two probes (30s)", "--health-interval")
        .text("DURATION", "Time that a probe may take (30s)", "--health-timeout")
        .text("N", "Failures until the container is unhealthy (3)", "--health-retries")
        .text("DURATION", "Time in which failures do not count (0s)", "--health-start-period")
        .text("DURATION", "Time between two probes then (5s)", "--health-start-interval")
        .text(
            "none|kill|restart|stop",
            "What becomes of an unhealthy container (none)",
            "--health-on-failure")
        .flag("Do not ask, also where the image says how", "--no-healthcheck");
  }

  public static HealthFlags read(Asked asked) throws Failure {
    HealthCheck check =
        new HealthCheck(
            test(asked.text("--health-cmd").orElse("")),
            time(asked, "--health-interval"),
            time(asked, "--health-timeout"),
            time(asked, "--health-start-period"),
            time(asked, "--health-start-interval"),
            asked.number("--health-retries", 0, MOST_RETRIES).orElse(0L));
    String action = asked.text("--health-on-failure").orElse("none");
    if (!ACTIONS.contains(action)) {
      throw new Failure("--health-on-failure " + action + ": expected none, kill, restart or stop");
    }
    if (action.equals("restart") && !asked.text("--restart").orElse("no").equals("no")) {
      throw new Failure(
          "--health-on-failure restart and --restart: use kill, and the restart policy does the"
              + " rest");
    }
    if (action.equals("restart") && asked.isSet("--rm")) {
      throw new Failure(
          "--health-on-failure restart and --rm: a container that goes cannot come back");
    }
    if (!asked.isSet("--no-healthcheck")) {
      return new HealthFlags(check, action);
    }
    if (!check.json().isEmpty()) {
      throw new Failure("--no-healthcheck conflicts with --health-* options");
    }
    return new HealthFlags(HealthCheck.NONE, action);
  }

  /* A list of words is podman's; docker knows a line for the shell alone. */
  private static List<String> test(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    if (text.equals("none")) {
      return HealthCheck.NONE.test();
    }
    return text.startsWith("[") ? words(text) : List.of("CMD-SHELL", text);
  }

  /* A test of the shell begins with a bracket, too. */
  private static List<String> words(String text) {
    List<String> words;
    try {
      byte[] document = ("{\"words\":" + text + "}").getBytes(StandardCharsets.UTF_8);
      words = new ArrayList<>(Json.parse(document, "--health-cmd").strings("words"));
    } catch (JsonException e) {
      return List.of("CMD-SHELL", text);
    }
    if (words.isEmpty()) {
      return words;
    }
    String kind = words.getFirst();
    if (!kind.equals("CMD") && !kind.equals("CMD-SHELL") && !kind.equals("NONE")) {
      words.addFirst("CMD");
    }
    return words;
  }

  private static long time(Asked asked, String option) throws Failure {
    Optional<String> text = asked.text(option);
    if (text.isEmpty()) {
      return 0;
    }
    long nanos = GoDuration.parse(option, text.get()).toNanos();
    if (nanos < 0) {
      throw new Failure(option + " " + text.get() + ": cannot be negative");
    }
    if (nanos > 0 && nanos < 1_000_000) {
      throw new Failure(option + " " + text.get() + ": cannot be less than 1ms");
    }
    return nanos;
  }
}
