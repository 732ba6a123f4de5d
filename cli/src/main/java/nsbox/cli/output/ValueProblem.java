package nsbox.cli.output;

/// What is wrong with a value of a template. Who evaluates the template adds where that is.
final class ValueProblem extends Exception {
  private static final long serialVersionUID = 1L;

  ValueProblem(String message) {
    super(message);
  }
}
