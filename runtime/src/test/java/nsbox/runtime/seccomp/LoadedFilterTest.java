package nsbox.runtime.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import nsbox.json.Json;
import nsbox.runtime.testing.SystemCall;
import org.junit.jupiter.api.Test;

/// The default profile in the kernel: loaded into one thread, which dies with the test.
class LoadedFilterTest {
  private static final int EPERM = -1;
  private static final int EBADF = -9;
  private static final int ENOSYS = -38;
  private static final int SOCKET = 41;
  private static final int IOCTL = 16;
  private static final int PRCTL = 157;
  private static final int SECCOMP = 317;
  private static final int SET_NO_NEW_PRIVS = 38;
  private static final int SET_MODE_FILTER = 1;

  @Test
  void guardsCallsOfARealThread() throws Exception {
    filtered(() -> {
      assertTrue(SystemCall.call(39) > 0, "getpid");
      assertTrue(SystemCall.call(SOCKET, 1, 1, 0) > 0, "socket AF_UNIX");
      assertEquals(EPERM, SystemCall.call(SOCKET, 38, 5, 0), "socket AF_ALG");
      assertEquals(EPERM, SystemCall.call(SOCKET, 1L << 32 | 38, 5, 0), "AF_ALG, upper word");
      assertEquals(EPERM, SystemCall.call(SOCKET, 40, 1, 0), "socket AF_VSOCK");
      assertEquals(EPERM, SystemCall.call(272, 0x10000000), "unshare CLONE_NEWUSER");
      assertEquals(EPERM, SystemCall.call(425, 1, 0), "io_uring_setup");
      assertEquals(EPERM, SystemCall.call(250, 0, -1, 0), "keyctl");
      assertEquals(ENOSYS, SystemCall.call(435, 0, 0), "clone3");
      assertEquals(ENOSYS, SystemCall.call(999), "a call of the future");
      return null;
    });
  }

  @Test
  void refusesToTypeIntoTheTerminalHoweverItIsAsked() throws Exception {
    filtered(() -> {
      assertEquals(EPERM, SystemCall.call(IOCTL, -1, 0x5412), "TIOCSTI");
      assertEquals(EPERM, SystemCall.call(IOCTL, -1, 1L << 32 | 0x5412), "upper word");
      assertEquals(EPERM, SystemCall.call(IOCTL, -1, 0x541c), "TIOCLINUX");
      for (long request :
          new long[] {0x5401, 0x5410, 0x5413, 0x541b, 0x541e, 0xffffffff80045430L}) {
        assertEquals(EBADF, SystemCall.call(IOCTL, -1, request), "request " + request);
      }
      return null;
    });
  }

  @Test
  void isInheritedByPrograms() throws Exception {
    filtered(() -> {
      Process shell =
          new ProcessBuilder("/bin/sh", "-c", "grep Seccomp: /proc/self/status; unshare -U true")
              .redirectErrorStream(true)
              .start();
      String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(output.startsWith("Seccomp:\t2\n"), output);
      assertTrue(shell.waitFor() != 0 && output.contains("not permitted"), output);
      return null;
    });
  }

  /// Runs checks in a thread that has loaded the default profile.
  private static void filtered(Callable<Void> checks) throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "the numbers are those of x86-64");
    byte[] program;
    try (var resource = LoadedFilterTest.class.getResourceAsStream("nsbox-default-amd64.json")) {
      program = SeccompCompiler.compile(Seccomp.parse(Json.parse(resource.readAllBytes(), "p")));
    }
    FutureTask<Void> task =
        new FutureTask<>(() -> {
          load(program);
          return checks.call();
        });
    Thread thread = new Thread(task, "filtered");
    thread.start();
    task.get();
    thread.join();
  }

  private static void load(byte[] program) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment filter = arena.allocate(program.length, 8);
      filter.copyFrom(MemorySegment.ofArray(program));
      MemorySegment header = arena.allocate(16, 8);
      header.set(ValueLayout.JAVA_SHORT, 0, (short) (program.length / 8));
      header.set(ValueLayout.ADDRESS, 8, filter);
      assertEquals(0, SystemCall.call(PRCTL, SET_NO_NEW_PRIVS, 1));
      assertEquals(0, SystemCall.call(SECCOMP, SET_MODE_FILTER, 0, header.address()));
    }
  }
}
