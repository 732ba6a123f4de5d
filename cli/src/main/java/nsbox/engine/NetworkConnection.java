package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import nsbox.json.JsonObject;
import nsbox.network.Attachment;
import nsbox.network.Network;
import nsbox.network.NetworkException;
import nsbox.network.Networks;
import nsbox.network.cni.CniNetwork;
import nsbox.network.join.Endpoint;
import nsbox.network.join.JoinProgram;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// Changes which networks a container is on; where it runs, at once. Whoever calls holds the
/// [ContainerLock].
public final class NetworkConnection {
  private final Front front;
  private final ContainerFolder folder;
  private final ContainerRecord record;
  private final ContainerChange change;
  private final ContainerEndpoints endpoints;
  private final CniEndpoints cni;
  private final Networks networks;

  /// @param caller of the plugins, for networks that are not ours
  public NetworkConnection(
      Containers containers, Front front, ContainerFolder folder, CniCaller caller)
      throws IOException {
    this.front = front;
    this.folder = folder;
    this.record = folder.record();
    this.change = new ContainerChange(containers, folder);
    this.networks = containers.networks();
    this.endpoints = new ContainerEndpoints(containers, folder, record, folder.config());
    this.cni = new CniEndpoints(containers.roots(), folder, caller);
  }

  /// Puts the container on a network.
  ///
  /// @param wanted the network by its name, and as whom
  /// @throws NetworkException if that cannot be; then nothing has changed
  public void connect(Network network, Attachment wanted) throws IOException, NetworkException {
    if (!ContainerNetworks.mayHave(record)) {
      throw new NetworkException(
          "container "
              + record.name()
              + " cannot be connected to a network: it has none of its own, or shares that of the host"
              + " or of another container");
    }
    List<JsonObject> all = new ArrayList<>(record.json().objects("networks"));
    for (JsonObject other : all) {
      if (other.string("name").equals(network.name())) {
        throw new NetworkException(
            "endpoint with name " + record.name() + " already exists in network " + network.name());
      }
    }
    all.add(wanted.json());
    BegunConnections begun = new BegunConnections(front, folder, record, endpoints);
    begun.takeBack();
    List<JsonObject> before = record.json().objects("networks");
    try {
      if (folder.state() instanceof ContainerState.Running running) {
        join(network, wanted, running);
      }
      change.storeRecord(record.json().put("networks", all));
    } catch (IOException e) {
      /* The disk is full, say. */
      record.json().put("networks", before);
      takeBack(begun, network, e);
      throw e;
    }
  }

  private void takeBack(BegunConnections begun, Network network, IOException failure) {
    try {
      begun.takeBack();
      networks.forget(network, folder.id());
    } catch (IOException | NetworkException e) {
      failure.addSuppressed(e);
    }
  }

  private void join(Network network, Attachment wanted, ContainerState.Running running)
      throws IOException, NetworkException {
    List<JsonObject> state = new ArrayList<>(ContainerNetworks.state(folder));
    boolean hasWayOut = false;
    boolean hasWayOut6 = false;
    for (JsonObject other : state) {
      hasWayOut |= other.flag("wayOut");
      hasWayOut6 |= other.flag("wayOut6");
    }
    if (endpoints.look(network.name()).isEmpty()) {
      joinCni(wanted, !hasWayOut, state, running);
      return;
    }
    Endpoint endpoint = take(wanted, network, freeOrdinal(state), !hasWayOut, !hasWayOut6);
    Program program = endpoints.program(endpoint);
    /* Before anything is done: who finds it there undoes it. */
    endpoints.write(endpoint);
    Instructions steps = of(running);
    for (Instruction step : program.monitor()) {
      steps.add(step);
    }
    try {
      run(steps, "connect container " + record.name() + " to network " + network.name());
    } catch (NetworkException e) {
      leave(endpoint, running);
      throw e;
    }
    state.add(endpoint.json());
    endpoints.writeState(state);
  }

  private Endpoint take(
      Attachment wanted, Network network, int ordinal, boolean mayLeadOut, boolean mayLeadOut6)
      throws IOException, NetworkException {
    /* An address that somebody took for it who was killed then. */
    networks.forget(network, folder.id());
    try {
      return endpoints.take(wanted, network, ordinal, mayLeadOut, mayLeadOut6);
    } catch (NetworkException e) {
      networks.forget(network, folder.id());
      throw e;
    }
  }

  /* Who calls the plugins looks up what is wanted of them. */
  private void joinCni(
      Attachment wanted, boolean isWayOut, List<JsonObject> state, ContainerState.Running running)
      throws IOException, NetworkException {
    CniNetwork network = cni.get(wanted.network());
    JsonObject place = endpoints.onCni(cni, network, wanted, freeOrdinal(state), isWayOut);
    state.add(place);
    endpoints.writeState(state);
    Instructions steps = of(running);
    for (Instruction step : cni.program(place).monitor()) {
      steps.add(step);
    }
    try {
      run(steps, "connect container " + record.name() + " to network " + network.name());
    } catch (NetworkException e) {
      leaveCni(place);
      state.removeLast();
      endpoints.writeState(state);
      throw e;
    }
  }

  private void leaveCni(JsonObject place) throws IOException, NetworkException {
    String network = place.string("name");
    Instructions steps = new Instructions();
    for (Instruction step : cni.program(place).teardown()) {
      steps.add(step);
    }
    run(steps, "disconnect container " + record.name() + " from network " + network);
    Files.deleteIfExists(endpoints.file((int) place.number("ordinal"), network));
  }

