package nsbox.cli.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Failure;
import nsbox.network.WantedPort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "8080:80 | * 8080-8080 80 tcp",
        "8080:80/tcp | * 8080-8080 80 tcp",
        "53:53/UDP | * 53-53 53 udp",
        "36412:36412/sctp | * 36412-36412 36412 sctp",
        "80 | * 0-0 80 tcp",
        ":80 | * 0-0 80 tcp",
        "0:80/udp | * 0-0 80 udp",
        "127.0.0.1:8080:80 | 127.0.0.1 8080-8080 80 tcp",
        "127.0.0.1::80 | 127.0.0.1 0-0 80 tcp",
        "0.0.0.0:8080:80 | 0.0.0.0 8080-8080 80 tcp",
        "[::1]:8080:80 | ::1 8080-8080 80 tcp",
        "[::]::80/udp | :: 0-0 80 udp",
        "2001:db8::1:8080:80 | 2001:db8::1 8080-8080 80 tcp",
        "::80 | * 0-0 80 tcp",
        "8000-8001:80-81 | * 8000-8000 80 tcp, * 8001-8001 81 tcp",
        "80-81 | * 0-0 80 tcp, * 0-0 81 tcp",
        "127.0.0.1::80-81/udp | 127.0.0.1 0-0 80 udp, 127.0.0.1 0-0 81 udp",
        "8000-8010:80 | * 8000-8010 80 tcp",
        "8000-8000:80 | * 8000-8000 80 tcp",
        "published=8080,target=80,protocol=udp | * 8080-8080 80 udp",
        "target=80 | * 0-0 80 tcp"
      })
  void knowsAllForms(String option, String ports) throws Failure {
    assertEquals(ports, text(Publish.parse(List.of(option))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | no port specified",
        "8080: | no port specified",
        "8080:x | invalid containerPort: x; ports are numbers from 1 to 65535",
        "x:80 | invalid hostPort: x; ports are numbers from 1 to 65535",
        "8080:0 | invalid containerPort: 0; ports are numbers from 1 to 65535",
        "8080:65536 | invalid containerPort: 65536; ports are numbers from 1 to 65535",
        "8080:-1 | invalid containerPort: -1; ports are numbers from 1 to 65535",
        "99999999999:80 | invalid hostPort: 99999999999; ports are numbers from 1 to 65535",
        "0-5:80 | invalid hostPort: 0-5; ports are numbers from 1 to 65535",
        "81-80:80 | invalid hostPort: 81-80; the range ends before it begins",
        "8000-8002:80-81 | invalid ranges specified for container and host ports: 2 and 3 of them",
        "8000:80-81 | invalid ranges specified for container and host ports: 2 and 1 of them",
        "8080:80/icmp | invalid proto: icmp; there are tcp, udp and sctp",
        "localhost:8080:80 | invalid IP address: localhost",
        "::1:80 | invalid IP address: :",
        "[127.0.0.1]:8080:80 | invalid IP address: [127.0.0.1]",
        "[::1:8080:80 | invalid IP address: [::1",
        "fe80::1%eth0:8080:80 | invalid IP address: fe80::1%eth0",
        "target=80,mode=host | invalid publish opts format (should be published=PORT,target=PORT,protocol=PROTOCOL)"
      })
  void refusesAllElse(String option, String message) {
    assertEquals("--publish " + option + ": " + message, refusal(option));
  }

  @Test
  void refusesAHostPortThatAnotherHas() {
    String taken = ": host port 8080/tcp is published already, to container port 80";
    assertEquals("--publish 8080:81" + taken, refusal("8080:80", "8080:81"));
    assertEquals("--publish 8080:80" + taken, refusal("8080:80", "8080:80"));
    assertEquals("--publish 127.0.0.1:8080:81" + taken, refusal("8080:80", "127.0.0.1:8080:81"));
    assertEquals(
        "--publish 0.0.0.0:8080:81" + taken, refusal("127.0.0.1:8080:80", "0.0.0.0:8080:81"));
    assertEquals(
        "--publish 8079-8081:79-81: host port 8080/tcp is published already, to container port 80",
        refusal("8080:80", "8079-8081:79-81"));
  }

  @Test
  void takesWhatTheHostTellsApart() throws Failure {
    assertEquals(
        "* 53-53 53 tcp, * 53-53 53 udp", text(Publish.parse(List.of("53:53", "53:53/udp"))));
    assertEquals(
        "0.0.0.0 80-80 80 tcp, :: 80-80 80 tcp",
        text(Publish.parse(List.of("0.0.0.0:80:80", "[::]:80:80"))));
    assertEquals(
        "127.0.0.1 80-80 80 tcp, 127.0.0.2 80-80 80 tcp",
        text(Publish.parse(List.of("127.0.0.1:80:80", "127.0.0.2:80:80"))));
    assertEquals("* 0-0 80 tcp, * 0-0 80 tcp", text(Publish.parse(List.of("80", "80"))));
  }

  private static String refusal(String... options) {
    return assertThrows(Failure.class, () -> Publish.parse(List.of(options))).getMessage();
  }

  private static String text(List<WantedPort> ports) {
    List<String> texts = new ArrayList<>();
    for (WantedPort port : ports) {
      String host = port.host().isEmpty() ? "*" : port.host().get().toString();
      texts.add(
          host
              + " "
              + port.firstHostPort()
              + "-"
              + port.lastHostPort()
              + " "
              + port.containerPort()
              + " "
              + port.protocol());
    }
    return String.join(", ", texts);
  }
}
