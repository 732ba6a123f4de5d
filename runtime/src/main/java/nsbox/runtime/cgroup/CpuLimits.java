package nsbox.runtime.cgroup;

import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// `linux.resources.cpu`. Times are in microseconds; what is not set is empty.
///
/// @param shares relative weight, 1024 by default
/// @param quota of a period; -1 is no limit
/// @param burst unused quota that may be saved up; 0 is a value of its own
/// @param realtimeRuntime of a `realtimePeriod`; -1 is no limit
/// @param cpus as cpuset(7) lists them, `0-2,7`; empty for those of the parent
/// @param mems memory nodes, likewise
/// @param idle 1 for SCHED_IDLE, 0 for not
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#cpu CPU
public record CpuLimits(
    Optional<Long> shares,
    Optional<Long> quota,
    Optional<Long> period,
    Optional<Long> burst,
    Optional<Long> realtimeRuntime,
    Optional<Long> realtimePeriod,
    String cpus,
    String mems,
    Optional<Long> idle) {

  static CpuLimits parse(JsonObject cpu) throws JsonException {
    Optional<Long> idle = cpu.optionalNumber("idle");
    if (idle.isPresent()) {
      Fields.requireBetween(cpu, "idle", idle.get(), 0, 1);
    }
    return new CpuLimits(
        Fields.unsigned(cpu, "shares"),
        Fields.limit(cpu, "quota"),
        Fields.unsigned(cpu, "period"),
        cpu.has("burst") ? Optional.of(cpu.unsigned("burst")) : Optional.empty(),
        Fields.limit(cpu, "realtimeRuntime"),
        Fields.unsigned(cpu, "realtimePeriod"),
        numbers(cpu, "cpus"),
        numbers(cpu, "mems"),
        idle);
  }

  /* The kernel says no more than "invalid" to a list that is none. */
  private static String numbers(JsonObject cpu, String name) throws JsonException {
    String list = cpu.optionalString(name).orElse("").strip();
    for (int i = 0; i < list.length(); i++) {
      if ("0123456789,-:/^ ".indexOf(list.charAt(i)) < 0) {
        throw Fields.wrong(cpu, name, list, "numbers and ranges such as 0-2,7");
      }
    }
    return list;
  }
}
