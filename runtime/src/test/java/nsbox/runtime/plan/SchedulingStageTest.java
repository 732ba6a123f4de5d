package nsbox.runtime.plan;

import static nsbox.runtime.plan.LaunchFixture.all;
import static nsbox.runtime.plan.LaunchFixture.places;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.testing.LaunchedProgram;
import nsbox.runtime.testing.LaunchedProgram.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the kernel says of a process that was started with the fields on scheduling.
class SchedulingStageTest {
  private static final int EINVAL = 22;

  private static Result run(String field, String value, String script) throws Exception {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "mounts need root");
    try (RealOverlay overlay = new RealOverlay("scheduled", 1)) {
      return overlay.with(field, value).sh(script).launched().run();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '`',
      textBlock =
          """
          {'policy': 'SCHED_BATCH', 'nice': 7}   @ scheduling policy: SCHED_BATCH; 7
          {'policy': 'SCHED_IDLE'}               @ scheduling policy: SCHED_IDLE; 0
          {'policy': 'SCHED_OTHER', 'nice': -5}  @ scheduling policy: SCHED_OTHER; -5
          {'policy': 'SCHED_OTHER', 'nice': 3, 'flags': ['SCHED_FLAG_RESET_ON_FORK']} @ scheduling policy: SCHED_OTHER|SCHED_RESET_ON_FORK; 3
          """)
  void schedulesAsAsked(String scheduler, String expected) throws Exception {
    String script =
        "chrt -p $$ | sed -n '1s/.*current //p' | tr '\\n' ';'; echo \" $(cut -d' ' -f19 /proc/$$/stat)\"";
    assertEquals(new Result(0, expected + "\n"), run("process.scheduler", scheduler, script));
  }

  @Test
  void keepsADeadline() throws Exception {
    Result result =
        run(
            "process.scheduler",
            "{'policy': 'SCHED_DEADLINE', 'runtime': 10000000, 'deadline': 20000000,"
                + " 'period': 30000000, 'flags': ['SCHED_FLAG_RESET_ON_FORK']}",
            "grep -E '^(policy|dl.runtime|dl.deadline)' /proc/$$/sched | tr -d ' '; chrt -p $$");
    assertEquals(0, result.code(), result.text());
    assertTrue(result.text().contains("SCHED_DEADLINE"), result.text());
    assertTrue(result.text().contains("10000000/20000000/30000000"), result.text());
  }

  /* Its period may not be shorter than its deadline. */
  @Test
  void saysWhichFieldTheKernelDidNotTake() throws Exception {
    Result result =
        run(
            "process.scheduler",
            "{'policy': 'SCHED_DEADLINE', 'runtime': 10, 'deadline': 5, 'period': 1}",
            "echo started");
    assertEquals(
        new Result(125, "schedule by process.scheduler: SCHED_DEADLINE: " + EINVAL), result);
  }

  @ParameterizedTest
  @CsvSource({
    "IOPRIO_CLASS_RT, 2, realtime: prio 2",
    "IOPRIO_CLASS_BE, 6, best-effort: prio 6",
    "IOPRIO_CLASS_IDLE, 0, idle"
  })
  void ordersIoAsAsked(String name, int priority, String expected) throws Exception {
    assertEquals(
        new Result(0, expected + "\n"),
        run(
            "process.ioPriority",
            "{'class': '" + name + "', 'priority': " + priority + "}",
            "ionice -p $$"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          'MPOL_BIND', 'nodes': '0', 'flags': ['MPOL_F_STATIC_NODES'] | bind=static:0
          'MPOL_BIND', 'nodes': '0'                                   | bind:0
          'MPOL_INTERLEAVE', 'nodes': '0'                             | interleave:0
          'MPOL_PREFERRED', 'nodes': '0'                              | prefer:0
          'MPOL_LOCAL'                                                | local
          'MPOL_DEFAULT'                                              | default
          """,
      quoteCharacter = '`')
  void takesMemoryAsAsked(String policy, String expected) throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/numa_maps")), "the kernel knows no memory nodes");
    assertEquals(
        new Result(0, expected + "\n"),
        run(
            "linux.memoryPolicy",
            "{'mode': " + policy + "}",
            "head -n 1 /proc/self/numa_maps | cut -d ' ' -f 2"));
  }

  @Test
  void saysWhichMemoryTheKernelDoesNotHave() throws Exception {
    assertEquals(
        new Result(125, "take memory by linux.memoryPolicy: MPOL_BIND {1000}: " + EINVAL),
        run("linux.memoryPolicy", "{'mode': 'MPOL_BIND', 'nodes': '1000'}", "echo started"));
  }

  @Test
  void isA32BitMachineWhereAsked() throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "each machine has its own names");
    assertEquals(
        new Result(0, "i686\n00000008\n"),
        run("linux.personality", "{'domain': 'LINUX32'}", "uname -m; cat /proc/self/personality"));
    assertEquals(
        new Result(0, "x86_64\n00000000\n"),
        run("linux.personality", "{'domain': 'LINUX'}", "uname -m; cat /proc/self/personality"));
  }

  /* The commands for a process in a running container take these steps into their own program. */
  @Test
  void runsAProcessThatJoinsOnItsCpus() throws Exception {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "mounts need root");
    try (RealOverlay overlay = new RealOverlay("scheduled", 1)) {
      overlay
          .with("process.execCPUAffinity", "{'initial': '0-63', 'final': '0'}")
          .sh("grep Cpus_allowed_list /proc/self/status");
      Program plain = overlay.compile();
      assertEquals(0, all(plain, Opcode.CPU_AFFINITY).size());
      Instructions init = new Instructions();
      SchedulingStage stage = new SchedulingStage(overlay.spec().process(), init);
      stage.affinityBeforeCgroup();
      stage.affinityAfterCgroup();
      for (Instruction step : plain.init()) {
        init.add(step);
      }
      Program program = new Program(plain.monitor(), init.list(), plain.teardown());
      assertEquals(
          new Result(0, "Cpus_allowed_list:\t0\n"),
          new LaunchedProgram(overlay.folder.resolve("home"), program).run());
    }
  }

  /* Raising a priority takes rights that are about to go. */
  @Test
  void comesBeforeTheRightsGo() throws Exception {
    Map<Opcode, Integer> places =
        places(
            new LaunchFixture()
                .with("process.scheduler", "{'policy': 'SCHED_FIFO', 'priority': 3}")
                .with("process.ioPriority", "{'class': 'IOPRIO_CLASS_RT'}")
                .with("linux.personality", "{'domain': 'LINUX'}")
                .with("linux.memoryPolicy", "{'mode': 'MPOL_LOCAL'}")
                .compile());
    for (Opcode opcode :
        new Opcode[] {
          Opcode.SCHEDULER, Opcode.IO_PRIORITY, Opcode.PERSONALITY, Opcode.MEMORY_POLICY
        }) {
      assertTrue(places.get(opcode) < places.get(Opcode.SECCOMP), opcode.text());
      assertTrue(places.get(opcode) < places.get(Opcode.BOUNDING_SET), opcode.text());
    }
  }
}
