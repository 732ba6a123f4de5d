package nsbox.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class UserNamespaceTest {
  @Test
  void isTheHostsWhereAllIdsAreWhatTheyAre() {
    assertTrue(UserNamespace.isInitial("         0          0 4294967295\n"));
    assertFalse(UserNamespace.isInitial("         0       1000          1\n"));
    assertFalse(UserNamespace.isInitial("0 0 65536\n"));
    assertFalse(UserNamespace.isInitial("0 1000 1\n1 100000 65536\n"));
    assertFalse(UserNamespace.isInitial(""));
  }
}
