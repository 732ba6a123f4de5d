package nsbox.cli.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The same template given to docker's client, which needs no daemon to inspect its contexts.
class GoTemplateBesideDockerTest {
  @TempDir Path temp;

  /* What "docker context inspect default" prints as JSON, as Go has it in memory. */
  private static final JsonObject CONTEXT =
      new JsonObject()
          .put("Name", "default")
          .put("Metadata", new JsonObject().put("Description", ""))
          .put(
              "Endpoints",
              Map.of(
                  "docker",
                  new JsonObject().put("Host", "tcp://h.test:1").put("SkipTLSVerify", false)))
          .put("TLSMaterial", Map.of())
          .put("Storage", new JsonObject().put("MetadataPath", "<IN MEMORY>"));

  static String[] templates() {
    return """
    {{.Name}}
    a{{ .Name }}b
    {{.Storage.MetadataPath}}
    {{.Endpoints.docker.Host}} {{.Endpoints.docker.SkipTLSVerify}}
    {{(index .Endpoints "docker").Host}}
    {{.Endpoints.missing}}
    {{if .Endpoints.missing}}y{{else}}n{{end}}
    {{.TLSMaterial}} {{len .TLSMaterial}} {{len .Name}} {{len "ä"}}
    {{json .Name}} {{json .Endpoints}} {{json "<&>"}} {{json 1}} {{json true}}
    {{lower "ABC"}} {{upper .Name}} {{title "ab cd-ef g'h"}} {{.Name | upper | lower}}
    {{split "a,b,c" ","}} {{join (split "a,b,c" ",") "; "}} {{split "" ","}} {{split "äb" ""}}
    [{{pad .Name 2 3}}] [{{pad "" 2 3}}] [{{truncate .Name 3}}] [{{truncate .Name 30}}]
    {{range split "a,b,c" ","}}<{{.}}>{{end}}
    {{range $i, $e := split "a,b,c" ","}}{{if $i}}, {{end}}{{$i}}={{$e}}{{end}}
    {{range $e := split "a,b" ","}}{{$e}}{{$.Name}}{{end}}
    {{range $k, $v := .Endpoints}}{{$k}}:{{$v.Host}}{{end}}
    {{range .TLSMaterial}}x{{else}}none{{end}}
    {{range 3}}{{.}}{{end}} {{range $i := 2}}{{$i}}{{end}} {{range 0}}{{else}}zero{{end}}
    {{range split "a,b,c,d" ","}}{{if eq . "b"}}{{continue}}{{end}}{{if eq . "d"}}{{break}}{{end}}{{.}}{{end}}
    {{with .Name}}{{.}}{{$.Name}}{{else}}no{{end}} {{with ""}}{{else}}no{{end}}
    {{with ""}}a{{else with .Name}}b{{.}}{{else}}c{{end}}
    {{with $x := .Name}}{{$x}}{{end}}
    {{if false}}a{{else if .Name}}b{{else}}c{{end}}
    {{if 0}}a{{else if 0.0}}b{{else if ""}}c{{else}}d{{end}}
    {{$x := "1"}}{{if true}}{{$x = "2"}}{{$x := "3"}}{{$x}}{{end}}{{$x}}
    {{$a := 1}}{{$b := $a}}{{$b}}
    a {{- .Name -}} b
    a{{/* no {{ here */}}b
    a {{- /* c */ -}} b
    {{"quoted\\x41\\u00e4\\\\\\""}} {{`raw\\n`}} {{'a'}} {{'\\''}}
    {{0x10}} {{0b11}} {{0o17}} {{017}} {{1_000}} {{-5}} {{+5}} {{1.5}} {{1e3}} {{.5}} {{1e21}} {{1e-7}} {{100000.0}}
    {{true}} {{false}} {{not true}} {{not .Name}}
    {{and .Name "x"}} {{and "" .Missing.Field}} {{or "" .Name}} {{or .Name .Missing}}
    {{eq .Name "default"}} {{eq .Name "a" "b" "default"}} {{ne 1 2}} {{eq 1.5 1.5}} {{eq true true}}
    {{lt 1 2}} {{le 2 2}} {{gt "b" "a"}} {{ge 1.0 2.0}} {{lt "a" "b"}}
    {{print "a" 1 2 "b" true false}} {{print 1 2}} {{println "a" 1}}x
    {{printf "%s|%10s|%-10s|%.2s|%q|%v|%%" .Name .Name .Name .Name .Name .Name}}
    {{printf "%d|%5d|%-5d|%05d|%+d|%x|%X" 42 42 42 42 42 255 255}}
    {{printf "%t %v %v %v" true 1.50 nil (split "a b" " ")}}
    {{printf "%f %.1f %6.2f %g" 1.5 2.25 3.14159 1.5}}
    {{printf "%s %d" 5 "x"}} {{printf "%d"}} {{printf "a" 1}} {{printf "%s" true}} {{printf "%"}}
    {{printf "%c%c %x %q" 65 228 "ab" (split "a b" " ")}}
    {{slice "abcdef" 1 3}} {{slice "abc" 1}} {{slice (split "a,b,c" ",") 1}} {{index "abc" 1}}
    {{index (split "a,b,c" ",") 1}} {{(index (split "a,b" ",") 1) | upper}}
    {{ "a" | printf "%s-%s" "b" }} {{ .Name | len | printf "%03d" }}
    {{ printf "%s" (print "x" (len (print "abc"))) }}
    {{(print "a")}}{{ ( .Name ) }}
    {{nil | json}}
    {{}}
    {{.Nope}}
    {{.Name.Sub}}
    {{nope .Name}}
    {{.Name
    {{if .Name}}a
    {{end}}
    {{else}}
    {{range}}{{end}}
    {{"abc}}
    {{$undefined}}
    {{$}x}}
    {{1 2}}
    {{.Name 1}}
    {{.Name | 5}}
    {{index (split "a" ",") 3}}
    {{index .Name}}
    {{slice "abc" 2 9}}
    {{eq 1 "a"}}
    {{lt true false}}
    {{len 3}}
    {{range .Name}}{{end}}
    {{break}}
    {{/* open
    {{ /* spaced */ }}
    {{if a}}{{end}}
    {{(.Name}}
    {{.Name)}}
    {{"\\q"}}
    {{'ab'}}
    {{0xzz}}
    {{1.2.3}}
    {{if true}}{{else}}{{else}}{{end}}
    {{lower}}
    {{lower 1}}
    {{join "a" ","}}
    {{pad .Name}}
    {{nil}}
    {{print"a"}}
    {{.Name.}}
    {{..Name}}
    {{$x = 1}}
    {{!}}
    {{template "x"}}
    {{and}}
    {{not}}
    {{truncate "a" -1}}
    """
        .lines()
        .toArray(String[]::new);
  }

