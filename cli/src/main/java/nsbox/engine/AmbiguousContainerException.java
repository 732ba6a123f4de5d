package nsbox.engine;

import java.util.List;

/// Several containers have an ID that begins as asked.
public final class AmbiguousContainerException extends Exception {
  private static final long serialVersionUID = 1L;

  AmbiguousContainerException(String prefix, List<ContainerFolder> matches) {
    super(prefix + " is the beginning of " + matches.size() + " container IDs: " + ids(matches));
  }

  private static String ids(List<ContainerFolder> matches) {
    StringBuilder ids = new StringBuilder();
    for (ContainerFolder match : matches) {
      ids.append(ids.isEmpty() ? "" : ", ")
          .append(match.id(), 0, Math.min(16, match.id().length()));
    }
    return ids.toString();
  }
}
