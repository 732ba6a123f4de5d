package nsbox.network.join;

import java.util.List;
import nsbox.network.Address;

/// Lines of a hosts file.
///
/// @spec https://man7.org/linux/man-pages/man5/hosts.5.html
final class HostsLines {
  /* musl reads a line of 511 bytes, and takes what follows for a line of its own. */
  private static final int MOST_BYTES = 400;

  private HostsLines() {}

  /// Adds lines by which an address has all of these names, the first one first.
  static void add(StringBuilder text, Address address, List<String> names) {
    int start = text.length();
    for (String name : names) {
      boolean first = text.length() == start;
      if (!first && text.length() - start + name.length() > MOST_BYTES) {
        text.append('\n');
        start = text.length();
        first = true;
      }
      if (first) {
        text.append(address).append('\t');
      } else {
        text.append(' ');
      }
      text.append(name);
    }
    if (text.length() > start) {
      text.append('\n');
    }
  }
}
