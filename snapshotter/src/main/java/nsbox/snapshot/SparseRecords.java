package nsbox.snapshot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// What the `GNU.sparse.` records of a PAX header say, in any of their three versions.
///
/// @spec https://www.gnu.org/software/tar/manual/html_node/PAX-0.html versions 0.0 and 0.1
/// @spec https://www.gnu.org/software/tar/manual/html_node/PAX-1.html version 1.0
final class SparseRecords {
  static final String PREFIX = "GNU.sparse.";

  private String major = "";
  private String minor = "";
  private String size = "";
  private String realSize = "";
  private String count = "";
  private String map = "";
  private final StringBuilder parts = new StringBuilder();
  private boolean awaitsLength;
  private byte[] name;

  /// @param key without its prefix
  /// @throws IllegalArgumentException if offsets and lengths do not alternate
  void put(String key, byte[] value) {
    String text = new String(value, StandardCharsets.US_ASCII);
    switch (key) {
      case "major" -> major = text;
      case "minor" -> minor = text;
      case "size" -> size = text;
      case "realsize" -> realSize = text;
      case "numblocks" -> count = text;
      case "map" -> map = text;
      case "name" -> name = PaxRecords.name(value);
      case "offset", "numbytes" -> {
        SparseMap.require(awaitsLength == key.equals("numbytes"), "malformed record");
        SparseMap.require(text.indexOf(',') < 0, "malformed record");
        parts.append(parts.isEmpty() ? "" : ",").append(text);
        awaitsLength = !awaitsLength;
      }
      default -> {
        // Says nothing that the others do not say.
      }
    }
  }

  /// The true name of the file, where the header has another one; or null.
  byte[] name() {
    return name;
  }

  /// @param content where the version 1.0 has its map: before the data
  /// @throws IllegalArgumentException if the map lies, or is of a version that is not known here
  SparseMap map(SparseMap.Blocks content) throws IOException {
    long sizeBytes = SparseMap.number(size.isEmpty() ? realSize : size);
    if (major.equals("1") && minor.equals("0")) {
      return SparseMap.ofContent(sizeBytes, content);
    }
    boolean unnamed = major.isEmpty() && minor.isEmpty();
    SparseMap.require(
        unnamed || major.equals("0") && (minor.equals("0") || minor.equals("1")),
        "its format is of the unknown version " + major + "." + minor);
    String text = map.isEmpty() ? parts.toString() : map;
    SparseMap.require(!text.isEmpty() || count.equals("0"), "it has no map");
    SparseMap.require(!awaitsLength, "its map ends in the middle");
    SparseMap.require(
        count.isEmpty() || SparseMap.number(count) == parts(text),
        "its map has not as many parts as it says");
    return SparseMap.ofText(sizeBytes, text);
  }

  private static long parts(String text) {
    long commas = text.isEmpty() ? -1 : 0;
    for (int i = 0; i < text.length(); i++) {
      commas += text.charAt(i) == ',' ? 1 : 0;
    }
    return (commas + 1) / 2;
  }
}
