package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.cli.Flags;
import nsbox.cli.Invocation;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/// What a user would have typed, for tests of options.
final class AskedWords {
  private AskedWords() {}

  static Asked of(String... words) {
    return of(Map.of(), words);
  }

  static Asked of(Map<String, String> environment, String... words) {
    Flags flags = new Flags();
    ContainerFlags.addTo(flags);
    CommandSpec spec = CommandSpec.create();
    flags.addTo(spec, List.of(words));
    Invocation invocation =
        new Invocation(
            List.of("nsbox"), environment, "/home/me", "/", 1, 1, 0, false, false, false, 0, 0, 0);
    return new Asked(new CommandLine(spec).parseArgs(words), invocation, new ArrayList<>());
  }
}
