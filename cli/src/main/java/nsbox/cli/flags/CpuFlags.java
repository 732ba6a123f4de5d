package nsbox.cli.flags;

import java.math.BigDecimal;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Flags;

/// Limits of processors. The rules are docker's.
final class CpuFlags {
  private static final long PERIOD = 100_000;
  private static final long LEAST_PERIOD = 1_000;
  private static final long MOST_PERIOD = 1_000_000;

  private CpuFlags() {}

  static void addTo(Flags flags) {
    flags
        .text("NUMBER", "Most processors that it uses, as in 1.5", "--cpus")
        .text("N", "Its share where processors are scarce (1024)", "-c", "--cpu-shares")
        .text("MICROSECONDS", "Time that it gets in a period", "--cpu-quota")
        .text("MICROSECONDS", "Length of a period (100000)", "--cpu-period")
        .text("LIST", "Processors that it may use, as in 0-2,4", "--cpuset-cpus")
        .text("LIST", "Nodes of memory that it may use", "--cpuset-mems")
        .text("MICROSECONDS", "Realtime that it gets in a period", "--cpu-rt-runtime")
        .text("MICROSECONDS", "Length of a realtime period", "--cpu-rt-period");
  }

  static void read(Asked asked, Limits limits) throws Failure {
    Optional<Long> shares = asked.number("--cpu-shares", 0, Long.MAX_VALUE);
    if (shares.isPresent()
        && shares.get() > 0
        && limits.orWarn("--cpu-shares", "cpu", "cpu.shares", "cpu")) {
      limits.put("--cpu-shares", "cpu", "shares", shares.get());
    }
    bandwidth(asked, limits);
    set(asked, limits, "cpus");
    set(asked, limits, "mems");
    realtime(asked, limits);
  }

  private static void bandwidth(Asked asked, Limits limits) throws Failure {
    Optional<Long> period = asked.number("--cpu-period", 0, MOST_PERIOD);
    Optional<Long> quota = asked.number("--cpu-quota", -1, Long.MAX_VALUE);
    Optional<String> cpus = asked.text("--cpus");
    if (cpus.isPresent() && !cpus.get().equals("0")) {
      if (period.isPresent() || quota.isPresent()) {
        throw new Failure(
            "conflicting options: --cpus and "
                + (period.isPresent() ? "--cpu-period" : "--cpu-quota")
                + " cannot both be set");
      }
      long time = quota(cpus.get());
      limits.orFail("--cpus", "cpu", "cpu.cfs_quota_us", "cpu");
      limits.put("--cpus", "cpu", "quota", time);
      limits.put("--cpus", "cpu", "period", PERIOD);
      return;
    }
    if (period.isPresent() && period.get() > 0) {
      if (period.get() < LEAST_PERIOD) {
        throw new Failure("--cpu-period " + period.get() + ": the least is 1000, a millisecond");
      }
      if (limits.orWarn("--cpu-period", "cpu", "cpu.cfs_period_us", "cpu")) {
        limits.put("--cpu-period", "cpu", "period", period.get());
      }
    }
    if (quota.isPresent() && quota.get() != 0) {
      if (quota.get() > 0 && quota.get() < LEAST_PERIOD) {
        throw new Failure("--cpu-quota " + quota.get() + ": the least is 1000, a millisecond");
      }
      if (limits.orWarn("--cpu-quota", "cpu", "cpu.cfs_quota_us", "cpu")) {
        limits.put("--cpu-quota", "cpu", "quota", quota.get());
      }
    }
  }

  /// How many microseconds of a period of the default length.
  static long quota(String cpus) throws Failure {
    int processors = Runtime.getRuntime().availableProcessors();
    try {
      BigDecimal number = new BigDecimal(cpus);
      if (number.compareTo(new BigDecimal("0.01")) >= 0
          && number.compareTo(BigDecimal.valueOf(processors)) <= 0) {
        return number.multiply(BigDecimal.valueOf(PERIOD)).longValue();
      }
    } catch (NumberFormatException e) {
      // Said below, as what is out of range.
    }
    throw new Failure(
        "--cpus "
            + cpus
            + ": expected a number from 0.01 to "
            + processors
            + ", as many as there are");
  }

  private static void set(Asked asked, Limits limits, String set) throws Failure {
    String option = "--cpuset-" + set;
    Optional<String> text = asked.text(option);
    if (text.isEmpty() || text.get().isEmpty()) {
      return;
    }
    String available = limits.support().available(set);
    if (!available.isEmpty()
        && !CpuSets.contains(CpuSets.parse(available, option), CpuSets.parse(text.get(), option))) {
      throw new Failure(option + " " + text.get() + ": not available; there are " + available);
    }
    if (limits.orWarn(option, "cpuset", "cpuset." + set, "cpuset")) {
      limits.put(option, "cpu", set, text.get());
    }
  }

  private static void realtime(Asked asked, Limits limits) throws Failure {
    Optional<Long> period = asked.number("--cpu-rt-period", 0, MOST_PERIOD);
    Optional<Long> runtime = asked.number("--cpu-rt-runtime", 0, Long.MAX_VALUE);
    if (period.isPresent() && runtime.isPresent() && runtime.get() > period.get()) {
      throw new Failure("--cpu-rt-runtime " + runtime.get() + ": is above --cpu-rt-period");
    }
    if (period.isPresent() && period.get() > 0) {
      limits.orFail("--cpu-rt-period", "cpu", "cpu.rt_period_us", "");
      limits.put("--cpu-rt-period", "cpu", "realtimePeriod", period.get());
    }
    if (runtime.isPresent() && runtime.get() > 0) {
      limits.orFail("--cpu-rt-runtime", "cpu", "cpu.rt_runtime_us", "");
      limits.put("--cpu-rt-runtime", "cpu", "realtimeRuntime", runtime.get());
    }
  }
}
