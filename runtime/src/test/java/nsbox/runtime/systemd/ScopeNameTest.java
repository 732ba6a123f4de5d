package nsbox.runtime.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nsbox.runtime.spec.UnsupportedSpecException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScopeNameTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          system.slice:nsbox:web       | system.slice    | /system.slice/nsbox-web.scope
          :nsbox:web                   | system.slice    | /system.slice/nsbox-web.scope
          machine.slice:libpod:4f      | machine.slice   | /machine.slice/libpod-4f.scope
          user.slice::web              | user.slice      | /user.slice/web.scope
          a-b-c.slice:p:web            | a-b-c.slice     | /a.slice/a-b.slice/a-b-c.slice/p-web.scope
          -.slice:nsbox:web            | -.slice         | /nsbox-web.scope
          """)
  void namesTheCgroup(String path, String slice, String cgroup) throws Exception {
    ScopeName name = ScopeName.parse(path);
    assertEquals(slice, name.slice());
    assertEquals(cgroup, name.cgroup());
    assertTrue(cgroup.endsWith("/" + name.unit()));
  }

  @Test
  void isOursWhereNobodyNamesIt() {
    assertEquals("/system.slice/nsbox-web.scope", ScopeName.ofContainer("web").cgroup());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /nsbox/web              | expected slice:prefix:name, for systemd is to make the cgroup
          a.slice:web             | expected slice:prefix:name, for systemd is to make the cgroup
          a.slice:p:web:x         | expected slice:prefix:name, for systemd is to make the cgroup
          a:p:web                 | a is not the name of a slice
          .slice:p:web            | .slice is not the name of a slice
          a--b.slice:p:web        | a--b.slice is not the name of a slice
          a-.slice:p:web          | a-.slice is not the name of a slice
          ../a.slice:p:web        | ../a.slice is not the name of a slice
          a.slice:p:              | the name of its scope is empty, or has a / in it
          a.slice:p:../web        | the name of its scope is empty, or has a / in it
          a.slice:p/..:web        | the name of its scope is empty, or has a / in it
          a.slice:p:b.slice       | nsbox makes scopes, and no slice for a single container
          """)
  void refusesWhatIsNoName(String path, String reason) {
    UnsupportedSpecException refusal =
        assertThrows(UnsupportedSpecException.class, () -> ScopeName.parse(path));
    assertEquals("linux.cgroupsPath: " + path + ": " + reason, refusal.getMessage());
  }
}
