package nsbox.cli.secret;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.named.EachName;
import nsbox.engine.Secret;
import nsbox.engine.Secrets;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox secret rm`: forgets secrets. Containers keep the files that they were given.
public final class SecretRmCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = Model.command("secret rm", "[OPTIONS] SECRET...", "Forget secrets.");
    spec.addOption(flag("All of them", "-a", "--all"));
    spec.addOption(flag("Be content if a secret is not there", "-i", "--ignore"));
    spec.addPositional(Model.optionalParameters("SECRET", "Names or IDs"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    boolean all = isSet(parsed, "--all");
    List<String> names = new ArrayList<>(positionals(parsed));
    if (all != names.isEmpty()) {
      throw new Failure("secret rm needs either names or --all");
    }
    session.prepare();
    Secrets secrets = new Secrets(session.roots());
    if (all) {
      for (Secret secret : secrets.list()) {
        names.add(secret.name());
      }
    }
    return EachName.run(
        session.front(),
        names,
        isSet(parsed, "--ignore") ? OptionalInt.of(SecretLookup.MISSING) : OptionalInt.empty(),
        name -> {
          Secret secret = SecretLookup.secret(session, name);
          secrets.remove(secret);
          session.front().out(secret.id() + "\n");
        });
  }
}
