package nsbox.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.state.ProcessIdentity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTest {
  private static final byte[] TEARDOWN = {1, 2, 3};
  private static final int EACCES = 13;
  private static final int EAGAIN = 11;
  private static final int EOPNOTSUPP = 95;

  @TempDir Path folder;
  private StateFixture state;
  private final RecordedPrograms front = new RecordedPrograms();

  /// Keeps the programs and runs none.
  private static final class RecordedPrograms implements Front {
    private final List<byte[]> programs = new ArrayList<>();
    private final StringBuilder errors = new StringBuilder();
    private final List<byte[]> adopted = new ArrayList<>();
    private Outcome outcome = new Outcome(0, 0, 0, "");
    private int adopting;

    @Override
    public Outcome run(byte[] program) {
      programs.add(program);
      return outcome;
    }

    @Override
    public Outcome tearDown(byte[] program) {
      return run(program);
    }

    @Override
    public Outcome adopt(byte[] program) {
      adopted.add(program);
      return new Outcome(adopting, 3, 0, "");
    }

    @Override
    public void out(String text) {
      throw new AssertionError(text);
    }

    @Override
    public void err(String text) {
      errors.append(text);
    }

    @Override
    public void write(boolean error, byte[] bytes, int length) {
      throw new AssertionError();
    }

    @Override
    public int read(byte[] buffer) {
      throw new AssertionError();
    }

    @Override
    public Outcome launch(Program program, Stay stay) {
      throw new AssertionError();
    }
  }

  @BeforeEach
  void makeRoots() throws IOException {
    state = new StateFixture(folder);
  }

  @Test
  void doesNothingWhereAllIsInOrder() throws IOException {
    ContainerFolder running = state.container("c1");
    state.running(running, ProcessIdentity.ofSelf());
    Files.write(running.programFile(), TEARDOWN);
    state.container("c2");
    sweep();
    assertEquals(0, front.programs.size());
    assertFalse(Files.exists(running.exitFile()));
  }

  @Test
  void doesNothingWhereThereIsNothing() throws IOException {
    new Sweep(new Containers(new StateRoots(folder.resolve("x"), folder.resolve("y"))), front)
        .run();
    assertEquals(0, front.programs.size());
  }

  @Test
  void endsForAMonitorThatWasKilled() throws IOException {
    ContainerFolder lost = state.container("c1");
    state.running(lost, StateFixture.NOBODY);
    Files.write(lost.programFile(), TEARDOWN);
    sweep();
    assertEquals(2, front.programs.size());
    assertArrayEquals(TEARDOWN, front.programs.get(0));
    assertArrayEquals(removal(takenAway(lost)), front.programs.get(1));
    String exit = Files.readString(lost.exitFile());
    assertTrue(exit.matches("signal 9 \\d+ 0 -\n"), exit);
    assertEquals(137, ((ContainerState.Exited) lost.state()).exitCode());
  }

  private ContainerFolder withoutMonitor() throws IOException {
    ContainerFolder lost = state.container("c1");
    state.running(lost, StateFixture.NOBODY);
    Files.write(lost.programFile(), TEARDOWN);
    Files.writeString(lost.processFile(), ProcessIdentity.ofSelf().text());
    return lost;
  }

  @Test
  void hasAContainerTakenOverThatRunsWithoutItsMonitor() throws IOException {
    ContainerFolder lost = withoutMonitor();
    sweep();
    assertArrayEquals(TEARDOWN, front.adopted.getFirst());
    assertEquals(0, front.programs.size());
    assertFalse(Files.exists(lost.exitFile()));
  }

  @Test
  void leavesItToAnotherCommandThatWasQuicker() throws IOException {
    withoutMonitor();
    front.adopting = EAGAIN;
    sweep();
    assertEquals(0, front.programs.size());
  }

  @Test
  void endsWhatCannotBeTakenOver() throws IOException {
    withoutMonitor();
    front.adopting = EOPNOTSUPP;
    sweep();
    assertArrayEquals(TEARDOWN, front.programs.getFirst());
  }

  @Test
  void leavesAnEndThatWasRecorded() throws IOException {
    ContainerFolder ended = state.container("c1");
    state.running(ended, StateFixture.NOBODY);
    Files.write(ended.programFile(), TEARDOWN);
    Files.writeString(ended.exitFile(), "exit 3 5\n");
    sweep();
    assertEquals("exit 3 5\n", Files.readString(ended.exitFile()));
    assertArrayEquals(TEARDOWN, front.programs.getFirst());
  }

  @Test
  void recordsNoEndForAContainerThatIsGone() throws IOException {
    ContainerFolder removed = state.containers.folder("c1");
    state.running(removed, StateFixture.NOBODY);
    Files.write(removed.programFile(), TEARDOWN);
    sweep();
    assertFalse(Files.exists(removed.lasting()));
    assertArrayEquals(TEARDOWN, front.programs.getFirst());
  }

  @Test
  void removesWhatHasNoMonitorAtAll() throws IOException {
    Path empty = Files.createDirectory(state.roots.run().resolve(".new-1-2-c1"));
    sweep();
    assertEquals(1, front.programs.size());
    assertArrayEquals(removal(empty), front.programs.getFirst());
  }

  @Test
  void removesWhatWasHalfMadeOrHalfRemoved() throws IOException {
    Path half = Files.createDirectory(state.containers.unfinished("c1"));
    sweep();
    assertArrayEquals(removal(half), front.programs.removeFirst());
    Files.delete(half);
    Path removed = Files.createDirectory(state.containers.removed("c2"));
    sweep();
    assertArrayEquals(removal(removed), front.programs.removeFirst());
  }

  @Test
  void leavesWhatSomebodyIsStillMaking() throws IOException {
    Files.createDirectory(state.containers.unfinished("c1"));
    state.running(state.containers.folder("c1"), ProcessIdentity.ofSelf());
    sweep();
    assertEquals(0, front.programs.size());
  }

  /* The pid alone says nothing: it may have been given away since. */
  @Test
  void takesAnotherProcessWithThatPidForNoMonitor() throws IOException {
    ProcessIdentity self = ProcessIdentity.ofSelf();
    ContainerFolder lost = state.container("c1");
    state.running(lost, new ProcessIdentity(self.pid(), self.startTime() + 1));
    sweep();
    assertArrayEquals(removal(takenAway(lost)), front.programs.getFirst());
  }

  @AfterEach
  void saysNothingUnlessSomethingFails() {
    assertEquals(front.outcome.succeeded(), front.errors.isEmpty(), front.errors.toString());
  }

  /* And lets the command go on, which wants something else. */
  @Test
  void saysWhatItCannotRemove() throws IOException {
    Path half = Files.createDirectory(state.containers.unfinished("c1"));
    front.outcome = new Front.Outcome(EACCES, 0, 0, "");
    sweep();
    assertEquals(
        "nsbox: cannot remove " + half + ": error 13; the next nsbox command tries again\n",
        front.errors.toString());
  }

  @Test
  void keepsTheTeardownThatDidNotSucceedForTheNextCommand() throws IOException {
    ContainerFolder lost = state.container("c1");
    state.running(lost, StateFixture.NOBODY);
    Files.write(lost.programFile(), TEARDOWN);
    front.outcome = new Front.Outcome(EACCES, 2, 4, "");
    sweep();
    assertEquals(1, front.programs.size());
    assertArrayEquals(TEARDOWN, front.programs.get(0));
    assertEquals(
        "nsbox: cannot clean up all of container c1 (step 5, error 13); the next command tries"
            + " again\n",
        front.errors.toString());
  }

  private void sweep() throws IOException {
    new Sweep(state.containers, front).run();
  }

  /* It loses its name first, so that nobody who claims the name loses anything. */
  private static Path takenAway(ContainerFolder lost) throws IOException {
    assertFalse(Files.exists(lost.running()));
    try (var entries = Files.newDirectoryStream(lost.running().getParent(), ".gone-*")) {
      return entries.iterator().next();
    }
  }

  private static byte[] removal(Path path) {
    Instructions steps = new Instructions();
    steps.addIgnoring(Instruction.MISSING, "remove " + path, Opcode.REMOVE_TREE, path.toString());
    return Program.of(steps).encode();
  }
}
