package nsbox.cli.output;

import java.util.List;

/// `print` and `println`.
///
/// @spec https://pkg.go.dev/fmt#Print
final class GoPrint {
  private GoPrint() {}

  /// Blanks stand only between two values of which neither is a string.
  static String print(List<Object> values) throws ValueProblem {
    BoundedText text = new BoundedText(BoundedText.MAX_VALUE);
    Object before = "";
    for (Object value : values) {
      boolean apart = !(before instanceof String) && !(value instanceof String);
      text.append(apart ? " " : "");
      TemplateValues.printNested(value, text);
      before = value;
    }
    return text.toString();
  }

  static String println(List<Object> values) throws ValueProblem {
    BoundedText text = new BoundedText(BoundedText.MAX_VALUE);
    String separator = "";
    for (Object value : values) {
      text.append(separator);
      TemplateValues.printNested(value, text);
      separator = " ";
    }
    return text.append("\n").toString();
  }
}
