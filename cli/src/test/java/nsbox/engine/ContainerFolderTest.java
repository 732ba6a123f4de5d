package nsbox.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import nsbox.runtime.state.ProcessIdentity;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerFolderTest {
  @TempDir Path folder;
  private StateFixture state;
  private ContainerFolder container;

  @BeforeEach
  void makeContainer() throws IOException {
    state = new StateFixture(folder);
    container = state.container("c1");
  }

  @Test
  void runsWhileItsProcessDoes() throws IOException {
    ProcessIdentity self = ProcessIdentity.ofSelf();
    state.running(container, self);
    Files.writeString(container.processFile(), self.text());
    Files.setLastModifiedTime(container.processFile(), FileTime.fromMillis(7000));
    assertEquals(new ContainerState.Running(self, self, 7, false), container.state());
  }

  @Test
  void runsEvenWhereItsMonitorWasKilled() throws IOException {
    state.running(container, StateFixture.NOBODY);
    Files.writeString(container.processFile(), ProcessIdentity.ofSelf().text());
    assertTrue(container.state() instanceof ContainerState.Running);
  }

  @Test
  void exitsWithItsOwnCode() throws IOException {
    Files.writeString(container.exitFile(), "exit 3 1700000000\n");
    assertEquals(new ContainerState.Exited(3, 1700000000), container.state());
  }

  @Test
  void exitsWith128AndTheSignal() throws IOException {
    Files.writeString(container.exitFile(), "signal 15 1700000000\n");
    assertEquals(new ContainerState.Exited(143, 1700000000), container.state());
  }

  @Test
  void hasExitedAlsoWhileItsMonitorStillCleansUp() throws IOException {
    state.running(container, ProcessIdentity.ofSelf());
    Files.writeString(container.processFile(), StateFixture.NOBODY.text());
    Files.writeString(container.exitFile(), "exit 0 5\n");
    assertEquals(new ContainerState.Exited(0, 5), container.state());
  }

  @Test
  void isCreatedBeforeItsProcessIsThere() throws IOException {
    state.running(container, ProcessIdentity.ofSelf());
    assertEquals(new ContainerState.Created(), container.state());
  }

  @Test
  void isCreatedUntilItIsStarted() throws IOException {
    Files.delete(container.startedFile());
    assertEquals(new ContainerState.Created(), container.state());
    assertEquals("created", container.state().word());
  }

  @Test
  void isPausedWhereItsProcessesAreFrozen() throws IOException {
    ProcessIdentity self = ProcessIdentity.ofSelf();
    state.running(container, self);
    Files.writeString(container.processFile(), self.text());
    Files.writeString(container.pausedFile(), "");
    assertEquals("paused", container.state().word());
  }

  @Test
  void isLostWhereNobodySawItsEnd() throws IOException {
    long later = 9_000_000_000L;
    Files.setLastModifiedTime(container.startedFile(), FileTime.fromMillis(later * 1000));
    assertEquals(new ContainerState.Exited(255, later), container.state());
    state.running(container, StateFixture.NOBODY);
    assertEquals(new ContainerState.Exited(255, later), container.state());
  }

  @Test
  void isLostUntilTheHostCameUpAgain() throws IOException {
    Files.setLastModifiedTime(container.startedFile(), FileTime.fromMillis(9000));
    long before = Reboot.seconds();
    ContainerState.Exited end = (ContainerState.Exited) container.state();
    assertEquals(255, end.exitCode());
    assertTrue(end.atSeconds() >= before && end.atSeconds() <= before + 2, end.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit", "exit 3", "exit x 5", "exit 3 then", "\n"})
  void isLostWhereItsEndCannotBeRead(String text) throws IOException {
    Files.writeString(container.exitFile(), text);
    Files.setLastModifiedTime(container.exitFile(), FileTime.fromMillis(9000));
    assertEquals(new ContainerState.Exited(255, 9), container.state());
  }

  @Test
  void keepsWhatWasAsked() throws IOException {
    ContainerRecord record = container.record();
    assertEquals("c1", record.id());
    assertEquals(5, record.createdSeconds());
    assertEquals(15, record.stopSignal());
    assertEquals(10, record.stopSeconds());
    assertEquals("b", record.labels().get("a"));
  }
}
