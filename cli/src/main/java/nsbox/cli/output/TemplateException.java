package nsbox.cli.output;

/// A template that cannot be read, or asks for what the printed object does not have.
///
/// The message has docker's form: `template: "{{.Nmae}}":1:3: no field .Nmae; …`.
public final class TemplateException extends OutputException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN_LENGTH = 60;

  private final int line;
  private final int column;
  private final String problem;

  /// @param offset in the template's text, from which line and column follow
  TemplateException(String template, int offset, String problem) {
    this(
        template,
        (int) template.substring(0, offset).chars().filter(it -> it == '\n').count() + 1,
        offset - template.lastIndexOf('\n', offset - 1),
        problem);
  }

  private TemplateException(String template, int line, int column, String problem) {
    super("template: \"" + shown(template) + "\":" + line + ":" + column + ": " + problem);
    this.line = line;
    this.column = column;
    this.problem = problem;
  }

  /// From 1.
  public int line() {
    return line;
  }

  /// From 1.
  public int column() {
    return column;
  }

  public String problem() {
    return problem;
  }

  private static String shown(String template) {
    String text =
        template.length() <= SHOWN_LENGTH
            ? template
            : template.substring(0, SHOWN_LENGTH - 1) + "…";
    return Visible.text(text);
  }
}
