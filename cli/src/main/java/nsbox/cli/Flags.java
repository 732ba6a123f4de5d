package nsbox.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The options of a command that has very many.
///
/// To build one for picocli costs a cold JVM some 0.1 ms, so only those are built that the words of
/// the user could mean; for the help all are.
public final class Flags {
  private final List<Entry> entries = new ArrayList<>();

  private enum Kind {
    FLAG,
    TEXT,
    TEXTS
  }

  private record Entry(Kind kind, String label, String description, String[] names) {}

  /// An option without a value; `=true` and `=false` may stand behind it.
  public Flags flag(String description, String... names) {
    entries.add(new Entry(Kind.FLAG, "", description, names));
    return this;
  }

  public Flags text(String label, String description, String... names) {
    entries.add(new Entry(Kind.TEXT, label, description, names));
    return this;
  }

  public Flags texts(String label, String description, String... names) {
    entries.add(new Entry(Kind.TEXTS, label, description, names));
    return this;
  }

  /// Adds all, for help and completion.
  public void addTo(CommandSpec spec) {
    for (Entry entry : entries) {
      spec.addOption(option(entry));
    }
  }

  /// Adds those that `words` could mean.
  public void addTo(CommandSpec spec, List<String> words) {
    if (words.contains("--help")) {
      addTo(spec);
      return;
    }
    for (Entry entry : entries) {
      if (isMeant(entry, words)) {
        spec.addOption(option(entry));
      }
      if (entry.kind == Kind.FLAG) {
        addValued(spec, entry, words);
      }
    }
  }

  /* To picocli an option that takes a value takes the next word too. So "--init=false" is an option
   * of that whole name, which Model.isSet knows. */
  private static void addValued(CommandSpec spec, Entry entry, List<String> words) {
    List<String> found = new ArrayList<>();
    for (String word : words) {
      if (word.endsWith("=true") || word.endsWith("=false")) {
        String name = word.substring(0, word.indexOf('='));
        for (String own : entry.names) {
          if (own.equals(name) && !found.contains(word)) {
            found.add(word);
          }
        }
      }
    }
    for (String word : found) {
      spec.addOption(OptionSpec.builder(word).type(boolean.class).hidden(true).build());
    }
  }

  private static boolean isMeant(Entry entry, List<String> words) {
    for (String word : words) {
      if (word.length() < 2 || word.charAt(0) != '-') {
        continue;
      }
      for (String name : entry.names) {
        boolean oneLetter = name.length() == 2;
        if (oneLetter
            ? word.charAt(1) != '-' && word.indexOf(name.charAt(1)) > 0
            : word.startsWith(name)
                && (word.length() == name.length()
                    || word.charAt(name.length()) == '=' && entry.kind != Kind.FLAG)) {
          return true;
        }
      }
    }
    return false;
  }

  private static OptionSpec option(Entry entry) {
    return switch (entry.kind) {
      case FLAG -> Model.flag(entry.description, entry.names);
      case TEXT -> Model.text(entry.label, entry.description, entry.names);
      case TEXTS -> Model.texts(entry.label, entry.description, entry.names);
    };
  }
}
