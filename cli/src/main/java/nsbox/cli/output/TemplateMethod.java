package nsbox.cli.output;

import java.util.List;

/// A member of an object that a template calls with arguments, as in `{{.Label "maintainer"}}`.
///
/// JSON leaves it out, so it also serves for a second name of a member: what podman's users call
/// `.Id` where docker has `.ID`.
@FunctionalInterface
public interface TemplateMethod {
  /// A method without parameters.
  static TemplateMethod of(Object value) {
    return arguments -> arguments.isEmpty() ? value : null;
  }

  /// @return null if these arguments are not what it takes
  Object call(List<Object> arguments);
}
