package nsbox.e2e.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// `checkpoint` and `restore`, by a real criu on a kernel that it knows.
final class CheckpointTest extends InMachine {
  /* `counts` waits until the container has counted on, and says so. */
  private static final String SHELL =
      """
      pid() { nsbox-runtime state $1 | sed -n 's/.*"pid": \\([0-9]*\\),/\\1/p'; }
      status() { nsbox-runtime state $1 | sed -n 's/.*"status": "\\(.*\\)",/\\1/p'; }
      counts() {
        at=$(cat $1)
        for try in $(seq 100); do
          [ "$(cat $1)" -gt "$at" ] && echo counts && return
          sleep 0.1
        done
        echo "stands at $at"
      }
      detached() { nsbox-runtime "$@" </dev/null >/scratch/said 2>&1 || { echo "$*: $?"; cat /scratch/said; }; }
      runs() { nsbox-runtime run --detach -b $bundle $1 </dev/null >/dev/null 2>&1 || echo "run: $?"; }
      images=/scratch/images
      """;

  @Override
  protected void prepare() throws Exception {
    EndToEnd.program("criu");
    EndToEnd.program("iptables");
  }

  /// A bundle with a folder of the host, whose shell counts in a file there.
  private String counting(String file) throws Exception {
    String bundle =
        bundle(
            "\"pids\": {\"limit\": 20}",
            "i=0; while true; do i=$((i+1)); echo $i >/data/" + file + "; sleep 0.1; done");
    edit(
        bundle,
        "\"mounts\": [",
        "\"mounts\": [{\"destination\": \"/data\", \"type\": \"bind\", \"source\": \"/scratch/data\","
            + " \"options\": [\"bind\"]}, ");
    in("mkdir -p /scratch/data; echo 0 >/scratch/data/" + file).expect(0);
    return bundle;
  }

  private void edit(String bundle, String from, String to) throws Exception {
    Path config = machine.share.resolve(Path.of(bundle).getFileName()).resolve("config.json");
    Files.writeString(config, Files.readString(config).replace(from, to));
  }

  private Result with(String bundle, String script) throws Exception {
    Result result = in(SHELL + "bundle=" + bundle + "\n" + script);
    in("rm -rf /scratch/images /scratch/before /scratch/after /scratch/pid").expect(0);
    return result;
  }

  @Test
  void goesOnWhereItWasSaved() throws Exception {
    String bundle = counting("whole");
    Result result =
        with(
            bundle,
            """
            runs whole
            counts /scratch/data/whole
            old=$(pid whole)
            nsbox-runtime checkpoint --image-path $images whole; echo $?
            [ ! -e /proc/$old ] && [ ! -e /sys/fs/cgroup%s ] && [ ! -e /run/nsbox-runtime/whole ] && echo gone
            at=$(cat /scratch/data/whole)
            detached restore --detach -b $bundle --image-path $images --pid-file /scratch/pid whole
            counts /scratch/data/whole
            [ $(cat /scratch/data/whole) -gt $at ] && echo on
            status whole
            [ "$(cat /scratch/pid)" = "$(pid whole)" ] && echo by its pid
            grep PPid /proc/$(pid whole)/status
            cat /sys/fs/cgroup%1$s/pids.max
            nsbox-runtime exec whole cat /proc/1/comm
            nsbox-runtime restore --detach -b $bundle --image-path $images whole; echo $?
            counts /scratch/data/whole
            nsbox-runtime kill whole KILL
            for try in $(seq 100); do [ "$(status whole)" = stopped ] && break; sleep 0.1; done
            status whole
            nsbox-runtime delete whole; echo $?
            """
                .formatted("/nsbox/" + bundle.substring(bundle.lastIndexOf('/') + 1)));
    assertEquals(
        new Result(
            0,
            """
            counts
            0
            gone
            counts
            on
            running
            by its pid
            PPid:\t1
            20
            sh
            1
            counts
            stopped
            0
            """,
            "nsbox-runtime: container with id whole already exists\n"),
        result);
  }

  @Test
  void staysWhereItIsToGoOn() throws Exception {
    Result result =
        with(
            counting("left"),
            """
            runs left
            old=$(pid left)
            nsbox-runtime checkpoint --leave-running --image-path $images left; echo $?
            nsbox-runtime checkpoint --pre-dump --image-path /scratch/early left; echo $?
            [ $(pid left) = $old ] && status left
            counts /scratch/data/left
            rm -r $images
            nsbox-runtime checkpoint --parent-path ../early --image-path $images left; echo $?
            readlink $images/parent
            detached restore -d -b $bundle --image-path $images left
            counts /scratch/data/left
            nsbox-runtime delete --force left
            rm -r /scratch/early
            """);
    assertEquals(new Result(0, "0\n0\nrunning\ncounts\n0\n../early\ncounts\n", ""), result);
  }

