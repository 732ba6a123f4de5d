package nsbox.cli.oci;

import static nsbox.cli.Model.optional;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.json.JsonObject;
import picocli.CommandLine.ParseResult;

/// The options of `update`, as `linux.resources`. As with runc, zero and nothing say nothing.
final class ChangedLimits {
  private static final String UNITS = "kmgtp";
  private static final int UNIT = 1024;

  private final ParseResult parsed;
  private final JsonObject memory = new JsonObject();
  private final JsonObject cpu = new JsonObject();
  private final JsonObject block = new JsonObject();
  private final JsonObject pids = new JsonObject();

  ChangedLimits(ParseResult parsed) {
    this.parsed = parsed;
  }

  JsonObject json() throws Failure {
    size(memory, "limit", "--memory");
    size(memory, "reservation", "--memory-reservation");
    size(memory, "swap", "--memory-swap");
    number(cpu, "period", "--cpu-period");
    number(cpu, "quota", "--cpu-quota");
    number(cpu, "burst", "--cpu-burst");
    number(cpu, "shares", "--cpu-share");
    number(cpu, "realtimePeriod", "--cpu-rt-period");
    number(cpu, "realtimeRuntime", "--cpu-rt-runtime");
    number(cpu, "idle", "--cpu-idle");
    list("cpus", "--cpuset-cpus");
    list("mems", "--cpuset-mems");
    number(block, "weight", "--blkio-weight");
    number(pids, "limit", "--pids-limit");
    JsonObject resources = new JsonObject();
    put(resources, "memory", memory);
    put(resources, "cpu", cpu);
    put(resources, "blockIO", block);
    put(resources, "pids", pids);
    return resources;
  }

  private static void put(JsonObject resources, String name, JsonObject group) {
    if (!group.isEmpty()) {
      resources.put(name, group);
    }
  }

  private Optional<String> value(String option) {
    Optional<String> text = optional(parsed, option);
    return text.isPresent() && text.get().isEmpty() ? Optional.empty() : text;
  }

  private void list(String name, String option) {
    if (value(option).isPresent()) {
      cpu.put(name, value(option).get());
    }
  }

  private void number(JsonObject group, String name, String option) throws Failure {
    Optional<String> text = value(option);
    if (text.isPresent()) {
      try {
        group.put(name, Long.parseLong(text.get()));
      } catch (NumberFormatException e) {
        throw new Failure("invalid value for " + option.substring(2) + ": " + text.get(), e);
      }
    }
  }

  private void size(JsonObject group, String name, String option) throws Failure {
    Optional<String> text = value(option);
    if (text.isPresent()) {
      group.put(name, bytes(text.get(), option));
    }
  }

  /// A size as runc takes it: -1 for none, or a number that may have a fraction, a unit of powers
  /// of 1024 behind it (`k` to `p`), and `b` or `ib` behind that.
  static long bytes(String text, String option) throws Failure {
    if (text.equals("-1")) {
      return -1;
    }
    String rest = text.toLowerCase(Locale.ROOT);
    if (rest.endsWith("b")) {
      rest = rest.substring(0, rest.length() - (rest.endsWith("ib") ? 2 : 1));
    }
    int unit = rest.isEmpty() ? -1 : UNITS.indexOf(rest.charAt(rest.length() - 1));
    String number = unit < 0 ? rest : rest.substring(0, rest.length() - 1);
    try {
      BigDecimal bytes =
          new BigDecimal(number.strip()).multiply(BigDecimal.valueOf(UNIT).pow(unit + 1));
      if (bytes.signum() >= 0 && number.indexOf('e') < 0) {
        return bytes.toBigInteger().longValueExact();
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw wrong(text, option);
    }
    throw wrong(text, option);
  }

  private static Failure wrong(String text, String option) {
    return new Failure(
        "invalid value for " + option.substring(2) + ": invalid size: '" + text + "'");
  }
}
