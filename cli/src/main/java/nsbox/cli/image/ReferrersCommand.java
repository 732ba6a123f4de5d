package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Human;
import nsbox.cli.output.Table;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.Reference;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.registry.Repository;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox referrers`: what a registry has that refers to an image.
public final class ReferrersCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "referrers",
            "[OPTIONS] IMAGE",
            "List what refers to an image of a registry: signatures, SBOMs, attestations.");
    spec.addOption(text("TYPE", "Only artifacts of this type", "--artifact-type"));
    spec.addOption(text("json", "Print descriptors as JSON", "--format"));
    spec.addOption(flag("Cut nothing off", "--no-trunc"));
    TransferFlags.addTo(spec);
    spec.addPositional(Model.parameters("IMAGE", "1", "Name or digest of an image"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Reference image = Reference.parse(positionals(parsed).getFirst());
    Optional<String> format = Model.optional(parsed, "--format");
    if (format.isPresent() && !format.get().equals("json")) {
      throw new Failure("--format " + format.get() + ": only json");
    }
    Pulling access =
        new Pulling(
            session,
            session.images(),
            TransferFlags.overrides(parsed, session),
            TransferFlags.options(parsed),
            Optional.empty(),
            isSet(parsed, "--quiet"));
    List<Descriptor> found;
    try (Progress progress = new Progress(session, true)) {
      Repository repository = access.registries(progress).target(image);
      Digest subject =
          image.digest().isPresent()
              ? image.digest().get()
              : repository.manifest(image.tag().orElseThrow()).descriptor().digest();
      found = repository.referrers(subject, Model.optional(parsed, "--artifact-type")).manifests();
    }
    session
        .front()
        .out(format.isPresent() ? json(found) : table(found, isSet(parsed, "--no-trunc")));
    return 0;
  }

  private static String json(List<Descriptor> found) {
    List<JsonObject> members = found.stream().map(Descriptor::toJson).toList();
    return Json.prettyText(new JsonObject().put("manifests", members)) + "\n";
  }

  private static String table(List<Descriptor> found, boolean full) {
    Table table = new Table("DIGEST", "ARTIFACT TYPE", "SIZE");
    for (Descriptor descriptor : found) {
      Object type = descriptor.toJson().members().get("artifactType");
      table.add(
          full ? descriptor.digest().toString() : descriptor.digest().shortHex(),
          type == null ? "<unknown>" : type.toString(),
          Human.size(descriptor.sizeBytes()));
    }
    return table.toString();
  }
}
