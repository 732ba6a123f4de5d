package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;

/// What classes share whose containers have networks: a network namespace of the test's own that is
/// the host's to `nsbox`. The machine's own network is left alone.
public abstract class NetworkTests extends EndToEnd {
  private static final AtomicInteger COUNT = new AtomicInteger();

  /// The name of that namespace.
  protected final String host =
      "nsbox-test-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();

  private boolean made;

  @Override
  protected void prepare() throws Exception {
    tool("ip", "netns", "add", host).expect(0);
    made = true;
    onHost("ip", "link", "set", "lo", "up").expect(0);
    importAlpine();
  }

  /// Runs `nsbox` on that host.
  protected final Result run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(Nsbox.HOME.resolve("bin/nsbox").toString()));
    command.addAll(List.of(arguments));
    return onHost(command.toArray(new String[0]));
  }

  /// Runs another program of the machine on that host; of the machine's namespaces only that of the
  /// network is another.
  protected final Result onHost(String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + host));
    words.addAll(List.of(command));
    return tool(words.toArray(new String[0]));
  }

  private Result tool(String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of(command));
    words.set(0, program(words.getFirst()));
    return nsbox.start(Map.of("NSBOX_NETWORK", ""), words).finish();
  }

  /// The full ID of a new container that sleeps.
  ///
  /// @param options of `run`, its name among them
  protected final String running(String... options) throws Exception {
    List<String> words = new ArrayList<>(List.of("run", "-d"));
    words.addAll(List.of(options));
    words.addAll(List.of(ALPINE, "sleep", "300"));
    return run(words.toArray(new String[0])).expect(0).out().strip();
  }

  /// The containers go where they are known; what they leave behind there fails.
  @AfterEach
  final void containersLeaveTheirNetworks() throws Exception {
    List<String> ids = new ArrayList<>(nsbox.containers());
    ids.removeIf(it -> it.startsWith("."));
    if (!ids.isEmpty()) {
      ids.addAll(0, List.of("rm", "-f"));
      run(ids.toArray(new String[0])).expect(0);
    }
    /* Those of containers have a bridge. They go with their namespaces, for which nobody waits. */
    Nsbox.await(
        "the end of links",
        () -> onHost("ip", "-o", "link", "show", "type", "bridge_slave").out().isEmpty());
    Path networks = nsbox.runRoot.resolve(".networks");
    for (String network : Nsbox.entries(networks)) {
      assertEquals(List.of(), leases(networks.resolve(network + "/leases")), "of " + network);
      assertEquals(
          List.of(),
          Nsbox.entries(networks.resolve(network + "/endpoints")),
          "names of " + network);
    }
  }

  /* Of a container that is gone, also after a start that failed, it counts no more. */
  private List<String> leases(Path folder) throws Exception {
    List<String> counting = new ArrayList<>();
    for (String address : Nsbox.entries(folder)) {
      Path link = folder.resolve(address);
      if (Files.isSymbolicLink(link)
          && Files.exists(nsbox.runRoot.resolve(Files.readSymbolicLink(link)))) {
        counting.add(address);
      }
    }
    return counting;
  }

  @AfterAll
  final void hostGoes() throws Exception {
    if (made) {
      tool("ip", "netns", "del", host).expect(0);
    }
  }
}
