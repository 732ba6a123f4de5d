package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Human;
import nsbox.cli.output.Table;
import nsbox.image.ImageException;
import nsbox.image.Reference;
import nsbox.image.StoreListing;
import nsbox.image.StoredImage;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox images`: lists what the store has.
public final class ImagesCommand implements Command {
  private static final String NONE = "<none>";

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "images",
            "[OPTIONS]",
            "List images. SIZE is that of configuration and layers as they are stored, compressed.");
    spec.addOption(flag("Print IDs only", "-q", "--quiet"));
    spec.addOption(flag("Cut nothing off", "--no-trunc"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    StoreListing listing = session.images().store().list();
    boolean full = isSet(parsed, "--no-trunc");
    session.front().out(isSet(parsed, "--quiet") ? ids(listing, full) : table(listing, full));
    for (ImageException damaged : listing.damaged()) {
      session.front().err("nsbox: " + damaged.getMessage() + "\n");
    }
    return listing.damaged().isEmpty() ? 0 : nsbox.cli.Failure.NSBOX;
  }

  private static String id(StoredImage image, boolean full) {
    return full ? image.id().toString() : image.id().shortHex();
  }

  private static String ids(StoreListing listing, boolean full) {
    StringBuilder text = new StringBuilder();
    for (StoredImage image : listing.images()) {
      text.append(id(image, full)).append('\n');
    }
    return text.toString();
  }

  private static String table(StoreListing listing, boolean full) {
    Table table = new Table("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE");
    for (StoredImage image : listing.images()) {
      String created = created(image);
      String size = Human.size(image.compressedBytes());
      if (image.references().isEmpty()) {
        table.add(NONE, NONE, id(image, full), created, size);
      }
      for (Reference reference : image.references()) {
        String name = reference.familiar();
        int colon = name.lastIndexOf(':');
        boolean tagged = colon > name.lastIndexOf('/') && name.indexOf('@') < 0;
        table.add(
            tagged ? name.substring(0, colon) : name,
            tagged ? name.substring(colon + 1) : NONE,
            id(image, full),
            created,
            size);
      }
    }
    return table.toString();
  }

  private static String created(StoredImage image) {
    Optional<String> text = image.config().created();
    if (text.isEmpty()) {
      return "N/A";
    }
    try {
      long seconds =
          Instant.now().getEpochSecond() - OffsetDateTime.parse(text.get()).toEpochSecond();
      return Human.duration(seconds) + " ago";
    } catch (DateTimeParseException e) {
      return "N/A";
    }
  }
}
