package nsbox.runtime.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// Files of a cgroup, which come and go with it and with the abilities of the kernel.
final class CgroupFile {
  /// What `max` is as a number: all 64 bits.
  static final long MAX = -1;

  private CgroupFile() {}

  static boolean exists(String directory, String file) {
    return Files.exists(Path.of(directory, file));
  }

  /// Without the line's end.
  static String read(String directory, String file) throws IOException {
    return Files.readString(Path.of(directory, file)).strip();
  }

  /// Empty if the cgroup is gone, or if its kernel has no such file.
  static Optional<String> readIfThere(String directory, String file) throws IOException {
    try {
      return Optional.of(read(directory, file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      /* Reading goes on with ENODEV if the cgroup is removed meanwhile. */
      if (!Files.exists(Path.of(directory))) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// A number of 64 bits without sign, [#MAX] for `max`.
  ///
  /// @throws IOException if the file is missing or holds anything else
  static long number(String directory, String file) throws IOException {
    return parse(directory, file, read(directory, file));
  }

  static Optional<Long> numberIfThere(String directory, String file) throws IOException {
    Optional<String> text = readIfThere(directory, file);
    return text.isPresent() ? Optional.of(parse(directory, file, text.get())) : Optional.empty();
  }

  /// @param text a part of what the file holds
  static long parse(String directory, String file, String text) throws IOException {
    if (text.equals("max")) {
      return MAX;
    }
    try {
      return text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw new IOException(directory + "/" + file + ": expected a number, found " + text, e);
    }
  }

  /// The number behind a key, of a file with lines such as `oom_kill 3`; empty without that key.
  static Optional<Long> keyed(String directory, String file, String key) throws IOException {
    Optional<String> text = readIfThere(directory, file);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    for (String line : text.get().split("\n")) {
      if (line.startsWith(key)
          && line.length() > key.length()
          && line.charAt(key.length()) == ' ') {
        return Optional.of(parse(directory, file, line.substring(key.length() + 1).strip()));
      }
    }
    return Optional.empty();
  }
}
