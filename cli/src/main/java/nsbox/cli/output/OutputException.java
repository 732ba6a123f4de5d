package nsbox.cli.output;

/// Why what a command was to print cannot be: `--format` or `--filter` asks for something that is
/// not there.
///
/// The message is one plain sentence that names the text and the place in it.
public abstract sealed class OutputException extends Exception
    permits TemplateException, FilterException {
  private static final long serialVersionUID = 1L;

  OutputException(String message) {
    super(message);
  }
}
