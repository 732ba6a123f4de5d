package nsbox.cli.system;

import java.util.List;
import java.util.Map;
import nsbox.cli.output.FilterException;
import nsbox.cli.output.Filters;

/// Which events `nsbox events` shows: filters of different keys must all fit, of one key any, of
/// `label` all.
final class EventFilters {
  static final String[] KEYS = {
    "container", "event", "image", "label", "network", "scope", "type", "volume"
  };

  private final Filters filters;

  private EventFilters(Filters filters) {
    this.filters = filters;
  }

  static EventFilters parse(List<String> texts) throws FilterException {
    return new EventFilters(Filters.parse(texts, KEYS));
  }

  boolean fits(Event event) {
    return filters.any("type", event.type()::equals)
        && filters.any("scope", "local"::equals)
        && filters.any("event", wanted -> isAction(event.action(), wanted))
        && filters.any("container", wanted -> isObject(event, "container", wanted))
        && filters.any("network", wanted -> isObject(event, "network", wanted))
        && filters.any("volume", wanted -> isObject(event, "volume", wanted))
        && filters.any("image", wanted -> isImage(event, wanted))
        && filters.all("label", wanted -> Filters.hasLabel(event.attributes(), wanted));
  }

  /* `exec_create` is the action of "exec_create: sh -c …". */
  private static boolean isAction(String action, String wanted) {
    return action.equals(wanted) || action.startsWith(wanted + ":");
  }

  private static boolean isObject(Event event, String type, String wanted) {
    return event.type().equals(type)
        && (!wanted.isEmpty() && event.id().startsWith(wanted)
            || wanted.equals(event.attributes().get("name")));
  }

  /* Of an image itself, and of containers that were made from it. */
  private static boolean isImage(Event event, String wanted) {
    Map<String, String> attributes = event.attributes();
    String name = attributes.getOrDefault(event.type().equals("image") ? "name" : "image", "");
    String id = event.type().equals("image") ? event.id() : "";
    return !wanted.isEmpty()
        && (name.equals(wanted)
            || withoutTag(name).equals(wanted)
            || id.equals(wanted)
            || id.startsWith("sha256:" + wanted));
  }

  private static String withoutTag(String name) {
    int colon = name.lastIndexOf(':');
    return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
  }
}
