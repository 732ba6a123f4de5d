package nsbox.cli.system;

import nsbox.json.JsonObject;

/// One line of `nsbox doctor`.
///
/// @param what was looked at
/// @param found what the host has
/// @param advice what to do; empty where there is nothing to do
record Check(Level level, String what, String found, String advice) {
  enum Level {
    OK,
    /// Containers run; something that users may ask for does not.
    WARN,
    /// No container runs.
    FAIL;

    String word() {
      return switch (this) {
        case OK -> "ok";
        case WARN -> "warn";
        case FAIL -> "fail";
      };
    }
  }

  static Check ok(String what, String found) {
    return new Check(Level.OK, what, found, "");
  }

  static Check warn(String what, String found, String advice) {
    return new Check(Level.WARN, what, found, advice);
  }

  static Check fail(String what, String found, String advice) {
    return new Check(Level.FAIL, what, found, advice);
  }

  /// What only matters to some: fine where it is, and a warning where it is not.
  static Check wanted(boolean there, String what, String found, String advice) {
    return there ? ok(what, found) : warn(what, found, advice);
  }

  JsonObject json() {
    return new JsonObject()
        .put("Level", level.word())
        .put("What", what)
        .put("Found", found)
        .put("Advice", advice);
  }
}
