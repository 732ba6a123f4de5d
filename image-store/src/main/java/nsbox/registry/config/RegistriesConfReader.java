package nsbox.registry.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nsbox.image.InvalidReferenceException;
import nsbox.image.Reference;
import nsbox.registry.config.RegistriesConf.Alias;
import nsbox.registry.config.RegistriesConf.Helpers;
import nsbox.registry.config.RegistriesConf.Search;
import nsbox.registry.config.RegistryRule.Mirror;
import nsbox.registry.config.RegistryRule.Use;
import org.tomlj.TomlTable;

/// Reads one registries.conf file of version 2.
///
/// `short-name-mode` is read and makes no difference: nsbox never prompts, so several registries to
/// search are tried in their order, whatever the mode.
final class RegistriesConfReader {
  private static final Set<String> ROOT_KEYS =
      Set.of(
          "unqualified-search-registries",
          "registry",
          "aliases",
          "short-name-mode",
          "credential-helpers");
  private static final Set<String> REGISTRY_KEYS =
      Set.of("prefix", "location", "insecure", "blocked", "mirror", "mirror-by-digest-only");
  private static final Set<String> MIRROR_KEYS = Set.of("location", "insecure", "pull-from-mirror");
  private static final Set<String> MODES = Set.of("", "enforcing", "permissive", "disabled");

  private final TomlFile file;

  private RegistriesConfReader(TomlFile file) {
    this.file = file;
  }

  static RegistriesConf read(Path path, byte[] bytes) throws IOException {
    Optional<Map<String, Alias>> only = AliasLines.read(path, bytes);
    if (only.isPresent() && only.get().values().stream().allMatch(a -> isNameInFull(a.target()))) {
      return new RegistriesConf(
          Map.of(), Optional.empty(), only.get(), Optional.empty(), List.of());
    }
    return new RegistriesConfReader(TomlFile.parse(path, bytes)).read();
  }

  private RegistriesConf read() throws IOException {
    TomlTable root = file.root();
    if (root.contains(List.of("registries"))) {
      throw file.wrong(
          root, "registries", "is the format of version 1, which is not read; use [[registry]]");
    }
    file.knows(root, ROOT_KEYS);
    if (!MODES.contains(file.string(root, "short-name-mode").orElse(""))) {
      throw file.wrong(root, "short-name-mode", "expected enforcing, permissive or disabled");
    }
    Map<String, RegistryRule> rules = new LinkedHashMap<>();
    for (TomlTable table : file.tables(root, "registry")) {
      RegistryRule rule = rule(table);
      rules.putIfAbsent(rule.prefix(), rule);
    }
    Optional<Search> search = search();
    Map<String, Alias> aliases = aliases();
    return new RegistriesConf(rules, search, aliases, helpers(), file.unknown());
  }

  private Optional<Search> search() throws InvalidConfigurationException {
    String key = "unqualified-search-registries";
    if (!file.root().contains(List.of(key))) {
      return Optional.empty();
    }
    List<String> registries = new ArrayList<>();
    for (String registry : file.strings(file.root(), key)) {
      registries.add(location(file.root(), key, registry));
    }
    return Optional.of(new Search(registries, file.at(file.root(), key)));
  }

  private Optional<Helpers> helpers() throws InvalidConfigurationException {
    List<String> names = file.strings(file.root(), "credential-helpers");
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(new Helpers(names, file.at(file.root(), "credential-helpers")));
  }

  private Map<String, Alias> aliases() throws InvalidConfigurationException {
    Map<String, Alias> aliases = new LinkedHashMap<>();
    Optional<TomlTable> table = file.table(file.root(), "aliases");
    for (String name : table.map(TomlTable::keySet).orElse(Set.of())) {
      String target = file.string(table.get(), name).orElse("");
      if (!target.isEmpty() && !isNameInFull(target)) {
        throw file.wrong(
            table.get(), name, "\"" + target + "\" is not registry and repository without a tag");
      }
      aliases.put(name, new Alias(target, file.at(table.get(), name)));
    }
    return aliases;
  }

