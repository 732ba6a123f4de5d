package nsbox.cli.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which chains of `nft -j list chains` keep containers from what is outside.
final class ForwardChecksTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ip   | filter    | FORWARD        | forward | drop   | 1
          ip   | filter    | FORWARD        | forward | accept | 0
          ip   | filter    | INPUT          | input   | drop   | 0
          inet | nsbox     | forward        | forward | drop   | 0
          inet | firewalld | filter_FORWARD | forward | accept | 1
          """)
  void areThoseThatDropWhatIsForwarded(
      String family, String table, String name, String hook, String policy, int count)
      throws Exception {
    String base =
        "{\"chain\":{\"family\":\"%s\",\"table\":\"%s\",\"name\":\"%s\",\"type\":\"filter\",\"hook\":\"%s\",\"policy\":\"%s\"}}"
            .formatted(family, table, name, hook, policy);
    String other = "{\"chain\":{\"family\":\"ip\",\"table\":\"filter\",\"name\":\"DOCKER-USER\"}}";
    String json = "{\"nftables\":[{\"metainfo\":{}}," + base + "," + other + "]}";
    assertEquals(count, ForwardChecks.dropping(ForwardChecks.chains(json)).size());
  }

  @ParameterizedTest
  @CsvSource({"''", "'{\"nftables\":[]}'"})
  void areNoneWhereNothingIsTold(String json) throws Exception {
    assertEquals(List.of(), ForwardChecks.dropping(ForwardChecks.chains(json)));
  }
}
