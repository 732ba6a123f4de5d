package nsbox.runtime.plan;

import java.util.List;

/// How criu is called to make a container anew.
///
/// @param program absolute path of criu
/// @param arguments for `criu restore`, but those that follow from the other values here and from
///   the container's cgroups
/// @param environment of criu, which runs programs for interfaces and archives
/// @param root a directory that criu gets the container's root on, for it wants a mount
/// @param sources a directory that it gets on what the container has of the host
/// @param external what the container has of the host
/// @param pidFile where criu writes which process it has restored
/// @param open files that criu inherits, from descriptor [#FIRST_DESCRIPTOR] on
public record Restore(
    String program,
    List<String> arguments,
    List<String> environment,
    String root,
    String sources,
    List<External> external,
    String pidFile,
    List<String> open) {

  /// A bind mount that is not in the checkpoint.
  ///
  /// @param name in the checkpoint
  /// @param source path of the host
  /// @param options as of a mount in config.json
  /// @param below paths below `source` that are mounts of their own, and below `name` likewise
  public record External(String name, String source, List<String> options, List<String> below) {}

  /// Above all that the process has open itself on its way to criu.
  public static final int FIRST_DESCRIPTOR = 100;
}
