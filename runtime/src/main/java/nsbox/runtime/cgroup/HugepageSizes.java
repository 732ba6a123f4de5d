package nsbox.runtime.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/// The sizes of huge pages that the kernel knows, as files of cgroups name them.
final class HugepageSizes {
  private static final Path FOLDER = Path.of("/sys/kernel/mm/hugepages");
  private static final String PREFIX = "hugepages-";

  private HugepageSizes() {}

  /// Such as `2MB`; none without huge pages.
  static List<String> all() throws IOException {
    TreeSet<String> sizes = new TreeSet<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(FOLDER)) {
      for (Path folder : folders) {
        String name = folder.getFileName().toString();
        if (name.startsWith(PREFIX) && name.endsWith("kB")) {
          sizes.add(name(Long.parseLong(name, PREFIX.length(), name.length() - 2, 10)));
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return List.copyOf(sizes);
  }

  static String name(long kibibytes) {
    if (kibibytes >= 1 << 20) {
      return (kibibytes >> 20) + "GB";
    }
    return kibibytes >= 1 << 10 ? (kibibytes >> 10) + "MB" : kibibytes + "KB";
  }
}