  @ParameterizedTest
  @MethodSource("templates")
  void agreesWithDocker(String template) throws Exception {
    Path out = temp.resolve("out");
    int code = docker(template, out);
    String printed = Files.readString(out);
    if (code == 0) {
      /* Docker ends each object with a line break. */
      assertEquals(printed, GoTemplate.parse(template).render(CONTEXT) + "\n");
    } else {
      assertTrue(printed.isBlank(), printed);
      TemplateException e =
          assertThrows(TemplateException.class, () -> GoTemplate.parse(template).render(CONTEXT));
      assertTrue(e.getMessage().startsWith("template: \""), e.getMessage());
      assertEquals(1, e.getMessage().lines().count());
    }
  }

  private int docker(String template, Path out) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("docker", "context", "inspect", "default", "--format", template)
            .redirectOutput(out.toFile())
            .redirectError(temp.resolve("err").toFile());
    builder.environment().put("DOCKER_CONFIG", temp.toString());
    builder.environment().put("DOCKER_HOST", "tcp://h.test:1");
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return abort("docker's client is not installed: " + e.getMessage());
    }
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    String err = Files.readString(temp.resolve("err"), UTF_8);
    assertTrue(err.isEmpty() || err.contains("template"), err);
    return process.exitValue();
  }
}
