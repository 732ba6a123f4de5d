package nsbox.registry.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/// A file in TOML whose every complaint names file and line.
///
/// @param unknown keys that nobody knows, with their places: ignored, and told with `--debug`
record TomlFile(Path path, TomlTable root, List<String> unknown) {

  static TomlFile parse(Path path, byte[] bytes) throws InvalidConfigurationException {
    TomlParseResult result = Toml.parse(new String(bytes, StandardCharsets.UTF_8));
    if (result.hasErrors()) {
      TomlParseError error = result.errors().getFirst();
      throw new InvalidConfigurationException(
          at(path, error.position()), "not valid TOML: " + error.getMessage());
    }
    return new TomlFile(path, result, new ArrayList<>());
  }

  /// Whether nothing but blanks and comments is there: packages install such files, and a parser
  /// costs a cold JVM more than reading them.
  static boolean saysNothing(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8)
        .lines()
        .map(String::strip)
        .allMatch(line -> line.isEmpty() || line.startsWith("#"));
  }

  /// Where a key of a table stands.
  Origin at(TomlTable table, String key) {
    return at(path, table.inputPositionOf(List.of(key)));
  }

  Origin at(TomlArray array, int index) {
    return at(path, array.inputPositionOf(index));
  }

  private static Origin at(Path path, TomlPosition position) {
    return Places.at(path, position == null ? 0 : position.line());
  }

  Optional<String> string(TomlTable table, String key) throws InvalidConfigurationException {
    return value(table, key, String.class, "a string");
  }

  Optional<Boolean> flag(TomlTable table, String key) throws InvalidConfigurationException {
    return value(table, key, Boolean.class, "true or false");
  }

  Optional<TomlTable> table(TomlTable table, String key) throws InvalidConfigurationException {
    return value(table, key, TomlTable.class, "a table");
  }

  Optional<TomlArray> array(TomlTable table, String key) throws InvalidConfigurationException {
    return value(table, key, TomlArray.class, "an array");
  }

  /// An array of tables; empty if the key is not there.
  List<TomlTable> tables(TomlTable table, String key) throws InvalidConfigurationException {
    return elements(table, key, TomlTable.class, "a table");
  }

  List<String> strings(TomlTable table, String key) throws InvalidConfigurationException {
    return elements(table, key, String.class, "a string");
  }

  /// One string, or an array of strings.
  List<String> oneOrMore(TomlTable table, String key) throws InvalidConfigurationException {
    return table.get(List.of(key)) instanceof String one ? List.of(one) : strings(table, key);
  }

  /// Notes the keys of a table that are not among these.
  void knows(TomlTable table, Set<String> keys) {
    for (String key : table.keySet()) {
      if (!keys.contains(key)) {
        unknown.add(at(table, key) + ": unknown key " + key + ", ignored");
      }
    }
  }

  InvalidConfigurationException wrong(TomlTable table, String key, String reason) {
    return new InvalidConfigurationException(at(table, key), key + ": " + reason);
  }

  private <T> List<T> elements(TomlTable table, String key, Class<T> type, String expected)
      throws InvalidConfigurationException {
    Optional<TomlArray> array = array(table, key);
    if (array.isEmpty()) {
      return List.of();
    }
    List<T> elements = new ArrayList<>();
    for (int i = 0; i < array.get().size(); i++) {
      Object element = array.get().get(i);
      if (!type.isInstance(element)) {
        throw new InvalidConfigurationException(
            at(array.get(), i), key + "[" + i + "]: expected " + expected);
      }
      elements.add(type.cast(element));
    }
    return elements;
  }

  private <T> Optional<T> value(TomlTable table, String key, Class<T> type, String expected)
      throws InvalidConfigurationException {
    Object value = table.get(List.of(key));
    if (value == null) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      throw wrong(table, key, "expected " + expected);
    }
    return Optional.of(type.cast(value));
  }
}