  private RegistryRule rule(TomlTable table) throws InvalidConfigurationException {
    file.knows(table, REGISTRY_KEYS);
    String location = location(table, "location", file.string(table, "location").orElse(""));
    String prefix = location(table, "prefix", file.string(table, "prefix").orElse(location));
    Origin origin = start(table);
    if (prefix.isEmpty()) {
      throw new InvalidConfigurationException(
          origin, "[[registry]] has neither prefix nor location");
    }
    boolean wildcard = prefix.startsWith("*.");
    if (prefix.indexOf('*', wildcard ? 1 : 0) >= 0 || wildcard && prefix.matches(".*[/:@].*")) {
      throw file.wrong(
          table,
          table.contains(List.of("prefix")) ? "prefix" : "location",
          "a * may only stand for the first part of a host, as in *.example.com");
    }
    if (location.isEmpty() && !wildcard) {
      throw new InvalidConfigurationException(
          origin, "[[registry]] with prefix " + prefix + " has no location");
    }
    boolean byDigest = file.flag(table, "mirror-by-digest-only").orElse(false);
    List<Mirror> mirrors = new ArrayList<>();
    for (TomlTable mirror : file.tables(table, "mirror")) {
      mirrors.add(mirror(mirror, byDigest));
    }
    return new RegistryRule(
        prefix,
        location,
        file.flag(table, "insecure").orElse(false),
        file.flag(table, "blocked").orElse(false),
        mirrors,
        origin);
  }

  private Mirror mirror(TomlTable table, boolean byDigest) throws InvalidConfigurationException {
    file.knows(table, MIRROR_KEYS);
    String location = location(table, "location", file.string(table, "location").orElse(""));
    if (location.isEmpty()) {
      throw new InvalidConfigurationException(start(table), "[[registry.mirror]] has no location");
    }
    Optional<String> from = file.string(table, "pull-from-mirror").filter(v -> !v.isEmpty());
    if (byDigest && from.isPresent()) {
      throw file.wrong(table, "pull-from-mirror", "excludes the registry's mirror-by-digest-only");
    }
    Use use =
        switch (from.orElse("all")) {
          case "all" -> byDigest ? Use.DIGEST_ONLY : Use.ALL;
          case "digest-only" -> Use.DIGEST_ONLY;
          case "tag-only" -> Use.TAG_ONLY;
          default ->
              throw file.wrong(table, "pull-from-mirror", "expected all, digest-only or tag-only");
        };
    return new Mirror(location, file.flag(table, "insecure").orElse(false), use, start(table));
  }

  /// A location as containers/image takes it: no scheme, and slashes at the end do not count.
  private String location(TomlTable table, String key, String text)
      throws InvalidConfigurationException {
    if (text.startsWith("http://") || text.startsWith("https://")) {
      throw file.wrong(table, key, "\"" + text + "\" must not begin with http:// or https://");
    }
    if (text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw file.wrong(table, key, "has a blank or a character that no registry's name has");
    }
    String trimmed = text;
    while (trimmed.endsWith("/")) {
      trimmed = trimmed.substring(0, trimmed.length() - 1);
    }
    boolean digestOrTag =
        trimmed.indexOf('@') >= 0
            || trimmed.lastIndexOf(':') > trimmed.indexOf('/') && trimmed.indexOf('/') >= 0;
    if (digestOrTag && !key.equals("prefix") && table.contains(List.of("prefix"))) {
      throw file.wrong(table, key, "\"" + text + "\" has a tag or a digest, and may not");
    }
    return trimmed;
  }

  /// The line of a table's first key: the parser does not tell that of its header.
  private Origin start(TomlTable table) {
    int line = Integer.MAX_VALUE;
    for (String key : table.keySet()) {
      line = Math.min(line, Math.max(1, file.at(table, key).line()));
    }
    return Places.at(file.path(), line == Integer.MAX_VALUE ? 0 : line);
  }

  private static boolean isNameInFull(String text) {
    try {
      Reference reference = Reference.parse(text);
      int slash = text.indexOf('/');
      return slash > 0
          && reference.digest().isEmpty()
          && text.lastIndexOf(':') < slash
          && (text.startsWith("localhost/") || text.substring(0, slash).matches(".*[.:].*"));
    } catch (InvalidReferenceException e) {
      return false;
    }
  }
}
