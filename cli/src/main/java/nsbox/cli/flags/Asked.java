package nsbox.cli.flags;

import java.util.List;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Invocation;
import nsbox.cli.Model;
import picocli.CommandLine.ParseResult;

/// The options as they were typed, and who typed them.
///
/// @param warnings what is done otherwise than asked, a sentence each; to be filled
public record Asked(ParseResult parsed, Invocation invocation, List<String> warnings) {

  boolean isSet(String option) {
    return Model.isSet(parsed, option);
  }

  boolean isSet(String option, boolean unsaid) {
    return Model.isSet(parsed, option, unsaid);
  }

  Optional<String> text(String option) {
    return Model.optional(parsed, option);
  }

  List<String> texts(String option) {
    return Model.values(parsed, option);
  }

  /// @throws Failure if the value is no number from `least` to `most`
  Optional<Long> number(String option, long least, long most) throws Failure {
    Optional<String> text = text(option);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(number(option, text.get(), least, most));
  }

  static long number(String option, String text, long least, long most) throws Failure {
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, as what is out of range.
    }
    String range =
        most == Long.MAX_VALUE ? "from " + least + " on" : "from " + least + " to " + most;
    throw new Failure(option + " " + text + ": expected a whole number " + range);
  }

  void warn(String sentence) {
    warnings.add(sentence);
  }

  /// A path of the user's, relative to where the user is.
  String path(String option, String path) throws Failure {
    if (path.startsWith("/")) {
      return path;
    }
    if (invocation.directory().isEmpty()) {
      throw new Failure(
          option + " " + path + ": the current folder has been deleted; use an absolute path");
    }
    return invocation.directory() + "/" + path;
  }
}