  /* criu leaves out or changes some of it: attributes of mounts, and that there are no new privileges. */
  @Test
  void hasWhatItHad() throws Exception {
    String bundle = counting("same");
    edit(
        bundle,
        "{\"destination\": \"/sys/fs/cgroup\"",
        """
        {"destination": "/one", "type": "bind", "source": "/scratch/data", "options": ["bind", "ro"]},
        {"destination": "/two", "type": "bind", "source": "/scratch/data", "options": ["bind", "ro", "nosuid"]},
        {"destination": "/three", "type": "bind", "source": "/scratch/data", "options": ["bind", "ro", "nosuid"]},
        {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "size=1m"]},
        {"destination": "/sys/fs/cgroup\"\
        """);
    edit(bundle, "\"path\": \"/scratch/box\"", "\"path\": \"/scratch/box\", \"readonly\": true");
    edit(
        bundle,
        "\"cwd\": \"/\"",
        """
        "cwd": "/", "noNewPrivileges": true, "oomScoreAdj": 77,
        "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}],
        "capabilities": {"bounding": ["CAP_KILL"], "effective": ["CAP_KILL"], "permitted": ["CAP_KILL"]}\
        """);
    edit(
        bundle,
        "\"linux\": {",
        """
        "hostname": "same",
        "linux": {"maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/acpi"], "readonlyPaths": ["/proc/sys"],
        "seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
          {"names": ["swapon"], "action": "SCMP_ACT_ERRNO"}]},\
        """);
    Result result =
        with(
            bundle,
            """
            look() {
              awk '{ print $5, $6, $7 }' /proc/$1/mountinfo | sort
              grep -E '^(Uid|Gid|Groups|Cap|NoNew|Seccomp:|Umask)' /proc/$1/status
              cat /proc/$1/oom_score_adj /proc/$1/limits /proc/$1/cgroup
              tr '\\0' ' ' </proc/$1/cmdline; tr '\\0' ' ' </proc/$1/environ
              nsbox-runtime exec same sh -c 'hostname; cat /dev/shm/kept'
            }
            runs same
            nsbox-runtime exec same sh -c 'echo kept >/dev/shm/kept'
            look $(pid same) >/scratch/before
            nsbox-runtime checkpoint --image-path $images same; echo $?
            detached restore --detach -b $bundle --image-path $images same
            look $(pid same) >/scratch/after
            diff /scratch/before /scratch/after && grep -c . /scratch/after
            grep -E '^(NoNewPrivs|/three|/ )|kept' /scratch/after
            grep -c criu /proc/self/mountinfo
            nsbox-runtime delete --force same
            """);
    String[] lines = result.out().split("\n");
    assertEquals("0", lines[0], result.toString());
    assertTrue(Integer.parseInt(lines[1]) > 40, result.toString());
    assertEquals(
        """
        / ro,relatime
        /three ro,nosuid,relatime
        NoNewPrivs:\t1
        kept
        0
        """
            .replace("relatime\n", "relatime -\n"),
        result.out().lines().skip(2).reduce("", (all, line) -> all + line + "\n"),
        result.toString());
    assertEquals("", result.err());
  }

  @Test
  void getsTheStreamsOfWhoRestoresIt() throws Exception {
    String bundle = bundle("", "i=0; while true; do i=$((i+1)); echo $i; sleep 0.1; done");
    Result result =
        with(
            bundle,
            """
            nsbox-runtime run -b $bundle piped </dev/null >/scratch/before & run=$!
            for try in $(seq 100); do [ -s /scratch/before ] && break; sleep 0.1; done
            nsbox-runtime checkpoint --image-path $images piped; echo $?
            wait $run; echo $?
            nsbox-runtime restore --detach -b $bundle --image-path $images piped; echo $?
            ls /run/nsbox-runtime
            nsbox-runtime restore -b $bundle --image-path $images piped </dev/null >/scratch/after & run=$!
            for try in $(seq 100); do [ -s /scratch/after ] && break; sleep 0.1; done
            status piped
            nsbox-runtime kill piped KILL; wait $run; echo $?
            last=$(tail -n 1 /scratch/before)
            [ $(head -n 1 /scratch/after) -gt $((last - 1)) ] && echo on
            """);
    assertEquals("0\n137\n1\nrunning\n137\non\n", result.out(), result.toString());
    assertEquals(
        "nsbox-runtime: --detach: the container in /scratch/images was run attached, and its process"
            + " asks the kernel to end with whoever made it\n  Restore it without --detach.\n",
        result.err());
  }

