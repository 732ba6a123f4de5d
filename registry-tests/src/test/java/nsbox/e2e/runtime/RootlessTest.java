package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `nsbox-runtime` called by a user who is not root.
///
/// The user is in an /etc that only its own calls see, over the host's; ids that root has granted
/// to it start at 700000.
final class RootlessTest extends RuntimeTests {
  private static final int USER = 64242;
  private static final int GRANTED = 700_000;
  private static final String NAME = "nsbox-e2e";

  private byte[] spec;

  @Override
  protected void prepare() throws Exception {
    super.prepare();
    Files.setPosixFilePermissions(nsbox.folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path etc = Files.createDirectory(nsbox.folder.resolve("etc"));
    String line = NAME + ":x:" + USER + ":" + USER + "::/tmp:/bin/sh\n";
    Files.writeString(
        etc.resolve("passwd"), Files.readString(Path.of("/etc/passwd")).strip() + "\n" + line);
    for (String file : List.of("subuid", "subgid")) {
      Files.writeString(etc.resolve(file), NAME + ":" + GRANTED + ":65536\n");
    }
    Files.createDirectory(nsbox.folder.resolve("dist"));
    own(Files.createDirectory(nsbox.folder.resolve("user")));
    own(Files.createDirectory(nsbox.folder.resolve("rootless")));
    as("cd rootless && nsbox-runtime spec --rootless").expect(0);
    spec = Files.readAllBytes(nsbox.folder.resolve("rootless/config.json"));
  }

  private static void own(Path path) throws IOException {
    Files.setAttribute(path, "unix:uid", USER, java.nio.file.LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(path, "unix:gid", USER, java.nio.file.LinkOption.NOFOLLOW_LINKS);
  }

  /// Runs a script as the user.
  private Result as(String script, String... arguments) throws Exception {
    return after("", script, arguments);
  }

  /// @param before a script of root's, in the same process
  private Result after(String before, String script, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                program("unshare"),
                "--mount",
                "/bin/sh",
                "-ec",
                """
                mount -t overlay -o lowerdir=etc:/etc overlay /etc
                mount --bind "$DIST" dist
                %s
                exec setpriv --reuid %d --regid %d --clear-groups \\
                  env -i PATH="$PWD/dist/bin:$PATH" XDG_RUNTIME_DIR="$PWD/user" USER=%s sh -c "$@"
                """
                    .formatted(before, USER, USER, NAME),
                "sh",
                script,
                "sh"));
    command.addAll(List.of(arguments));
    return nsbox.start(Map.of("DIST", Nsbox.HOME.toString()), command).finish();
  }

  private Bundle bundle(String name) throws Exception {
    Bundle bundle = new Bundle(nsbox.folder.resolve(name), Path.of(program("busybox")), spec);
    try (var files = Files.walk(bundle.rootfs())) {
      for (Path file : files.toList()) {
        own(file);
      }
    }
    return bundle;
  }

  /// All ids that the user has, its own as root.
  private static Bundle withGrantedIds(Bundle bundle) throws Exception {
    List<JsonObject> ranges = List.of(range(0, USER, 1), range(1, GRANTED, 65536));
    bundle.linux().put("uidMappings", ranges).put("gidMappings", ranges);
    return bundle;
  }

  private static JsonObject range(long inside, long outside, long size) {
    return new JsonObject().put("containerID", inside).put("hostID", outside).put("size", size);
  }

  private Result runAs(Bundle bundle, String... words) throws Exception {
    String options = String.join(" ", words);
    Result result =
        as("nsbox-runtime " + options + " run -b $1 $2", bundle.write().toString(), id("one"));
    assertNothingOf("one");
    return result;
  }

  private void assertNothingOf(String name) throws Exception {
    assertFalse(Files.exists(nsbox.folder.resolve("user/nsbox-runtime/" + id(name))));
    /* A planner ends a moment after its front. */
    Nsbox.await(
        "the end of the user's processes",
        () -> {
          Result left = nsbox.sh("ps -o pid= -o args= -u " + USER + " | grep -v defunct");
          return left.out().isEmpty();
        });
  }