  private static int freeOrdinal(List<JsonObject> state) throws IOException {
    int ordinal = 0;
    for (int i = 0; i < state.size(); i++) {
      if (state.get(i).number("ordinal") == ordinal) {
        ordinal++;
        i = -1;
      }
    }
    return ordinal;
  }

  private static Instructions of(ContainerState.Running running) {
    Instructions steps = new Instructions();
    steps.add(
        "find the container's process",
        Opcode.OF_PROCESS,
        running.process().pid(),
        running.process().startTime());
    return steps;
  }

  /// Takes the container off a network.
  ///
  /// @param network its name
  /// @throws NetworkException if it is not on it
  public void disconnect(String network) throws IOException, NetworkException {
    List<JsonObject> all = new ArrayList<>();
    List<JsonObject> before = record.json().objects("networks");
    for (JsonObject other : before) {
      if (!other.string("name").equals(network)) {
        all.add(other);
      }
    }
    if (all.size() == before.size()) {
      throw new NetworkException(
          "container " + record.name() + " is not connected to network " + network);
    }
    new BegunConnections(front, folder, record, endpoints).takeBack();
    if (folder.state() instanceof ContainerState.Running running) {
      part(network, running);
    }
    change.storeRecord(record.json().put("networks", all));
  }

  private void part(String network, ContainerState.Running running)
      throws IOException, NetworkException {
    List<JsonObject> rest = new ArrayList<>();
    boolean lost = false;
    boolean lost6 = false;
    for (JsonObject state : ContainerNetworks.state(folder)) {
      if (!state.string("name").equals(network)) {
        rest.add(state);
        continue;
      }
      lost = state.flag("wayOut");
      lost6 = state.flag("wayOut6");
      if (state.flag(CniEndpoints.MARK)) {
        leaveCni(state);
      } else {
        leave(endpoints.of(state), running);
      }
    }
    for (JsonObject other : rest) {
      /* What leads out of CNI networks, their plugins say. */
      boolean mayLeadOut =
          !other.flag(CniEndpoints.MARK) && !endpoints.find(other.string("name")).internal();
      boolean takes = lost && mayLeadOut && other.has("ip");
      boolean takes6 = lost6 && mayLeadOut && other.has("ip6");
      if (takes || takes6) {
        other.put("wayOut", takes || other.flag("wayOut"));
        other.put("wayOut6", takes6 || other.flag("wayOut6"));
        becomeWayOut(endpoints.of(other), running);
      }
      lost &= !takes;
      lost6 &= !takes6;
    }
    endpoints.writeState(rest);
  }

  private void becomeWayOut(Endpoint endpoint, ContainerState.Running running)
      throws IOException, NetworkException {
    endpoints.write(endpoint);
    Instructions steps = of(running);
    for (Instruction step : endpoints.becomeWayOut(endpoint)) {
      steps.add(step);
    }
    run(steps, "lead container " + record.name() + " out by network " + endpoint.network().name());
  }

  /// Has others on its networks know a container that has got another name, and no longer by the
  /// one before. What does not run will be known by its new name when it is started.
  ///
  /// @throws NetworkException if that cannot be; the container keeps its name
  public void rename() throws IOException, NetworkException {
    List<JsonObject> state = ContainerNetworks.state(folder);
    if (state.isEmpty()) {
      return;
    }
    Instructions steps = new Instructions();
    Instructions back = new Instructions();
    List<JsonObject> all = new ArrayList<>();
    try {
      for (JsonObject one : state) {
        if (one.flag(CniEndpoints.MARK)) {
          all.add(one);
          continue; // whose plugins know nothing of names
        }
        JsonObject renamed = endpoints.renamed(one);
        Endpoint endpoint = endpoints.of(renamed);
        /* It is started again by what lies there. */
        endpoints.write(endpoint);
        steps.add(endpoints.rename(endpoint));
        back.add(endpoints.forget(endpoint));
        all.add(renamed);
      }
      endpoints.writeState(all);
    } catch (NoSuchFileException e) {
      return; // it has just ended
    }
    String what = "make container " + record.name() + " known by its new name";
    run(steps, what);
    if (!Files.exists(folder.running())) {
      /* Its monitor has taken back what it knew of, and may have been quicker. */
      run(back, what);
    }
  }

  private void leave(Endpoint endpoint, ContainerState.Running running)
      throws IOException, NetworkException {
    Instructions steps = endpoint.network().isBridge() ? new Instructions() : of(running);
    steps.add(JoinProgram.cut(endpoint));
    for (Instruction step : endpoints.teardown(endpoint)) {
      steps.add(step);
    }
    run(
        steps,
        "disconnect container " + record.name() + " from network " + endpoint.network().name());
    Files.deleteIfExists(endpoints.file(endpoint));
  }

  private void run(Instructions steps, String what) throws IOException, NetworkException {
    Front.Outcome outcome = front.run(Program.of(steps).encode());
    if (!outcome.succeeded()) {
      throw new NetworkException(
          "cannot "
              + what
              + ": "
              + steps.list().get(outcome.index()).label()
              + ": "
              + (outcome.detail().isEmpty() ? "error " + outcome.errno() : outcome.detail()));
    }
  }
}
