package nsbox.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

class FlagsTest {
  private static final Flags FLAGS =
      new Flags()
          .flag("A", "-a", "--alpha")
          .text("X", "B", "-b", "--beta")
          .texts("X", "C", "--beta-two")
          .flag("D", "--delta");

  private static CommandSpec spec(String... words) {
    CommandSpec spec = CommandSpec.create();
    FLAGS.addTo(spec, List.of(words));
    return spec;
  }

  private static ParseResult parse(String... words) {
    return new CommandLine(spec(words)).parseArgs(words);
  }

  private static List<String> built(String... words) {
    List<String> names = new ArrayList<>();
    for (OptionSpec option : spec(words).options()) {
      names.add(option.longestName());
    }
    return names;
  }

  @Test
  void buildsOnlyWhatTheWordsCouldMean() {
    assertEquals(List.of(), built("x", "-", "--", "beta"));
    assertEquals(List.of("--beta"), built("--beta=1"));
    assertEquals(List.of("--beta-two"), built("--beta-two", "x"));
    assertEquals(List.of("--alpha", "--beta"), built("-ab"));
    assertEquals(4, built("--help").size());
  }

  @Test
  void readsWhatIsThere() {
    ParseResult parsed = parse("-ab", "value", "--beta-two", "x", "--beta-two=y");
    assertEquals(true, Model.isSet(parsed, "--alpha"));
    assertEquals("value", Model.optional(parsed, "--beta").orElseThrow());
    assertEquals(List.of("x", "y"), Model.values(parsed, "--beta-two"));
    assertEquals(false, Model.isSet(parsed, "--delta"));
  }

  @Test
  void takesAFlagsValueBehindAnEqualsSign() {
    assertEquals(false, Model.isSet(parse("--delta=false"), "--delta"));
    assertEquals(true, Model.isSet(parse("--delta=true"), "--delta"));
    assertEquals(false, Model.isSet(parse("--delta=false"), "--delta", true));
    assertEquals(true, Model.isSet(parse(), "--delta", true));
  }

  @Test
  void refusesWhatNoOptionIs() {
    assertThrows(UnmatchedArgumentException.class, () -> parse("--gamma"));
    assertThrows(UnmatchedArgumentException.class, () -> parse("--delta=maybe"));
  }
}