  @Test
  void runsWhatSpecWritesAsTheCallerAlone() throws Exception {
    Bundle bundle =
        bundle("alone")
            .script(
                "id; cat /proc/self/uid_map /proc/self/setgroups; touch /tmp/made;"
                    + " grep -E '^(CapEff|Groups|Seccomp):' /proc/self/status;"
                    + " echo x >/dev/null && cat /dev/null; echo said >/dev/stderr");
    assertEquals(
        new Result(
            0,
            """
            uid=0 gid=0
                     0      64242          1
            deny
            Groups:	\s
            CapEff:	0000000000000420
            Seccomp:	2
            """,
            "said\n"),
        runAs(bundle));
    assertEquals(USER, Files.getAttribute(bundle.rootfs().resolve("tmp/made"), "unix:uid"));
  }

  @Test
  void livesThroughAllOfItsStates() throws Exception {
    Bundle bundle = bundle("lifecycle").arguments("sleep", "100");
    Result result =
        as(
            """
            runtime=nsbox-runtime
            status() { $runtime state $2 | grep -o '"status": "[a-z]*"'; }
            $runtime create --pid-file $XDG_RUNTIME_DIR/pid -b $1 $2 </dev/null >/dev/null 2>&1 || exit 99
            status "$@"
            $runtime exec $2 cat /proc/1/comm
            $runtime start $2
            status "$@"
            $runtime exec $2 sh -c 'id; exit 7'; echo $?
            $runtime list -q
            ls $XDG_RUNTIME_DIR/nsbox-runtime
            $runtime ps $2
            $runtime pause $2
            $runtime update --memory 50m $2
            $runtime delete $2
            $runtime kill $2 KILL
            while [ -e /proc/$(cat $XDG_RUNTIME_DIR/pid)/exe ]; do sleep 0.02; done
            status "$@"
            $runtime delete $2; echo $?
            rm $XDG_RUNTIME_DIR/pid
            """,
            bundle.write().toString(),
            id("life"));
    assertEquals(
        """
        "status": "created"
        nsbox
        "status": "running"
        uid=0 gid=0
        7
        ID
        ID
        "status": "stopped"
        0
        """
            .replace("ID", id("life")),
        result.out());
    assertEquals(
        """
        nsbox-runtime: container ID has no cgroup, so nobody knows its processes
        nsbox-runtime: container ID has no cgroup that could pause it
        nsbox-runtime: linux.resources.memory.limit: the container has no cgroup in \
        /sys/fs/cgroup; who makes it has no right to one there, unless root delegates it
        nsbox-runtime: cannot delete container ID that is not stopped: running
        """
            .replace("ID", id("life")),
        result.err().replaceAll("/sys/fs/cgroup[^;]*", "/sys/fs/cgroup"));
    assertEquals(0, result.code());
    assertNothingOf("life");
  }

  @Test
  void mapsTheIdsThatRootHasGranted() throws Exception {
    Bundle bundle = withGrantedIds(bundle("granted"));
    Files.setPosixFilePermissions(
        bundle.rootfs().resolve("tmp"), PosixFilePermissions.fromString("rwxrwxrwx"));
    bundle
        .process()
        .put(
            "user",
            new JsonObject()
                .put("uid", 1000)
                .put("gid", 100)
                .put("additionalGids", List.of(5L, 6L)));
    bundle.script("id; cat /proc/self/setgroups; touch /tmp/made; echo said >/dev/stdout");
    assertEquals(new Result(0, "uid=1000 gid=100 groups=5,6\nallow\nsaid\n", ""), runAs(bundle));
    Path made = bundle.rootfs().resolve("tmp/made");
    assertEquals(GRANTED + 999, Files.getAttribute(made, "unix:uid"));
    assertEquals(GRANTED + 99, Files.getAttribute(made, "unix:gid"));

    bundle.arguments("sleep", "100");
    Result further =
        as(
            """
            nsbox-runtime run --detach -b $1 $2 </dev/null >/dev/null 2>&1 || exit 99
            nsbox-runtime exec -u 7:8 -g 9 $2 id
            nsbox-runtime delete --force $2
            """,
            bundle.write().toString(),
            id("further"));
    assertEquals("uid=7 gid=8 groups=5,6,9\n", further.out());
    assertEquals("", further.err());
    assertNothingOf("further");
  }

  @Test
  void refusesIdsThatRootHasNotGranted() throws Exception {
    Bundle bundle = bundle("foreign").arguments("true");
    bundle.linux().put("uidMappings", List.of(range(0, USER, 1), range(1, 300_000, 1)));
    Result foreign = runAs(bundle).expect(1);
    assertTrue(
        foreign.err().contains("map linux.uidMappings by " + program("newuidmap")), foreign.err());
    assertTrue(foreign.err().contains("[300000-300001) not allowed"), foreign.err());
  }

