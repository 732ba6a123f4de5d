package nsbox.cli.flags;

import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.cli.Sizes;

/// Limits of memory. The rules are docker's.
final class MemoryFlags {
  private static final long LEAST = 6L << 20;
  private static final int MOST_SWAPPINESS = 100;

  private MemoryFlags() {}

  static void addTo(Flags flags) {
    flags
        .text("SIZE", "Most memory", "-m", "--memory")
        .text("SIZE", "Most memory and swap together; -1 for no limit", "--memory-swap")
        .text("SIZE", "Memory that it is left with when there is little", "--memory-reservation")
        .text("0-100", "How willingly its memory is swapped", "--memory-swappiness")
        .flag("Do not kill it for want of memory", "--oom-kill-disable");
  }

  static void read(Asked asked, Limits limits) throws Failure {
    Optional<Long> memory = size(asked, "--memory");
    boolean limited = false;
    if (memory.isPresent() && memory.get() < LEAST) {
      throw new Failure("--memory " + asked.text("--memory").get() + ": the least is 6m");
    }
    if (memory.isPresent()
        && limits.orWarn("--memory", "memory", "memory.limit_in_bytes", "memory")) {
      limits.put("--memory", "memory", "limit", memory.get());
      limited = true;
    }
    swap(asked, limits, memory, limited);
    reservation(asked, limits, memory);
    swappiness(asked, limits);
    if (asked.isSet("--oom-kill-disable")
        && limits.orWarn("--oom-kill-disable", "memory", "memory.oom_control", "")) {
      limits.put("--oom-kill-disable", "memory", "disableOOMKiller", true);
      if (memory.isEmpty()) {
        asked.warn(
            "--oom-kill-disable: without --memory the container can use up the memory of the host");
      }
    }
  }

  /* Without a limit for both, as much swap as memory. */
  private static void swap(Asked asked, Limits limits, Optional<Long> memory, boolean limited)
      throws Failure {
    Optional<Long> swap =
        asked.text("--memory-swap").orElse("").equals("-1")
            ? Optional.of(-1L)
            : size(asked, "--memory-swap");
    if (swap.isEmpty()) {
      if (limited && limits.support().has("memory", "memory.memsw.limit_in_bytes", "memory")) {
        limits.put("--memory", "memory", "swap", 2 * memory.get());
      }
      return;
    }
    if (swap.get() >= 0 && memory.isEmpty()) {
      throw new Failure(
          "--memory-swap "
              + asked.text("--memory-swap").get()
              + ": needs --memory, which it includes");
    }
    if (swap.get() >= 0 && swap.get() < memory.get()) {
      throw new Failure(
          "--memory-swap "
              + asked.text("--memory-swap").get()
              + ": is memory and swap together, so it is at least --memory");
    }
    if (limits.orWarn("--memory-swap", "memory", "memory.memsw.limit_in_bytes", "memory")) {
      limits.put("--memory-swap", "memory", "swap", swap.get());
    }
  }

  private static void reservation(Asked asked, Limits limits, Optional<Long> memory)
      throws Failure {
    Optional<Long> reservation = size(asked, "--memory-reservation");
    if (reservation.isEmpty()) {
      return;
    }
    String text = asked.text("--memory-reservation").get();
    if (reservation.get() < LEAST) {
      throw new Failure("--memory-reservation " + text + ": the least is 6m");
    }
    if (memory.isPresent() && reservation.get() > memory.get()) {
      throw new Failure("--memory-reservation " + text + ": is above --memory");
    }
    if (limits.orWarn("--memory-reservation", "memory", "memory.soft_limit_in_bytes", "memory")) {
      limits.put("--memory-reservation", "memory", "reservation", reservation.get());
    }
  }

  private static void swappiness(Asked asked, Limits limits) throws Failure {
    Optional<Long> swappiness = asked.number("--memory-swappiness", -1, MOST_SWAPPINESS);
    if (swappiness.isPresent()
        && swappiness.get() >= 0
        && limits.orWarn("--memory-swappiness", "memory", "memory.swappiness", "")) {
      limits.put("--memory-swappiness", "memory", "swappiness", swappiness.get());
    }
  }

  /* Zero is docker's word for no limit. */
  private static Optional<Long> size(Asked asked, String option) throws Failure {
    Optional<String> text = asked.text(option);
    if (text.isEmpty() || text.get().equals("0")) {
      return Optional.empty();
    }
    return Optional.of(Sizes.parse(text.get(), option));
  }
}
