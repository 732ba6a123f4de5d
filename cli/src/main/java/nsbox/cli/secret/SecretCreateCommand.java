package nsbox.cli.secret;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.FrontInput;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.named.Labels;
import nsbox.engine.Secret;
import nsbox.engine.Secrets;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox secret create`: keeps what containers are to know and images are not.
public final class SecretCreateCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "secret create",
            "[OPTIONS] NAME FILE|-",
            "Keep a secret for containers, and print its ID.");
    spec.addOption(text("DRIVER", "file, which is the only one", "-d", "--driver"));
    spec.addOption(texts("KEY=VALUE", "The driver file has no options", "--driver-opts"));
    spec.addOption(flag("FILE names a variable that has it", "--env"));
    spec.addOption(flag("Be content if there is one of that name", "--ignore"));
    spec.addOption(texts("NAME[=VALUE]", "Set a label", "-l", "--label"));
    spec.addOption(flag("Replace the one of that name, if there is one", "--replace"));
    spec.addPositional(
        Model.parameters("ARGUMENT", "2", "The name; then the file, or - for standard input"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    String driver = optional(parsed, "--driver").orElse(Secret.DRIVER);
    if (!driver.equals(Secret.DRIVER)) {
      throw new Failure("--driver " + driver + ": there is no such driver of secrets, only file");
    }
    for (String option : values(parsed, "--driver-opts")) {
      throw new Failure("--driver-opts " + option + ": the driver file has no options");
    }
    boolean replaces = isSet(parsed, "--replace");
    boolean ignores = isSet(parsed, "--ignore");
    if (replaces && ignores) {
      throw new Failure("--ignore and --replace cannot be used together");
    }
    List<String> words = positionals(parsed);
    String name = words.getFirst();
    if (!Secrets.isName(name)) {
      throw new Failure(
          "secret name \""
              + name
              + "\": it has 1 to 253 letters, digits, '_', '.' or '-' and begins with a letter or"
              + " digit: invalid secret name");
    }
    byte[] content = content(words.getLast(), isSet(parsed, "--env"), session);
    if (content.length == 0 || content.length > Secrets.MOST_BYTES) {
      throw new Failure("secret data must be larger than 0 and at most 512000 bytes");
    }
    session.prepare();
    Secrets secrets = new Secrets(session.roots());
    Optional<Secret> made =
        secrets.create(name, content, Labels.parse(values(parsed, "--label")), replaces);
    if (made.isEmpty() && ignores) {
      made = secrets.find(name);
    }
    if (made.isEmpty()) {
      throw new Failure(name + ": secret name in use");
    }
    session.front().out(made.get().id() + "\n");
    return 0;
  }

  private static byte[] content(String source, boolean variable, Session session)
      throws IOException, Failure {
    if (variable) {
      String value = session.invocation().environment().get(source);
      if (value == null) {
        throw new Failure(
            "cannot create store secret data: environment variable " + source + " is not set");
      }
      return value.getBytes(StandardCharsets.UTF_8);
    }
    if (source.equals("-")) {
      if (session.invocation().inputIsTerminal()) {
        throw new Failure("if `-` is used, data must be passed into stdin");
      }
      return atMost(new FrontInput(session.front()));
    }
    Path path = Path.of(session.invocation().directory()).resolve(source);
    if (Files.isDirectory(path)) {
      throw new Failure("reading secret: " + source + " is a directory");
    }
    try (InputStream file = Files.newInputStream(path)) {
      return atMost(file);
    } catch (NoSuchFileException e) {
      throw new Failure("open " + source + ": no such file or directory", e);
    }
  }

  private static byte[] atMost(InputStream input) throws IOException {
    return input.readNBytes(Secrets.MOST_BYTES + 1);
  }
}
