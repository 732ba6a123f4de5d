package nsbox.runtime.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchedulingTest {

  @Test
  void readsTheKernelsNumbers() throws JsonException {
    Scheduling scheduling =
        Scheduling.parse(
            object(
                """
                {'scheduler': {'policy': 'SCHED_DEADLINE', 'nice': 19, 'runtime': 1, 'deadline': 2,
                   'period': 18446744073709551615,
                   'flags': ['SCHED_FLAG_RESET_ON_FORK', 'SCHED_FLAG_DL_OVERRUN']},
                 'ioPriority': {'class': 'IOPRIO_CLASS_IDLE', 'priority': 7},
                 'execCPUAffinity': {'initial': '0-2,5', 'final': '8191'}}
                """));
    assertEquals(
        Optional.of(new Scheduling.Scheduler("SCHED_DEADLINE", 6, 19, 0, 5, 1, 2, -1)),
        scheduling.scheduler());
    assertEquals(
        Optional.of(new Scheduling.IoPriority("IOPRIO_CLASS_IDLE", 3 << 13 | 7)),
        scheduling.ioPriority());
    assertEquals(BitSet.valueOf(new long[] {0b100111}), scheduling.execAffinity().initial());
    assertEquals("{8191}", scheduling.execAffinity().last().toString());
  }

  @Test
  void asksForNothingWhereNothingIsSaid() throws JsonException {
    Scheduling scheduling =
        Scheduling.parse(object("{'scheduler': {'policy': '', 'nice': 0}, 'ioPriority': {}}"));
    assertTrue(scheduling.scheduler().isEmpty() && scheduling.ioPriority().isEmpty());
    assertTrue(scheduling.execAffinity().initial().isEmpty());
    assertTrue(scheduling.execAffinity().last().isEmpty());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'scheduler': {'policy': 'SCHED_FAIR'}}                      | scheduler.policy: SCHED_FAIR, expected one of SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_ISO, SCHED_IDLE, SCHED_DEADLINE
          {'scheduler': {'nice': 1}}                                   | scheduler.policy: missing, expected a string
          {'scheduler': {'policy': 'SCHED_OTHER', 'nice': 20}}         | scheduler.nice: 20, expected -20 to 19
          {'scheduler': {'policy': 'SCHED_OTHER', 'nice': -21}}        | scheduler.nice: -21, expected -20 to 19
          {'scheduler': {'policy': 'SCHED_OTHER', 'priority': 1}}      | scheduler.priority: 1, which is for SCHED_FIFO and SCHED_RR alone
          {'scheduler': {'policy': 'SCHED_RR', 'priority': 0}}         | scheduler.priority: 0, expected 1 to 99
          {'scheduler': {'policy': 'SCHED_FIFO', 'priority': 100}}     | scheduler.priority: 100, expected 1 to 99
          {'scheduler': {'policy': 'SCHED_RR', 'priority': 1, 'runtime': 5}} | scheduler.runtime: 5, which is for SCHED_DEADLINE alone
          {'scheduler': {'policy': 'SCHED_BATCH', 'period': 5}}        | scheduler.period: 5, which is for SCHED_DEADLINE alone
          {'scheduler': {'policy': 'SCHED_BATCH', 'flags': ['X']}}     | scheduler.flags: X, expected one of SCHED_FLAG_RESET_ON_FORK, SCHED_FLAG_RECLAIM, SCHED_FLAG_DL_OVERRUN, SCHED_FLAG_KEEP_POLICY, SCHED_FLAG_KEEP_PARAMS, SCHED_FLAG_UTIL_CLAMP_MIN, SCHED_FLAG_UTIL_CLAMP_MAX
          {'ioPriority': {'class': 'IDLE'}}                            | ioPriority.class: IDLE, expected one of IOPRIO_CLASS_RT, IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE
          {'ioPriority': {'class': 'IOPRIO_CLASS_BE', 'priority': 8}}  | ioPriority.priority: 8, expected 0 to 7
          {'ioPriority': {'class': 'IOPRIO_CLASS_BE', 'priority': -1}} | ioPriority.priority: -1, expected 0 to 7
          {'execCPUAffinity': {'initial': '3-1'}}                      | execCPUAffinity.initial: 3-1, expected a list such as 0-3,7
          {'execCPUAffinity': {'initial': '8192'}}                     | execCPUAffinity.initial: 8192, expected a list such as 0-3,7
          {'execCPUAffinity': {'initial': '0,'}}                       | execCPUAffinity.initial: 0,, expected a list such as 0-3,7
          {'execCPUAffinity': {'initial': '-1'}}                       | execCPUAffinity.initial: -1, expected a list such as 0-3,7
          {'execCPUAffinity': {'final': '0 -1'}}                       | execCPUAffinity.final: 0 -1, expected a list such as 0-3,7
          {'execCPUAffinity': {'final': '4294967296'}}                 | execCPUAffinity.final: 4294967296, expected a list such as 0-3,7
          {'execCPUAffinity': {'final': '0-1-2'}}                      | execCPUAffinity.final: 0-1-2, expected a list such as 0-3,7
          """)
  void namesWhatItCannotTake(String process, String message) {
    JsonException e = assertThrows(JsonException.class, () -> Scheduling.parse(object(process)));
    assertEquals("config.json: " + message, e.getMessage());
  }

  @Test
  void readsAMemoryPolicy() throws JsonException {
    assertEquals(
        Optional.of(new MemoryPolicy("MPOL_BIND", 2 | 1 << 15, BitSet.valueOf(new long[] {3}))),
        MemoryPolicy.parse(
            object(
                "{'memoryPolicy': {'mode': 'MPOL_BIND', 'nodes': '0-1',"
                    + " 'flags': ['MPOL_F_STATIC_NODES']}}")));
    assertEquals(
        Optional.of(new MemoryPolicy("MPOL_LOCAL", 4, new BitSet())),
        MemoryPolicy.parse(object("{'memoryPolicy': {'mode': 'MPOL_LOCAL', 'nodes': ''}}")));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'mode': 'MPOL_RANDOM', 'nodes': '0'}                | mode: MPOL_RANDOM, expected one of MPOL_DEFAULT, MPOL_PREFERRED, MPOL_BIND, MPOL_INTERLEAVE, MPOL_LOCAL, MPOL_PREFERRED_MANY, MPOL_WEIGHTED_INTERLEAVE
          {'mode': 'MPOL_BIND', 'nodes': ''}                   | nodes: , but MPOL_BIND needs some
          {'mode': 'MPOL_BIND'}                                | nodes: none, but MPOL_BIND needs some
          {'mode': 'MPOL_DEFAULT', 'nodes': '0'}               | nodes: 0, but MPOL_DEFAULT takes no nodes
          {'mode': 'MPOL_LOCAL', 'nodes': '1'}                 | nodes: 1, but MPOL_LOCAL takes no nodes
          {'mode': 'MPOL_BIND', 'nodes': '1024'}               | nodes: 1024, expected a list such as 0-3,7
          {'mode': 'MPOL_BIND', 'nodes': '0', 'flags': ['X']}  | flags: X, expected one of MPOL_F_NUMA_BALANCING, MPOL_F_RELATIVE_NODES, MPOL_F_STATIC_NODES
          """)
  void namesWhatIsNoMemoryPolicy(String policy, String message) {
    JsonException e =
        assertThrows(
            JsonException.class,
            () -> MemoryPolicy.parse(object("{'memoryPolicy': " + policy + "}")));
    assertEquals("config.json: memoryPolicy." + message, e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'domain': 'LINUX64'}                                      | domain: LINUX64, expected one of LINUX, LINUX32
          {'domain': 'LINUX', 'flags': ['ADDR_NO_RANDOMIZE']}        | flags: [ADDR_NO_RANDOMIZE], but there are none
          """)
  void namesWhatIsNoPersonality(String personality, String message) {
    JsonException e =
        assertThrows(
            JsonException.class,
            () -> LinuxSpec.parse(object("{'personality': " + personality + "}")));
    assertEquals("config.json: personality." + message, e.getMessage());
  }

  private static JsonObject object(String text) throws JsonException {
    return Json.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "config.json");
  }
}
