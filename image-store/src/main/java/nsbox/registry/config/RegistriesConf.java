package nsbox.registry.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.image.Reference;

/// What all registries.conf files say together: later files replace what earlier ones said, a
/// registry by its prefix, an alias by its name.
///
/// @param rules by prefix
/// @param search the registries for names without one; empty if no file says
/// @param aliases short names and what they stand for, in full
/// @param helpers who is asked for credentials; empty if no file says: the files alone
/// @param notes for `--debug`: files and what of them was ignored
record RegistriesConf(
    Map<String, RegistryRule> rules,
    Optional<Search> search,
    Map<String, Alias> aliases,
    Optional<Helpers> helpers,
    List<String> notes) {
  /// The name of a helper that stands for the files of credentials.
  static final String AUTH_FILES = "containers-auth.json";

  /// `credential-helpers`: asked in this order.
  record Helpers(List<String> names, Origin origin) {}

  record Search(List<String> registries, Origin origin) {}

  /// @param target without tag and digest; empty if the alias is taken back
  record Alias(String target, Origin origin) {}

  private static final String CONTAINERS = "etc/containers/";

  /// Reads the files that hold for the user, in their order.
  static RegistriesConf load(Places places) throws IOException {
    RegistriesConf conf =
        new RegistriesConf(
            new LinkedHashMap<>(),
            Optional.empty(),
            new LinkedHashMap<>(),
            Optional.empty(),
            new ArrayList<>());
    for (Path file : files(places)) {
      Optional<byte[]> bytes = Places.read(file);
      if (bytes.isPresent()) {
        conf = conf.then(RegistriesConfReader.read(file, bytes.get()));
      }
    }
    return conf;
  }

  private static List<Path> files(Places places) throws IOException {
    List<Path> files = new ArrayList<>();
    Optional<Path> chosen = places.variablePath("CONTAINERS_REGISTRIES_CONF");
    Optional<Path> own = places.home(".config/containers/registries.conf");
    Optional<Path> ownFolder = places.home(".config/containers/registries.conf.d");
    if (chosen.isPresent()) {
      if (Places.read(chosen.get()).isEmpty()) {
        throw new InvalidConfigurationException(
            new Origin("CONTAINERS_REGISTRIES_CONF", 0), "there is no file " + chosen.get());
      }
      files.add(chosen.get());
    } else if (own.isPresent() && Places.read(own.get()).isPresent()) {
      files.add(own.get());
    } else {
      files.add(places.system(CONTAINERS + "registries.conf"));
    }
    /* The user's own main file takes the system's drop-ins out of use, too. */
    if (!own.equals(Optional.of(files.getFirst()))) {
      files.addAll(Places.list(places.system(CONTAINERS + "registries.conf.d"), ".conf"));
    }
    if (ownFolder.isPresent()) {
      files.addAll(Places.list(ownFolder.get(), ".conf"));
    }
    /* What podman recorded when it asked the user; it comes before what people wrote. */
    files.add(places.system("var/cache/containers/short-name-aliases.conf"));
    return files;
  }

  /// The rule with the longest prefix; empty if there is none for this reference.
  Optional<RegistryRule> rule(Reference reference) {
    RegistryRule best = null;
    int bestLength = -1;
    for (RegistryRule rule : rules.values()) {
      /* As containers/image has it, a wildcard counts by its own length, not the host's. */
      int length = rule.matchLength(reference) < 0 ? -1 : rule.prefix().length();
      if (length > bestLength) {
        best = rule;
        bestLength = length;
      }
    }
    return Optional.ofNullable(best);
  }

  private RegistriesConf then(RegistriesConf later) {
    rules.putAll(later.rules);
    aliases.putAll(later.aliases);
    notes.addAll(later.notes);
    return new RegistriesConf(
        rules, later.search.or(() -> search), aliases, later.helpers.or(() -> helpers), notes);
  }
}
