package nsbox.cli.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import nsbox.cli.Session;
import nsbox.network.Network;
import nsbox.network.cni.CniException;
import nsbox.network.cni.CniNetwork;
import nsbox.network.cni.CniNetworks;
import nsbox.network.cni.CniPlugin;

/// Networks that are configured for CNI plugins, as lists show them: there is less to tell of them,
/// for their addresses are the plugins' business.
final class CniLists {
  private CniLists() {}

  /// @param own networks of ours, which come first where names are the same
  static List<Network> networks(Session session, List<Network> own) throws IOException {
    List<Network> networks = new ArrayList<>();
    for (CniNetwork network : configured(session).list().networks()) {
      boolean hidden = false;
      for (Network other : own) {
        hidden |= other.name().equals(network.name());
      }
      if (!hidden) {
        networks.add(network(network));
      }
    }
    return networks;
  }

  /// Tells what is wrong with files that are to configure one.
  static void warn(Session session) throws IOException {
    for (CniException failure : configured(session).list().failures()) {
      session.front().err("nsbox: warning: " + failure.getMessage() + "\n");
    }
  }

  /// The network, if it is one of these.
  static Optional<CniNetwork> find(Session session, Network network) throws IOException {
    for (CniNetwork each : configured(session).list().networks()) {
      if (each.id().equals(network.id())) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /// The network of this name, if there is one.
  static Optional<Network> named(Session session, String name) throws IOException {
    for (Network network : networks(session, List.of())) {
      if (network.name().equals(name)) {
        return Optional.of(network);
      }
    }
    return Optional.empty();
  }

  private static CniNetworks configured(Session session) {
    return CniNetworks.of(session.invocation().environment());
  }

  /* Its file's age is its own. */
  private static Network network(CniNetwork network) throws IOException {
    List<String> types = new ArrayList<>();
    for (CniPlugin plugin : network.plugins()) {
      types.add(plugin.type());
    }
    Map<String, String> options = new LinkedHashMap<>();
    options.put("cni.file", network.file().toString());
    options.put("cni.plugins", String.join(",", types));
    options.put("cni.versions", String.join(",", network.versions()));
    return new Network(
        network.id(),
        network.name(),
        types.getFirst(),
        "",
        0,
        List.of(),
        false,
        options,
        Map.of(),
        changed(network));
  }

  private static long changed(CniNetwork network) throws IOException {
    try {
      FileTime time = Files.getLastModifiedTime(network.file());
      return time.to(TimeUnit.NANOSECONDS);
    } catch (NoSuchFileException e) {
      return 0; // just removed
    }
  }
}
