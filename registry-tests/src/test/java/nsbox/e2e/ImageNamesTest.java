package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `tag` and `untag`, and how many containers an image has.
final class ImageNamesTest extends EndToEnd {
  @BeforeEach
  void twoNamedImages() throws Exception {
    nsbox.sh("rm -rf root base app").expect(0);
    TwoImages images = TwoImages.write(nsbox.folder);
    nsbox.run("import", images.base().toString()).expect(0);
    nsbox.run("import", images.app().toString()).expect(0);
  }

  private List<String> names() throws Exception {
    return nsbox
        .run("images", "--sort", "repository", "--format", "{{.Repository}}:{{.Tag}}")
        .expect(0)
        .out()
        .lines()
        .toList();
  }

  @Test
  void givesSeveralNames() throws Exception {
    assertEquals(new Result(0, "", ""), nsbox.run("tag", "base:1", "a", "r.test/b:2"));
    assertEquals(List.of("a:latest", "base:1", "r.test/b:2", "team/app:2"), names());
  }

  @Test
  void takesANameFromAnotherImageWhichStays() throws Exception {
    nsbox.run("image", "tag", "base:1", "team/app:2").expect(0);
    assertEquals(List.of("<none>:<none>", "base:1", "team/app:2"), names());
    assertEquals(
        "<none>\n",
        nsbox.run("images", "-f", "dangling=true", "--format", "{{.Tag}}").expect(0).out());
  }

  @Test
  void givesAllNamesOrNone() throws Exception {
    assertEquals(125, nsbox.run("tag", "base:1", "a:1", "Not Good").code());
    assertEquals(125, nsbox.run("tag", "base:1", "a@sha256:" + "0".repeat(64)).code());
    assertEquals(List.of("base:1", "team/app:2"), names());
  }

  @Test
  void takesNamesAway() throws Exception {
    nsbox.run("tag", "base:1", "a:1", "b:1").expect(0);
    assertEquals(new Result(0, "", ""), nsbox.run("untag", "base:1", "a:1", "base:1"));
    assertEquals(List.of("b:1", "team/app:2"), names());
    assertEquals(1, nsbox.run("image", "exists", "base:1").code());
  }

  @Test
  void takesAllNamesAwayAndKeepsTheImage() throws Exception {
    String id = nsbox.run("images", "-q", "base").expect(0).out().strip();
    nsbox.run("tag", "base:1", "a:1").expect(0);
    assertEquals(new Result(0, "", ""), nsbox.run("image", "untag", "base:1"));
    assertEquals(List.of("<none>:<none>", "team/app:2"), names());
    nsbox.run("image", "exists", id).expect(0);
    nsbox.run("tag", id, "back:1").expect(0);
    assertEquals(List.of("back:1", "team/app:2"), names());
  }

  @Test
  void takesNoNameWhereOneIsNotTheImages() throws Exception {
    nsbox.run("tag", "base:1", "a:1").expect(0);
    assertEquals(
        new Result(
            125, "", "nsbox: no such name of image base:1: team/app:2\n  No name was taken.\n"),
        nsbox.run("untag", "base:1", "a:1", "team/app:2"));
    assertEquals(List.of("a:1", "base:1", "team/app:2"), names());
  }

  @Test
  void countsTheContainersOfAnImage() throws Exception {
    nsbox.run("run", "hello").expect(0);
    String format = "{{.Repository}} {{.Containers}}";
    assertEquals(
        new Result(0, "hello 1\n", ""),
        nsbox.run("images", "-f", "containers=true", "--format", format));
    nsbox.removeContainers();
    assertEquals(new Result(0, "hello 0\n", ""), nsbox.run("images", "--format", format, "hello"));
  }
}
