package nsbox.cli.named;

import static nsbox.cli.Model.positionals;

import java.util.Locale;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox volume exists`, and that of other groups: answers by its exit code alone.
public final class ExistsCommand implements Command {
  private static final int MISSING = 1;

  /// Looks for one.
  @FunctionalInterface
  public interface Look {
    boolean finds(Session session, String name) throws Exception;
  }

  private final String noun;
  private final String names;
  private final Look look;

  /// @param noun what the group is about
  /// @param names what is typed of one: `Name or ID`
  public ExistsCommand(String noun, String names, Look look) {
    this.noun = noun;
    this.names = names;
    this.look = look;
  }

  @Override
  public CommandSpec spec() {
    String label = noun.toUpperCase(Locale.ROOT);
    CommandSpec spec =
        Model.command(
            noun + " exists",
            label,
            "End with 0 if there is the "
                + noun
                + ", with 1 if there is not, with 125 if that cannot be told.");
    spec.addPositional(Model.parameters(label, "1", names));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    return look.finds(session, positionals(parsed).getFirst()) ? 0 : MISSING;
  }
}
