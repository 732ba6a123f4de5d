package nsbox.engine;

import java.io.IOException;
import java.util.HexFormat;

/// Names for containers that got none: an adjective and a thing of the sea.
final class Names {
  private static final String[] ADJECTIVES = {
    "amber", "bold", "brave", "bright", "brisk", "calm", "clear", "clever", "cosy", "deep", "eager",
    "early", "fair", "fast", "fine", "free", "fresh", "gentle", "glad", "golden", "grand", "happy",
    "hardy", "keen", "kind", "light", "lively", "loyal", "lucky", "mellow", "merry", "mild",
    "modest", "neat", "nimble", "noble", "patient", "plain", "proud", "quick", "quiet", "rapid",
    "ready", "rosy", "round", "sharp", "silent", "silver", "smart", "smooth", "snug", "sober",
    "solid", "steady", "still", "strong", "sunny", "swift", "tidy", "trusty", "vivid", "warm",
    "wise", "young"
  };
  private static final String[] NOUNS = {
    "anchor",
    "atoll",
    "barge",
    "bay",
    "beacon",
    "breeze",
    "brig",
    "bridge",
    "buoy",
    "canoe",
    "cape",
    "captain",
    "clipper",
    "coast",
    "compass",
    "coral",
    "cove",
    "crab",
    "current",
    "cutter",
    "deck",
    "dinghy",
    "dock",
    "dolphin",
    "dune",
    "ferry",
    "fjord",
    "fleet",
    "galley",
    "gull",
    "harbour",
    "heron",
    "island",
    "jetty",
    "kayak",
    "keel",
    "ketch",
    "lagoon",
    "lantern",
    "lock",
    "mast",
    "mooring",
    "oar",
    "ocean",
    "otter",
    "pearl",
    "pelican",
    "pier",
    "pilot",
    "port",
    "quay",
    "raft",
    "reef",
    "rudder",
    "sail",
    "sailor",
    "schooner",
    "seal",
    "shell",
    "shore",
    "sloop",
    "tide",
    "tug",
    "wave"
  };

  private Names() {}

  /// A name out of the random digits of an ID, with more of them the more often one was taken.
  static String generate(String id, int attempt) throws IOException {
    byte[] random = HexFormat.of().parseHex(id.substring(2 * attempt, 2 * attempt + 4));
    String name =
        ADJECTIVES[(random[0] & 0xff) % ADJECTIVES.length]
            + "_"
            + NOUNS[(random[1] & 0xff) % NOUNS.length];
    return attempt < 3 ? name : name + "_" + id.substring(0, 6);
  }
}
