package nsbox.cli.command;

import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;

import java.math.BigDecimal;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Sizes;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// Docker's options for limits, as `linux.resources` with what is to change.
final class ChangedLimits {
  private static final long PERIOD_MICROSECONDS = 100_000;

  private final ParseResult parsed;

  private ChangedLimits(ParseResult parsed) {
    this.parsed = parsed;
  }

  static void addTo(CommandSpec spec) {
    spec.addOption(text("SIZE", "Memory, such as 64m", "-m", "--memory"));
    spec.addOption(text("SIZE", "Memory and swap together; -1: no limit", "--memory-swap"));
    spec.addOption(text("SIZE", "Memory that is left to it if possible", "--memory-reservation"));
    spec.addOption(text("NUMBER", "CPUs, such as 1.5", "--cpus"));
    spec.addOption(text("N", "Weight for CPU time, 1024 by default", "-c", "--cpu-shares"));
    spec.addOption(text("N", "Period of the quota, in microseconds", "--cpu-period"));
    spec.addOption(text("N", "CPU time in a period, in microseconds; -1: all", "--cpu-quota"));
    spec.addOption(text("N", "Period for realtime, in microseconds", "--cpu-rt-period"));
    spec.addOption(text("N", "Realtime in a period, in microseconds", "--cpu-rt-runtime"));
    spec.addOption(text("LIST", "CPUs to use, such as 0-2,7", "--cpuset-cpus"));
    spec.addOption(text("LIST", "Memory nodes to use", "--cpuset-mems"));
    spec.addOption(text("N", "Processes and threads; -1: no limit", "--pids-limit"));
    spec.addOption(text("N", "Weight for block devices, 10 to 1000", "--blkio-weight"));
  }

  /// @throws Failure if a value is none, or two options say the same
  static JsonObject read(ParseResult parsed) throws Failure {
    return new ChangedLimits(parsed).json();
  }

  private JsonObject json() throws Failure {
    JsonObject memory = new JsonObject();
    size(memory, "limit", "--memory", false);
    size(memory, "swap", "--memory-swap", true);
    size(memory, "reservation", "--memory-reservation", false);
    JsonObject cpu = new JsonObject();
    cpus(cpu);
    number(cpu, "shares", "--cpu-shares");
    number(cpu, "period", "--cpu-period");
    number(cpu, "quota", "--cpu-quota");
    number(cpu, "realtimePeriod", "--cpu-rt-period");
    number(cpu, "realtimeRuntime", "--cpu-rt-runtime");
    list(cpu, "cpus", "--cpuset-cpus");
    list(cpu, "mems", "--cpuset-mems");
    JsonObject pids = new JsonObject();
    number(pids, "limit", "--pids-limit");
    JsonObject block = new JsonObject();
    number(block, "weight", "--blkio-weight");
    JsonObject resources = new JsonObject();
    put(resources, "memory", memory);
    put(resources, "cpu", cpu);
    put(resources, "pids", pids);
    put(resources, "blockIO", block);
    return resources;
  }

  private static void put(JsonObject resources, String name, JsonObject group) {
    if (!group.isEmpty()) {
      resources.put(name, group);
    }
  }

  private void size(JsonObject group, String name, String option, boolean mayBeUnlimited)
      throws Failure {
    Optional<String> text = optional(parsed, option);
    if (text.isPresent()) {
      boolean unlimited = mayBeUnlimited && text.get().equals("-1");
      group.put(name, unlimited ? -1L : Sizes.parse(text.get(), option));
    }
  }

  private void list(JsonObject group, String name, String option) {
    Optional<String> text = optional(parsed, option);
    if (text.isPresent()) {
      group.put(name, text.get());
    }
  }

  private void number(JsonObject group, String name, String option) throws Failure {
    Optional<String> text = optional(parsed, option);
    try {
      if (text.isPresent()) {
        group.put(name, Long.parseLong(text.get()));
      }
    } catch (NumberFormatException e) {
      throw new Failure(option + " " + text.get() + ": expected a number", e);
    }
  }

  private void cpus(JsonObject cpu) throws Failure {
    Optional<String> text = optional(parsed, "--cpus");
    if (text.isEmpty()) {
      return;
    }
    if (optional(parsed, "--cpu-period").isPresent()
        || optional(parsed, "--cpu-quota").isPresent()) {
      throw new Failure("--cpus cannot be used with --cpu-period or --cpu-quota: it says both");
    }
    try {
      long quota =
          new BigDecimal(text.get()).multiply(BigDecimal.valueOf(PERIOD_MICROSECONDS)).longValue();
      if (quota > 0) {
        cpu.put("period", PERIOD_MICROSECONDS).put("quota", quota);
        return;
      }
    } catch (NumberFormatException e) {
      throw new Failure("--cpus " + text.get() + ": expected a number such as 1.5", e);
    }
    throw new Failure("--cpus " + text.get() + ": expected more than 0");
  }
}
