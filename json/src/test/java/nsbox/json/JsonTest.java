package nsbox.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
  private static JsonObject parse(String text) throws JsonException {
    return Json.parse(text.getBytes(UTF_8), "config.json");
  }

  @Test
  void keepsUnknownMembersAndTheirOrder() throws JsonException {
    String text = "{\"z\":[1,2.5,null,true,{\"x\":\"ä\"}],\"a\":-9007199254740993}";
    assertEquals(text, Json.text(parse(text)));
  }

  @Test
  void namesThePlaceOfAWrongType() throws JsonException {
    JsonObject process = parse("{\"process\":{\"args\":[\"sh\",7]}}").object("process");
    JsonException e = assertThrows(JsonException.class, () -> process.strings("args"));
    assertEquals(
        "config.json: process.args[1]: expected a string, found the number 7", e.getMessage());
  }

  @Test
  void namesAMissingMember() throws JsonException {
    JsonObject object = parse("{\"a\":{}}");
    JsonException e = assertThrows(JsonException.class, () -> object.object("a").number("size"));
    assertEquals("config.json: a.size: missing, expected an integer", e.getMessage());
  }

  @Test
  void refusesAMemberThatComesTwiceWhereAsked() throws JsonException {
    byte[] text = "{\"a\":{\"b\":1,\n\"b\":2}}".getBytes(UTF_8);
    assertEquals(2, Json.parse(text, "x").object("a").number("b"));
    JsonException e = assertThrows(JsonException.class, () -> Json.parseStrictly(text, "x"));
    assertEquals("x: not valid JSON at line 2: Duplicate field 'b'", e.getMessage());
  }

  @Test
  void refusesWhatIsNotOneObject() {
    for (String text : List.of("", "[]", "{} {}", "{\"a\":", "{\"a\" 1}", "nul")) {
      JsonException e = assertThrows(JsonException.class, () -> parse(text), text);
      assertTrue(e.getMessage().startsWith("config.json: "), e.getMessage());
    }
  }

  @Test
  void refusesDeepNestingWithoutAStackOverflow() {
    String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    assertThrows(JsonException.class, () -> parse(deep));
  }

  @Test
  void refusesADocumentAboveTheLimit() {
    byte[] big = new byte[Json.MAX_BYTES + 1];
    JsonException e = assertThrows(JsonException.class, () -> Json.parse(big, "manifest x"));
    assertEquals("manifest x: 4194305 bytes, at most 4194304 are read", e.getMessage());
  }

  @Test
  void readsStringMaps() throws JsonException {
    JsonObject object = parse("{\"labels\":{\"a\":\"1\",\"b\":\"2\"},\"bad\":{\"a\":1}}");
    assertEquals(Map.of("a", "1", "b", "2"), object.stringMap("labels"));
    assertEquals(Map.of(), object.stringMap("none"));
    assertThrows(JsonException.class, () -> object.stringMap("bad"));
  }

  @Test
  void keepsIntegersThatALongCannotHold() throws JsonException {
    String text = "{\"hard\":18446744073709551615}";
    JsonObject object = parse(text);
    assertEquals(text, Json.text(object));
    assertEquals(-1L, object.unsigned("hard"));
    assertThrows(JsonException.class, () -> object.number("hard"));
  }

  @Test
  void readsUnsignedIntegersOfSixtyFourBits() throws JsonException {
    JsonObject object = parse("{\"a\":0,\"b\":-1,\"c\":18446744073709551616,\"d\":\"1\"}");
    assertEquals(0, object.unsigned("a"));
    for (String bad : List.of("b", "c", "d", "missing")) {
      assertThrows(JsonException.class, () -> object.unsigned(bad), bad);
    }
  }

  @Test
  void tellsOnWhichLineAMemberStands() {
    byte[] text = "{\n\"a\": {\"x\": 1,\n \"b\":\n 2},\n\"l\": [1,\n {\"c\": 3}]\n}".getBytes();
    assertEquals(2, Json.lineOf(text, "a"));
    assertEquals(3, Json.lineOf(text, "a", "b"));
    assertEquals(6, Json.lineOf(text, "l", "1", "c"));
    assertEquals(5, Json.lineOf(text, "l", "0"));
    assertEquals(0, Json.lineOf(text, "l", "2"));
    assertEquals(0, Json.lineOf(text, "a", "b", "c"));
    assertEquals(0, Json.lineOf("{ half".getBytes(), "a"));
  }

  @Test
  void tellsOnWhichLineTextStopsBeingJson() {
    JsonException e =
        assertThrows(JsonException.class, () -> Json.parse("{\n\n x".getBytes(), "d"));
    assertEquals(3, e.line());
  }
}
