package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Table;
import nsbox.engine.Registries;
import nsbox.image.Reference;
import nsbox.registry.Limits;
import nsbox.registry.Registry;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox search`: looks for repositories where the registry has a search.
public final class SearchCommand implements Command {
  private static final int MAX = 100;
  private static final int DESCRIPTION = 44;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "search",
            "[OPTIONS] [REGISTRY/]TERM",
            "Look for repositories. Few registries but docker.io answer: the protocol has no search.");
    spec.addOption(text("COUNT", "The most to show, up to 100 (25)", "--limit"));
    spec.addOption(flag("Cut nothing off", "--no-trunc"));
    RegistryFlags.addTo(spec);
    RegistryFlags.addCredentials(spec);
    spec.addPositional(Model.parameters("TERM", "1", "What to look for"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    String limit = Model.optional(parsed, "--limit").orElse("25");
    if (!limit.matches("[0-9]{1,3}")
        || Integer.parseInt(limit) < 1
        || Integer.parseInt(limit) > MAX) {
      throw new Failure("--limit " + limit + ": a number from 1 to " + MAX);
    }
    String text = positionals(parsed).getFirst();
    /* A first part that looks like a host is one, as in references. */
    int slash = text.indexOf('/');
    String first = slash < 0 ? "" : text.substring(0, slash);
    boolean named = first.contains(".") || first.contains(":") || first.equals("localhost");
    Reference any = Reference.parse((named ? first : "docker.io") + "/library/any");
    Registries registries =
        new Registries(
            session.surroundings(),
            RegistryFlags.overrides(parsed, session),
            Limits.DEFAULT,
            _ -> {});
    List<Registry.Found> found =
        registries
            .registry(any)
            .search(named ? text.substring(slash + 1) : text, Integer.parseInt(limit));
    Table table = new Table("NAME", "DESCRIPTION", "STARS", "OFFICIAL");
    for (Registry.Found repository : found) {
      String description = repository.description().replace('\n', ' ');
      boolean cut = !isSet(parsed, "--no-trunc") && description.length() > DESCRIPTION;
      table.add(
          repository.name(),
          cut ? description.substring(0, DESCRIPTION) + "…" : description,
          Long.toString(repository.stars()),
          repository.official() ? "[OK]" : "");
    }
    session.front().out(table.toString());
    return 0;
  }
}
