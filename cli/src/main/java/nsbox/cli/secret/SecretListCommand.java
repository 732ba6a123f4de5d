package nsbox.cli.secret;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Filters;
import nsbox.cli.output.ListFormat;
import nsbox.engine.Secret;
import nsbox.engine.Secrets;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox secret ls`: lists secrets by name.
public final class SecretListCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = Model.command("secret ls", "[OPTIONS]", "List secrets.");
    spec.addOption(texts("KEY=VALUE", "List only what fits: name, id", "-f", "--filter"));
    spec.addOption(
        text("FORMAT", "json, table TEMPLATE or a Go template for each row", "--format"));
    spec.addOption(flag("Print no headings", "-n", "--noheading"));
    spec.addOption(flag("Print IDs only", "-q", "--quiet"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Optional<String> asked = optional(parsed, "--format");
    ListFormat format = ListFormat.parse(asked, SecretRows.COLUMNS);
    Filters filters = Filters.parse(values(parsed, "--filter"), "id", "name");
    session.prepare();
    List<JsonObject> rows = new ArrayList<>();
    StringBuilder ids = new StringBuilder();
    for (Secret secret : new Secrets(session.roots()).list()) {
      String name = secret.name();
      String id = secret.id();
      if (filters.any("name", name::contains) && filters.any("id", id::startsWith)) {
        rows.add(SecretRows.row(secret));
        ids.append(id).append('\n');
      }
    }
    session
        .front()
        .out(
            isSet(parsed, "--quiet") && asked.isEmpty()
                ? ids.toString()
                : format.print(rows, SecretRows.HEADINGS, !isSet(parsed, "--noheading")));
    return 0;
  }
}
