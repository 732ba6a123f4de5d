package nsbox.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigChangesTest {
  private static String config(String... instructions) throws InvalidChangeException {
    ConfigChanges changes = new ConfigChanges();
    for (String instruction : instructions) {
      changes.apply(instruction);
    }
    return changes.config().toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          CMD ["/bin/sh", "-l"]        | {"Cmd":["/bin/sh","-l"]}
          cmd echo "a  b" $X           | {"Cmd":["/bin/sh","-c","echo \\"a  b\\" $X"]}
          CMD []                       | {"Cmd":[]}
          CMD [ -f x ]                 | {"Cmd":["/bin/sh","-c","[ -f x ]"]}
          CMD ["a"], "x": ["b"]        | {"Cmd":["/bin/sh","-c","[\\"a\\"], \\"x\\": [\\"b\\"]"]}
          ENTRYPOINT ["/init"]         | {"Entrypoint":["/init"]}
          ENTRYPOINT /init now         | {"Entrypoint":["/bin/sh","-c","/init now"]}
          ENV A=1 B="two words" C=x\\ y | {"Env":["A=1","B=two words","C=x y"]}
          ENV A two  words             | {"Env":["A=two  words"]}
          ENV A='$B' C="q\\"q"         | {"Env":["A=$B","C=q\\"q"]}
          ENV A=${X:-d} B=${X:+d} C=$X$| {"Env":["A=d","B=","C=$"]}
          ENV A=x=y                    | {"Env":["A=x=y"]}
          LABEL "a b"="c d" e=f        | {"Labels":{"a b":"c d","e":"f"}}
          EXPOSE 80 53/udp 90-91/TCP   | {"ExposedPorts":{"53/udp":{},"80/tcp":{},"90/tcp":{},"91/tcp":{}}}
          ONBUILD RUN make "a  b"      | {"OnBuild":["RUN make \\"a  b\\""]}
          STOPSIGNAL SIGINT            | {"StopSignal":"SIGINT"}
          USER app:app                 | {"User":"app:app"}
          VOLUME ["/a b", "/c"]        | {"Volumes":{"/a b":{},"/c":{}}}
          VOLUME /a /b                 | {"Volumes":{"/a":{},"/b":{}}}
          WORKDIR /srv/x               | {"WorkingDir":"/srv/x"}
          WORKDIR rel                  | {"WorkingDir":"/rel"}
          """)
  void readsAnInstructionAsADockerfileDoes(String instruction, String expected)
      throws InvalidChangeException {
    assertEquals(expected, config(instruction));
  }

  @Test
  void usesVariablesOfEarlierInstructionsOnly() throws InvalidChangeException {
    assertEquals(
        "{\"Env\":[\"A=1\",\"B=1-1\"],\"User\":\"u1\",\"WorkingDir\":\"/a/1\"}",
        config("ENV A=1", "ENV B=$A-${A}", "USER u$A", "WORKDIR /a", "WORKDIR $A"));
    assertEquals("{\"Env\":[\"A=1\",\"B=\"]}", config("ENV A=1 B=$A"));
    assertEquals("{\"Env\":[\"A=2\"]}", config("ENV A=1", "ENV A=2"));
    assertEquals("{}", config());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "CMD",
        "RUN make",
        "FROM x",
        "COPY a b",
        "ENV A",
        "ENV =x",
        "ENV A=1 B",
        "ENV A=\"open",
        "ENV A=${B",
        "ENV A=${B?x}",
        "EXPOSE http",
        "EXPOSE 70000",
        "EXPOSE 9-8",
        "EXPOSE 80/http",
        "EXPOSE 1-99999999999",
        "ONBUILD ONBUILD RUN x",
        "ONBUILD FROM x"
      })
  void refusesWhatIsNoneOfThem(String instruction) {
    assertThrows(InvalidChangeException.class, () -> config(instruction));
  }
}