  @Test
  void hasAClockOfItsOwn() throws Exception {
    Bundle bundle = bundle("clock").script("cat /proc/uptime; id");
    List<JsonObject> namespaces = new ArrayList<>(bundle.linux().objects("namespaces"));
    namespaces.add(new JsonObject().put("type", "time"));
    bundle
        .linux()
        .put("namespaces", namespaces)
        .put(
            "timeOffsets",
            new JsonObject().put("boottime", new JsonObject().put("secs", 1_000_000_000)));
    Result result = runAs(bundle).expect(0);
    assertTrue(result.out().matches("100[0-9]{7}\\.[0-9.]+ [0-9.]+\nuid=0 gid=0\n"), result.out());
  }

  @Test
  void runsHooksWithTheRightsOfTheCaller() throws Exception {
    Bundle bundle = bundle("hooks").script("id");
    Path seen = nsbox.folder.resolve("user/hook");
    bundle.hook("prestart", "/usr/bin/id -u >" + seen);
    bundle.hook("createRuntime", "/usr/bin/id -g >>" + seen);
    assertEquals(new Result(0, "uid=0 gid=0\n", ""), runAs(bundle));
    assertEquals(USER + "\n" + USER + "\n", Files.readString(seen));
    Files.delete(seen);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"linux": {"resources": {"memory": {"limit": 104857600}}}} | linux.resources.memory.limit: the container has no cgroup in /sys/fs/cgroup
          {"linux": {"resources": {"pids": {"limit": 10}}}} | linux.resources.pids.limit: the container has no cgroup in
          {"linux": {"cgroupsPath": "/nsbox-e2e/one"}} | linux.cgroupsPath: permission denied: user 64242 may not make /sys/fs/cgroup/
          {"linux": {"namespaces": [{"type": "mount"}], "uidMappings": [], "gidMappings": []}} | linux.namespaces: no user namespace, and without one only root can make a container; you are user 64242
          {"linux": {"uidMappings": []}} | linux.uidMappings: a new user namespace needs a mapping of ids
          {"linux": {"gidMappings": [{"containerID": 0, "hostID": 700000, "size": 1}]}} | linux.gidMappings: your own id 64242 is in none of these ranges
          {"linux": {"namespaces": [{"type": "user"}, {"type": "mount"}, {"type": "network", "path": "/proc/1/ns/net"}]}} | linux.namespaces: who is not root cannot join the network namespace /proc/1/ns/net
          {"process": {"user": {"uid": 1000, "gid": 0}}} | process.user.uid: 1000 is not mapped
          {"process": {"user": {"uid": 0, "gid": 100}}} | process.user.gid: 100 is not mapped
          {"process": {"user": {"uid": 0, "gid": 0, "additionalGids": [0]}}} | process.user.additionalGids: [0], but
          {"mounts": [{"destination": "/tmp", "type": "tmpfs", "source": "t", "options": ["mode=700,gid=5"]}]} | mounts: /tmp: option gid=5: this id is not mapped
          {"mounts": [{"destination": "/tmp", "type": "bind", "source": "/usr", "options": ["bind"], "uidMappings": [{"containerID": 0, "hostID": 64242, "size": 1}], "gidMappings": [{"containerID": 0, "hostID": 64242, "size": 1}]}]} | mounts: /tmp: only root can map the ids of a mount
          """)
  void refusesWhatTakesRoot(String changes, String message) throws Exception {
    Bundle bundle = bundle("refused-" + Integer.toHexString(changes.hashCode())).arguments("true");
    JsonObject changed = Json.parse(changes.getBytes(), "changes");
    for (String group : changed.members().keySet()) {
      if (group.equals("mounts")) {
        bundle.config().put(group, changed.objects(group));
        continue;
      }
      changed.object(group).members().forEach((name, value) -> put(bundle, group, name, value));
    }
    Result result = runAs(bundle).expect(1);
    assertTrue(result.err().startsWith("nsbox-runtime: " + message), result.err());
    assertEquals("", result.out());
  }

  private static void put(Bundle bundle, String group, String name, Object value) {
    try {
      bundle.config().object(group).put(name, value);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void hasLimitsInCgroupsThatRootHasDelegated() throws Exception {
    assumeTrue(
        Files.isDirectory(Path.of("/sys/fs/cgroup/memory")),
        "no cgroups of version 1; those of version 2 are tested in a machine of their own");
    Bundle bundle = bundle("delegated").script("cat /proc/self/cgroup | grep -E ':(memory|pids):'");
    bundle
        .linux()
        .put(
            "resources",
            new JsonObject()
                .put("memory", new JsonObject().put("limit", 104_857_600))
                .put("pids", new JsonObject().put("limit", 20)));
    bundle.withoutNamespace("cgroup");
    String group = NAME + "-" + ProcessHandle.current().pid();
    String delegate =
        """
        for controller in memory pids; do
          mkdir /sys/fs/cgroup/$controller/GROUP
          chown USER /sys/fs/cgroup/$controller/GROUP /sys/fs/cgroup/$controller/GROUP/cgroup.procs
          echo $$ >/sys/fs/cgroup/$controller/GROUP/cgroup.procs
        done
        """
            .replace("GROUP", group)
            .replace("USER", Integer.toString(USER));
    String read =
        "cat /sys/fs/cgroup/memory/"
            + group
            + "/$2/memory.limit_in_bytes "
            + "/sys/fs/cgroup/pids/"
            + group
            + "/$2/pids.max\n";
    try {
      bundle.arguments("sleep", "100");
      Result result =
          after(
              delegate,
              """
              nsbox-runtime run --detach -b $1 $2 </dev/null >/dev/null 2>&1 || exit 99
              READ
              nsbox-runtime ps -f json $2 | wc -w
              nsbox-runtime update --memory 50m --memory-swap 100m $2
              READ
              nsbox-runtime delete --force $2
              ls -d /sys/fs/cgroup/*/GROUP/$2
              """
                  .replace("READ", read)
                  .replace("GROUP", group),
              bundle.write().toString(),
              id("limited"));
      assertEquals("104857600\n20\n1\n52428800\n20\n", result.out());
      assertTrue(result.err().startsWith("ls: cannot access"), result.err());
      assertNothingOf("limited");
    } finally {
      nsbox.sh("rmdir /sys/fs/cgroup/*/" + group).expect(0);
    }
  }

  @Test
  void takesTheOptionRootlessAsItIsGiven() throws Exception {
    Bundle bundle = bundle("option").script("id");
    assertEquals(new Result(0, "uid=0 gid=0\n", ""), runAs(bundle, "--rootless=true"));
    assertEquals(new Result(0, "uid=0 gid=0\n", ""), runAs(bundle, "--rootless=auto"));
    Result strict = runAs(bundle, "--rootless=false").expect(1);
    assertTrue(strict.err().contains("create the cgroup /sys/fs/cgroup/"), strict.err());
    assertTrue(strict.err().endsWith("permission denied.\n"), strict.err());
    Result inScope = runAs(bundle, "--systemd-cgroup").expect(1);
    assertTrue(
        inScope.err().startsWith("nsbox-runtime: cgroup manager systemd: only root"),
        inScope.err());
    /* Root asks for it, and needs nothing of it. */
    Bundle roots = bundle().script("id");
    assertEquals(
        new Result(0, "uid=0 gid=0\n", ""),
        runtime("--rootless=true", "run", "-b", roots.write().toString(), id("root")));
  }

  /* As podman calls a runtime for a user: root of a user namespace that the user has made. */
  @Test
  void isRootOfAUserNamespace() throws Exception {
    Bundle bundle = bundle("nested").script("id; cat /proc/self/uid_map; ls /dev/null");
    bundle.withoutNamespace("user");
    bundle.linux().remove("uidMappings");
    bundle.linux().remove("gidMappings");
    Result result =
        as(
            "unshare --map-root-user --mount nsbox-runtime run -b $1 $2;"
                + " ls -d $XDG_RUNTIME_DIR/nsbox-runtime",
            bundle.write().toString(),
            id("nested"));
    assertEquals(
        "uid=0 gid=0\n         0      64242          1\n/dev/null\n"
            + nsbox.folder
            + "/user/nsbox-runtime\n",
        result.out());
    assertEquals("", result.err());
    assertNothingOf("nested");
  }

  @Test
  void saysWhereItsContainersAreToBe() throws Exception {
    assertEquals(
        new Result(
            1,
            "",
            "nsbox-runtime: /run/nsbox-runtime is for root's containers; you are user 64242, and"
                + " XDG_RUNTIME_DIR names no folder of your own\n  Set it, or use --root.\n"),
        as("unset XDG_RUNTIME_DIR; exec nsbox-runtime list"));
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: this version runs as root only; you are user 64242\n"
                + "  Use sudo, or become root. nsbox-runtime alone runs as any user.\n"),
        as("exec nsbox ps"));
  }
}
