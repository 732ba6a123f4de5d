package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.List;
import nsbox.bundle.options.NamespaceOptions.IdRange;
import nsbox.cli.Failure;

/// The values of `--uidmap` and `--gidmap`.
///
/// @see <a
///   href="https://man7.org/linux/man-pages/man7/user_namespaces.7.html">user_namespaces(7)</a>
final class IdMaps {
  private static final long IDS = 1L << 32;

  private IdMaps() {}

  static List<IdRange> parse(String option, List<String> flags) throws Failure {
    List<IdRange> ranges = new ArrayList<>();
    for (String flag : flags) {
      String[] parts = flag.split(":", -1);
      if (parts.length < 2 || parts.length > 3) {
        throw new Failure(option + " " + flag + ": expected ID:HOST-ID or ID:HOST-ID:SIZE");
      }
      String what = option + " " + flag + ":";
      IdRange range =
          new IdRange(
              Asked.number(what, parts[0], 0, IDS - 1),
              Asked.number(what, parts[1], 0, IDS - 1),
              parts.length == 3 ? Asked.number(what, parts[2], 1, IDS) : 1);
      check(option, flag, ranges, range);
      ranges.add(range);
    }
    return ranges;
  }

  private static void check(String option, String flag, List<IdRange> earlier, IdRange range)
      throws Failure {
    if (range.container() + range.size() > IDS || range.host() + range.size() > IDS) {
      throw new Failure(option + " " + flag + ": ends above the highest id");
    }
    for (IdRange other : earlier) {
      if (overlap(other.container(), other.size(), range.container(), range.size())
          || overlap(other.host(), other.size(), range.host(), range.size())) {
        throw new Failure(option + " " + flag + ": an id is mapped twice");
      }
    }
  }

  private static boolean overlap(long one, long oneSize, long other, long otherSize) {
    return one < other + otherSize && other < one + oneSize;
  }
}
