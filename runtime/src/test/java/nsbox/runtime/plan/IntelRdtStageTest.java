package nsbox.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.json.JsonException;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.UnsupportedSpecException;
import nsbox.runtime.testing.LaunchedProgram;
import nsbox.runtime.testing.LaunchedProgram.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Groups of resctrl: on directories that look like it, for few machines have it.
class IntelRdtStageTest {
  @TempDir Path resctrl;
  private final Instructions monitor = new Instructions();
  private final Instructions init = new Instructions();
  private final Instructions teardown = new Instructions();

  @BeforeEach
  void makeRoot() throws Exception {
    Files.writeString(resctrl.resolve("schemata"), "");
    Files.writeString(resctrl.resolve("tasks"), "");
  }

  private void add(String rdt) throws Exception {
    try (RealOverlay overlay = new RealOverlay("rdt", 1)) {
      IntelRdtStage stage =
          new IntelRdtStage(
              overlay.with("linux.intelRdt", rdt).command("x").spec().linux().intelRdt(),
              "c1",
              resctrl);
      stage.create(monitor);
      stage.join(init);
      stage.remove(teardown);
    }
  }

  private String steps(Instructions section) {
    StringBuilder text = new StringBuilder();
    for (Instruction step : section.list()) {
      text.append(step.opcode().text());
      for (Object argument : step.arguments()) {
        text.append(' ');
        text.append(
            argument instanceof byte[] bytes
                ? new String(bytes, StandardCharsets.UTF_8).replace("\n", "~")
                : argument.toString().replace(resctrl.toString(), ""));
      }
      text.append('\n');
    }
    return text.toString();
  }

  private void makeGroup(String name, String schemata) throws Exception {
    Files.createDirectories(resctrl.resolve(name));
    Files.writeString(resctrl.resolve(name).resolve("schemata"), schemata);
    Files.writeString(resctrl.resolve(name).resolve("tasks"), "");
  }

  @Test
  void makesAGroupOfTheContainersOwn() throws Exception {
    add(
        "{'l3CacheSchema': 'L3:0=f\\nMB:0=1', 'memBwSchema': 'MB:0=20', 'schemata': ['L2:0=3'],"
            + " 'enableMonitoring': true}");
    assertEquals(
        """
        mkdir /c1 493
        write_file /c1/schemata L3:0=f~MB:0=20~ 0 0
        write_file /c1/schemata L2:0=3~ 0 0
        mkdir /c1/mon_groups/c1 493
        """,
        steps(monitor));
    assertEquals(
        "write_file /c1/tasks 0 0 0\nwrite_file /c1/mon_groups/c1/tasks 0 0 0\n", steps(init));
    assertEquals("rmdir /c1/mon_groups/c1\nrmdir /c1\n", steps(teardown));
  }

  @Test
  void takesAGroupThatIsThere() throws Exception {
    makeGroup("guests", "    L3:0=f\n    MB:0=20\n");
    add("{'closID': 'guests', 'l3CacheSchema': 'L3:0=f'}");
    assertEquals("", steps(monitor));
    assertEquals("write_file /guests/tasks 0 0 0\n", steps(init));
    assertEquals("", steps(teardown));
  }

  @Test
  void takesTheGroupOfEverybody() throws Exception {
    add("{'closID': '/', 'schemata': ['MB:0=50']}");
    assertEquals("write_file /schemata MB:0=50~ 0 0\n", steps(monitor));
    assertEquals("write_file /tasks 0 0 0\n", steps(init));
    assertEquals("", steps(teardown));
  }

  @Test
  void keepsANewGroupThatHasAName() throws Exception {
    add("{'closID': 'new', 'memBwSchema': 'MB:0=10'}");
    assertEquals("mkdir /new 493\nwrite_file /new/schemata MB:0=10~ 0 0\n", steps(monitor));
    assertEquals("", steps(teardown));
  }

  @Test
  void refusesAGroupThatHasOtherShares() throws Exception {
    makeGroup("guests", "L3:0=7\n");
    UnsupportedSpecException e =
        assertThrows(
            UnsupportedSpecException.class,
            () -> add("{'closID': 'guests', 'l3CacheSchema': 'L3:0=f'}"));
    assertEquals(
        "linux.intelRdt: " + resctrl + "/guests is there and has [L3:0=7], not L3:0=f",
        e.getMessage());
  }

  @Test
  void refusesAGroupThatNobodyDescribes() {
    UnsupportedSpecException e =
        assertThrows(UnsupportedSpecException.class, () -> add("{'closID': 'none'}"));
    assertEquals("linux.intelRdt.closID: none is no group of " + resctrl, e.getMessage());
  }

  @Test
  void refusesWithoutResctrl() throws Exception {
    Files.delete(resctrl.resolve("schemata"));
    UnsupportedSpecException e =
        assertThrows(UnsupportedSpecException.class, () -> add("{'closID': '/'}"));
    assertEquals("linux.intelRdt", e.field());
    assumeFalse(Files.exists(Path.of("/sys/fs/resctrl/schemata")), "this host has resctrl");
    UnsupportedSpecException here =
        assertThrows(
            UnsupportedSpecException.class,
            () -> new LaunchFixture().with("linux.intelRdt", "{'closID': '/'}").compile());
    assertEquals(
        "linux.intelRdt: no resctrl is mounted on /sys/fs/resctrl of this host", here.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'closID': 'a/b'}                 | closID: a/b is no name of a group
          {'closID': '..'}                  | closID: .. is no name of a group
          {'closID': 'mon_groups'}          | closID: mon_groups is no name of a group
          {'memBwSchema': 'L3:0=1'}         | memBwSchema: L3:0=1 does not begin with MB:
          {'memBwSchema': 'MB:0=1\\nMB:1=1'} | memBwSchema: more than one line
          """)
  void namesWhatIsNone(String rdt, String message) {
    JsonException e = assertThrows(JsonException.class, () -> add(rdt));
    assertEquals("config.json: linux.intelRdt." + message, e.getMessage());
  }

  @Test
  void joinsByARealProcess() throws Exception {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "mounts need root");
    makeGroup("guests", "L3:0=f\n");
    add("{'closID': 'guests', 'schemata': ['MB:0=30']}");
    try (RealOverlay overlay = new RealOverlay("rdt", 1)) {
      Program plain = overlay.sh("echo started").compile();
      Instructions all = new Instructions();
      for (Instruction step : plain.init()) {
        all.add(step);
        if (step.opcode() == Opcode.DIE_WITH_MONITOR && all.list().size() == 1) {
          init.list().forEach(all::add);
        }
      }
      monitor.list().forEach(step -> assertEquals(Opcode.WRITE_FILE, step.opcode()));
      Instructions before = new Instructions();
      monitor.list().forEach(before::add);
      plain.monitor().forEach(before::add);
      assertEquals(
          new Result(0, "started\n"),
          new LaunchedProgram(
                  overlay.folder.resolve("home"),
                  new Program(before.list(), all.list(), plain.teardown()))
              .run());
    }
    assertEquals("0", Files.readString(resctrl.resolve("guests/tasks")));
    assertEquals("MB:0=30\n", Files.readString(resctrl.resolve("guests/schemata")));
    assertEquals(List.of(), teardown.list());
  }
}
