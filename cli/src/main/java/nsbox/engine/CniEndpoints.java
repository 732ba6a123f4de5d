package nsbox.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonObject;
import nsbox.network.Attachment;
import nsbox.network.NetworkException;
import nsbox.network.PublishedPort;
import nsbox.network.cni.CniNetwork;
import nsbox.network.cni.CniNetworks;
import nsbox.network.cni.CniResult;
import nsbox.network.cni.CniRuntime;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// A container's places on networks that somebody else's programs make.
///
/// They are joined as its other networks are, by a program beside the container; but all that the
/// program does is to call `nsbox` again, with the pid that is known then ([CniCall]).
public final class CniEndpoints {
  /// Says of a network in the container's state that it is one of these.
  static final String MARK = "cni";

  static final String FOLDER = "cni";
  private static final String NAMESPACE = ".namespace";

  /* All plugins of a network, each with its own limit. */
  private static final long LIMIT_MILLIS = 600_000;
  private static final int LAZILY = 2;

  private final StateRoots roots;
  private final ContainerFolder folder;
  private final CniCaller caller;

  CniEndpoints(StateRoots roots, ContainerFolder folder, CniCaller caller) {
    this.roots = roots;
    this.folder = folder;
    this.caller = caller;
  }

  /// What is known of the networks that a container was added to.
  static Path folder(ContainerFolder folder) {
    return folder.running().resolve(FOLDER);
  }

  /// Where its network namespace is kept until the plugins are done with it: the process that it
  /// belongs to may be gone before.
  static Path namespace(ContainerFolder folder, String interfaceName) {
    return folder(folder).resolve(interfaceName + NAMESPACE);
  }

  /// What containers on a CNI network know of each other: a file for each, named by its ID. No
  /// network of ours has a name that begins so.
  static Path names(StateRoots roots, String network) {
    return ContainerNetworks.runFolder(roots).resolve(".cni-" + network).resolve("endpoints");
  }

  /// IDs of the containers that are on a CNI network now, in order.
  public static List<String> users(StateRoots roots, String network) {
    List<String> users = new ArrayList<>();
    String[] names = names(roots, network).toFile().list();
    for (String name : names == null ? new String[0] : names) {
      if (!name.startsWith(".")) {
        users.add(name);
      }
    }
    users.sort(null);
    return users;
  }

  /// @throws IOException if a file that may be the network's is wrong
  Optional<CniNetwork> find(String name) throws IOException {
    return CniNetworks.of(caller.environment()).find(name);
  }

  /// @throws NetworkException if there is none of that name
  CniNetwork get(String name) throws IOException, NetworkException {
    Optional<CniNetwork> network = find(name);
    if (network.isEmpty()) {
      throw new NetworkException("network " + name + " not found");
    }
    return network.get();
  }

  /// What is told of its place before the plugins have been asked.
  ///
  /// @param wanted as the container's record has it
  /// @param ownNames by which it knows itself
  /// @param names by which others on the network find it
  /// @param ports that lead to it by this network
  /// @throws NetworkException if the network cannot have ports lead to it
  JsonObject state(
      CniNetwork network,
      Attachment wanted,
      int ordinal,
      boolean isWayOut,
      String ownNames,
      List<String> names,
      List<PublishedPort> ports)
      throws NetworkException {
    CniWishes.checkPorts(network, ports);
    return new JsonObject()
        .put("name", network.name())
        .put("networkId", network.id())
        .put("driver", network.plugins().getFirst().type())
        .put(MARK, true)
        .put("interface", "eth" + ordinal)
        .put("ordinal", ordinal)
        .put("wayOut", isWayOut)
        .put("wayOut6", isWayOut)
        .put("wanted", wanted.json())
        .put("mac", "")
        .put("ownNames", ownNames)
        .put("names", new ArrayList<>(names));
  }

  /// How it joins and leaves.
  Program program(JsonObject state) throws IOException {
    String network = "CNI network " + state.string("name");
    String interfaceName = state.string("interface");
    Instructions join = new Instructions();
    join.add(
        "have the plugins of " + network + " add it",
        Opcode.HOOK,
        caller.program(),
        caller.command(roots, CniCaller.ADD, folder.id(), interfaceName),
        caller.variables(),
        LIMIT_MILLIS,
        "{\"pid\":",
        "}",
        "/");
    Instructions leave = new Instructions();
    leave.addIgnoring(
        Instruction.WARN,
        "have the plugins of " + network + " take it off",
        Opcode.HOOK,
        caller.program(),
        caller.command(roots, CniCaller.DELETE, folder.id(), interfaceName),
        caller.variables(),
        LIMIT_MILLIS,
        "",
        "",
        "/");
    leave.addIgnoring(
        Instruction.ALL,
        "keep its network namespace no longer",
        Opcode.UNMOUNT,
        namespace(folder, interfaceName).toString(),
        LAZILY);
    return new Program(join.list(), List.of(), leave.list(), List.of());
  }

  /// Adds to what is told of a container's networks what plugins have said.
  static List<JsonObject> withResults(ContainerFolder folder, List<JsonObject> state)
      throws IOException {
    List<CniRuntime.Attached> attached = null;
    for (JsonObject each : state) {
      if (!each.flag(MARK)) {
        continue;
      }
      forget(each);
      attached = attached == null ? CniRuntime.attached(folder(folder)) : attached;
      for (CniRuntime.Attached one : attached) {
        String name = one.attachment().interfaceName();
        if (name.equals(each.string("interface"))) {
          addResult(each, name, one.result());
        }
      }
    }
    return state;
  }

  private static void forget(JsonObject state) {
    for (String name : new String[] {"ip", "prefix", "gateway"}) {
      state.remove(name).remove(name + "6");
    }
    state.put("mac", "");
  }

  /* The first address of each version, as of other networks. */
  private static void addResult(JsonObject state, String interfaceName, CniResult result) {
    Optional<CniResult.Interface> own = result.containerInterface(interfaceName);
    state.put("mac", own.isPresent() ? own.get().mac() : "");
    for (CniResult.Ip ip : result.containerIps()) {
      String number = ip.address().isVersion6() ? "6" : "";
      if (!state.has("ip" + number)) {
        state.put("ip" + number, ip.address().toString()).put("prefix" + number, ip.prefixLength());
        if (ip.gateway().isPresent()) {
          state.put("gateway" + number, ip.gateway().get().toString());
        }
      }
    }
  }
}
