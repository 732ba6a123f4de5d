package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What looks at containers, images and volumes together: `system prune`, `system df -v`,
/// `inspect`.
final class SystemPruneTest extends NamedContainers {
  @AfterEach
  void removeVolumes() throws Exception {
    nsbox.removeContainers();
    nsbox.run("volume", "rm", "-a").expect(0);
  }

  private String sh(String script) throws Exception {
    return nsbox.sh(script).expect(0).out();
  }

  @Test
  void removesWhatHasALabel() throws Exception {
    sh(
        "nsbox create --name plain "
            + ALPINE
            + " true; nsbox create --name marked -l go=1 "
            + ALPINE
            + " true");
    sh("nsbox commit -c 'LABEL go=1' plain with-label; nsbox commit plain without");
    String kept = sh("nsbox images -q | wc -l");
    assertEquals("", sh("nsbox system prune -a -f --filter label=other | grep -v Total || true"));
    String removed = sh("nsbox system prune -a -f --filter label=go");
    assertTrue(removed.contains("untagged: docker.io/library/with-label:latest\n"), removed);
    assertEquals("plain\n", sh("nsbox ps -a --format '{{.Names}}'"));
    assertEquals(
        Integer.parseInt(kept.strip()) - 1,
        Integer.parseInt(sh("nsbox images -q | wc -l").strip()));
    sh("nsbox image prune -a -f --filter label!=go");
    assertEquals(ALPINE + "\n", sh("nsbox images --format '{{.Repository}}:{{.Tag}}'"));
  }

  @Test
  void removesWhatIsOld() throws Exception {
    sh("nsbox create --name young " + ALPINE + " true");
    sh("nsbox system prune -a -f --filter until=1h");
    assertEquals("young\n", sh("nsbox ps -a --format '{{.Names}}'"));
    assertEquals(
        new Result(125, "", "nsbox: the \"until\" filter is not supported with \"--volumes\"\n"),
        nsbox.run("system", "prune", "-f", "--volumes", "--filter", "until=1h"));
    assertEquals(125, nsbox.run("system", "prune", "-f", "--filter", "name=young").code());
    sh("nsbox system prune -f --filter until=0s");
    assertEquals("", sh("nsbox ps -aq"));
  }

  @Test
  void removesVolumesWithALabel() throws Exception {
    sh("nsbox create --name user -v /x " + ALPINE + " true; nsbox rm user");
    assertEquals(
        "", sh("nsbox system prune -f --volumes --filter label=none | grep Volumes || true"));
    assertEquals("1\n", sh("nsbox volume ls -q | wc -l"));
    sh("nsbox system prune -f --volumes");
    assertEquals("0\n", sh("nsbox volume ls -q | wc -l"));
  }

  @Test
  void listsWhatTakesSpace() throws Exception {
    sh(
        "nsbox run --name writer -v data:/x "
            + ALPINE
            + " sh -c 'head -c 1000 /dev/zero | tee /file > /x/file'");
    String text = sh("nsbox system df -v");
    assertTrue(
        text.matches(
            "(?s)Images space usage:\n\nREPOSITORY +TAG +IMAGE ID +CREATED +SIZE +SHARED SIZE +UNIQUE SIZE"
                + " +CONTAINERS\nalpine +3\\.20 +.* 1\n\nContainers space usage:\n\nCONTAINER ID +IMAGE +COMMAND"
                + " +LOCAL VOLUMES +SIZE +CREATED +STATUS +NAMES\n[0-9a-f]{12} +alpine:3\\.20 +\"sh -c .*\" +1 +1kB +.*"
                + " +Exited \\(0\\) .* +writer\n\nLocal Volumes space usage:\n\nVOLUME NAME +LINKS +SIZE\ndata +1 +1kB\n"),
        text);
    assertEquals(
        new Result(125, "", "nsbox: cannot combine --format and --verbose flags\n"),
        nsbox.run("system", "df", "-v", "--format", "json"));
  }

  @Test
  void doesNotCountWhatIsOnlyMounted() throws Exception {
    sh("nsbox create --name seen " + ALPINE + " true");
    String[] look = {"system", "df", "--format", "{{.Type}} {{.Size}}"};
    String before = nsbox.run(look).expect(0).out();
    sh("nsbox mount seen");
    assertEquals(before, nsbox.run(look).expect(0).out());
    sh("nsbox unmount seen");
  }

  @Test
  void inspectsVolumesToo() throws Exception {
    sh(
        "nsbox volume create data; nsbox create --name data "
            + ALPINE
            + " true; nsbox volume create other");
    assertEquals("data local\n", sh("nsbox inspect --type volume -f '{{.Name}} {{.Driver}}' data"));
    assertEquals("/data\n", sh("nsbox inspect -f '{{.Name}}' data"));
    assertEquals("other\n", sh("nsbox inspect -f '{{.Name}}' other"));
    assertEquals(
        "nsbox: no such volume: none\n", nsbox.run("inspect", "--type", "volume", "none").err());
    assertEquals(
        "nsbox: no such image: other\n", nsbox.run("inspect", "--type", "image", "other").err());
    Result driver = nsbox.run("volume", "create", "-d", "rexray", "x");
    assertEquals(125, driver.code());
    assertTrue(
        driver
            .err()
            .startsWith(
                "nsbox: error looking up volume plugin rexray: plugin \"rexray\" not found\n"),
        driver.err());
  }
}
