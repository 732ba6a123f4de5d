package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The commands of volumes by themselves.
final class VolumesTest extends EndToEnd {
  @AfterEach
  void removeVolumes() throws Exception {
    nsbox.run("volume", "rm", "-a");
    assertEquals("", nsbox.run("volume", "ls", "-q").out());
    Path folder = nsbox.root.resolve("volumes");
    if (Files.exists(folder)) {
      assertEquals(List.of(), Nsbox.entries(folder), "files of volumes");
    }
  }

  private Result volume(String... words) throws Exception {
    String[] all = new String[words.length + 1];
    all[0] = "volume";
    System.arraycopy(words, 0, all, 1, words.length);
    return nsbox.run(all);
  }

  @Test
  void areMadeListedAndRemoved() throws Exception {
    assertEquals(new Result(0, "data\n", ""), volume("create", "--label", "a=b", "data"));
    assertEquals(new Result(0, "data\n", ""), volume("create", "data"), "it is there");
    assertEquals(new Result(0, "DRIVER   VOLUME NAME\nlocal    data\n", ""), volume("ls"));
    assertEquals(0, volume("exists", "data").code());
    assertEquals(new Result(0, "data\n", ""), volume("rm", "dat"), "by its beginning");
    assertEquals(1, volume("exists", "data").code());
    assertEquals(
        new Result(1, "", "nsbox: no volume with name \"data\" found: no such volume\n"),
        volume("rm", "data"));
    assertEquals(new Result(0, "", ""), volume("rm", "-f", "data"));
  }

  @Test
  void getsARandomNameWhereThereIsNone() throws Exception {
    String name = volume("create").expect(0).out().strip();
    assertEquals(64, name.length());
    assertEquals("true\n", volume("inspect", "-f", "{{.Anonymous}}", name).out());
  }

  @Test
  void areInspectedAsDockerDoes() throws Exception {
    volume("create", "--label", "a=b", "-o", "type=tmpfs", "-o", "o=size=1m", "cache").expect(0);
    assertEquals(
        new Result(
            0,
            "local local cache b tmpfs size=1m " + nsbox.root.resolve("volumes/cache/_data") + "\n",
            ""),
        volume(
            "inspect",
            "--format",
            "{{.Driver}} {{.Scope}} {{.Name}} {{.Labels.a}} {{.Options.type}} {{.Options.o}}"
                + " {{.Mountpoint}}",
            "cache"));
    Result some = volume("inspect", "none", "cache");
    assertEquals(1, some.code());
    assertEquals("nsbox: no volume with name \"none\" found: no such volume\n", some.err());
    assertTrue(some.out().contains("\"Name\": \"cache\""), some.out());
  }

  @Test
  void areFoundByFilters() throws Exception {
    volume("create", "--label", "a=b", "one").expect(0);
    volume("create", "two").expect(0);
    assertEquals("one\n", volume("ls", "-q", "--filter", "label=a").out());
    assertEquals("two\n", volume("ls", "-q", "--filter", "label!=a").out());
    assertEquals("two\n", volume("ls", "-q", "-f", "name=tw", "-f", "dangling=true").out());
    assertEquals("", volume("ls", "-q", "-f", "dangling=false").out());
    assertEquals("one=local\ntwo=local\n", volume("ls", "--format", "{{.Name}}={{.Driver}}").out());
    assertEquals(125, volume("ls", "--filter", "color=red").code());
  }

  @Test
  void pruneTakesTheNamelessAndAllIfAsked() throws Exception {
    volume("create", "named").expect(0);
    String nameless = volume("create").expect(0).out();
    Files.writeString(
        nsbox.root.resolve("volumes").resolve(nameless.strip()).resolve("_data/f"), "x");
    Result asked = volume("prune");
    assertTrue(asked.out().endsWith("Are you sure you want to continue? [y/N] "), asked.out());
    assertTrue(volume("ls", "-q").out().contains(nameless), "nobody said yes");
    Result pruned = volume("prune", "-f");
    assertTrue(
        pruned.out().startsWith("Deleted Volumes:\n" + nameless + "\nTotal reclaimed space: "));
    assertFalse(pruned.out().contains(" 0B"), pruned.out());
    assertEquals("named\n", volume("ls", "-q").out());
    assertEquals(
        "Deleted Volumes:\nnamed\n\nTotal reclaimed space: 0B\n", volume("prune", "-fa").out());
  }

  @Test
  void refusesWhatItCannotDo() throws Exception {
    for (String name : List.of("../x", ".x", "a/b", "x", "ü")) {
      Result refused = volume("create", name);
      assertEquals(125, refused.code(), name);
      assertTrue(refused.err().startsWith("nsbox: volume name " + name + ": "), refused.err());
    }
    assertEquals(
        "nsbox: error looking up volume plugin nfs: plugin \"nfs\" not found\n  There is one driver of volumes: local\n",
        volume("create", "-d", "nfs", "data").err());
    assertEquals(
        "nsbox: --opt color: the driver local knows type, device and o\n",
        volume("create", "-o", "color=red", "data").err());
    assertEquals(
        "nsbox: --opt type=nfs: missing device\n",
        volume("create", "-o", "type=nfs", "data").err());
    assertEquals("", volume("ls", "-q").out());
  }

  @Test
  void twoThatMakeTheSameBothSucceed() throws Exception {
    Running one = nsbox.start("volume", "create", "data");
    Running two = nsbox.start("volume", "create", "data");
    assertEquals(new Result(0, "data\n", ""), one.finish());
    assertEquals(new Result(0, "data\n", ""), two.finish());
    assertEquals("data\n", volume("ls", "-q").out());
  }
}
