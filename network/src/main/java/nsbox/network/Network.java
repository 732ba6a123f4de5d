package nsbox.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// A network that containers can be on.
///
/// @param id 64 hexadecimal digits
/// @param driver [#BRIDGE], [#MACVLAN] or [#IPVLAN]
/// @param link the name of the host's interface: the bridge, or the parent of the others
/// @param index of the bridge among the host's interfaces: ours to choose, so that requests need no
///   answer; 0 without a bridge
/// @param pools of version 4 first; none where addresses are somebody else's
/// @param internal closed: nothing outside of it is reached, nor reaches it
/// @param options as docker names them, `com.docker.network.driver.mtu` among them
/// @param createdNanos since the epoch
public record Network(
    String id,
    String name,
    String driver,
    String link,
    int index,
    List<Pool> pools,
    boolean internal,
    Map<String, String> options,
    Map<String, String> labels,
    long createdNanos) {
  public static final String BRIDGE = "bridge";
  public static final String MACVLAN = "macvlan";
  public static final String IPVLAN = "ipvlan";

  /// The name of the network that containers are on unless they are told otherwise.
  public static final String DEFAULT_NAME = "bridge";

  /// The option of a network on which no container is found by name.
  public static final String NO_NAMES = "nsbox.no_names";

  private static final int DEFAULT_MTU = 1500;

  public boolean isBridge() {
    return driver.equals(BRIDGE);
  }

  /// Whether containers on it find each other by name: not on the default one, as with docker, nor
  /// where the option [#NO_NAMES] is set.
  public boolean hasNames() {
    return !name.equals(DEFAULT_NAME) && !options.containsKey(NO_NAMES);
  }

  /// Names a container's place on it: 64 hexadecimal digits, those of both IDs in one.
  ///
  /// @param containerId 64 hexadecimal digits
  public String endpointId(String containerId) {
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < id.length(); i++) {
      int digit = Character.digit(id.charAt(i), 16) ^ Character.digit(containerId.charAt(i), 16);
      digits.append(Character.forDigit(digit & 15, 16));
    }
    return digits.toString();
  }

  /// The pool of addresses of this version, if it has one.
  public Optional<Pool> pool(boolean version6) {
    for (Pool pool : pools) {
      if (pool.subnet().isVersion6() == version6) {
        return Optional.of(pool);
      }
    }
    return Optional.empty();
  }

  /// Whether it says how large packets may be; else one without a bridge has what its parent has.
  public boolean hasMtu() {
    return options.containsKey("com.docker.network.driver.mtu") || options.containsKey("mtu");
  }

  /// Bytes that a packet on it may have.
  public int mtu() {
    String text = options.getOrDefault("com.docker.network.driver.mtu", options.get("mtu"));
    return text == null ? DEFAULT_MTU : Integer.parseInt(text);
  }

  /// Whether the host's address stands for those of its containers where they go outside.
  public boolean masquerades() {
    return !isSwitchedOff("com.docker.network.bridge.enable_ip_masquerade");
  }

  /// Whether its containers reach each other. If not, they reach published ports of each other yet;
  /// but not where br_netfilter has the host's bridges filter, for then the bridge itself would
  /// have to lead such a packet from one to the other.
  public boolean connects() {
    return !isSwitchedOff("com.docker.network.bridge.enable_icc");
  }

  private boolean isSwitchedOff(String option) {
    String text = options.getOrDefault(option, "true");
    return text.equalsIgnoreCase("false") || text.equalsIgnoreCase("f") || text.equals("0");
  }

  /// As it lies on the disk.
  public JsonObject json() {
    List<JsonObject> subnets = new ArrayList<>();
    for (Pool pool : pools) {
      subnets.add(pool.json());
    }
    return new JsonObject()
        .put("id", id)
        .put("name", name)
        .put("driver", driver)
        .put("link", link)
        .put("index", index)
        .put("pools", subnets)
        .put("internal", internal)
        .put("options", object(options))
        .put("labels", object(labels))
        .put("createdNanos", createdNanos);
  }

  /// @throws JsonException if it is not what [#json] makes
  public static Network of(JsonObject json) throws JsonException {
    List<Pool> pools = new ArrayList<>();
    for (JsonObject pool : json.objects("pools")) {
      pools.add(Pool.of(pool));
    }
    return new Network(
        json.string("id"),
        json.string("name"),
        json.string("driver"),
        json.string("link"),
        (int) json.number("index"),
        pools,
        json.flag("internal"),
        json.stringMap("options"),
        json.stringMap("labels"),
        json.number("createdNanos"));
  }

  private static JsonObject object(Map<String, String> map) {
    JsonObject object = new JsonObject();
    for (Map.Entry<String, String> entry : map.entrySet()) {
      object.put(entry.getKey(), entry.getValue());
    }
    return object;
  }
}
