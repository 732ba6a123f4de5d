package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// The log as it lies on the disk, byte by byte but for its times.
final class LoggingTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private Path log() throws Exception {
    String id = nsbox.containers().getFirst();
    return nsbox.root.resolve("containers").resolve(id).resolve("log");
  }

  private String records() throws Exception {
    return Files.readString(log())
        .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z", "TIME");
  }

  @Test
  void writesJsonAsDockerDoes() throws Exception {
    String text =
        "a<b>&\\042\\\\\\t\\r\\001\\177\\n\\303\\244\\377\\342\\200\\250\\355\\240\\200x\\n\\n";
    nsbox.sh("nsbox run --name x " + ALPINE + " printf '" + text + "' >out").expect(0);
    assertEquals(
        """
        {"log":"a\\u003cb\\u003e\\u0026\\"\\\\\\u0009\\r\\u0001\u007f\\n","stream":"stdout","time":"TIME"}
        {"log":"\u00e4\\ufffd\\u2028\\ufffd\\ufffd\\ufffdx\\n","stream":"stdout","time":"TIME"}
        {"log":"\\n","stream":"stdout","time":"TIME"}
        """,
        records());
    assertEquals(
        new Result(0, "a<b>&\"\\\t\r\u0001\u007f\n\u00e4\ufffd\u2028\ufffd\ufffd\ufffdx\n\n", ""),
        nsbox.run("logs", "x"));
  }

  @Test
  void keepsACharacterWholeThatComesInPieces() throws Exception {
    nsbox
        .sh(
            "nsbox run "
                + ALPINE
                + " sh -c \"printf 'a\\303'; sleep 0.3; printf '\\244\\n\\342\\202'\" >out")
        .expect(0);
    assertEquals(
        """
        {"log":"a","stream":"stdout","time":"TIME"}
        {"log":"\u00e4\\n","stream":"stdout","time":"TIME"}
        {"log":"\\ufffd\\ufffd","stream":"stdout","time":"TIME"}
        """,
        records());
  }

  @Test
  void logsALongLineInParts() throws Exception {
    nsbox.run("run", ALPINE, "sh", "-c", "head -c 40000 /dev/zero | tr '\\0' x; echo").expect(0);
    String plain =
        records()
            .replaceAll(
                "[{]\"log\":\"(x*)(\\\\n)?\",\"stream\":\"stdout\",\"time\":\"TIME\"[}]\n", "$1$2");
    assertEquals("x".repeat(40000) + "\\n", plain);
  }
}
