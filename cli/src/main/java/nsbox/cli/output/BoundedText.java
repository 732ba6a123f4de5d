package nsbox.cli.output;

/// Text that grows up to a limit, so that no template can fill the memory.
final class BoundedText {
  /// The longest text that one function makes, in characters.
  static final int MAX_VALUE = 1 << 20;

  /// The longest text that a template makes of one object, in characters.
  static final int MAX_OUTPUT = 1 << 24;

  private final StringBuilder text = new StringBuilder();
  private final int limit;

  BoundedText(int limit) {
    this.limit = limit;
  }

  BoundedText append(String more) throws ValueProblem {
    if (more.length() > limit - text.length()) {
      throw new ValueProblem("more than " + limit + " characters");
    }
    text.append(more);
    return this;
  }

  BoundedText repeat(String more, long times) throws ValueProblem {
    if (more.length() * Math.max(times, 0) > limit - text.length()) {
      throw new ValueProblem("more than " + limit + " characters");
    }
    text.repeat(more, (int) Math.max(times, 0));
    return this;
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
