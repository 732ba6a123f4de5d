package nsbox.runtime.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// `linux.resources.memory`. Sizes are in bytes; -1 is no limit, and what is not set is empty.
///
/// @param swap of memory and swap together, as the first version of cgroups counts
/// @param swappiness 0 to 100; 0 is a value of its own
/// @param checkBeforeUpdate an update below what is in use is refused instead of enforced
/// @param ignored the fields that say something and have no effect in any kernel of today
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#memory Memory
public record MemoryLimits(
    Optional<Long> limit,
    Optional<Long> reservation,
    Optional<Long> swap,
    Optional<Long> swappiness,
    boolean disableOomKiller,
    boolean useHierarchy,
    boolean checkBeforeUpdate,
    List<String> ignored) {
  private static final long MOST_SWAPPINESS = 100;

  static MemoryLimits parse(JsonObject memory) throws JsonException {
    MemoryLimits limits =
        new MemoryLimits(
            Fields.limit(memory, "limit"),
            Fields.limit(memory, "reservation"),
            Fields.limit(memory, "swap"),
            swappiness(memory),
            memory.flag("disableOOMKiller"),
            memory.flag("useHierarchy"),
            memory.flag("checkBeforeUpdate"),
            ignored(memory));
    limits.compare(memory);
    return limits;
  }

  private void compare(JsonObject memory) throws JsonException {
    if (limit.isPresent() && swap.isPresent() && swap.get() > 0 && swap.get() < limit.get()) {
      throw new JsonException(
          memory.locationOf("swap")
              + ": "
              + swap.get()
              + " is below memory.limit "
              + limit.get()
              + ", but counts memory and swap");
    }
  }

  /* Engines of old write -1 as an unsigned number where nobody asked. */
  private static Optional<Long> swappiness(JsonObject memory) throws JsonException {
    if (!memory.has("swappiness")) {
      return Optional.empty();
    }
    if (memory.members().get("swappiness").equals(-1L) || memory.unsigned("swappiness") == -1) {
      return Optional.empty();
    }
    long value = memory.number("swappiness");
    return Optional.of(Fields.requireBetween(memory, "swappiness", value, 0, MOST_SWAPPINESS));
  }

  /* As runc does: the kernel took both limits away, and engines of old still write them. */
  private static List<String> ignored(JsonObject memory) throws JsonException {
    List<String> ignored = new ArrayList<>();
    for (String name : List.of("kernel", "kernelTCP")) {
      if (Fields.limit(memory, name).isPresent()) {
        ignored.add(memory.locationOf(name));
      }
    }
    return List.copyOf(ignored);
  }
}
