package nsbox.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What docker's client cannot be asked: lists, labels, limits, our own words.
class GoTemplateTest {
  private static final JsonObject IMAGE =
      new JsonObject()
          .put("Id", "sha256:ab")
          .put("RepoTags", List.of("a:1", "b:2"))
          .put("Size", 3490791L)
          .put("Big", new BigInteger("18446744073709551615"))
          .put("Ratio", 0.25)
          .put("Labels", Map.of("b", "2", "a", "1"))
          .put("Empty", new JsonObject())
          .put("NoList", Absent.LIST)
          .put("NoMap", Absent.MAP)
          .put("Nothing", null)
          .put("Mixed", Arrays.asList("x", 1L, true, null, Map.of("k", List.of(1L))))
          .put("Config", new JsonObject().put("Cmd", List.of("sh", "-c", "")).put("Tty", true))
          .put("ID", TemplateMethod.of("ab"))
          .put("Label", (TemplateMethod) it -> it.size() == 1 ? "value of " + it.getFirst() : null);

  private static String render(String template) throws TemplateException {
    return GoTemplate.parse(template).render(IMAGE);
  }

  private static String problem(String template) {
    return assertThrows(TemplateException.class, () -> render(template)).problem();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '~',
      textBlock =
          """
          {{.RepoTags}} => [a:1 b:2]
          {{index .RepoTags 1}} => b:2
          {{range .RepoTags}}{{.}},{{end}} => a:1,b:2,
          {{join .RepoTags ", "}} => a:1, b:2
          {{.Size}} {{.Big}} {{.Ratio}} => 3490791 18446744073709551615 0.25
          {{.Labels}} {{.Labels.a}} {{index .Labels "b"}} => map[a:1 b:2] 1 2
          {{.Labels.x}}|{{index .Labels "x"}}| => <no value>||
          {{range $k, $v := .Labels}}{{$k}}={{$v}} {{end}}. => a=1 b=2 .
          {{range .Labels}}{{.}}{{end}} => 12
          {{.NoList}} {{.NoMap}} {{json .NoList}} {{json .NoMap}} => [] map[] null null
          {{len .NoList}} {{range .NoMap}}x{{else}}none{{end}} {{join .NoList ","}}. => 0 none .
          {{if .NoMap}}y{{else}}n{{end}} {{index .NoMap "k"}} {{.NoMap.k}} => n  <no value>
          {{.Nothing}} {{json .Nothing}} {{if not .Nothing}}n{{end}} {{eq .Nothing nil}} => <no value> null n true
          {{.Mixed}} => [x 1 true <nil> map[k:[1]]]
          {{json .Mixed}} => ["x",1,true,null,{"k":[1]}]
          {{.Config}} {{.Config.Cmd}} {{len .Config.Cmd}} => {[sh -c ] true} [sh -c ] 3
          {{json .Config}} => {"Cmd":["sh","-c",""],"Tty":true}
          {{with .Config}}{{.Tty}} {{index .Cmd 0}}{{end}} => true sh
          {{.Empty}} {{if .Empty}}structs are true{{end}} => {} structs are true
          {{.ID}} {{eq .ID "ab"}} {{.ID | upper}} => ab true AB
          {{.Label "x"}} {{"y" | .Label}} => value of x value of y
          {{gt .Size 1000}} {{eq .Size 3490791}} {{lt .Ratio 1}} {{ge .Big 1}} => true true true true
          {{slice .RepoTags 1}} {{slice .Id 7}} => [b:2] ab
          {{printf "%d|%12d|%.3f" .Size .Size .Ratio}} => 3490791|     3490791|0.250
          {{range $i, $t := .RepoTags}}{{if gt $i 0}}; {{end}}{{$i}}:{{$t}}{{end}} => 0:a:1; 1:b:2
          {{range $t := .RepoTags}}{{range $k, $v := $.Labels}}{{$t}}{{$k}} {{end}}{{end}}. => a:1a a:1b b:2a b:2b .
          {{$n := 0}}{{range .RepoTags}}{{$n = .}}{{end}}{{$n}} => b:2
          """)
  void renders(String template, String expected) throws TemplateException {
    assertEquals(expected, render(template));
  }

  @Test
  void readsTabsAndNewLinesOfTheShell() throws TemplateException {
    assertEquals("sha256:ab\tx\n", render("{{.Id}}\\tx\\n"));
    assertEquals("a\tb\nc", render("{{\"a\\tb\\n\"}}c"));
    assertEquals("3490791 x", render("{{ .Size\n}} x"));
  }

  @Test
  void namesTheUnknownFieldAndTheKnownOnes() {
    TemplateException e =
        assertThrows(TemplateException.class, () -> render("{{.Id}}\n x {{.Config.Cmdd}}"));
    assertEquals(
        "template: \"{{.Id}}\\x0a x {{.Config.Cmdd}}\":2:13: no field .Cmdd; there are Cmd, Tty",
        e.getMessage());
    assertEquals(2, e.line());
    assertEquals(13, e.column());
  }

