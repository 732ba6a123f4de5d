package nsbox.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.runtime.testing.SystemCall;
import org.junit.jupiter.api.Test;

/// Device programs in the kernel: attached to a cgroup of their own that a shell joins.
class LoadedDeviceProgramTest {
  /// The verifier refuses a program whose log does not fit.
  private static final int LOG_BYTES = 1 << 23;

  private static final int OPEN = 2;
  private static final int CLOSE = 3;
  private static final int BPF = 321;
  private static final int O_DIRECTORY = 0200000;
  private static final int PROG_LOAD = 5;
  private static final int PROG_ATTACH = 8;
  private static final int CGROUP_DEVICE = 15;
  private static final int ATTACH_DEVICE = 6;

  @Test
  void forbidsAndAllowsOpeningDevices() throws Exception {
    List<DeviceRule> rules =
        List.of(
            new DeviceRule(false, 'a', -1, -1, "rwm"),
            new DeviceRule(true, 'c', 1, 3, "rw"),
            new DeviceRule(true, 'c', 1, 5, "rw"),
            new DeviceRule(false, 'c', 1, 5, "w"));
    String output =
        run(
            rules,
            "for d in null zero full; do"
                + " ( : < /dev/$d ) 2>&- && echo $d read;"
                + " ( : > /dev/$d ) 2>&- && echo $d written; done;"
                + " mknod node c 1 3 2>&- || echo not made");
    assertEquals("null read\nnull written\nzero read\nnot made\n", output);
  }

  @Test
  void loadsWithoutRulesAndWithMany() throws Exception {
    assertEquals("refused\n", run(List.of(), "( : < /dev/null ) 2>&- || echo refused"));
    DeviceRule[] many = new DeviceRule[200];
    for (int i = 0; i < many.length; i++) {
      many[i] =
          new DeviceRule(i % 3 != 0, i % 2 == 0 ? 'b' : 'c', 200, i, i % 5 == 0 ? "rwm" : "r");
    }
    assertEquals("refused\n", run(List.of(many), "( : < /dev/null ) 2>&- || echo refused"));
    assertEquals(
        "read\n",
        run(List.of(new DeviceRule(true, 'a', -1, -1, "rwm")), ": < /dev/null && echo read"));
  }

  /// What a shell prints that runs in a cgroup with these rules.
  private static String run(List<DeviceRule> rules, String script) throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "the numbers are those of x86-64");
    assumeTrue("root".equals(System.getProperty("user.name")), "only root loads device programs");
    Path cgroup = Files.createTempDirectory(hierarchy(), "nsbox-device-test-");
    Path scratch = Files.createTempDirectory("nsbox-device-test-");
    try {
      attach(DeviceProgram.compile(rules), cgroup);
      Process shell =
          new ProcessBuilder("/bin/sh", "-c", "echo $$ > " + cgroup + "/cgroup.procs; " + script)
              .directory(scratch.toFile())
              .redirectErrorStream(true)
              .start();
      String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      shell.waitFor();
      return output;
    } finally {
      Files.deleteIfExists(scratch.resolve("node"));
      Files.delete(scratch);
      Files.delete(cgroup);
    }
  }

  private static Path hierarchy() {
    for (String mount : new String[] {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
      if (Files.exists(Path.of(mount, "cgroup.controllers"))) {
        return Path.of(mount);
      }
    }
    return abort("no cgroup v2 hierarchy is mounted");
  }

  private static void attach(byte[] program, Path cgroup) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment instructions = arena.allocate(program.length, 8);
      instructions.copyFrom(MemorySegment.ofArray(program));
      MemorySegment log = arena.allocate(LOG_BYTES);
      MemorySegment load = arena.allocate(128, 8);
      load.set(ValueLayout.JAVA_INT, 0, CGROUP_DEVICE);
      load.set(ValueLayout.JAVA_INT, 4, program.length / DeviceProgram.INSTRUCTION_BYTES);
      load.set(ValueLayout.ADDRESS, 8, instructions);
      load.set(ValueLayout.ADDRESS, 16, arena.allocateFrom("none"));
      load.set(ValueLayout.JAVA_INT, 24, 1);
      load.set(ValueLayout.JAVA_INT, 28, LOG_BYTES);
      load.set(ValueLayout.ADDRESS, 32, log);
      long loaded = SystemCall.call(BPF, PROG_LOAD, load.address(), 128);
      assertTrue(loaded > 0, () -> "bpf(2) gave " + loaded + ": " + log.getString(0));

      long directory =
          SystemCall.call(OPEN, arena.allocateFrom(cgroup.toString()).address(), O_DIRECTORY);
      MemorySegment attach = arena.allocate(128, 8);
      attach.set(ValueLayout.JAVA_INT, 0, (int) directory);
      attach.set(ValueLayout.JAVA_INT, 4, (int) loaded);
      attach.set(ValueLayout.JAVA_INT, 8, ATTACH_DEVICE);
      assertEquals(0, SystemCall.call(BPF, PROG_ATTACH, attach.address(), 128));
      SystemCall.call(CLOSE, directory);
      SystemCall.call(CLOSE, loaded);
    }
  }
}
