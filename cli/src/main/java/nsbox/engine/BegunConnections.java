package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.json.JsonObject;
import nsbox.network.NetworkException;
import nsbox.network.join.Endpoint;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// What commands that were killed began of a container's networks while it runs. Its record is
/// written last, so what that does not have is taken back. Whoever calls holds the [ContainerLock].
final class BegunConnections {
  private final Front front;
  private final ContainerFolder folder;
  private final ContainerRecord record;
  private final ContainerEndpoints endpoints;

  BegunConnections(
      Front front, ContainerFolder folder, ContainerRecord record, ContainerEndpoints endpoints) {
    this.front = front;
    this.folder = folder;
    this.record = record;
    this.endpoints = endpoints;
  }

  void takeBack() throws IOException, NetworkException {
    List<JsonObject> kept = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    List<JsonObject> state = ContainerNetworks.state(folder);
    for (JsonObject one : state) {
      if (isRecorded(one.string("name"))) {
        kept.add(one);
        files.add(endpoints.file((int) one.number("ordinal"), one.string("name")));
      }
    }
    String[] names = ContainerNetworks.programs(folder).toFile().list();
    for (String name : names == null ? new String[0] : names) {
      Path file = ContainerNetworks.programs(folder).resolve(name);
      if (name.charAt(0) != '.' && !files.contains(file)) {
        takeBack(file);
      }
    }
    if (kept.size() < state.size()) {
      endpoints.writeState(kept);
    }
  }

  private boolean isRecorded(String network) throws IOException {
    for (JsonObject one : record.json().objects("networks")) {
      if (one.string("name").equals(network)) {
        return true;
      }
    }
    return false;
  }

  /* Its namespace lives, so its link does not go by itself. */
  private void takeBack(Path file) throws IOException, NetworkException {
    int ordinal = ContainerEndpoints.ordinal(file);
    Instructions steps = new Instructions();
    steps.add(
        "take its interface " + ordinal + " down",
        Opcode.REMOVE_LINK,
        Endpoint.outerIndex(folder.id(), ordinal),
        "");
    Front.Outcome outcome = front.run(Program.of(steps).encode());
    if (outcome.succeeded()) {
      outcome = front.tearDown(Files.readAllBytes(file));
    }
    if (!outcome.succeeded()) {
      throw new NetworkException(
          "cannot take back what was begun of the networks of container "
              + record.name()
              + ", "
              + file
              + ": error "
              + outcome.errno());
    }
    Files.deleteIfExists(file);
  }
}
