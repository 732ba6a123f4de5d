package nsbox.bundle;

import java.util.ArrayList;
import java.util.List;
import nsbox.bundle.Bundle.Origin;

/// Collects where the values of a configuration come from, while it is made.
final class Origins {
  private final List<Origin> list = new ArrayList<>();

  void note(String field, String value, String source) {
    list.add(new Origin(field, value, source));
  }

  List<Origin> list() {
    return List.copyOf(list);
  }
}
