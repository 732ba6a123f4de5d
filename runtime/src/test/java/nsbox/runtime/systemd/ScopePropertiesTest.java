package nsbox.runtime.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;
import nsbox.runtime.cgroup.CgroupWrite;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.cgroup.ResourceWrites;
import nsbox.runtime.cgroup.Resources;
import nsbox.runtime.spec.UnsupportedSpecException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScopePropertiesTest {
  private static final CgroupLayout UNIFIED =
      new CgroupLayout(List.of(new Hierarchy("", "/no/such/mount", "/")));

  private static List<UnitProperty> limits(String resources) throws Exception {
    ContainerCgroup cgroup = ContainerCgroup.of(UNIFIED, "/system.slice/nsbox-web.scope");
    List<CgroupWrite> writes = ResourceWrites.of(Resources.parse(json(resources)), cgroup);
    return ScopeProperties.of(writes, true);
  }

  private static JsonObject json(String quoted) throws Exception {
    return Json.parse(quoted.replace('\'', '"').getBytes(UTF_8), "resources");
  }

  private static String text(String resources) throws Exception {
    return text(limits(resources));
  }

  private static String text(List<UnitProperty> limits) {
    Map<String, String> sorted = new TreeMap<>();
    for (UnitProperty limit : limits) {
      sorted.put(
          limit.name(),
          limit.value() instanceof Long number
              ? Long.toUnsignedString(number)
              : java.util.HexFormat.of().formatHex((byte[]) limit.value()));
    }
    return sorted.toString();
  }

  private static final String NONE = "18446744073709551615";

  @Test
  void saysWhatTheFilesSay() throws Exception {
    assertEquals(
        "{AllowedCPUs=87, AllowedMemoryNodes=01, CPUQuotaPerSecUSec=500000,"
            + " CPUQuotaPeriodUSec=50000, CPUWeight=174, IOWeight=4950, MemoryLow=1000,"
            + " MemoryMax=4000, MemorySwapMax=1000, TasksMax=7}",
        text(
            """
            {'memory': {'limit': 4000, 'reservation': 1000, 'swap': 5000},
             'cpu': {'shares': 2048, 'quota': 25000, 'period': 50000, 'cpus': '0-2,7',
               'mems': '0'},
             'blockIO': {'weight': 500},
             'pids': {'limit': 7}}
            """));
  }

  @Test
  void saysNothingWhereNothingIsAsked() throws Exception {
    assertEquals(List.of(), limits("{'memory': {}, 'cpu': {'shares': 0}, 'pids': {'limit': 0}}"));
  }

  @Test
  void saysWhatHasNoLimit() throws Exception {
    assertEquals(
        "{CPUQuotaPerSecUSec="
            + NONE
            + ", CPUQuotaPeriodUSec=100000, MemoryMax="
            + NONE
            + ", MemorySwapMax="
            + NONE
            + ", TasksMax="
            + NONE
            + "}",
        text("{'memory': {'limit': -1}, 'cpu': {'quota': -1}, 'pids': {'limit': -1}}"));
  }

  /* As systemd would round it by itself, but never down. */
  @Test
  void roundsAQuotaUpToWholePercents() throws Exception {
    assertEquals(
        "{CPUQuotaPerSecUSec=260000, CPUQuotaPeriodUSec=100000}",
        text("{'cpu': {'quota': 25001}}"));
  }

  @Test
  void takesTheValueThatIsWrittenLast() throws Exception {
    assertEquals(
        "{MemoryHigh=94371840, MemoryMax=8192, TasksMax=" + NONE + "}",
        text(
            """
            {'memory': {'limit': 4096}, 'pids': {'limit': 5},
             'unified': {'memory.max': '8k', 'memory.high': '90M', 'pids.max': 'max',
               'cgroup.max.depth': '3'}}
            """));
  }

  @Test
  void isIdleByAWeightOfZero() throws Exception {
    assertEquals("{CPUWeight=0}", text("{'cpu': {'idle': 1, 'shares': 2048}}"));
    assertEquals("{CPUWeight=174}", text("{'cpu': {'idle': 0, 'shares': 2048}}"));
    assertEquals("{CPUWeight=" + NONE + "}", text("{'cpu': {'idle': 0}}"));
  }

  /* What systemd does not know in version 1 stands in no property. */
  @Test
  void saysWhatTheFilesOfVersion1Say() throws Exception {
    CgroupLayout version1 =
        new CgroupLayout(
            List.of(new Hierarchy("cpu,cpuset,memory,blkio,pids", "/no/such/mount", "/")));
    ContainerCgroup cgroup = ContainerCgroup.of(version1, "/system.slice/nsbox-web.scope");
    String resources =
        """
        {'memory': {'limit': 4000, 'reservation': 1000, 'swap': 5000},
         'cpu': {'shares': 2048, 'quota': 25000, 'period': 50000, 'cpus': '0-2,7', 'idle': 1},
         'blockIO': {'weight': 500},
         'pids': {'limit': -1}}
        """;
    assertEquals(
        "{BlockIOWeight=500, CPUQuotaPerSecUSec=500000, CPUQuotaPeriodUSec=50000, CPUShares=2048,"
            + " MemoryLimit=4000, TasksMax="
            + NONE
            + "}",
        text(
            ScopeProperties.of(
                ResourceWrites.of(Resources.parse(json(resources)), cgroup), false)));
    assertEquals(
        "{CPUQuotaPerSecUSec=" + NONE + ", CPUQuotaPeriodUSec=20000, MemoryLimit=" + NONE + "}",
        text(
            ScopeProperties.of(
                ResourceWrites.of(
                    Resources.parse(json("{'memory': {'limit': -1}, 'cpu': {'period': 20000}}")),
                    cgroup),
                false)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          memory.max   | 50%
          memory.max   | k
          cpu.weight   | much
          cpu.max      | 1 0
          cpuset.cpus  | 3-1
          cpuset.cpus  | 0-31:2/16
          cpuset.cpus  | 0-99999999
          """)
  void refusesWhatCannotBeTold(String file, String value) {
    UnsupportedSpecException refusal =
        assertThrows(
            UnsupportedSpecException.class,
            () -> limits("{'unified': {'" + file + "': '" + value + "'}}"));
    assertEquals(
        "linux.resources.unified." + file + ": " + value + ", which cannot be told to systemd",
        refusal.getMessage());
  }

  @Test
  void countsBitsFromTheLowestOfTheFirstByte() {
    assertArrayEquals(new byte[] {(byte) 0x87}, ScopeProperties.bits("0-2,7"));
    assertArrayEquals(new byte[] {0, 2}, ScopeProperties.bits("9"));
  }
}
