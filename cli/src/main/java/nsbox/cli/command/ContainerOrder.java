package nsbox.cli.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import nsbox.cli.Failure;

/// What `ps --sort` orders by.
final class ContainerOrder {
  static final String KEYS = "command, created, id, image, names, runningfor, size, status";

  private ContainerOrder() {}

  /// @param key may be empty
  static void check(String key) throws Failure {
    if (!key.isEmpty() && !List.of(KEYS.split(", ")).contains(key)) {
      throw new Failure("containers cannot be sorted by " + key + "\n  There are " + KEYS + ".");
    }
  }

  /// Leaves the order as it is where there is no key.
  ///
  /// @param sizes only looked at for `size`
  static void sort(List<ListedContainer> rows, String key, ContainerSizes sizes) {
    if (!key.isEmpty()) {
      rows.sort(order(key, sizes));
    }
  }

  private static Comparator<ListedContainer> order(String key, ContainerSizes sizes) {
    return switch (key) {
      case "command" -> Comparator.comparing(it -> String.join(" ", it.glance().command()));
      case "created" -> Comparator.comparing(ListedContainer::createdNanos);
      case "runningfor" -> Comparator.comparing(ListedContainer::createdNanos).reversed();
      case "id" -> Comparator.comparing(it -> it.glance().id());
      case "image" -> Comparator.comparing(it -> it.glance().image());
      case "names" -> Comparator.comparing(it -> it.glance().name());
      case "size" -> Comparator.comparing(it -> size(it, sizes));
      case "status" -> Comparator.comparing(it -> it.state().word());
      default -> throw new IllegalArgumentException(key);
    };
  }

  private static long size(ListedContainer container, ContainerSizes sizes) {
    try {
      return sizes.ownBytes(container.folder());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