  @Test
  void saysWhatCriuCouldNotSave() throws Exception {
    String bundle = counting("fuse");
    edit(bundle, "\"i=0;", "\"exec 8<>/dev/fuse; i=0;");
    edit(
        bundle,
        "\"pids\": {",
        "\"devices\": [{\"allow\": true, \"type\": \"c\", \"major\": 10, \"minor\": 229, \"access\": \"rw\"}],"
            + " \"pids\": {");
    Result result =
        with(
            bundle,
            """
            runs fuse
            old=$(pid fuse)
            nsbox-runtime checkpoint --image-path $images --work-path /scratch/work fuse; echo $?
            [ $(pid fuse) = $old ] && status fuse
            counts /scratch/data/fuse
            nsbox-runtime delete --force fuse
            rm -r /scratch/work
            """);
    assertEquals("1\nrunning\ncounts\n", result.out(), result.toString());
    assertTrue(
        result
            .err()
            .startsWith(
                """
                nsbox-runtime: cannot checkpoint container fuse
                  criu ended with exit status 1.
                  The last errors of its log, /scratch/work/dump.log:
                """),
        result.err());
    assertTrue(result.err().contains(" Error (criu/"), result.err());
    assertTrue(result.err().endsWith("\n  The container is running.\n"), result.err());
  }

  @Test
  void leavesNothingOfWhatCouldNotBeRestored() throws Exception {
    String bundle = counting("broken");
    Result result =
        with(
            bundle,
            """
            runs broken
            nsbox-runtime checkpoint --image-path $images broken
            mv $images/core-1.img /scratch/core
            nsbox-runtime restore --detach -b $bundle --image-path $images broken; echo $?
            ls /run/nsbox-runtime
            mv /scratch/core $images/core-1.img
            # Whenever it is killed, what is there can be deleted.
            for seconds in 1 2 3; do
              nsbox-runtime restore --detach -b $bundle --image-path $images broken </dev/null >/scratch/said 2>&1 & restore=$!
              sleep $seconds
              kill -9 $restore; wait $restore
              nsbox-runtime delete --force broken; echo $?
            done
            ls /run/nsbox-runtime
            """);
    assertEquals("1\n0\n0\n0\n", result.out(), result.toString());
    assertTrue(
        result
            .err()
            .startsWith("nsbox-runtime: cannot restore container broken\n  criu ended with"),
        result.err());
    assertTrue(result.err().contains("/scratch/images/restore.log:\n"), result.err());
    assertTrue(result.err().contains("\n  The checkpoint is as it was.\n"), result.err());
  }

  @Test
  void takesCheckpointsOfRuncAndGivesItItsOwn() throws Exception {
    EndToEnd.program("runc");
    Result result =
        with(
            counting("both"),
            """
            runc run --detach -b $bundle both </dev/null >/dev/null 2>&1; echo $?
            runc checkpoint --image-path $images both; echo $?
            detached restore --detach -b $bundle --image-path $images both
            counts /scratch/data/both
            nsbox-runtime checkpoint --image-path /scratch/ours both; echo $?
            runc restore --detach -b $bundle --image-path /scratch/ours both </dev/null >/scratch/said 2>&1; echo $?
            counts /scratch/data/both
            runc delete --force both
            rm -r /scratch/ours
            """);
    assertEquals(new Result(0, "0\n0\ncounts\n0\n0\ncounts\n", ""), result);
  }

  @Test
  void joinsTheNetworkThatItIsToldTo() throws Exception {
    String bundle = counting("net");
    edit(
        bundle, "{\"type\": \"network\"}", "{\"type\": \"network\", \"path\": \"/run/netns/web\"}");
    Result result =
        with(
            bundle,
            """
            ip netns add web && ip -n web link add v0 type dummy
            runs net
            nsbox-runtime checkpoint --image-path $images net; echo $?
            detached restore --detach -b $bundle --image-path $images net
            counts /scratch/data/net
            [ $(stat -L -c %i /proc/$(pid net)/ns/net) = $(stat -c %i /run/netns/web) ] && echo joined
            nsbox-runtime exec net ls /sys/class/net 2>/dev/null; ip -n web -o link | grep -c v0
            nsbox-runtime delete --force net
            ip netns del web
            """);
    assertEquals("0\ncounts\njoined\n1\n", result.out(), result.toString());
  }
}