  @Test
  void cutsALongTemplateInItsMessage() {
    TemplateException e =
        assertThrows(TemplateException.class, () -> render("x".repeat(500) + "{{.Nope}}"));
    assertEquals(
        0, e.getMessage().indexOf("template: \"" + "x".repeat(59) + "…\":1:503: no field"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '~',
      textBlock =
          """
          {{nope .Id}} => no function nope; there are and, eq, ge, gt, index, join, json, le, len, lower, lt, ne, not, or, pad, print, printf, println, slice, split, title, truncate, upper
          {{html .Id}} => no function html; there are and, eq, ge, gt, index, join, json, le, len, lower, lt, ne, not, or, pad, print, printf, println, slice, split, title, truncate, upper
          {{.Id.Sub}} => no field .Sub of a string
          {{.Nothing.Sub}} => no field .Sub of what has no value
          {{.Labels.x.y}} => no field .y of what has no value
          {{.Label}} => the field does not take these arguments
          {{.ID "x"}} => the field does not take these arguments
          {{.Id "x"}} => the field takes no arguments
          {{define "x"}}{{end}} => {{define}} is not supported: a format is one template
          {{if .Id}} => {{if}} has no {{end}}
          {{range .Id}}{{end}} => range goes over lists and maps, not a string
          {{index .RepoTags 2}} => index 2 of 2 elements
          {{index .RepoTags -1}} => index -1 of 2 elements
          {{lower 1}} => lower takes a string as argument 1, and here is a number
          {{lower "a" "b"}} => lower takes 1 arguments, and here are 2
          {{eq .Size "a"}} => cannot compare a number with a string
          {{$x}} => no variable $x
          {{range $i := .RepoTags}}{{end}}{{$i}} => no variable $i
          {{.Id => {{ without }}
          {{"a}} => the string has no closing "
          {{continue}} => {{continue}} outside of {{range}}
          {{printf "%z" 1}} => printf knows no %z; there are %s %d %v %q %t %x %X %c %f %g %%
          """)
  void saysWhatIsWrong(String template, String expected) {
    assertEquals(expected, problem(template));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{range 9999999999}}x{{end}}",
        "{{range 1000}}{{range 1000}}{{range 1000}}{{end}}{{end}}{{end}}",
        "{{range 999999}}{{if true}}x{{end}}{{end}}"
      })
  void endsARangeThatGoesOnAndOn(String template) {
    assertEquals("more than 1000000 steps", problem(template));
  }

  @Test
  void boundsTextThatDoubles() {
    assertEquals(
        "more than 1048576 characters",
        problem("{{$x := \"aaaa\"}}{{range 60}}{{$x = print $x $x}}{{end}}"));
  }

  @Test
  void boundsWhatIsPrintedOverall() {
    assertEquals(
        "more than 16777216 characters",
        problem("{{$x := pad \"a\" 1000000 0}}{{range 100}}{{$x}}{{end}}"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '~',
      textBlock =
          """
          {{pad "a" 2000000000 0}} => more than 1048576 characters
          {{pad "a" 0 9223372036854775807}} => more than 1048576 characters
          {{printf "%999999999d" 1}} => a width of printf above 4096
          {{printf "%.99999f" 1.5}} => a width of printf above 4096
          {{split (pad "a" 100000 0) ""}} => split makes more than 65536 parts
          {{split (pad "a" 100000 0) " "}} => split makes more than 65536 parts
          {{join (split (pad "a" 60000 0) " ") (pad "b" 60000 0)}} => more than 1048576 characters
          """)
  void boundsWidths(String template, String expected) {
    assertEquals(expected, problem(template));
  }

  @Test
  void takesNegativeWidthsForNone() throws TemplateException {
    assertEquals("[a]", render("[{{pad \"a\" -5 -5}}]"));
  }

  @Test
  void boundsNesting() {
    assertEquals(
        "more than 100 parentheses in each other", problem("{{" + "(".repeat(100_000) + "}}"));
    assertEquals(
        "more than 100 actions in each other",
        problem("{{if true}}".repeat(5000) + "{{end}}".repeat(5000)));
    assertEquals(
        "more than 100 actions in each other",
        problem("{{if false}}" + "{{else if false}}".repeat(5000) + "{{end}}"));
  }

  @Test
  void readsLongTemplates() throws TemplateException {
    assertEquals("sha256:ab".repeat(10_000), render("{{.Id}}".repeat(10_000)));
    assertEquals("no field .A of a string", problem("{{.Id" + ".A".repeat(500) + "}}"));
  }

  @Test
  void knowsARangeOverAll() throws TemplateException {
    assertEquals(true, GoTemplate.parse("{{range .}}{{.ID}}{{end}}").isRangeOverAll());
    assertEquals(false, GoTemplate.parse("{{range .Names}}{{.}}{{end}}").isRangeOverAll());
    assertEquals(false, GoTemplate.parse("").isRangeOverAll());
  }
}
