package nsbox.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.network.Network;
import nsbox.network.Networks;
import nsbox.network.filter.FilterTable;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;

/// What is to be done when a network has lost its name. All steps are safe to repeat, and the
/// record goes last: so whoever finds a network half removed does the same again.
public final class NetworkRemoval {
  private NetworkRemoval() {}

  /// @param removed networks that have no name any more
  public static Instructions steps(StateRoots roots, List<Networks.Removed> removed) {
    Instructions steps = new Instructions();
    for (Networks.Removed one : removed) {
      takeBackFromHost(steps, roots, one.network());
      remove(steps, one.run().toString());
      remove(steps, one.record().toString());
    }
    return steps;
  }

  /* Its interface, and its elements in the table of filters; of a network that no container was ever on
   * there are none. */
  private static void takeBackFromHost(Instructions steps, StateRoots roots, Network network) {
    Path generation = ContainerNetworks.runFolder(roots).resolve(ContainerNetworks.GENERATION);
    if (!network.isBridge() || !Files.exists(generation)) {
      return;
    }
    steps.add(
        "have the filter forget " + network.name(),
        Opcode.NETFILTER,
        FilterTable.remove(network),
        generation.toString(),
        "",
        FilterTable.TAKE_OUT);
    steps.add(
        "take the bridge " + network.link() + " down", Opcode.REMOVE_LINK, network.index(), "");
  }

  private static void remove(Instructions steps, String path) {
    steps.addIgnoring(Instruction.MISSING, "remove " + path, Opcode.REMOVE_TREE, path);
  }
}
