package nsbox.runtime.seccomp;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// The numbers of the system calls on every [Architecture], read from [SyscallNumbers].
///
/// The table is a constant and not a resource: to open its first resource takes a cold JVM 7 ms and
/// more. It is one for all architectures, so a name is looked up once for two or three of them.
final class SyscallTable {
  /// Above the common numbers of every architecture.
  static final int COMMON_END = 1024;

  /// Above the numbers that ARM has from [Architecture#ARM_PRIVATE] on.
  static final int ARM_PRIVATE_CALLS = 16;

  private static final int EXPECTED_NAMES = 1024;
  private static final int ARCHITECTURES = Architecture.values().length;

  private final Map<String, int[]> numbersByName = new HashMap<>(EXPECTED_NAMES);

  private SyscallTable() {}

  static SyscallTable load() {
    SyscallTable table = new SyscallTable();
    table.read(SyscallNumbers.TABLE.getBytes(StandardCharsets.ISO_8859_1));
    return table;
  }

  /// @return its number by [Architecture#ordinal], -1 where it has none; null if nobody knows it
  int[] numbers(String name) {
    return numbersByName.get(name);
  }

  /// Each name is followed by a column for every architecture, a number or `-`.
  private void read(byte[] text) {
    int at = 0;
    while (at < text.length) {
      int start = at;
      while (text[at] > ' ') {
        at++;
      }
      String name = new String(text, start, at - start, StandardCharsets.ISO_8859_1);
      int[] numbers = new int[ARCHITECTURES];
      for (int column = 0; column < ARCHITECTURES; column++) {
        at++;
        if (text[at] == '-') {
          numbers[column] = -1;
          at++;
          continue;
        }
        int number = 0;
        while (text[at] > ' ') {
          number = number * 10 + text[at] - '0';
          at++;
        }
        numbers[column] = number;
      }
      at++;
      numbersByName.put(name, numbers);
    }
  }
}
