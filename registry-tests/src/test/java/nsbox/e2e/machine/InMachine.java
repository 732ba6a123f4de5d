package nsbox.e2e.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/// What classes share whose tests run in a [Machine]: one machine for the class, in it the tree of
/// a small image, and the promise that every test leaves the machine as it was.
///
/// They run beside the tests of the host, of which a machine sees nothing; but there is one machine
/// at a time.
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("machine")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class InMachine {
  /// Busybox, and nothing else; always there, for the machine needs a busybox itself.
  static final String BOX = "box:1";

  /* Cgroups of containers, mounts of theirs, and processes that were started for them. Kernel threads
   * have no command line. */
  private static final String LEFT =
      """
      cd /sys/fs/cgroup
      roots=.
      [ -e cgroup.procs ] || roots=$(find . -mindepth 1 -maxdepth 1 -type d)
      for root in $roots; do
        find $root -mindepth 1 -type d ! -path $root/init.scope ! -path $root/nsbox \\
          ! -path $root/system.slice ! -name '*.service' ! -name '*.mount'
      done
      grep -E ' (/run/nsbox|/scratch/nsbox)' /proc/self/mountinfo
      for process in /proc/[0-9]*; do
        case $(tr '\\0' ' ' <$process/cmdline) in *nsbox*) cat $process/cmdline;; esac
      done 2>/dev/null
      for folder in /run/nsbox /scratch/nsbox/containers; do
        [ ! -d $folder ] || ls $folder
      done
      """;

  protected Machine machine;
  private int bundles;

  @BeforeAll
  final void boot() throws Exception {
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
        "the machine shows the host's files as root sees them, and this is another user");
    machine = start();
    Path tar = Box.write(machine.share.resolve("box.tar"));
    in("mkdir /scratch/box && tar -xf /machine/" + tar.getFileName() + " -C /scratch/box")
        .expect(0);
    prepare();
  }

  /// The machine of this class.
  protected Machine start() throws Exception {
    return Machine.start();
  }

  /// Brings in what all tests of a class need.
  protected void prepare() throws Exception {}

  @AfterEach
  final void nothingIsLeftInTheMachine() throws Exception {
    assertEquals(new Result(0, "", ""), in(LEFT));
  }

  @AfterAll
  final void powerOff() throws Exception {
    if (machine != null) {
      machine.close();
    }
  }

  /// Runs a script in the machine.
  protected final Result in(String script) throws Exception {
    return machine.run(script);
  }

  /// Makes the image [#BOX].
  protected final void importBox() throws Exception {
    in("nsbox import /machine/box.tar " + BOX).expect(0);
  }

  /// A real image, where the host has it; for the machine, it lies at the same place.
  protected static Path layout(String name) {
    return EndToEnd.layout(name);
  }

  /// Writes a bundle on the tree of [#BOX], with all namespaces of its own, that runs a shell
  /// script.
  ///
  /// @param resources the members of `linux.resources`
  /// @return where the bundle is in the machine, for `nsbox-runtime run -b`
  protected final String bundle(String resources, String script) throws Exception {
    String name = "bundle-" + ++bundles;
    Path folder = Files.createDirectory(machine.share.resolve(name));
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"ociVersion": "1.1.0",
         "root": {"path": "/scratch/box"},
         "process": {
           "cwd": "/",
           "user": {"uid": 0, "gid": 0},
           "env": ["PATH=/bin"],
           "args": ["sh", "-c", "%s"]},
         "mounts": [
           {"destination": "/proc", "type": "proc", "source": "proc"},
           {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"},
           {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup"}],
         "linux": {
           "cgroupsPath": "/nsbox/%s",
           "devices": [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229}],
           "resources": {%s},
           "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"},
             {"type": "network"}, {"type": "cgroup"}]}}
        """
            .formatted(escaped(script), name, resources));
    return "/machine/" + name;
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
