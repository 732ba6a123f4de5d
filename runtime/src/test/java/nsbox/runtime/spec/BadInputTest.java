package nsbox.runtime.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is no configuration is refused before anything is made, by its field and its value.
class BadInputTest {
  private static final String MINIMAL =
      """
      {'ociVersion': '1.3.0', 'root': {'path': 'rootfs'},
       'process': {'args': ['sh'], 'cwd': '/', 'user': {'uid': 0, 'gid': 0}},
       'mounts': [],
       'linux': {'namespaces': [{'type': 'mount'}], 'resources': {}}}
      """;

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ociVersion | 1                  | ociVersion: expected a string, found the number 1
          ociVersion | null               | ociVersion: missing, expected a string
          ociVersion | ''                 | ociVersion:  is no version, expected 1.x.y
          ociVersion | '1'                | ociVersion: 1 is no version, expected 1.x.y
          ociVersion | '1.0'              | ociVersion: 1.0 is no version, expected 1.x.y
          ociVersion | '1.0.0.0'          | ociVersion: 1.0.0.0 is no version, expected 1.x.y
          ociVersion | 'v1.0.0'           | ociVersion: v1.0.0 is no version, expected 1.x.y
          ociVersion | '1.02.0'           | ociVersion: 1.02.0 is no version, expected 1.x.y
          ociVersion | '1.0.2-'           | ociVersion: 1.0.2- is no version, expected 1.x.y
          ociVersion | '1.0.2_dev'        | ociVersion: 1.0.2_dev is no version, expected 1.x.y
          root       | null               | root: missing, expected an object
          root       | 'rootfs'           | root: expected an object, found a string
          root       | {}                 | root.path: missing, expected a string
          root       | {'path': ''}       | root.path: empty
          root.readonly   | 'yes'         | root.readonly: expected true or false, found a string
          process    | null               | process: missing, expected an object
          process    | []                 | process: expected an object, found a list
          process.args    | 'sh'          | process.args: expected a list, found a string
          process.args    | null          | process.args: empty, expected a program to run
          process.args    | [1]           | process.args[0]: expected a string, found the number 1
          process.args    | ['']          | process.args[0]: empty, expected a program to run
          process.cwd     | null          | process.cwd: missing, expected a string
          process.cwd     | ''            | process.cwd: not an absolute path:
          process.env     | ['A']         | process.env[0]: A, expected NAME=VALUE
          process.env     | ['A=', '=b']  | process.env[1]: =b, expected NAME=VALUE
          process.terminal | 1            | process.terminal: expected true or false, found the number 1
          process.user    | 'root'        | process.user: expected an object, found a string
          process.user.uid | 'root'       | process.user.uid: expected an integer, found a string
          process.user.uid | 1.5          | process.user.uid: expected an integer, found the number 1.5
          process.user.gid | -1           | process.user.gid: -1 is no id
          process.user.umask | 4096       | process.user.umask: 4096, expected 0 to 4095 (octal 7777)
          process.user.umask | -1         | process.user.umask: -1, expected 0 to 4095 (octal 7777)
          process.oomScoreAdj | 1001      | process.oomScoreAdj: 1001, expected a number from -1000 to 1000
          process.oomScoreAdj | -1001     | process.oomScoreAdj: -1001, expected a number from -1000 to 1000
          process.consoleSize | {'height': 1} | process.consoleSize.width: missing, expected an integer
          process.consoleSize | {'height': 65536, 'width': 1} | process.consoleSize.height: 65536, expected a number from 0 to 65535
          process.consoleSize | {'height': 1, 'width': -1} | process.consoleSize.width: -1, expected a number from 0 to 65535
          process.rlimits | {}            | process.rlimits: expected a list, found an object
          process.rlimits | [{}]          | process.rlimits[0].type: missing, expected a string
          process.rlimits | [{'type': 'RLIMIT_CPU', 'soft': 1}] | process.rlimits[0].hard: missing, expected an integer
          process.rlimits | [{'type': 'RLIMIT_CPU', 'soft': -1, 'hard': 1}] | process.rlimits[0].soft: -1 is below 0
          process.rlimits | [{'type': 'RLIMIT_CPU', 'soft': 2, 'hard': 1}] | process.rlimits[0].soft: 2 is above the hard limit, 1
          process.rlimits | [{'type': 'RLIMIT_CPU', 'soft': 18446744073709551615, 'hard': 1}] | process.rlimits[0].soft: 18446744073709551615 is above the hard limit, 1
          process.rlimits | [{'type': 'RLIMIT_CPU', 'soft': 1, 'hard': 18446744073709551616}] | process.rlimits[0].hard: expected an integer, found the number 18446744073709551616
          process.capabilities | []       | process.capabilities: expected an object, found a list
          process.capabilities | {'bounding': 'CAP_KILL'} | process.capabilities.bounding: expected a list, found a string
          process.noNewPrivileges | 'no'  | process.noNewPrivileges: expected true or false, found a string
          hostname   | 7                  | hostname: expected a string, found the number 7
          hostname   | 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' | hostname: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa has 65 bytes, at most 64 are possible
          domainname | []                 | domainname: expected a string, found a list
          mounts     | {}                 | mounts: expected a list, found an object
          mounts     | ['x']              | mounts[0]: expected an object, found a string
          mounts     | [{'type': 'tmpfs'}] | mounts[0].destination: missing, expected a string
          mounts     | [{'destination': '', 'type': 'tmpfs'}] | mounts[0].destination: empty
          mounts     | [{'destination': '/a/../..', 'type': 'tmpfs'}] | mounts[0].destination: /a/../.., '..' is not allowed in it
          mounts     | [{'destination': '..', 'type': 'tmpfs'}] | mounts[0].destination: .., '..' is not allowed in it
          mounts     | [{'destination': '/a', 'type': 'bind'}] | mounts[0].source: missing, expected a string
          mounts     | [{'destination': '/a', 'options': ['rbind'], 'source': ''}] | mounts[0].source: empty, expected what to bind
          mounts     | [{'destination': '/a', 'type': 'tmpfs', 'options': 'ro'}] | mounts[0].options: expected a list, found a string
          annotations | ['a']             | annotations: expected an object, found a list
          annotations | {'a': 1}          | annotations.a: expected a string, found the number 1
          annotations | {'': 'a'}         | annotations: a key is empty
          linux      | []                 | linux: expected an object, found a list
          linux.namespaces | ['pid']      | linux.namespaces[0]: expected an object, found a string
          linux.namespaces | [{}]         | linux.namespaces[0].type: missing, expected a string
          linux.devices | [{'type': 'c'}] | linux.devices[0].path: missing, expected a string
          linux.devices | [{'type': 'c', 'path': 'dev/x', 'major': 1, 'minor': 1}] | linux.devices[0].path: not an absolute path: dev/x
          linux.devices | [{'type': 'c', 'path': '/dev/../x', 'major': 1, 'minor': 1}] | linux.devices[0].path: /dev/../x, '..' is not allowed in it
          linux.devices | [{'type': 'c', 'path': '/dev/x'}] | linux.devices[0].major: missing, expected an integer
          linux.devices | [{'type': 'c', 'path': '/dev/x', 'major': 4096, 'minor': 1}] | linux.devices[0].major: 4096, expected a number from 0 to 4095
          linux.devices | [{'type': 'b', 'path': '/dev/x', 'major': 1, 'minor': -1}] | linux.devices[0].minor: -1, expected a number from 0 to 1048575
          linux.devices | [{'type': 'p', 'path': '/dev/x', 'fileMode': -1}] | linux.devices[0].fileMode: -1, expected a number from 0 to 65535
          linux.devices | [{'type': 'p', 'path': '/dev/x', 'uid': 4294967295}] | linux.devices[0].uid: 4294967295, expected a number from 0 to 4294967294
          linux.devices | [{'type': 'p', 'path': '/a'}, {'type': 'p', 'path': '/a'}] | linux.devices[1].path: /a is given twice
          linux.maskedPaths | ['']        | linux.maskedPaths[0]: not an absolute path:
          linux.maskedPaths | ['/a', 'b'] | linux.maskedPaths[1]: not an absolute path: b
          linux.readonlyPaths | ['/a/..'] | linux.readonlyPaths[0]: /a/.., '..' is not allowed in it
          linux.sysctl | {'net.ipv4.ip_forward': 1} | linux.sysctl.net.ipv4.ip_forward: expected a string, found the number 1
          linux.resources | {'devices': [{}]} | linux.resources.devices[0].allow: missing, expected true or false
          linux.resources | {'devices': [{'allow': true, 'type': 'cx'}]} | linux.resources.devices[0].type: cx, expected a, b or c
          linux.resources | {'devices': [{'allow': true, 'major': -2}]} | linux.resources.devices[0].major: -2, expected a number from -1 to 4095
          linux.resources | {'devices': [{'allow': true, 'access': 'rx'}]} | linux.resources.devices[0].access: rx, expected some of r, w and m
          linux.resources | {'devices': [{'allow': true, 'access': ''}]} | linux.resources.devices[0].access: , expected some of r, w and m
          """)
  void isRefused(String field, String value, String message) throws JsonException {
    JsonException e = assertThrows(JsonException.class, () -> Spec.parse(with(field, value)));
    /* The table has no blanks at the end of its lines. */
    assertEquals("config.json: " + message, e.getMessage().stripTrailing());
  }

  /// Where a text ends for the kernel and goes on for whoever checked it.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          hostname              | 'a\\u0000b'                                  | hostname
          root.path             | 'rootfs\\u0000/../..'                        | root.path
          process.args          | ['sh', '-c\\u0000']                          | process.args[1]
          process.env           | ['A=b\\u0000']                               | process.env[0]
          process.cwd           | '/\\u0000'                                   | process.cwd
          mounts                | [{'destination': '/a\\u0000', 'type': 'x'}]  | mounts[0].destination
          linux.maskedPaths     | ['/a\\u0000']                                | linux.maskedPaths[0]
          linux.cgroupsPath     | '/a\\u0000'                                  | linux.cgroupsPath
          linux.sysctl          | {'net.a\\u0000': '1'}                        | linux.sysctl
          """)
  void isRefusedForANul(String field, String value, String where) throws JsonException {
    JsonException e = assertThrows(JsonException.class, () -> Spec.parse(with(field, value)));
    assertEquals(true, e.getMessage().startsWith("config.json: " + where), e.getMessage());
    assertEquals(true, e.getMessage().endsWith(", a NUL is not allowed in it"), e.getMessage());
    assertEquals(-1, e.getMessage().indexOf('\0'));
  }

  @Test
  void isRefusedForHalfACharacter() throws Exception {
    JsonObject config = json(MINIMAL.replace("'sh'", "'sh', '\\ud83d'"));
    JsonException e = assertThrows(JsonException.class, () -> Spec.parse(config));
    assertEquals(
        "config.json: process.args[1]: half a surrogate pair is no character", e.getMessage());
    assertEquals("🐚", Spec.parse(with("process.args", "['🐚']")).process().arguments().getFirst());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.9.0", "2.0.0", "2.1.3-rc.1", "10.0.0"})
  void isRefusedForAnotherMajorVersion(String version) throws JsonException {
    JsonObject config = with("ociVersion", "'" + version + "'");
    UnsupportedSpecException e =
        assertThrows(UnsupportedSpecException.class, () -> Spec.parse(config));
    assertEquals("ociVersion: " + version + ", expected 1.x", e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.0.0", "1.0.2-dev", "1.1.0-rc.2", "1.2.1", "1.3.0", "1.0.0+build.1", "1.10.0"})
  void isTakenInEveryFormOfItsVersion(String version) throws Exception {
    Spec.parse(with("ociVersion", "'" + version + "'"));
  }

  /// What is unusual and right.
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          process.env         | ['A=1', 'A=2', 'B=']
          process.env         | []
          process.user.umask  | 4095
          process.oomScoreAdj | -1000
          process.rlimits     | [{'type': 'RLIMIT_CPU', 'soft': 1, 'hard': 18446744073709551615}]
          process.cwd         | '/a/../b'
          process.future      | {'x': 1}
          mounts              | [{'destination': '/a', 'type': 'tmpfs'}, {'destination': '/a', 'type': 'tmpfs'}]
          mounts              | [{'destination': '/..a', 'type': 'tmpfs'}]
          mounts              | null
          annotations         | {'a': '', 'b': 'c'}
          annotations         | null
          future              | [[[{}]]]
          linux.future        | 1
          linux.devices       | [{'type': 'p', 'path': '/dev/x'}]
          linux.devices       | [{'type': 'c', 'path': '/dev/x', 'major': 1, 'minor': 3, 'fileMode': 8630}]
          linux.resources     | {'devices': [{'allow': false, 'access': 'rwm'}]}
          linux.resources     | {'devices': [{'allow': false, 'type': 'c', 'major': -1, 'minor': -1}]}
          hostname            | 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
          """)
  void isNotWhatIsMerelyUnusual(String field, String value) throws Exception {
    Spec.parse(with(field, value));
  }

  /* Through its text, so that every object knows its place. */
  private static JsonObject with(String field, String value) throws JsonException {
    JsonObject config = json(MINIMAL);
    JsonObject object = config;
    String[] names = field.split("\\.");
    for (int i = 0; i < names.length - 1; i++) {
      object = object.object(names[i]);
    }
    object.put(names[names.length - 1], json("{'value': " + value + "}").members().get("value"));
    return Json.parse(Json.bytes(config), "config.json");
  }

  private static JsonObject json(String text) throws JsonException {
    return Json.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "config.json");
  }
}
