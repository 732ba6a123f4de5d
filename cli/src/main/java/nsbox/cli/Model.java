package nsbox.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/// Shorthand for the models of commands.
public final class Model {
  private Model() {}

  public static CommandSpec command(String name, String synopsis, String... description) {
    CommandSpec spec = CommandSpec.create().name(name);
    spec.usageMessage().customSynopsis("nsbox " + name + " " + synopsis).description(description);
    spec.addOption(
        OptionSpec.builder("--help").usageHelp(true).description("Show this help").build());
    return spec;
  }

  public static OptionSpec flag(String description, String... names) {
    return OptionSpec.builder(names).type(boolean.class).description(description).build();
  }

  public static OptionSpec text(String label, String description, String... names) {
    return OptionSpec.builder(names)
        .type(String.class)
        .arity("1")
        .paramLabel(label)
        .description(description)
        .build();
  }

  public static OptionSpec texts(String label, String description, String... names) {
    return OptionSpec.builder(names)
        .type(List.class)
        .auxiliaryTypes(String.class)
        .arity("1")
        .paramLabel(label)
        .description(description)
        .build();
  }

  /// Parameters that must be there.
  ///
  /// @param arity as picocli has it: `1`, `2`, `1..*`
  public static PositionalParamSpec parameters(String label, String arity, String description) {
    return PositionalParamSpec.builder()
        .type(List.class)
        .auxiliaryTypes(String.class)
        /* Without the index picocli takes any number for "1", and drops all but one. */
        .index(arity.equals("1") ? "0" : "0..*")
        .arity(arity)
        .required(true)
        .paramLabel(label)
        .description(description)
        .build();
  }

  /// Any number of parameters, none too.
  public static PositionalParamSpec optionalParameters(String label, String description) {
    return PositionalParamSpec.builder()
        .type(List.class)
        .auxiliaryTypes(String.class)
        .index("0..*")
        .arity("0..*")
        .paramLabel(label)
        .description(description)
        .build();
  }

  public static boolean isSet(ParseResult arguments, String option) {
    return isSet(arguments, option, false);
  }

  /// An option that [Flags] has added may say its value, which outranks the bare one.
  public static boolean isSet(ParseResult arguments, String option, boolean unsaid) {
    if (arguments.hasMatchedOption(option + "=false")) {
      return false;
    }
    return arguments.hasMatchedOption(option + "=true")
        || arguments.matchedOptionValue(option, unsaid);
  }

  public static Optional<String> optional(ParseResult arguments, String option) {
    return Optional.ofNullable(arguments.matchedOptionValue(option, (String) null));
  }

  public static List<String> values(ParseResult arguments, String option) {
    return arguments.matchedOptionValue(option, List.of());
  }

  public static List<String> positionals(ParseResult arguments) {
    return arguments.matchedPositionalValue(0, List.of());
  }
}
