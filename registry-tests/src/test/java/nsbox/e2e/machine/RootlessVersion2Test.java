package nsbox.e2e.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// A user who is not root, where cgroup version 2 rules alone.
final class RootlessVersion2Test extends InMachine {
  private static final String USER = "64242";
  private static final String DELEGATED = "/sys/fs/cgroup/nsbox/theirs";

  @Override
  protected void prepare() throws Exception {
    in("""
    cp -a /scratch/box /scratch/theirs && chown -hR USER:USER /scratch/theirs
    mkdir -p /scratch/run && chown USER /scratch/run
    """
            .replace("USER", USER))
        .expect(0);
  }

  /// A bundle of the user's, alone in its user namespace.
  private String userBundle(String cgroupsPath, String resources, String script) throws Exception {
    String bundle = bundle(resources, script);
    Path config = machine.share.resolve(Path.of(bundle).getFileName()).resolve("config.json");
    String ids = "[{\"containerID\": 0, \"hostID\": " + USER + ", \"size\": 1}]";
    Files.writeString(
        config,
        Files.readString(config)
            .replace("/scratch/box", "/scratch/theirs")
            .replaceAll("\"cgroupsPath\": \"[^\"]*\",", cgroupsPath)
            .replace(
                "\"namespaces\": [",
                "\"uidMappings\": %1$s, \"gidMappings\": %1$s, \"namespaces\": [{\"type\": \"user\"}, "
                    .formatted(ids)));
    /* What the machine shares with the host is root's. */
    in("cp -r " + bundle + " /scratch").expect(0);
    return bundle.replace("/machine/", "/scratch/");
  }

  private static String as(String script) {
    return """
    cat >/scratch/script <<'END'
    %s
    END
    setpriv --reuid %s --regid %2$s --clear-groups env XDG_RUNTIME_DIR=/scratch/run sh /scratch/script
    """
        .formatted(script, USER);
  }

  @Test
  void doesWithoutACgroup() throws Exception {
    String bundle = userBundle("", "", "busybox id; ls /sys/fs/cgroup/cgroup.controllers");
    assertEquals(
        new Result(0, "uid=0 gid=0\n/sys/fs/cgroup/cgroup.controllers\n", ""),
        in(as("nsbox-runtime run -b " + bundle + " without")));
    bundle = userBundle("", "\"memory\": {\"limit\": 67108864}", "true");
    Result limited = in(as("nsbox-runtime run -b " + bundle + " without")).expect(1);
    assertTrue(
        limited
            .err()
            .startsWith(
                "nsbox-runtime: linux.resources.memory.limit: the container has no cgroup in /sys/fs/cgroup;"),
        limited.err());
  }

  @Test
  void hasLimitsInACgroupThatRootHasDelegated() throws Exception {
    String bundle =
        userBundle(
            "\"cgroupsPath\": \"/nsbox/theirs/one\",",
            "\"memory\": {\"limit\": 67108864}, \"pids\": {\"limit\": 20}",
            "exec sleep 600");
    Result result =
        in(
            ("""
            mkdir -p DELEGATED/shell
            echo '+memory +pids' >/sys/fs/cgroup/cgroup.subtree_control
            echo '+memory +pids' >/sys/fs/cgroup/nsbox/cgroup.subtree_control
            chown USER DELEGATED DELEGATED/cgroup.procs DELEGATED/cgroup.subtree_control DELEGATED/shell/cgroup.procs
            before=$(sed -n s/^0:://p /proc/self/cgroup)
            echo $$ >DELEGATED/shell/cgroup.procs
            """
                    + as(
                        """
                        nsbox-runtime run --detach -b BUNDLE one </dev/null >/dev/null 2>&1 || exit 99
                        cat DELEGATED/one/memory.max DELEGATED/one/pids.max
                        nsbox-runtime update --memory 50m --memory-swap 100m one
                        cat DELEGATED/one/memory.max
                        nsbox-runtime pause one
                        nsbox-runtime state one | grep status
                        nsbox-runtime delete --force one
                        ls DELEGATED | grep one
                        """)
                    + """
                    echo $$ >/sys/fs/cgroup$before/cgroup.procs
                    rmdir DELEGATED/shell DELEGATED
                    """)
                .replace("DELEGATED", DELEGATED)
                .replace("BUNDLE", bundle)
                .replace("USER", USER));
    assertEquals(new Result(0, "67108864\n20\n52428800\n  \"status\": \"paused\",\n", ""), result);
  }
}
