package nsbox.cli.secret;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.named.EachName;
import nsbox.cli.output.InspectFormat;
import nsbox.engine.Secret;
import nsbox.engine.Secrets;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox secret inspect`: all that is known of secrets, and their content for who asks for it.
public final class SecretInspectCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "secret inspect",
            "[OPTIONS] SECRET...",
            "Show all that is known of secrets, as a list of JSON objects.");
    spec.addOption(text("FORMAT", "json or a Go template for each secret", "-f", "--format"));
    spec.addOption(flag("Show the content too", "--showsecret"));
    spec.addPositional(Model.parameters("SECRET", "1..*", "Names or IDs"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    InspectFormat format = InspectFormat.parse(optional(parsed, "--format"));
    session.prepare();
    Secrets secrets = new Secrets(session.roots());
    List<JsonObject> shown = new ArrayList<>();
    int code =
        EachName.run(
            session.front(),
            positionals(parsed),
            name -> {
              Secret secret = SecretLookup.secret(session, name);
              JsonObject document = SecretRows.document(secret);
              if (isSet(parsed, "--showsecret")) {
                byte[] content = secrets.content(secret.name()).orElse(new byte[0]);
                document.put("SecretData", new String(content, StandardCharsets.UTF_8));
              }
              shown.add(document);
            });
    session.front().out(format.print(shown));
    return code;
  }
}
