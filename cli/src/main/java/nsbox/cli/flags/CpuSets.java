package nsbox.cli.flags;

import java.util.BitSet;
import nsbox.cli.Failure;

/// Lists of processors or nodes: `0-2,4`.
///
/// @see <a href="https://man7.org/linux/man-pages/man7/cpuset.7.html">cpuset(7), List format</a>
final class CpuSets {
  private static final int MOST = 8191;

  private CpuSets() {}

  static BitSet parse(String text, String option) throws Failure {
    BitSet set = new BitSet();
    for (String range : text.split(",", -1)) {
      int dash = range.indexOf('-');
      try {
        int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
        int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
        if (first < 0 || last < first || last > MOST) {
          throw new NumberFormatException(range);
        }
        set.set(first, last + 1);
      } catch (NumberFormatException e) {
        throw new Failure(option + " " + text + ": expected a list of numbers, as in 0-2,4", e);
      }
    }
    return set;
  }

  static boolean contains(BitSet all, BitSet some) {
    BitSet rest = (BitSet) some.clone();
    rest.andNot(all);
    return rest.isEmpty();
  }
}
