package nsbox.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FiltersTest {
  private static Filters parse(String... texts) throws FilterException {
    return Filters.parse(List.of(texts), "label", "label!", "dangling", "id");
  }

  @Test
  void keepsTheValuesOfAKeyInTheirOrder() throws FilterException {
    Filters filters = parse("label=b", "id=1", "LABEL = a=c ", "label!=x=y");
    assertEquals(List.of("b", "a=c"), filters.values("label"));
    assertEquals(List.of("x=y"), filters.values("label!"));
    assertEquals(List.of(), filters.values("dangling"));
  }

  @Test
  void fitsAnyOrAllAndAlwaysWithoutAFilter() throws FilterException {
    Filters filters = parse("id=1", "id=2");
    assertTrue(filters.any("id", "2"::equals));
    assertFalse(filters.all("id", "2"::equals));
    assertTrue(filters.any("label", it -> false));
    assertTrue(filters.all("label", it -> false));
  }

  @Test
  void namesTheKnownKeys() {
    FilterException e = assertThrows(FilterException.class, () -> parse("lable=x"));
    assertEquals(
        "filter \"lable=x\": no filter lable; there are dangling, id, label, label!",
        e.getMessage());
    assertEquals("lable=x", e.filter());
    assertEquals(
        "filter \"id!=x\": no filter id!; there are dangling, id, label, label!",
        assertThrows(FilterException.class, () -> parse("id!=x")).getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "label", "=x"})
  void refusesWhatIsNoPair(String text) {
    FilterException e = assertThrows(FilterException.class, () -> parse(text));
    assertEquals("filter \"" + text + "\": expected KEY=VALUE", e.getMessage());
  }

  @Test
  void readsFlags() throws FilterException {
    assertEquals(Optional.empty(), parse().flag("dangling"));
    assertEquals(Optional.of(true), parse("dangling=1").flag("dangling"));
    assertEquals(Optional.of(false), parse("dangling=true", "dangling=false").flag("dangling"));
    assertEquals(
        "filter \"dangling=yes\": expected true or false",
        assertThrows(FilterException.class, () -> parse("dangling=yes").flag("dangling"))
            .getMessage());
  }

  @Test
  void comparesLabels() {
    Map<String, String> labels = Map.of("a", "1", "b", "x=y");
    assertTrue(Filters.hasLabel(labels, "a"));
    assertTrue(Filters.hasLabel(labels, "a=1"));
    assertTrue(Filters.hasLabel(labels, "b=x=y"));
    assertFalse(Filters.hasLabel(labels, "a=2"));
    assertFalse(Filters.hasLabel(labels, "c"));
  }

  @ParameterizedTest
  @CsvSource({
    "10m,                       2024-09-06T11:50:00Z",
    "1h30m,                     2024-09-06T10:30:00Z",
    "1.5s,                      2024-09-06T11:59:58.500Z",
    "1700000000,                2023-11-14T22:13:20Z",
    "1700000000.5,              2023-11-14T22:13:20.500Z",
    "2024-01-02,                2024-01-02T00:00:00Z",
    "2024-01-02T03:04:05,       2024-01-02T03:04:05Z",
    "2024-01-02T03:04:05Z,      2024-01-02T03:04:05Z",
    "2024-01-02T03:04:05+02:00, 2024-01-02T01:04:05Z"
  })
  void readsTimes(String text, String expected) throws FilterException {
    Instant now = Instant.parse("2024-09-06T12:00:00Z");
    assertEquals(Instant.parse(expected), FilterTime.parse("until", text, now));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "1d", "h", "-5m", "2024-13-01", "99999999999999h", "1m x"})
  void refusesWhatIsNoTime(String text) {
    FilterException e =
        assertThrows(FilterException.class, () -> FilterTime.parse("until", text, Instant.EPOCH));
    assertTrue(e.getMessage().startsWith("filter \"until=" + text + "\": no time; 10m, "));
  }
}
