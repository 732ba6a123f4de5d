package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Failure;
import nsbox.network.Attachment;

/// Options about networks that do not go together, in docker's words.
final class NetworkConflicts {
  private NetworkConflicts() {}

  /// Whether modes are alone among several values of `--network`.
  static void checkAlone(List<String> words) throws Failure {
    String mode = "";
    String network = "";
    for (String word : words) {
      if (NetworkFlags.isMode(word)) {
        mode = word;
      } else {
        network = word;
      }
    }
    if (mode.isEmpty()) {
      return;
    }
    if (!network.isEmpty()) {
      throw new Failure(
          "conflicting options: cannot attach both user-defined and non-user-defined network-modes: "
              + "--network "
              + mode
              + " and --network "
              + network);
    }
    throw new Failure(
        "--network "
            + words.get(0)
            + " and --network "
            + words.get(1)
            + ": container cannot be connected to multiple networks with one of the networks in "
            + (mode.equals("none") ? "private (none)" : mode)
            + " mode");
  }

  /// What a container that is on no network cannot be given.
  ///
  /// @param mode `none`, `host`, `container:NAME` or `ns:PATH`
  /// @param publishes whether ports are to be published
  static void check(Asked asked, String mode, boolean publishes) throws Failure {
    String what = ": --network " + mode;
    for (String option : List.of("--ip", "--ip6")) {
      if (asked.text(option).isPresent()) {
        throw new Failure(
            "user specified IP address is supported on user defined networks only: "
                + option
                + " "
                + asked.text(option).get()
                + " and --network "
                + mode);
      }
    }
    if (asked.text("--mac-address").isPresent()) {
      throw new Failure("conflicting options: mac-address and the network mode" + what);
    }
    if (!asked.texts("--network-alias").isEmpty()) {
      throw new Failure(
          "network-scoped alias is supported only for containers in user defined networks" + what);
    }
    boolean joins = mode.startsWith("container:") || mode.startsWith("ns:");
    if (joins && publishes) {
      throw new Failure(
          "conflicting options: port publishing and the container type network mode" + what);
    }
    if (joins && !asked.texts("--expose").isEmpty()) {
      throw new Failure(
          "conflicting options: port exposing and the container type network mode" + what);
    }
    if (publishes) {
      asked.warn("Published ports are discarded when using " + mode + " network mode");
    }
  }

  /// What could be meant for each of several networks.
  static void checkSeveral(Asked asked, List<Attachment> attachments) throws Failure {
    List<String> names = new ArrayList<>();
    for (Attachment attachment : attachments) {
      if (names.contains(attachment.network())) {
        throw new Failure("network \"" + attachment.network() + "\" is specified multiple times");
      }
      names.add(attachment.network());
    }
    for (String option : List.of("--ip", "--ip6", "--mac-address")) {
      if (asked.text(option).isPresent()) {
        throw several(option, asked.text(option).get(), names.getFirst());
      }
    }
    if (!asked.texts("--network-alias").isEmpty()) {
      throw several("--network-alias", asked.texts("--network-alias").getFirst(), names.getFirst());
    }
  }

  private static Failure several(String option, String value, String network) {
    String key =
        switch (option) {
          case "--mac-address" -> "mac";
          case "--network-alias" -> "alias";
          default -> option.substring(2);
        };
    return new Failure(
        option
            + " "
            + value
            + ": can only be set for a single network\n  Use: --network "
            + network
            + ":"
            + key
            + "="
            + value);
  }

  static void refuseTwice(boolean twice, String option, String what) throws Failure {
    if (twice) {
      throw new Failure(
          "conflicting options: cannot specify both " + option + " and per-network " + what);
    }
  }
}
