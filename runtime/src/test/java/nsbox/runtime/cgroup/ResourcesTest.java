package nsbox.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourcesTest {

  @Test
  void readsEveryField() throws Exception {
    Resources resources =
        resources(
            """
            {'memory': {'limit': 536870912, 'reservation': 268435456, 'swap': -1, 'kernel': -1,
                        'kernelTCP': 7, 'swappiness': 0, 'disableOOMKiller': true,
                        'useHierarchy': true, 'checkBeforeUpdate': true},
             'cpu': {'shares': 1024, 'quota': 1000000, 'burst': 0, 'period': 500000,
                     'realtimeRuntime': 950000, 'realtimePeriod': 1000000, 'cpus': '2-3',
                     'mems': '0-7', 'idle': 0},
             'pids': {'limit': 32771},
             'blockIO': {'weight': 10, 'leafWeight': 1000,
                         'weightDevice': [{'major': 8, 'minor': 0, 'weight': 500, 'leafWeight': 300}],
                         'throttleReadBpsDevice': [{'major': 8, 'minor': 0, 'rate': 600}],
                         'throttleWriteBpsDevice': [{'major': 8, 'minor': 1, 'rate': 0}],
                         'throttleReadIOPSDevice': [{'major': 8, 'minor': 2, 'rate': 18446744073709551615}],
                         'throttleWriteIOPSDevice': [{'major': 8, 'minor': 3, 'rate': 4}]},
             'hugepageLimits': [{'pageSize': '2MB', 'limit': 0}],
             'network': {'classID': 1048577, 'priorities': [{'name': 'eth0', 'priority': 500}]},
             'rdma': {'mlx5_1': {'hcaHandles': 3, 'hcaObjects': 10000}, 'rxe3': {'hcaObjects': 0}},
             'unified': {'io.max': '259:0 rbps=2097152'},
             'devices': [{'allow': false}, {'allow': true, 'type': 'c', 'major': 10, 'minor': 229,
                          'access': 'rw'}]}
            """);
    assertEquals(
        new MemoryLimits(
            Optional.of(536870912L),
            Optional.of(268435456L),
            Optional.of(-1L),
            Optional.of(0L),
            true,
            true,
            true,
            List.of("resources: memory.kernel", "resources: memory.kernelTCP")),
        resources.memory());
    assertEquals(
        new CpuLimits(
            Optional.of(1024L),
            Optional.of(1000000L),
            Optional.of(500000L),
            Optional.of(0L),
            Optional.of(950000L),
            Optional.of(1000000L),
            "2-3",
            "0-7",
            Optional.of(0L)),
        resources.cpu());
    assertEquals(Optional.of(32771L), resources.pidsLimit());
    assertEquals(
        new BlockIoLimits(
            Optional.of(10L),
            Optional.of(1000L),
            List.of(new BlockIoLimits.WeightDevice("8:0", Optional.of(500L), Optional.of(300L))),
            List.of(new BlockIoLimits.Throttle("8:0", 600)),
            List.of(new BlockIoLimits.Throttle("8:1", 0)),
            List.of(new BlockIoLimits.Throttle("8:2", -1)),
            List.of(new BlockIoLimits.Throttle("8:3", 4))),
        resources.blockIo());
    assertEquals(List.of(new Resources.HugepageLimit("2MB", 0)), resources.hugepageLimits());
    assertEquals(Optional.of(1048577L), resources.networkClass());
    assertEquals(
        List.of(new Resources.InterfacePriority("eth0", 500)), resources.networkPriorities());
    assertEquals(
        List.of(
            new Resources.Rdma("mlx5_1", Optional.of(3L), Optional.of(10000L)),
            new Resources.Rdma("rxe3", Optional.empty(), Optional.of(0L))),
        resources.rdma());
    assertEquals(Map.of("io.max", "259:0 rbps=2097152"), resources.unified());
    assertEquals(
        List.of(
            new DeviceRule(false, 'a', -1, -1, "rwm"), new DeviceRule(true, 'c', 10, 229, "rw")),
        resources.devices());
  }

  /// What engines write when nobody asked for anything.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'memory': null, 'cpu': null, 'pids': null, 'blockIO': null, 'hugepageLimits': null,"
            + " 'network': null, 'rdma': null, 'unified': null, 'devices': null}",
        "{'memory': {'limit': 0, 'reservation': 0, 'swap': 0, 'kernel': 0, 'kernelTCP': 0,"
            + " 'swappiness': null, 'disableOOMKiller': false}}",
        "{'memory': {'swappiness': -1}}",
        "{'memory': {'swappiness': 18446744073709551615}}",
        "{'cpu': {'shares': 0, 'quota': 0, 'period': 0, 'realtimeRuntime': 0, 'realtimePeriod': 0,"
            + " 'cpus': '', 'mems': ''}}",
        "{'blockIO': {'weight': 0, 'leafWeight': 0, 'weightDevice': [],"
            + " 'throttleReadBpsDevice': null}}",
        "{'pids': {}}",
        "{'pids': {'limit': 0}}",
        "{'network': {'classID': 0, 'priorities': []}, 'rdma': {}, 'unified': {}}",
        "{'a member that nobody knows': 7, 'memory': {'neither': []}}"
      })
  void takesZerosForNothing(String text) throws Exception {
    assertEquals(resources("{}"), resources(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'memory': {'limit': -2}}        | memory.limit: -2, expected a limit, or -1 for none
          {'memory': {'limit': '1G'}}      | memory.limit: expected an integer, found a string
          {'memory': {'limit': 1.5}}       | memory.limit: expected an integer, found the number 1.5
          {'memory': 5}                    | memory: expected an object, found the number 5
          {'memory': {'limit': 9, 'swap': 8}} | memory.swap: 8 is below memory.limit 9, but counts memory and swap
          {'memory': {'swappiness': 101}}  | memory.swappiness: 101, expected 0 to 100
          {'memory': {'swappiness': -2}}   | memory.swappiness: -2 is below 0
          {'memory': {'disableOOMKiller': 1}} | memory.disableOOMKiller: expected true or false, found the number 1
          {'memory': {'kernel': 'x'}}      | memory.kernel: expected an integer, found a string
          {'cpu': {'shares': -1}}          | cpu.shares: -1 is below 0
          {'cpu': {'quota': -7}}           | cpu.quota: -7, expected a limit, or -1 for none
          {'cpu': {'cpus': '0\\n1'}}       | cpu.cpus: 0\\n1, expected numbers and ranges such as 0-2,7
          {'cpu': {'mems': 'all'}}         | cpu.mems: all, expected numbers and ranges such as 0-2,7
          {'cpu': {'idle': 2}}             | cpu.idle: 2, expected 0 to 1
          {'pids': {'limit': 'max'}}       | pids.limit: expected an integer, found a string
          {'blockIO': {'weight': 9}}       | blockIO.weight: 9, expected 10 to 1000
          {'blockIO': {'leafWeight': 1001}} | blockIO.leafWeight: 1001, expected 10 to 1000
          {'blockIO': {'weightDevice': [{'minor': 0, 'weight': 10}]}} | blockIO.weightDevice[0].major: missing, expected an integer
          {'blockIO': {'throttleReadBpsDevice': [{'major': 8, 'minor': -1, 'rate': 1}]}} | blockIO.throttleReadBpsDevice[0].minor: -1, expected 0 to 4294967295
          {'blockIO': {'throttleWriteIOPSDevice': [{'major': 8, 'minor': 0}]}} | blockIO.throttleWriteIOPSDevice[0].rate: missing, expected an integer
          {'hugepageLimits': [{'pageSize': '2M', 'limit': 1}]} | hugepageLimits[0].pageSize: 2M, expected a size such as 64KB, 2MB or 1GB
          {'hugepageLimits': [{'pageSize': '../2MB', 'limit': 1}]} | hugepageLimits[0].pageSize: ../2MB, expected a size such as 64KB, 2MB or 1GB
          {'hugepageLimits': [{'pageSize': '2MB'}]} | hugepageLimits[0].limit: missing, expected an integer
          {'network': {'classID': 4294967296}} | network.classID: 4294967296, expected 0 to 4294967295
          {'network': {'priorities': [{'name': 'a b', 'priority': 1}]}} | network.priorities[0].name: a b, expected a name without blanks
          {'network': {'priorities': [{'name': 'eth0'}]}} | network.priorities[0].priority: missing, expected an integer
          {'rdma': {'mlx': 5}}             | rdma.mlx: expected an object, found the number 5
          {'rdma': {'mlx': {'hcaHandles': -1}}} | rdma.mlx.hcaHandles: -1, expected 0 to 4294967295
          {'unified': {'../memory.max': '1'}} | unified.../memory.max: ../memory.max, expected the name of a file, such as memory.high
          {'unified': {'memory': '1'}}     | unified.memory: memory, expected the name of a file, such as memory.high
          {'unified': {'memory.high': 1}}  | unified.memory.high: expected a string, found the number 1
          {'devices': [{'allow': true, 'type': 'cc'}]} | devices[0].type: cc, expected a, b or c
          {'devices': [{'allow': true, 'access': 'rx'}]} | devices[0]: device access rx, expected some of rwm
          """)
  void namesTheFieldAndTheValueThatIsWrong(String text, String message) {
    JsonException e = assertThrows(JsonException.class, () -> resources(text));
    assertEquals("resources: " + message.replace("\\n", "\n"), e.getMessage());
  }

  @Test
  void mergesAnUpdateWithinItsGroups() throws Exception {
    JsonObject merged =
        Resources.merge(
            json(
                "{'memory': {'limit': 8, 'swap': 9}, 'cpu': {'quota': 5}, 'pids': {'limit': 3},"
                    + " 'devices': [{'allow': false}], 'unified': {'memory.high': '1'}}"),
            json(
                "{'memory': {'limit': 7, 'reservation': null}, 'blockIO': {'weight': 10},"
                    + " 'cpu': {}, 'devices': [{'allow': true}], 'unified': {'memory.low': '2'}}"));
    assertEquals(
        json(
            "{'memory': {'limit': 7, 'swap': 9}, 'blockIO': {'weight': 10}, 'cpu': {'quota': 5},"
                + " 'unified': {'memory.low': '2'}}"),
        merged);
  }

  /* dockerd's update writes all members, most of them zero. */
  @Test
  void takesNoLimitAwayForAZeroThatSaysNothing() throws Exception {
    assertEquals(
        json(
            "{'memory': {'limit': 8, 'swap': 9, 'swappiness': 0}, 'pids': {'limit': 3},"
                + " 'cpu': {'cpus': '0', 'burst': 0, 'idle': 0}}"),
        Resources.merge(
            json(
                "{'memory': {'limit': 8, 'swap': 9}, 'pids': {'limit': 3},"
                    + " 'cpu': {'cpus': '0', 'burst': 5, 'idle': 1}}"),
            json(
                "{'memory': {'limit': 0, 'swap': 0, 'swappiness': 0}, 'pids': {'limit': 0},"
                    + " 'cpu': {'quota': 0, 'cpus': '', 'burst': 0, 'idle': 0}}")));
  }

  static Resources resources(String text) throws JsonException {
    return Resources.parse(json(text));
  }

  private static JsonObject json(String text) throws JsonException {
    return Json.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "resources");
  }
}
