package nsbox.network.cni;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Adds containers to CNI networks and takes them off again, by the plugins of each.
///
/// What is known of a container's networks lies in a folder of its own, so that another process can
/// take back what this one did, also if it was killed half-way. Nothing is to be done to one
/// container twice at the same time.
///
/// @spec
///   https://github.com/containernetworking/cni/blob/spec-v1.1.0/SPEC.md#section-3-execution-of-network-configurations
///   Execution of Network Configurations
public final class CniRuntime {
  private final CniPrograms programs;

  public CniRuntime(CniPrograms programs) {
    this.programs = programs;
  }

  /// One network that a container is on.
  public record Attached(CniNetwork network, CniAttachment attachment, CniResult result) {}

  /// Adds a container to a network. If a plugin fails, all of them take back what they did; if that
  /// fails, too, the network stays to be taken back by [#delete].
  ///
  /// @param folder that of the container
  /// @throws CniException if a plugin is missing or fails; what else failed on the way back is
  ///   suppressed in it
  /// @throws IOException if the folder cannot be written
  public CniResult add(CniNetwork network, CniAttachment attachment, Path folder)
      throws IOException {
    CniCache cache = new CniCache(folder);
    if (cache.has(attachment.interfaceName())) {
      throw new CniException(
          "CNI network "
              + network.name()
              + ": container "
              + attachment.containerId()
              + " has an interface "
              + attachment.interfaceName()
              + " already");
    }
    for (CniPlugin plugin : network.plugins()) {
      programs.find(network.name(), plugin.type());
    }
    CniCache.Entry entry =
        new CniCache.Entry(network, attachment, agree(network), Optional.empty());
    cache.write(entry);
    try {
      for (CniPlugin plugin : network.plugins()) {
        entry = entry.with(add(plugin, entry));
        cache.write(entry);
      }
    } catch (IOException e) {
      try {
        delete(entry, cache);
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
    return entry.result().orElseThrow();
  }

  /// Takes a container off all of its networks, the last one first. What is not there any more is
  /// no failure.
  ///
  /// Unlike the specification has it, a failure ends nothing: the other plugins and networks get
  /// their turn, for there may be no other time, and an address that is not given back is lost.
  ///
  /// @param namespace the path of the container's network namespace; empty where it is gone
  /// @throws CniException if a plugin fails; its network stays to be taken back again
  public void delete(Path folder, String namespace) throws IOException {
    delete(folder, "", namespace);
  }

  /// Takes a container off one network.
  ///
  /// @param interfaceName that it has there; empty for all networks
  public void delete(Path folder, String interfaceName, String namespace) throws IOException {
    CniCache cache = new CniCache(folder);
    IOException failure = null;
    for (CniCache.Entry entry : cache.all().reversed()) {
      if (!interfaceName.isEmpty() && !entry.attachment().interfaceName().equals(interfaceName)) {
        continue;
      }
      CniAttachment attachment = entry.attachment().withNamespace(namespace);
      try {
        delete(
            new CniCache.Entry(entry.network(), attachment, entry.version(), entry.result()),
            cache);
      } catch (IOException e) {
        failure = first(failure, e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /// What lies in a container's folder of one network that it is on.
  public static Path file(Path folder, String interfaceName) {
    return new CniCache(folder).file(interfaceName);
  }

  /// The networks that a container is on, in the order in which it was added.
  public static List<Attached> attached(Path folder) throws IOException {
    List<Attached> attached = new ArrayList<>();
    for (CniCache.Entry entry : new CniCache(folder).all()) {
      if (entry.result().isPresent()) {
        attached.add(
            new Attached(entry.network(), entry.attachment(), entry.result().orElseThrow()));
      }
    }
    return attached;
  }

  /// Asks the plugins whether all is still as they made it, where the network allows to ask.
  ///
  /// @throws CniException if one finds that it is not, or if a network is of a version that has no
  ///   such question
  public void check(Path folder) throws IOException {
    for (CniCache.Entry entry : new CniCache(folder).all()) {
      CniNetwork network = entry.network();
      if (network.disableCheck()) {
        continue;
      }
      if (!CniVersion.isAtLeast(entry.version(), "0.4.0")) {
        throw new CniException(
            "CNI network " + network.name() + ": version " + entry.version() + " has no CHECK");
      }
      for (CniPlugin plugin : network.plugins()) {
        call("CHECK", plugin, entry);
      }
    }
  }

  /// Asks the plugins whether they could add a container. Before version 1.1.0 nobody can be asked.
  ///
  /// @throws CniException if one could not; its code is 50, or 51 if containers that are on the
  ///   network suffer, too
  public void status(CniNetwork network) throws CniException {
    String version = agree(network);
    if (CniVersion.isAtLeast(version, "1.1.0")) {
      for (CniPlugin plugin : network.plugins()) {
        call("STATUS", plugin, network, version, new JsonObject());
      }
    }
  }

  /// Has the plugins remove all that is not of these containers, where the network allows it.
  /// Before version 1.1.0 they cannot.
  ///
  /// @param valid all containers on the network that anybody has, by ID, and their interfaces
  /// @throws CniException if one fails; the others have their turn all the same
  public void collect(CniNetwork network, List<CniAttachment> valid) throws IOException {
    String version = agree(network);
    if (network.disableGc() || !CniVersion.isAtLeast(version, "1.1.0")) {
      return;
    }
    List<JsonObject> attachments = new ArrayList<>();
    for (CniAttachment each : valid) {
      attachments.add(
          new JsonObject()
              .put("containerID", each.containerId())
              .put("ifname", each.interfaceName()));
    }
    IOException failure = null;
    for (CniPlugin plugin : network.plugins()) {
      try {
        JsonObject more = new JsonObject().put("cni.dev/valid-attachments", attachments);
        call("GC", plugin, network, version, more);
      } catch (CniException e) {
        failure = first(failure, e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /// The versions of the protocol that a plugin speaks.
  ///
  /// @param network for messages
  public List<String> versions(String network, String type) throws CniException {
    JsonObject request = new JsonObject().put("cniVersion", CniVersion.SPOKEN.getLast());
    byte[] output = programs.call(network, type, Map.of("CNI_COMMAND", "VERSION"), request);
    try {
      return Json.parse(output, "version").strings("supportedVersions");
    } catch (JsonException e) {
      throw new CniException(
          CniPrograms.start(network, type, "VERSION") + "is no answer: " + e.getMessage(), e);
    }
  }

  /* Plugins need not be asked unless the network leaves a choice. */
  private String agree(CniNetwork network) throws CniException {
    List<String> common = new ArrayList<>(network.versions());
    if (common.size() > 1) {
      for (CniPlugin plugin : network.plugins()) {
        common.retainAll(versions(network.name(), plugin.type()));
      }
    }
    if (common.isEmpty()) {
      throw new CniException(
          "CNI network "
              + network.name()
              + ": its plugins have none of the versions in common that "
              + network.file()
              + " allows: "
              + String.join(", ", network.versions()));
    }
    return common.getFirst();
  }

  private CniResult add(CniPlugin plugin, CniCache.Entry entry) throws IOException {
    byte[] output = call("ADD", plugin, entry);
    try {
      CniResult result = CniResult.of(Json.parse(output, "result"));
      return CniResult.of(result.json(entry.version()));
    } catch (JsonException e) {
      throw new CniException(
          CniPrograms.start(entry.network().name(), plugin.type(), "ADD")
              + "ended well without a result: "
              + e.getMessage(),
          e);
    }
  }

  private void delete(CniCache.Entry entry, CniCache cache) throws IOException {
    IOException failure = null;
    for (CniPlugin plugin : entry.network().plugins().reversed()) {
      try {
        call("DEL", plugin, entry);
      } catch (CniException e) {
        if (e.code() != CniException.UNKNOWN_CONTAINER) {
          failure = first(failure, e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    cache.remove(entry);
  }

  private byte[] call(String command, CniPlugin plugin, CniCache.Entry entry) throws IOException {
    CniAttachment attachment = entry.attachment();
    Map<String, String> parameters = new HashMap<>();
    parameters.put("CNI_COMMAND", command);
    parameters.put("CNI_CONTAINERID", attachment.containerId());
    parameters.put("CNI_NETNS", attachment.namespace());
    parameters.put("CNI_IFNAME", attachment.interfaceName());
    parameters.put("CNI_ARGS", attachment.argumentText());
    String network = entry.network().name();
    JsonObject request = plugin.request(network, entry.version(), attachment.capabilities());
    boolean wanted = command.equals("ADD") || CniVersion.isAtLeast(entry.version(), "0.4.0");
    if (entry.result().isPresent() && wanted) {
      request.put("prevResult", entry.result().get().json());
    }
    return programs.call(network, plugin.type(), parameters, request);
  }

  private void call(
      String command, CniPlugin plugin, CniNetwork network, String version, JsonObject more)
      throws CniException {
    JsonObject request = plugin.request(network.name(), version, new JsonObject());
    for (Map.Entry<String, Object> member : more.members().entrySet()) {
      request.put(member.getKey(), member.getValue());
    }
    programs.call(network.name(), plugin.type(), Map.of("CNI_COMMAND", command), request);
  }

  private static IOException first(IOException failure, IOException next) {
    if (failure == null) {
      return next;
    }
    failure.addSuppressed(next);
    return failure;
  }
}
