package nsbox.registry.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nsbox.registry.config.RegistriesConf.Alias;

/// Reads a file that is nothing but `[aliases]`, one a line, without the parser for TOML.
///
/// Distributions install such a file of a hundred lines, so every pull of a short name reads it;
/// the parser costs a cold JVM some 300 ms.
final class AliasLines {
  private static final Pattern LINE =
      Pattern.compile("\"([a-z0-9._/-]+)\"[ \\t]*=[ \\t]*\"([a-z0-9.:_/-]+)\"");

  private AliasLines() {}

  /// Empty if there is anything else in the file, or a name comes twice: the parser's affair.
  static Optional<Map<String, Alias>> read(Path path, byte[] bytes) {
    Map<String, Alias> aliases = new LinkedHashMap<>();
    List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
    boolean inTable = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      if (line.equals("[aliases]") && !inTable) {
        inTable = true;
        continue;
      }
      Matcher matcher = LINE.matcher(line);
      if (!inTable || !matcher.matches()) {
        return Optional.empty();
      }
      Alias alias = new Alias(matcher.group(2), Places.at(path, i + 1));
      if (aliases.put(matcher.group(1), alias) != null) {
        return Optional.empty();
      }
    }
    return Optional.of(aliases);
  }
}
