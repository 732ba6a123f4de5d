package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox.Result;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;

/// `nsbox-runtime spec` and `features`: the configuration runs here and under runc alike.
final class RuntimeSpecTest extends EndToEnd {
  private static final String SCRIPT =
      "id -u; hostname; cat /proc/self/status | grep -E '^(Cap|NoNewPrivs|Seccomp:)';"
          + " ulimit -n; touch /x 2>&1; cat /proc/keys | wc -c; ls /sys/firmware | wc -l";

  private int ids;

  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private Path bundle(String name) throws Exception {
    Path bundle = nsbox.folder.resolve(name);
    nsbox.run("bundle", ALPINE, bundle.toString()).expect(0);
    Files.delete(bundle.resolve("config.json"));
    return bundle;
  }

  private Result call(String... words) throws Exception {
    return nsbox.start(Map.of(), List.of(words)).finish();
  }

  private Result run(String runtime, Path bundle) throws Exception {
    String id = "nsbox-e2e-" + ProcessHandle.current().pid() + "-" + ++ids;
    String root = nsbox.folder.resolve("root-" + runtime).toString();
    String program = runtime.equals("runc") ? program("runc") : runtime;
    return call(program, "--root", root, "run", "-b", bundle.toString(), id);
  }

  /* Written for a terminal, which a test has not, and with a shell that would wait. */
  private static void makeRunnable(Path bundle) throws Exception {
    Path file = bundle.resolve("config.json");
    JsonObject config = Json.parse(Files.readAllBytes(file), "config.json");
    config.object("process").put("terminal", false).put("args", List.of("sh", "-c", SCRIPT));
    Files.write(file, Json.bytes(config));
  }

  @Test
  void writesWhatBothRuntimesRunAlike() throws Exception {
    Path bundle = bundle("default");
    assertEquals(new Result(0, "", ""), call("nsbox-runtime", "spec", "-b", bundle.toString()));
    makeRunnable(bundle);
    Result ours = run("nsbox-runtime", bundle).expect(0);
    assertEquals(run("runc", bundle), ours);
    List<String> lines = new ArrayList<>(ours.out().lines().toList());
    assertEquals("0", lines.getFirst());
    assertEquals("nsbox", lines.get(1));
    assertTrue(lines.contains("CapBnd:\t0000000000000420"), ours.out());
    assertTrue(lines.contains("CapEff:\t0000000000000420"), ours.out());
    assertTrue(lines.contains("NoNewPrivs:\t1"), ours.out());
    assertTrue(lines.contains("Seccomp:\t2"), ours.out());
    assertTrue(lines.contains("1024"), ours.out());
    assertTrue(lines.contains("touch: /x: Read-only file system"), ours.out());
    assertEquals(List.of("0", "0"), lines.subList(lines.size() - 2, lines.size()));
  }

  @Test
  void writesForACallerWithoutRightsWhatRuncRuns() throws Exception {
    Path bundle = bundle("rootless");
    /* nobody writes it there, and nobody is who it is for. */
    nsbox
        .sh(
            "chmod 755 . && chmod 777 rootless && cd rootless && "
                + program("setpriv")
                + " --reuid 65534 --regid 65533 --clear-groups nsbox-runtime spec --rootless")
        .expect(0);
    JsonObject linux =
        Json.parse(Files.readAllBytes(bundle.resolve("config.json")), "config.json")
            .object("linux");
    assertEquals(65534, linux.objects("uidMappings").getFirst().number("hostID"));
    assertEquals(65533, linux.objects("gidMappings").getFirst().number("hostID"));
    Files.delete(bundle.resolve("config.json"));
    call("nsbox-runtime", "spec", "--rootless", "-b", bundle.toString()).expect(0);
    makeRunnable(bundle);
    Result result = run("runc", bundle).expect(0);
    assertTrue(result.out().contains("CapEff:\t0000000000000420"), result.out());
    assertTrue(result.out().contains("Seccomp:\t2"), result.out());
  }

  @Test
  void overwritesNothing() throws Exception {
    Path bundle = Files.createDirectory(nsbox.folder.resolve("taken"));
    Path config = Files.writeString(bundle.resolve("config.json"), "mine");
    assertEquals(
        new Result(1, "", "nsbox-runtime: File config.json exists. Remove it first\n"),
        call("nsbox-runtime", "spec", "--bundle", bundle.toString()));
    assertEquals("mine", Files.readString(config));
    Files.delete(config);
    Path elsewhere = nsbox.folder.resolve("elsewhere");
    Files.createSymbolicLink(config, elsewhere);
    call("nsbox-runtime", "spec", "--bundle", bundle.toString()).expect(1);
    assertTrue(Files.notExists(elsewhere));
  }

  @Test
  void needsAFolder() throws Exception {
    Path missing = nsbox.folder.resolve("missing");
    assertEquals(
        new Result(
            1, "", "nsbox-runtime: " + missing + "/config.json: no such file or directory\n"),
        call("nsbox-runtime", "spec", "-b", missing.toString()));
  }

  @Test
  void saysWhatItTakesToAnybody() throws Exception {
    Result result =
        call(program("setpriv"), "--reuid", "65534", "--clear-groups", "nsbox-runtime", "features");
    assertEquals("", result.err());
    JsonObject features = Json.parse(result.expect(0).out().getBytes(), "features");
    assertEquals("1.0.0", features.string("ociVersionMin"));
    assertEquals("1.3.0", features.string("ociVersionMax"));
    assertTrue(features.strings("mountOptions").contains("rro"));
    assertTrue(features.object("linux").strings("namespaces").contains("cgroup"));
  }
}
