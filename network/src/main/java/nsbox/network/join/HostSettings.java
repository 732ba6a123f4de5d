package nsbox.network.join;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import nsbox.network.Network;
import nsbox.runtime.program.Instructions;

/// What of the host's sysctls has to be so that it is the router of a bridge.
///
/// What is as it should be is left alone: the kernel takes a 1 that was 1 before as one for all
/// interfaces, also for those that somebody has excepted. And /proc/sys may be read-only.
final class HostSettings {
  private static final String ROOT = "/proc/sys/net/";

  /* Which the kernel has by itself, and which are no interfaces. */
  private static final String ALL = "all";
  private static final String DEFAULT = "default";
  private static final String LOOPBACK = "lo";

  private final Instructions steps;
  private final String root;

  /// @param steps that get those that are needed
  HostSettings(Instructions steps) {
    this(steps, ROOT);
  }

  /// @param root in the place of `/proc/sys/net/`
  HostSettings(Instructions steps, String root) {
    this.steps = steps;
    this.root = root;
  }

  /// Whether this kernel has version 6.
  static boolean hasVersion6() {
    return new File(ROOT + "ipv6/conf").exists();
  }

  /// @param isPublishing ports of version 4 lead to it
  void add(Network network, boolean isPublishing) throws IOException {
    require("ipv4/ip_forward");
    if (isPublishing) {
      leadLoopback(network);
    }
    if (!new File(root + "ipv6/conf").exists()) {
      return;
    }
    boolean used = network.pool(true).isPresent();
    if (used && !isSet("ipv6/conf/all/forwarding", "1")) {
      keepAdvertisements();
      set("ipv6/conf/all/forwarding", "1");
    }
    set("ipv6/conf/" + network.link() + "/accept_ra", "0");
    set("ipv6/conf/" + network.link() + "/accept_dad", "0");
    set("ipv6/conf/" + network.link() + "/disable_ipv6", used ? "0" : "1");
  }

  /// For what the host sends to a published port of its own by 127.0.0.1.
  void leadLoopback(Network network) {
    set("ipv4/conf/" + network.link() + "/route_localnet", "1");
  }

  /* A router does not hear other routers, unless it is told to: the host's own interfaces would lose their
   * addresses and the default route that they have from one. */
  private void keepAdvertisements() throws IOException {
    String[] interfaces = new File(root + "ipv6/conf").list();
    if (interfaces == null) {
      return;
    }
    for (String name : interfaces) {
      String path = "ipv6/conf/" + name + "/accept_ra";
      boolean real = !name.equals(ALL) && !name.equals(DEFAULT) && !name.equals(LOOPBACK);
      if (real && isSet(path, "1")) {
        set(path, "2");
      }
    }
  }

  private void require(String path) throws IOException {
    if (!isSet(path, "1")) {
      set(path, "1");
    }
  }

  private boolean isSet(String path, String value) throws IOException {
    /* By one read: a second one of a sysctl, at another place, says nothing. */
    try (FileInputStream in = new FileInputStream(root + path)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip().equals(value);
    }
  }

  private void set(String path, String value) {
    steps.write("set net/" + path + " to " + value, root + path, value);
  }
}
