package nsbox.cli.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import nsbox.bundle.options.NamespaceOptions.IdRange;
import nsbox.bundle.options.ProcessOptions.Ulimit;
import nsbox.cli.Failure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Values of options that are read character by character.
class FlagValuesTest {
  private static final String LIMITS =
      """
      Limit                     Soft Limit           Hard Limit           Units
      Max stack size            8388608              unlimited            bytes
      Max open files            1024                 20000                files
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.2.3.4",
        "255.255.255.255",
        "0.0.0.0",
        "::",
        "::1",
        "1::",
        "fe80::1%eth0",
        "1:2:3:4:5:6:7:8",
        "::ffff:1.2.3.4",
        "1:2:3:4:5:6:1.2.3.4"
      })
  void knowsAddresses(String text) {
    assertEquals(true, Addresses.isAddress(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1.2.3",
        "1.2.3.256",
        "1.2.3.04",
        "a.b.c.d",
        "1.2.3.4.5",
        ":",
        "1:2",
        "1::2::3",
        ":::",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "::g",
        "1.2.3.4::",
        "1:2:3:4:5:6:7::8",
        "localhost"
      })
  void knowsWhatIsNoAddress(String text) {
    assertEquals(false, Addresses.isAddress(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          a              | a
          a,b            | a;b
          a,,b           | a;;b
          "a,b",c        | a,b;c
          "a""b"         | a"b
          a"b            | a"b
          a,""           | a;
          """)
  void splitsAtCommas(String line, String expected) throws Failure {
    assertEquals(expected, String.join(";", Csv.fields(line, "--mount")));
  }

  @Test
  void refusesAnOpenQuote() {
    Failure failure = assertThrows(Failure.class, () -> Csv.fields("\"a,b", "--mount"));
    assertEquals("--mount \"a,b: a quote is not closed", failure.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "nofile=1:2, nofile, 1, 2",
    "NOFILE=5, nofile, 5, 5",
    "rlimit_nofile=5, nofile, 5, 5",
    "core=-1, core, -1, -1",
    "core=unlimited:unlimited, core, -1, -1",
    "core=0:-1, core, 0, -1",
    "stack=host, stack, 8388608, -1"
  })
  void readsUlimits(String flag, String name, long soft, long hard) throws Failure {
    assertEquals(new Ulimit(name, soft, hard), Ulimits.parse(flag, LIMITS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nofile",
        "=1",
        "bogus=1",
        "nofile=",
        "nofile=1:",
        "nofile=2:1",
        "core=-1:5",
        "core=-2"
      })
  void refusesUlimits(String flag) {
    assertThrows(Failure.class, () -> Ulimits.parse(flag, LIMITS));
  }

  @Test
  void readsIdMaps() throws Failure {
    assertEquals(
        List.of(new IdRange(0, 100000, 65536), new IdRange(65536, 5, 1)),
        IdMaps.parse("--uidmap", List.of("0:100000:65536", "65536:5")));
    for (String flag : List.of("0", "0:1:0", "a:1", "0:1:4294967296", "0:1:1:1", "-1:0")) {
      assertThrows(Failure.class, () -> IdMaps.parse("--uidmap", List.of(flag)), flag);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0-1, true", "'0,1', 0-1, true", "0-2, 0-1, false", "3, '0-2,4', false"})
  void comparesSets(String some, String all, boolean expected) throws Failure {
    assertEquals(expected, CpuSets.contains(CpuSets.parse(all, "x"), CpuSets.parse(some, "x")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "1-", "-1", "2-1", "1,,2", "9000"})
  void refusesSets(String text) {
    assertThrows(Failure.class, () -> CpuSets.parse(text, "--cpuset-cpus"));
  }

  @ParameterizedTest
  @CsvSource({
    "259, 1, 3",
    "1029, 4, 5",
    "2673, 10, 113",
    "1048832, 1, 256",
    "17592186044416, 4096, 0"
  })
  void takesDeviceNumbersApart(long number, long major, long minor) {
    assertEquals(major, HostDevice.major(number));
    assertEquals(minor, HostDevice.minor(number));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          c 10:200 rwm | {"allow":true,"type":"c","major":10,"minor":200,"access":"rwm"}
          a *:* r      | {"allow":true,"type":"a","access":"r"}
          b 7:* m      | {"allow":true,"type":"b","major":7,"access":"m"}
          """)
  void readsRulesForDevices(String flag, String expected) throws Failure {
    assertEquals(expected, DeviceFlags.rule(flag).toString());
  }
}
