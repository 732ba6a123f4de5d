package nsbox.cli.output;

/// A list or a map that an object does not have: printed by a template as an empty one, and `null`
/// in JSON, as both are where Go writes them.
public enum Absent {
  LIST,
  MAP
}
