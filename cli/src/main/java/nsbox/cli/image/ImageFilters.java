package nsbox.cli.image;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import nsbox.cli.Failure;
import nsbox.cli.output.FilterException;
import nsbox.cli.output.FilterTime;
import nsbox.cli.output.Filters;
import nsbox.image.ImageStore;
import nsbox.image.Reference;
import nsbox.image.StoredImage;

/// Which images, and which of their names, `nsbox images` lists.
final class ImageFilters {
  static final String[] KEYS = {
    "before",
    "containers",
    "dangling",
    "id",
    "label",
    "label!",
    "reference",
    "reference!",
    "since",
    "until"
  };

  private final Filters filters;
  private final Map<String, Integer> containers;
  private final Optional<Boolean> dangling;
  private final Optional<Boolean> used;
  private final List<Instant> before = new ArrayList<>();
  private final List<Instant> since = new ArrayList<>();

  /// @param containers how many containers each image has, by the image's ID
  /// @throws Failure if a filter names an image that is not there
  ImageFilters(Filters filters, ImageStore store, Map<String, Integer> containers, Instant now)
      throws FilterException, IOException, Failure {
    this.filters = filters;
    this.containers = containers;
    this.dangling = filters.flag("dangling");
    this.used = filters.flag("containers");
    for (String name : filters.values("before")) {
      before.add(Created.parse(StoreLookup.get(store, name).config().created()).order());
    }
    for (String name : filters.values("since")) {
      since.add(Created.parse(StoreLookup.get(store, name).config().created()).order());
    }
    for (String text : filters.values("until")) {
      before.add(FilterTime.parse("until", text, now));
    }
    for (String key : List.of("reference", "reference!")) {
      for (String pattern : filters.values(key)) {
        glob(key, pattern);
      }
    }
  }

  boolean fits(StoredImage image) {
    Map<String, String> labels = image.config().labels();
    Instant created = Created.parse(image.config().created()).order();
    return (dangling.isEmpty() || dangling.get() == image.references().isEmpty())
        && (used.isEmpty() || used.get() == containers.containsKey(image.id().hex()))
        && filters.any("id", id -> hex(image).startsWith(id.replaceFirst("^sha256:", "")))
        && filters.all("label", wanted -> Filters.hasLabel(labels, wanted))
        && filters.all("label!", unwanted -> !Filters.hasLabel(labels, unwanted))
        && before.stream().allMatch(created::isBefore)
        && since.stream().allMatch(created::isAfter);
  }

  private static String hex(StoredImage image) {
    return image.id().hex();
  }

  /// The names to list of an image that fits; none where filters by name leave none.
  List<Reference> names(StoredImage image) {
    return image.references().stream()
        .filter(name -> filters.any("reference", pattern -> matches(pattern, name)))
        .filter(name -> filters.all("reference!", pattern -> !matches(pattern, name)))
        .toList();
  }

  /// Whether an image without a name may be listed.
  boolean listsNameless() {
    return filters.values("reference").isEmpty();
  }

  /// Whether a pattern of [`path.Match`](https://pkg.go.dev/path#Match) fits a name, with its tag
  /// or without, in short or, if the pattern begins with the registry, in full.
  static boolean matches(String pattern, Reference name) {
    PathMatcher glob = FileSystems.getDefault().getPathMatcher("glob:" + escaped(pattern));
    boolean inFull = pattern.startsWith(name.registry() + "/");
    return List.of(
            inFull ? name.toString() : name.familiar(),
            inFull ? name.name() : ImageName.repository(name))
        .stream()
        .anyMatch(text -> glob.matches(Path.of(text)));
  }

  /* Go has *, ?, [] and \; Java's {a,b} is text to Go. */
  private static String escaped(String pattern) {
    return pattern.replace("{", "\\{").replace("}", "\\}").replace("[^", "[!");
  }

  private static void glob(String key, String pattern) throws FilterException {
    try {
      FileSystems.getDefault().getPathMatcher("glob:" + escaped(pattern));
    } catch (PatternSyntaxException e) {
      throw new FilterException(key + "=" + pattern, "no pattern: " + e.getDescription());
    }
  }
}
