package nsbox.runtime.spec;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// From which memory nodes the process gets its pages, by the numbers of set_mempolicy(2).
///
/// @param mode as the specification names it
/// @param number of mode and flags together
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#memory-policy
public record MemoryPolicy(String mode, int number, BitSet nodes) {
  /* By the kernel's numbers. */
  private static final List<String> MODES =
      List.of(
          "MPOL_DEFAULT",
          "MPOL_PREFERRED",
          "MPOL_BIND",
          "MPOL_INTERLEAVE",
          "MPOL_LOCAL",
          "MPOL_PREFERRED_MANY",
          "MPOL_WEIGHTED_INTERLEAVE");

  /* By bits, from bit 13 on. */
  private static final List<String> FLAGS =
      List.of("MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES");
  private static final int FIRST_FLAG = 13;

  /// More nodes than Linux can be built for.
  private static final int MAX_NODES = 1024;

  static Optional<MemoryPolicy> parse(JsonObject linux) throws JsonException {
    Optional<JsonObject> found = linux.optionalObject("memoryPolicy");
    if (found.isEmpty() || Refusals.saysNothing(found.get())) {
      return Optional.empty();
    }
    JsonObject policy = found.get();
    String mode = policy.string("mode");
    int number = Choices.index(policy, "mode", mode, MODES);
    for (String flag : policy.strings("flags")) {
      number |= 1 << FIRST_FLAG + Choices.index(policy, "flags", flag, FLAGS);
    }
    BitSet nodes = NumberList.parse(policy, "nodes", MAX_NODES);
    boolean everywhere = mode.equals("MPOL_DEFAULT") || mode.equals("MPOL_LOCAL");
    if (nodes.isEmpty() != everywhere) {
      throw new JsonException(
          policy.locationOf("nodes")
              + ": "
              + policy.optionalString("nodes").orElse("none")
              + ", but "
              + mode
              + (everywhere ? " takes no nodes" : " needs some"));
    }
    return Optional.of(new MemoryPolicy(mode, number, nodes));
  }
}
