package nsbox.cli.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/// What `--filter KEY=VALUE` asks for. Different keys must all fit; what several values of one key
/// mean is the command's to say: any of them, or all.
public final class Filters {
  /// @param text as the user wrote it, for messages
  private record Filter(String key, String value, String text) {}

  private final List<Filter> filters;

  private Filters(List<Filter> filters) {
    this.filters = filters;
  }

  /// @param known all keys of the command; a key with a `!` at its end, as in `label!`, is written
  ///   `label!=VALUE`
  /// @throws FilterException if a text is not KEY=VALUE or its key is not known
  public static Filters parse(List<String> texts, String... known) throws FilterException {
    TreeSet<String> keys = new TreeSet<>(List.of(known));
    List<Filter> filters = new ArrayList<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals <= 0) {
        throw new FilterException(text, "expected KEY=VALUE");
      }
      String key = text.substring(0, equals).strip().toLowerCase(Locale.ROOT);
      if (!keys.contains(key)) {
        throw new FilterException(
            text, "no filter " + Visible.text(key) + "; there are " + String.join(", ", keys));
      }
      filters.add(new Filter(key, text.substring(equals + 1).strip(), text));
    }
    return new Filters(List.copyOf(filters));
  }

  /// In the order in which they were written.
  public List<String> values(String key) {
    return filters.stream().filter(it -> it.key.equals(key)).map(Filter::value).toList();
  }

  /// Whether one of the values fits; true where there is none.
  public boolean any(String key, Predicate<String> fits) {
    List<String> values = values(key);
    return values.isEmpty() || values.stream().anyMatch(fits);
  }

  /// Whether all values fit.
  public boolean all(String key, Predicate<String> fits) {
    return values(key).stream().allMatch(fits);
  }

  /// The last value of a key that is true or false; `1` and `0` mean the same.
  ///
  /// @throws FilterException if a value is anything else
  public Optional<Boolean> flag(String key) throws FilterException {
    Optional<Boolean> flag = Optional.empty();
    for (Filter filter : filters) {
      if (filter.key.equals(key)) {
        flag =
            Optional.of(
                switch (filter.value) {
                  case "true", "True", "TRUE", "t", "T", "1" -> true;
                  case "false", "False", "FALSE", "f", "F", "0" -> false;
                  default -> throw new FilterException(filter.text, "expected true or false");
                });
      }
    }
    return flag;
  }

  /// Whether labels have the name, or the name with exactly this value.
  ///
  /// @param wanted `NAME` or `NAME=VALUE`
  public static boolean hasLabel(Map<String, String> labels, String wanted) {
    int equals = wanted.indexOf('=');
    return equals < 0
        ? labels.containsKey(wanted)
        : wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
  }
}
