package nsbox.engine;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.network.DamagedNetworkException;
import nsbox.network.Network;
import nsbox.network.Networks;
import nsbox.network.filter.FilterTable;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// Puts the table of nf_tables in order that somebody else has emptied, as `nft flush ruleset`
/// does.
///
/// The kernel counts the changes to all tables. As long as its count is the one that our last
/// change made, there is nothing to be done, and that is seen in one question.
final class FilterRepair {
  /* ESTALE. */
  private static final int CHANGED = 116;

  /* There while somebody makes it anew: who is killed then leaves it to the next. */
  private static final String UNFINISHED = ".repair";

  private final Containers containers;
  private final Front front;
  private final Path folder;

  FilterRepair(Containers containers, Front front) {
    this.containers = containers;
    this.front = front;
    this.folder = ContainerNetworks.runFolder(containers.roots());
  }

  void run() throws IOException {
    String generation = folder + "/" + ContainerNetworks.GENERATION;
    File unfinished = new File(folder + "/" + UNFINISHED);
    if (!new File(generation).exists()) {
      if (!new File(folder.toString()).exists() || known().isEmpty()) {
        return; // no container was on any since the host was started
      }
      Files.write(unfinished.toPath(), new byte[0]);
    }
    Instructions check = new Instructions();
    check.add("see whether the filter was changed", Opcode.CHECK_FILTER, generation);
    Front.Outcome outcome = front.run(Program.of(check).encode());
    if (outcome.errno() == CHANGED || outcome.succeeded() && unfinished.exists()) {
      Files.write(unfinished.toPath(), new byte[0]);
      outcome = front.run(Program.of(repair(generation)).encode());
    }
    if (!outcome.succeeded()) {
      /* What is wrong with networks must not stop a command that may want something else. */
      front.err(
          "nsbox: cannot put the filter of the networks in order: "
              + (outcome.detail().isEmpty() ? "error " + outcome.errno() : outcome.detail())
              + "; the next nsbox command tries again\n");
    }
  }

  /* Those that were in the table. One that is damaged stops no command that wants something else. */
  private List<Network> known() throws IOException {
    Networks networks = containers.networks();
    List<Network> known = new ArrayList<>();
    for (String name : networks.names()) {
      try {
        Optional<Network> network = networks.find(name);
        if (network.isPresent()
            && Files.exists(ContainerNetworks.filtered(networks, network.get()))) {
          known.add(network.get());
        }
      } catch (DamagedNetworkException e) {
        front.err(
            "nsbox: network "
                + name
                + " is left out of the filter: "
                + e.getCause().getMessage()
                + "\n");
      }
    }
    return known;
  }

  private Instructions repair(String generation) throws IOException {
    Instructions steps = new Instructions();
    steps.add(
        "make the filter anew",
        Opcode.NETFILTER,
        FilterTable.ensure(known()),
        generation,
        "",
        FilterTable.REPAIR);
    for (ContainerFolder container : containers.list()) {
      Path programs = ContainerNetworks.programs(container);
      if (Files.exists(programs)) {
        steps.addIgnoring(
            Instruction.ALL,
            "make the part of container " + container.id(),
            Opcode.REPAIR_NETWORKS,
            programs.toString());
      }
    }
    steps.addIgnoring(
        Instruction.MISSING,
        "say that all is there",
        Opcode.REMOVE_TREE,
        folder.resolve(UNFINISHED).toString());
    return steps;
  }
}
