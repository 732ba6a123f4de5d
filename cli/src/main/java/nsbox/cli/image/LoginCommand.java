package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Front;
import nsbox.engine.RegistryAccess;
import nsbox.registry.config.Credential;
import nsbox.registry.config.LoginStore;
import nsbox.registry.config.Origin;
import nsbox.registry.config.Overrides;
import nsbox.registry.config.RegistryConfig;
import nsbox.registry.config.Secret;
import nsbox.registry.config.Server;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox login`: shows a credential to a registry and, if it is taken, keeps it.
public final class LoginCommand implements Command {
  /// Longer than any token that registries give out.
  private static final int MAX_INPUT_BYTES = 64 << 10;

  private final RegistryAccess access;

  public LoginCommand(RegistryAccess access) {
    this.access = access;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "login",
            "[OPTIONS] [REGISTRY]",
            "Check a credential with a registry and keep it: in the file of --authfile or"
                + " $REGISTRY_AUTH_FILE, else in docker's config.json, or in the credential helper"
                + " that this file names.");
    spec.addOption(text("USER", "Who to be", "-u", "--username"));
    spec.addOption(
        text(
            "PASSWORD",
            "Password or token; every user of the host can see it",
            "-p",
            "--password"));
    spec.addOption(flag("Take the password from standard input", "--password-stdin"));
    spec.addOption(flag("Print who is logged in, and do nothing", "--get-login"));
    spec.addOption(flag("Print where the credential is kept", "-v", "--verbose"));
    RegistryFlags.addTo(spec);
    RegistryArgument.addTo(spec);
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    RegistryArgument registry = RegistryArgument.of(parsed);
    Overrides overrides = RegistryFlags.overrides(parsed, session);
    RegistryConfig config = RegistryConfig.load(session.surroundings());
    Server server = config.with(overrides).loginServer(registry.anyImage());
    if (isSet(parsed, "--get-login")) {
      session.front().out(loggedIn(config.with(overrides), server, registry) + "\n");
      return 0;
    }
    Optional<String> user = Model.optional(parsed, "--username");
    boolean asked =
        user.isPresent()
            || parsed.hasMatchedOption("--password")
            || isSet(parsed, "--password-stdin");
    Optional<Credential> existing =
        asked ? Optional.empty() : known(overrides, config, server, registry);
    if (existing.isPresent()) {
      access.checkLogin(session.surroundings(), server, existing.get());
      session.debug("the credential is of " + existing.get().origin());
      session
          .front()
          .out("Existing credentials are valid. Already logged in to " + registry.key() + "\n");
      return 0;
    }
    Credential credential = credential(parsed, session, user);
    access.checkLogin(session.surroundings(), server, credential);
    Origin kept =
        LoginStore.of(session.surroundings(), overrides).store(registry.key(), credential);
    if (isSet(parsed, "--verbose")) {
      session.front().out("Used: " + kept + "\n");
    }
    session.front().out("Login Succeeded!\n");
    tellWhatComesFirst(config.with(overrides), server, registry, credential, session.front());
    return 0;
  }

  private static String loggedIn(RegistryConfig config, Server server, RegistryArgument registry)
      throws IOException, Failure {
    Credential credential =
        config
            .credential(server, registry.nameSpace())
            .orElseThrow(() -> new Failure("not logged in to " + registry.key()));
    return credential.identityToken() ? "<token>" : credential.username();
  }

  /// A file that is named for the login need not be there yet.
  private static Optional<Credential> known(
      Overrides overrides, RegistryConfig config, Server server, RegistryArgument registry)
      throws IOException {
    boolean fresh = overrides.authFile().filter(Files::notExists).isPresent();
    return fresh
        ? Optional.empty()
        : config.with(overrides).credential(server, registry.nameSpace());
  }

  private static Credential credential(ParseResult parsed, Session session, Optional<String> user)
      throws IOException, Failure {
    boolean fromInput = isSet(parsed, "--password-stdin");
    boolean fromOption = parsed.hasMatchedOption("--password");
    if (fromInput && fromOption) {
      throw new Failure("-p and --password-stdin are two passwords; give one");
    }
    if (!fromInput && !fromOption) {
      /* Nobody here can switch the terminal's echo off. */
      throw new Failure(
          "no password is given, and nsbox does not ask for one: it would be seen"
              + "\n  Try: nsbox login -u USER --password-stdin REGISTRY < FILE");
    }
    if (fromInput && user.isEmpty()) {
      throw new Failure("--password-stdin needs a user: -u USER");
    }
    String name = user.isPresent() ? user.get() : askName(session);
    String password =
        fromInput ? input(session.front(), false) : parsed.matchedOptionValue("--password", "");
    if (name.isEmpty() || name.indexOf(':') >= 0) {
      throw new Failure("\"" + name + "\" cannot be the name of a user");
    }
    if (password.isEmpty()) {
      throw new Failure("the password is empty");
    }
    if (fromOption) {
      session.front().err("nsbox: every user of this host can see -p; --password-stdin hides it\n");
    }
    Origin origin = new Origin(fromInput ? "standard input" : "--password", 0);
    return new Credential(name, new Secret(password), false, origin);
  }

  private static String askName(Session session) throws IOException, Failure {
    if (!session.invocation().inputIsTerminal()) {
      throw new Failure("no user is given, and standard input is no terminal to ask: -u USER");
    }
    session.front().out("Username: ");
    return input(session.front(), true);
  }

  /// Reads standard input to its end, or to the end of a line, without that.
  private static String input(Front front, boolean line) throws IOException, Failure {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    for (int count = front.read(buffer); count > 0; count = front.read(buffer)) {
      all.write(buffer, 0, count);
      if (all.size() > MAX_INPUT_BYTES) {
        throw new Failure("standard input is longer than any password");
      }
      if (line && buffer[count - 1] == '\n') {
        break;
      }
    }
    return all.toString(StandardCharsets.UTF_8).replaceFirst("\r?\n\\z", "");
  }

  /// A login is of no use where another file is read before the one that was written.
  private static void tellWhatComesFirst(
      RegistryConfig config, Server server, RegistryArgument registry, Credential kept, Front front)
      throws IOException {
    Optional<Credential> first = config.credential(server, registry.nameSpace());
    if (first.isPresent() && !first.get().secret().reveal().equals(kept.secret().reveal())) {
      front.err(
          "nsbox: this login will not be used: "
              + first.get().origin()
              + " comes first and has another\n");
    }
  }
}
