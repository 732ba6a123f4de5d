package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `nsbox images` and `image ls`.
final class ImageListTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    TwoImages images = TwoImages.write(nsbox.folder);
    nsbox.run("import", images.base().toString()).expect(0);
    nsbox.run("import", images.app().toString()).expect(0);
    nsbox.run("tag", "base:1", "r.test:5000/x/base:old").expect(0);
  }

  private List<String> lines(String... arguments) throws Exception {
    Result result = nsbox.run(arguments).expect(0);
    assertEquals("", result.err());
    return result.out().lines().toList();
  }

  @Test
  void listsTheNewestFirst() throws Exception {
    List<String> lines = lines("images");
    assertEquals(
        List.of("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"),
        List.of(lines.getFirst().split("  +")));
    assertEquals(
        List.of("REPOSITORY TAG", "team/app 2", "base 1", "r.test:5000/x/base old"),
        lines.stream().map(it -> it.split(" +")).map(it -> it[0] + " " + it[1]).toList());
    assertTrue(lines.get(1).matches("team/app +2 +[0-9a-f]{12} +5 years ago +.*kB"), lines.get(1));
    assertEquals(lines, lines("image", "ls"));
    assertEquals(lines, lines("images", "-a"));
    assertEquals(lines.subList(1, 4), lines("images", "--noheading"));
  }

  @Test
  void printsEachIdOnce() throws Exception {
    List<String> ids = lines("images", "-q");
    assertEquals(2, ids.size());
    List<String> full = lines("images", "-q", "--no-trunc");
    for (int i = 0; i < 2; i++) {
      assertTrue(full.get(i).matches("sha256:[0-9a-f]{64}"), full.get(i));
      assertEquals(ids.get(i), full.get(i).substring(7, 19));
    }
  }

  @Test
  void hasAColumnOfDigests() throws Exception {
    List<String> lines = lines("images", "--digests", "team/app");
    assertEquals(
        List.of("REPOSITORY", "TAG", "DIGEST", "IMAGE ID", "CREATED", "SIZE"),
        List.of(lines.getFirst().split("  +")));
    String digest = lines.get(1).split(" +")[2];
    assertEquals(
        List.of("team/app@" + digest),
        lines("image", "inspect", "-f", "{{index .RepoDigests 0}}", "team/app:2"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          base                                        | base:1
          base:*                                      | base:1
          docker.io/team/app                          | team/app:2
          r.test:5000/x/base:old                      | r.test:5000/x/base:old
          nothing                                     |
          --filter label=tier                         | team/app:2 base:1 r.test:5000/x/base:old
          --filter label=tier=app                     | team/app:2
          --filter label=tier --filter label=nope     |
          --filter label!=tier=app                    | base:1 r.test:5000/x/base:old
          --filter reference=*/*/base                 | r.test:5000/x/base:old
          -f reference=base -f reference=team/*       | team/app:2 base:1
          -f reference!=base                          | team/app:2 r.test:5000/x/base:old
          --filter before=team/app:2                  | base:1 r.test:5000/x/base:old
          --filter since=base:1                       | team/app:2
          --filter until=2021-01-01                   | base:1 r.test:5000/x/base:old
          --filter until=10m                          | team/app:2 base:1 r.test:5000/x/base:old
          --filter dangling=true                      |
          --filter dangling=false -f since=base:1     | team/app:2
          --filter containers=true                    |
          --filter containers=false -f reference=base | base:1
          --sort repository                           | base:1 r.test:5000/x/base:old team/app:2
          --sort size                                 | base:1 r.test:5000/x/base:old team/app:2
          --sort tag                                  | base:1 team/app:2 r.test:5000/x/base:old
          """)
  void listsWhatFits(String arguments, String expected) throws Exception {
    Result result =
        nsbox.sh("nsbox images --format '{{.Repository}}:{{.Tag}}' " + quoted(arguments));
    assertEquals(0, result.code(), result::toString);
    assertEquals(
        expected == null ? List.of() : List.of(expected.split(" ")), result.out().lines().toList());
  }

  private static String quoted(String arguments) {
    return "'" + arguments.replace(" ", "' '") + "'";
  }

  @Test
  void filtersById() throws Exception {
    String id = lines("images", "-q").getFirst();
    assertEquals(
        List.of("team/app"),
        lines("images", "--format", "{{.Repository}}", "-f", "id=sha256:" + id));
  }

  @Test
  void sizesAddUp() throws Exception {
    /* A tar of one short file: what is in the file counts. */
    assertEquals(List.of("2"), lines("image", "inspect", "-f", "{{.Size}}", "base:1"));
    assertEquals(
        List.of("2B 2B 0B"),
        lines("images", "--format", "{{.Size}} {{.SharedSize}} {{.UniqueSize}}", "base"));
  }

  @Test
  void formatsRows() throws Exception {
    assertEquals(
        List.of("REPOSITORY   TAG", "TEAM/APP     2"),
        lines("images", "--format", "table {{upper .Repository}}\\t{{.Tag}}", "team/app"));
    String json = lines("images", "--format", "json", "team/app").getFirst();
    assertTrue(
        json.matches(
            "\\{\"Containers\":\"0\",\"CreatedAt\":\"2021-06-01 12:00:00 \\+0000 UTC\","
                + "\"CreatedSince\":\"5 years ago\",\"Digest\":\"sha256:[0-9a-f]{64}\","
                + "\"ID\":\"[0-9a-f]{12}\",\"Repository\":\"team/app\",\"SharedSize\":\".*\","
                + "\"Size\":\".*\",\"Tag\":\"2\",\"UniqueSize\":\".*\",\"VirtualSize\":\".*\"}"),
        json);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --format;{{.Nmae}}    | template: "{{.Nmae}}":1:3: no field .Nmae; there are Containers,
          --format;{{.ID        | template: "{{.ID":1:1: {{ without }}
          --format;table {{nope}} | template: "{{nope}}":1:3: no function nope; there are and,
          --filter;lable=x      | filter "lable=x": no filter lable; there are before, containers,
          --filter;until=x      | filter "until=x": no time; 10m,
          --filter;dangling=x   | filter "dangling=x": expected true or false
          --filter;before=nope  | no such image: nope
          --filter;reference=[  | filter "reference=[": no pattern:
          --sort;age            | images cannot be sorted by age
          a;b                   | images: Unmatched argument
          """)
  void refuses(String arguments, String expected) throws Exception {
    List<String> words = new java.util.ArrayList<>(List.of("images"));
    words.addAll(List.of(arguments.split(";")));
    Result result = nsbox.run(words.toArray(new String[0]));
    assertEquals(125, result.code(), result::toString);
    assertEquals("", result.out());
    assertTrue(result.err().startsWith("nsbox: " + expected), result.err());
  }
}
