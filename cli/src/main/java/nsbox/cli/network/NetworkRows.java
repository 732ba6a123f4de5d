package nsbox.cli.network;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import nsbox.cli.Session;
import nsbox.cli.named.Labels;
import nsbox.cli.output.TemplateMethod;
import nsbox.json.JsonObject;
import nsbox.network.Network;
import nsbox.network.Networks;
import nsbox.network.Pool;

/// Networks in docker's words.
final class NetworkRows {
  static final String COLUMNS = "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}";
  static final Map<String, String> HEADINGS =
      Map.of(
          "ID", "NETWORK ID",
          "Name", "NAME",
          "Driver", "DRIVER",
          "Scope", "SCOPE",
          "IPv4", "IPV4",
          "IPv6", "IPV6",
          "Internal", "INTERNAL",
          "Labels", "LABELS",
          "CreatedAt", "CREATED AT");

  private static final int SHORT_ID = 12;
  private static final DateTimeFormatter CREATED =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSSSS '+0000 UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private NetworkRows() {}

  static String id(Network network, boolean whole) {
    return whole ? network.id() : network.id().substring(0, SHORT_ID);
  }

  static JsonObject row(Network network, boolean whole) {
    return new JsonObject()
        .put("CreatedAt", CREATED.format(Instant.ofEpochSecond(0, network.createdNanos())))
        .put("Driver", network.driver())
        .put("ID", id(network, whole))
        .put("IPv4", Boolean.toString(hasVersion4(network)))
        .put("IPv6", Boolean.toString(network.pool(true).isPresent()))
        .put("Internal", Boolean.toString(network.internal()))
        .put("Label", (TemplateMethod) arguments -> label(network, arguments))
        .put("Labels", Labels.text(network.labels()))
        .put("Name", network.name())
        .put("Scope", "local");
  }

  private static Object label(Network network, List<Object> arguments) {
    return arguments.size() == 1 && arguments.getFirst() instanceof String name
        ? network.labels().getOrDefault(name, "")
        : null;
  }

  /* The two without pools count as docker's do. */
  private static boolean hasVersion4(Network network) {
    return network.pool(false).isPresent()
        || network.name().equals(Networks.HOST)
        || network.name().equals(Networks.NONE);
  }

  static JsonObject document(Session session, Network network) throws IOException {
    List<JsonObject> pools = new ArrayList<>();
    for (Pool pool : network.pools()) {
      JsonObject shown = new JsonObject().put("Subnet", pool.subnet().toString());
      pool.range().ifPresent(range -> shown.put("IPRange", range.toString()));
      pools.add(shown.put("Gateway", pool.gateway().toString()));
    }
    JsonObject ipam =
        new JsonObject().put("Driver", "default").put("Options", Map.of()).put("Config", pools);
    Instant created = Instant.ofEpochSecond(0, network.createdNanos());
    return new JsonObject()
        .put("Name", network.name())
        .put("Id", network.id())
        .put("ID", TemplateMethod.of(network.id()))
        .put(
            "Created",
            DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(created.atZone(ZoneId.systemDefault())))
        .put("Scope", "local")
        .put("Driver", network.driver())
        .put("EnableIPv4", hasVersion4(network))
        .put("EnableIPv6", network.pool(true).isPresent())
        .put("IPAM", ipam)
        .put("Internal", network.internal())
        .put("Attachable", false)
        .put("Ingress", false)
        .put("ConfigFrom", new JsonObject().put("Network", ""))
        .put("ConfigOnly", false)
        .put("Containers", NetworkUse.endpoints(session, network))
        .put("Options", new TreeMap<>(network.options()))
        .put("Labels", new TreeMap<>(network.labels()));
  }
}
