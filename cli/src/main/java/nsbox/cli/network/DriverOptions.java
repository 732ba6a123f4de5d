package nsbox.cli.network;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.named.Labels;
import nsbox.network.Address;
import nsbox.network.Network;
import nsbox.network.Networks;

/// What `-o` says of a network: each driver's options, and what they may be.
final class DriverOptions {
  private static final String BRIDGE_NAME = "com.docker.network.bridge.name";
  private static final String MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade";
  private static final String ICC = "com.docker.network.bridge.enable_icc";
  private static final String BINDING = "com.docker.network.bridge.host_binding_ipv4";
  private static final String DOCKERS_MTU = "com.docker.network.driver.mtu";
  private static final String MTU = "mtu";
  private static final String PARENT = "parent";
  private static final String MODE = "mode";
  private static final String MACVLAN_MODE = "macvlan_mode";
  private static final String IPVLAN_MODE = "ipvlan_mode";

  private static final List<String> OF_BRIDGE =
      List.of(BRIDGE_NAME, MASQUERADE, ICC, BINDING, DOCKERS_MTU, MTU);
  private static final List<String> OF_MACVLAN = List.of(PARENT, MACVLAN_MODE, DOCKERS_MTU, MTU);
  private static final List<String> OF_IPVLAN = List.of(PARENT, IPVLAN_MODE, DOCKERS_MTU, MTU);
  private static final List<String> MACVLAN_MODES =
      List.of("bridge", "private", "vepa", "passthru");
  private static final List<String> IPVLAN_MODES = List.of("l2", "l3", "l3s");

  /* Of a frame; the kernel's IFNAMSIZ, with its end. */
  private static final int LEAST_MTU = 68;
  private static final int LEAST_MTU_OF_VERSION_6 = 1280;
  private static final int MOST_MTU = 65535;
  private static final int INTERFACE_LENGTH = 15;

  private final String driver;
  private final Map<String, String> options;

  private DriverOptions(String driver, Map<String, String> options) {
    this.driver = driver;
    this.options = options;
  }

  /// @param words `KEY=VALUE`, as typed
  /// @param interfaceName as podman's users say it
  static DriverOptions parse(
      String driver, List<String> words, Optional<String> interfaceName, boolean version6)
      throws Failure {
    Map<String, String> options = new LinkedHashMap<>(Labels.parse(words));
    boolean bridge = driver.equals(Network.BRIDGE);
    if (interfaceName.isPresent()) {
      options.put(bridge ? BRIDGE_NAME : PARENT, interfaceName.get());
    }
    if (!bridge && options.containsKey(MODE)) {
      options.put(
          driver.equals(Network.MACVLAN) ? MACVLAN_MODE : IPVLAN_MODE, options.remove(MODE));
    }
    DriverOptions parsed = new DriverOptions(driver, options);
    for (Map.Entry<String, String> option : options.entrySet()) {
      parsed.check(option.getKey(), option.getValue(), version6);
    }
    if (!bridge && !options.containsKey(PARENT)) {
      throw new Failure(
          "--driver " + driver + " needs an interface of the host: -o parent=INTERFACE");
    }
    return parsed;
  }

  Map<String, String> all() {
    return options;
  }

  /// The host's interface: that of the bridge, if it is named, or the parent.
  Optional<String> link() {
    return Optional.ofNullable(options.get(driver.equals(Network.BRIDGE) ? BRIDGE_NAME : PARENT));
  }

  /// @throws Failure if the parent is not there
  void checkParent(Networks networks) throws IOException, Failure {
    String parent = options.get(PARENT);
    if (parent != null && !networks.hasInterface(parent)) {
      throw new Failure("-o parent=" + parent + ": the host has no such interface");
    }
  }

  private void check(String key, String value, boolean version6) throws Failure {
    List<String> known = known();
    if (!known.contains(key)) {
      throw new Failure(
          "-o " + key + ": the driver " + driver + " knows " + String.join(", ", known));
    }
    switch (key) {
      case BRIDGE_NAME, PARENT -> checkInterface(key, value);
      case MASQUERADE, ICC -> checkFlag(key, value);
      case BINDING -> checkBinding(value);
      case MACVLAN_MODE -> checkMode(key, value, MACVLAN_MODES);
      case IPVLAN_MODE -> checkMode(key, value, IPVLAN_MODES);
      default -> checkMtu(key, value, version6);
    }
  }

  private List<String> known() {
    return switch (driver) {
      case Network.BRIDGE -> OF_BRIDGE;
      case Network.MACVLAN -> OF_MACVLAN;
      default -> OF_IPVLAN;
    };
  }

  private static void checkInterface(String key, String name) throws Failure {
    boolean fits =
        !name.isEmpty()
            && name.length() <= INTERFACE_LENGTH
            && !name.equals(".")
            && !name.equals("..");
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      fits = fits && c > ' ' && c < 127 && c != '/' && c != ':';
    }
    if (!fits) {
      throw new Failure(
          "-o "
              + key
              + "="
              + name
              + ": the name of an interface has 1 to 15 characters, without '/', ':' and spaces");
    }
  }

  private void checkFlag(String key, String value) throws Failure {
    switch (value) {
      case "true", "1" -> options.put(key, "true");
      case "false", "0" -> options.put(key, "false");
      default -> throw new Failure("-o " + key + "=" + value + ": expected true or false");
    }
  }

  private static void checkBinding(String value) throws Failure {
    Optional<Address> address = Address.parse(value);
    if (address.isEmpty() || address.get().isVersion6()) {
      throw new Failure("-o " + BINDING + "=" + value + ": this is no IPv4 address");
    }
  }

  private static void checkMode(String key, String value, List<String> modes) throws Failure {
    if (!modes.contains(value)) {
      throw new Failure(
          "-o " + key + "=" + value + ": expected one of " + String.join(", ", modes));
    }
  }

  private static void checkMtu(String key, String value, boolean version6) throws Failure {
    int least = version6 ? LEAST_MTU_OF_VERSION_6 : LEAST_MTU;
    int mtu = value.length() > 5 ? -1 : number(value);
    if (mtu < least || mtu > MOST_MTU) {
      throw new Failure(
          "-o "
              + key
              + "="
              + value
              + ": expected "
              + least
              + " to "
              + MOST_MTU
              + " bytes"
              + (version6 ? ", for IPv6 needs them" : ""));
    }
  }

  private static int number(String text) {
    int number = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      number = number * 10 + c - '0';
    }
    return number;
  }
}
