package nsbox.snapshot;

/// How files are copied to where others may be.
///
/// @param keepOwners else all become root's
/// @param overwrite a directory takes the place of a file, and a file that of a directory; else
///   that is refused
public record CopyRules(boolean keepOwners, boolean overwrite) {}
