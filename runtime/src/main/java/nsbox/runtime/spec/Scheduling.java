package nsbox.runtime.spec;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// When and where the process gets the CPU and the disk.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#linux-process
public record Scheduling(
    Optional<Scheduler> scheduler, Optional<IoPriority> ioPriority, CpuAffinity execAffinity) {

  /// What sched_setattr(2) takes, with the kernel's numbers.
  ///
  /// @param policy as the specification names it
  /// @param runtime nanoseconds, as `deadline` and `period`
  public record Scheduler(
      String policy,
      int policyNumber,
      long nice,
      long priority,
      long flags,
      long runtime,
      long deadline,
      long period) {}

  /// @param name as the specification names the class
  /// @param value what ioprio_set(2) takes: class and priority in one number
  public record IoPriority(String name, int value) {}

  /// The CPUs of a process that joins a running container; an empty set changes nothing.
  ///
  /// @param initial before it joins the container's cgroup
  /// @param last after
  public record CpuAffinity(BitSet initial, BitSet last) {}

  /* By the kernel's numbers. 4 is SCHED_ISO, which Linux has never had. */
  private static final List<String> POLICIES =
      List.of(
          "SCHED_OTHER",
          "SCHED_FIFO",
          "SCHED_RR",
          "SCHED_BATCH",
          "SCHED_ISO",
          "SCHED_IDLE",
          "SCHED_DEADLINE");

  /* By bits. */
  private static final List<String> FLAGS =
      List.of(
          "SCHED_FLAG_RESET_ON_FORK",
          "SCHED_FLAG_RECLAIM",
          "SCHED_FLAG_DL_OVERRUN",
          "SCHED_FLAG_KEEP_POLICY",
          "SCHED_FLAG_KEEP_PARAMS",
          "SCHED_FLAG_UTIL_CLAMP_MIN",
          "SCHED_FLAG_UTIL_CLAMP_MAX");
  private static final List<String> IO_CLASSES =
      List.of("IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE");
  private static final int IO_CLASS_SHIFT = 13;

  /// More CPUs than Linux can be built for.
  private static final int MAX_CPUS = 8192;

  static Scheduling parse(JsonObject process) throws JsonException {
    JsonObject affinity = process.optionalObject("execCPUAffinity").orElseGet(JsonObject::new);
    return new Scheduling(
        parseScheduler(process),
        parseIoPriority(process),
        new CpuAffinity(
            NumberList.parse(affinity, "initial", MAX_CPUS),
            NumberList.parse(affinity, "final", MAX_CPUS)));
  }

  private static Optional<Scheduler> parseScheduler(JsonObject process) throws JsonException {
    Optional<JsonObject> found = process.optionalObject("scheduler");
    if (found.isEmpty() || Refusals.saysNothing(found.get())) {
      return Optional.empty();
    }
    JsonObject scheduler = found.get();
    String policy = scheduler.string("policy");
    boolean realTime = policy.equals("SCHED_FIFO") || policy.equals("SCHED_RR");
    boolean deadline = policy.equals("SCHED_DEADLINE");
    long flags = 0;
    for (String flag : scheduler.strings("flags")) {
      flags |= 1L << Choices.index(scheduler, "flags", flag, FLAGS);
    }
    return Optional.of(
        new Scheduler(
            policy,
            Choices.index(scheduler, "policy", policy, POLICIES),
            Choices.number(scheduler, "nice", -20, 19),
            realTime
                ? Choices.number(scheduler, "priority", 1, 99)
                : only(scheduler, "priority", false, "SCHED_FIFO and SCHED_RR"),
            flags,
            only(scheduler, "runtime", deadline, "SCHED_DEADLINE"),
            only(scheduler, "deadline", deadline, "SCHED_DEADLINE"),
            only(scheduler, "period", deadline, "SCHED_DEADLINE")));
  }

  /* A number that other policies would silently do without. */
  private static long only(JsonObject scheduler, String name, boolean allowed, String policies)
      throws JsonException {
    long number = scheduler.has(name) ? scheduler.unsigned(name) : 0;
    if (number != 0 && !allowed) {
      throw new JsonException(
          scheduler.locationOf(name) + ": " + number + ", which is for " + policies + " alone");
    }
    return number;
  }

  private static Optional<IoPriority> parseIoPriority(JsonObject process) throws JsonException {
    Optional<JsonObject> found = process.optionalObject("ioPriority");
    if (found.isEmpty() || Refusals.saysNothing(found.get())) {
      return Optional.empty();
    }
    JsonObject io = found.get();
    String name = io.string("class");
    int number = Choices.index(io, "class", name, IO_CLASSES) + 1;
    int priority = (int) Choices.number(io, "priority", 0, 7);
    return Optional.of(new IoPriority(name, number << IO_CLASS_SHIFT | priority));
  }
}
