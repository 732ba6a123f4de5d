package nsbox.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.network.Address;
import nsbox.network.PublishedPort;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Docker folds a range only where host and container have the same numbers.
class PortTextsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "| | ''",
        "80/tcp | | 80/tcp",
        "| *:8080:80/tcp | 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp",
        "80/tcp | *:80:80/tcp | 0.0.0.0:80->80/tcp, [::]:80->80/tcp",
        "| 127.0.0.1:53:53/udp | 127.0.0.1:53->53/udp",
        "| [::1]:53:53/udp | [::1]:53->53/udp",
        "443/tcp 80/tcp | *:8080:80/tcp | 443/tcp, 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp",
        "80/tcp 81/tcp 82/tcp 90/tcp 81/udp | | 80-82/tcp, 90/tcp, 81/udp",
        "| *:80:80/tcp *:81:81/tcp *:82:82/tcp | 0.0.0.0:80-82->80-82/tcp, [::]:80-82->80-82/tcp",
        "| *:8080:80/tcp *:8081:81/tcp | 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 0.0.0.0:8081->81/tcp, [::]:8081->81/tcp",
        "| 127.0.0.1:80:80/tcp 127.0.0.2:81:81/tcp | 127.0.0.1:80->80/tcp, 127.0.0.2:81->81/tcp",
        "| *:80:80/tcp *:8080:80/tcp | 0.0.0.0:80->80/tcp, [::]:80->80/tcp, 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp"
      })
  void foldsAsDockerDoes(String exposed, String published, String column) {
    List<String> ports = exposed == null ? List.of() : List.of(exposed.split(" "));
    assertEquals(column, PortTexts.column(ports, published(published)));
  }

  /* `HOST:HOST-PORT:PORT/PROTOCOL`. */
  private static List<PublishedPort> published(String text) {
    List<PublishedPort> ports = new ArrayList<>();
    for (String port : text == null ? new String[0] : text.split(" ")) {
      int slash = port.indexOf('/');
      int second = port.lastIndexOf(':');
      int first = port.lastIndexOf(':', second - 1);
      String host = port.substring(0, first).replace("[", "").replace("]", "");
      ports.add(
          new PublishedPort(
              host.equals("*") ? Optional.empty() : Address.parse(host),
              Integer.parseInt(port.substring(first + 1, second)),
              Integer.parseInt(port.substring(second + 1, slash)),
              port.substring(slash + 1)));
    }
    return ports;
  }
}
