package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;

import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Filters;
import nsbox.cli.output.ListFormat;
import nsbox.engine.ContainerFolder;
import nsbox.engine.DamagedContainerException;
import nsbox.engine.Images;
import nsbox.image.ImageException;
import nsbox.image.ImageStore;
import nsbox.image.Reference;
import nsbox.image.StoreListing;
import nsbox.image.StoredImage;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox images`: lists what the store has, the newest first, one row a name.
public final class ImagesCommand implements Command {
  private static final List<String> SORT_KEYS =
      List.of("created", "id", "repository", "size", "tag");

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "images",
            "[OPTIONS] [REPOSITORY[:TAG]]",
            "List images, the newest first.",
            ImageSizes.MEANING);
    spec.addOption(flag("Print IDs only, each once", "-q", "--quiet"));
    spec.addOption(flag("Cut nothing off", "--no-trunc"));
    spec.addOption(flag("Add a column of digests of the manifests", "--digests"));
    spec.addOption(flag("Accepted; there are no hidden images", "-a", "--all"));
    spec.addOption(flag("Print no headings", "-n", "--noheading"));
    spec.addOption(
        text("FORMAT", "json, table TEMPLATE or a Go template for each row", "--format"));
    spec.addOption(
        texts(
            "KEY=VALUE",
            "List only what fits; KEY is " + String.join(", ", ImageFilters.KEYS),
            "-f",
            "--filter"));
    spec.addOption(text("KEY", "Order by created, id, repository, size or tag", "--sort"));
    spec.addPositional(
        picocli.CommandLine.Model.PositionalParamSpec.builder()
            .type(List.class)
            .auxiliaryTypes(String.class)
            .index("0")
            .arity("0..1")
            .paramLabel("REPOSITORY[:TAG]")
            .description("List only names that fit; may have * and ?")
            .build());
    return spec;
  }

  private record Row(StoredImage image, ImageName name) {}

  /// The images in `system df -v`.
  public static String spaceTable(Session session) throws Exception {
    Images images = session.images();
    List<StoredImage> all = images.store().list().images();
    Map<String, Integer> containers = containers(session);
    Instant now = Instant.now();
    Filters none = Filters.parse(List.of(), ImageFilters.KEYS);
    List<Row> rows = rows(all, new ImageFilters(none, images.store(), containers, now));
    ImageSizes sizes = new ImageSizes(images.snapshots(), all);
    rows.sort(order("created", sizes));
    ListFormat format =
        ListFormat.parse(
            Optional.empty(),
            ImageRows.COLUMNS + "\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}");
    ImageRows shown = new ImageRows(sizes, containers, false, now);
    return format.print(documents(rows, shown), ImageRows.headings(), true);
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    boolean full = isSet(parsed, "--no-trunc");
    String columns =
        isSet(parsed, "--digests") ? ImageRows.COLUMNS_WITH_DIGESTS : ImageRows.COLUMNS;
    ListFormat format = ListFormat.parse(optional(parsed, "--format"), columns);
    String sort = optional(parsed, "--sort").orElse("created");
    if (!SORT_KEYS.contains(sort)) {
      throw new Failure(
          "images cannot be sorted by "
              + sort
              + "\n  There are "
              + String.join(", ", SORT_KEYS)
              + ".");
    }
    List<String> asked = new ArrayList<>(Model.values(parsed, "--filter"));
    Model.positionals(parsed).forEach(pattern -> asked.add("reference=" + pattern));
    Filters filters = Filters.parse(asked, ImageFilters.KEYS);
    session.prepare();
    session.images().store().sweep();
    Images images = session.images();
    ImageStore store = images.store();
    StoreListing listing = store.list();
    Map<String, Integer> containers = containers(session);
    Instant now = Instant.now();
    List<Row> rows = rows(listing.images(), new ImageFilters(filters, store, containers, now));
    ImageSizes sizes = new ImageSizes(images.snapshots(), listing.images());
    rows.sort(order(sort, sizes));
    ImageRows shown = new ImageRows(sizes, containers, full, now);
    boolean ids = isSet(parsed, "--quiet") && optional(parsed, "--format").isEmpty();
    Printing.print(
        session,
        ids
            ? ids(rows, shown)
            : format.print(
                documents(rows, shown), ImageRows.headings(), !isSet(parsed, "--noheading")));
    for (ImageException damaged : listing.damaged()) {
      session.front().err("nsbox: " + damaged.getMessage() + "\n");
    }
    return listing.damaged().isEmpty() ? 0 : Failure.NSBOX;
  }

  private static List<Row> rows(List<StoredImage> images, ImageFilters filters) {
    List<Row> rows = new ArrayList<>();
    for (StoredImage image : images) {
      if (!filters.fits(image)) {
        continue;
      }
      if (image.references().isEmpty() && filters.listsNameless()) {
        rows.add(new Row(image, ImageName.NAMELESS));
      }
      for (Reference name : filters.names(image)) {
        rows.add(new Row(image, ImageName.of(name)));
      }
    }
    return rows;
  }

  private static Comparator<Row> order(String key, ImageSizes sizes) {
    Comparator<Row> byName =
        Comparator.comparing((Row row) -> row.name.repository())
            .thenComparing(row -> row.name.tag());
    return switch (key) {
      case "created" ->
          Comparator.comparing((Row row) -> Created.parse(row.image.config().created()).order())
              .reversed()
              .thenComparing(byName);
      case "id" -> Comparator.comparing(row -> row.image.id().hex());
      case "repository" -> byName;
      case "size" -> Comparator.comparing((Row row) -> sizes.bytes(row.image));
      case "tag" -> Comparator.comparing(row -> row.name.tag());
      default -> throw new IllegalArgumentException(key);
    };
  }

  private static Map<String, Integer> containers(Session session) throws Exception {
    Map<String, Integer> containers = new HashMap<>();
    for (ContainerFolder folder : session.containers().list()) {
      String id;
      try {
        id = folder.record().imageId();
      } catch (NoSuchFileException | DamagedContainerException e) {
        continue; // just removed, or of no image that anybody could tell
      }
      containers.merge(id.substring(id.indexOf(':') + 1), 1, Integer::sum);
    }
    return containers;
  }

  private static String ids(List<Row> rows, ImageRows shown) {
    Set<String> ids = new LinkedHashSet<>();
    rows.forEach(row -> ids.add(shown.id(row.image)));
    return ids.isEmpty() ? "" : String.join("\n", ids) + "\n";
  }

  private static List<JsonObject> documents(List<Row> rows, ImageRows shown) {
    List<JsonObject> documents = new ArrayList<>();
    rows.forEach(row -> documents.add(shown.row(row.image, row.name)));
    return documents;
  }
}
