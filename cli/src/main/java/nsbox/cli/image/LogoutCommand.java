package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;

import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.registry.config.Credential;
import nsbox.registry.config.LoginStore;
import nsbox.registry.config.Overrides;
import nsbox.registry.config.RegistryConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox logout`: forgets what `nsbox login` keeps, and says where else a credential is.
public final class LogoutCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "logout",
            "[OPTIONS] [REGISTRY]",
            "Forget the credential for a registry, where 'nsbox login' would keep it.");
    spec.addOption(flag("Forget all credentials of that file", "-a", "--all"));
    RegistryFlags.addAuthFile(spec);
    RegistryArgument.addTo(spec);
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Overrides overrides =
        new Overrides(
            Optional.empty(),
            RegistryFlags.path(parsed, "--authfile", session),
            Optional.empty(),
            Optional.empty());
    LoginStore store = LoginStore.of(session.surroundings(), overrides);
    if (isSet(parsed, "--all")) {
      if (RegistryArgument.isGiven(parsed)) {
        throw new Failure("--all forgets every registry; do not name one");
      }
      List<String> forgotten = store.removeAll();
      for (String key : forgotten) {
        session.front().out("Removed login credentials for " + key + "\n");
      }
      return 0;
    }
    RegistryArgument registry = RegistryArgument.of(parsed);
    boolean removed = store.remove(registry.key());
    session
        .front()
        .out(
            removed
                ? "Removed login credentials for " + registry.key() + "\n"
                : "Not logged in to " + registry.key() + "\n");
    tellWhatRemains(session, registry);
    return 0;
  }

  private static void tellWhatRemains(Session session, RegistryArgument registry) throws Exception {
    RegistryConfig config = RegistryConfig.load(session.surroundings());
    Optional<Credential> other =
        config.credential(config.loginServer(registry.anyImage()), registry.nameSpace());
    if (other.isPresent()) {
      session
          .front()
          .err(
              "nsbox: "
                  + registry.key()
                  + " still has a credential: "
                  + other.get().origin()
                  + "\n");
    }
  }
}
