package nsbox.cli.output;

/// A `--filter` that is no filter of this command, or whose value is none.
public final class FilterException extends OutputException {
  private static final long serialVersionUID = 1L;

  private final String filter;

  /// @param filter as the user wrote it
  public FilterException(String filter, String problem) {
    super("filter \"" + Visible.text(filter) + "\": " + problem);
    this.filter = filter;
  }

  public String filter() {
    return filter;
  }
}
