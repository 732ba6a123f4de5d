package nsbox.cli.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import nsbox.cli.Failure;
import org.junit.jupiter.api.Test;

class DetachKeysTest {
  @Test
  void readsKeysAsDockerDoes() throws Failure {
    assertArrayEquals(new byte[] {16, 17}, DetachKeys.parse(DetachKeys.DEFAULT));
    assertArrayEquals(
        new byte[] {'a', 0, 26, 27, 28, 29, 30, 31, 127},
        DetachKeys.parse("a,ctrl-@,ctrl-z,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_,DEL"));
    assertArrayEquals(new byte[0], DetachKeys.parse(""));
  }

  @Test
  void refusesWhatIsNoKey() {
    for (String text : new String[] {",", "a,", "ctrl-", "ctrl-A", "ctrl-pq", "up", "ä"}) {
      assertThrows(Failure.class, () -> DetachKeys.parse(text), text);
    }
  }
}
