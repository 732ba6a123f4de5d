package nsbox.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads and writes JSON with Jackson's streaming API alone.
///
/// Data binding costs a cold JVM more than the whole of planning a container, so documents become
/// [JsonObject]s and their readers pick what they need.
public final class Json {
  /// The longest document that is read, in bytes: the limit that registries put on manifests.
  public static final int MAX_BYTES = 4 << 20;

  private static final int MAX_DEPTH = 64;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          /* Each command reads a handful of documents: buffers are not worth a pool. */
          .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_BYTES)
                  .build())
          .build();

  private Json() {}

  /// Reads a document that must be one object.
  ///
  /// @param document what it is, for messages: `manifest sha256:41fa…` or a path
  /// @throws JsonException if it is not one JSON object, above [#MAX_BYTES] or nested deeper than
  ///   64
  public static JsonObject parse(byte[] bytes, String document) throws JsonException {
    return parse(bytes, document, false);
  }

  /// As [#parse], where two readers must not understand a document differently: a member that comes
  /// twice is an error. Elsewhere the last one counts.
  public static JsonObject parseStrictly(byte[] bytes, String document) throws JsonException {
    return parse(bytes, document, true);
  }

  private static JsonObject parse(byte[] bytes, String document, boolean strict)
      throws JsonException {
    if (bytes.length > MAX_BYTES) {
      throw new JsonException(
          document + ": " + bytes.length + " bytes, at most " + MAX_BYTES + " are read");
    }
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      if (strict) {
        parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      }
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new JsonException(document + ": not a JSON object");
      }
      JsonObject object = readObject(parser, document + ": ");
      if (parser.nextToken() != null) {
        throw new JsonException(document + ": more text after the JSON object");
      }
      return object;
    } catch (JsonProcessingException e) {
      throw invalid(document, e);
    } catch (JsonException e) {
      throw e;
    } catch (IOException e) {
      throw new JsonException(document + ": " + e.getMessage(), e);
    }
  }

  /// Reads a document that must be one list of objects.
  ///
  /// @param document what it is, for messages
  /// @throws JsonException as [#parse]
  public static List<JsonObject> parseList(byte[] bytes, String document) throws JsonException {
    if (bytes.length > MAX_BYTES) {
      throw new JsonException(
          document + ": " + bytes.length + " bytes, at most " + MAX_BYTES + " are read");
    }
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new JsonException(document + ": not a JSON list");
      }
      List<JsonObject> objects = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        String location = document + ": [" + objects.size() + "]";
        if (parser.currentToken() != JsonToken.START_OBJECT) {
          throw new JsonException(location + ": expected an object");
        }
        objects.add(readObject(parser, location));
      }
      if (parser.nextToken() != null) {
        throw new JsonException(document + ": more text after the JSON list");
      }
      return objects;
    } catch (JsonProcessingException e) {
      throw invalid(document, e);
    } catch (JsonException e) {
      throw e;
    } catch (IOException e) {
      throw new JsonException(document + ": " + e.getMessage(), e);
    }
  }

  private static JsonException invalid(String document, JsonProcessingException e) {
    int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
    return new JsonException(
        document + ": not valid JSON at line " + line + ": " + e.getOriginalMessage(), line, e);
  }

  /// The line on which a member stands, for messages about files that people write.
  ///
  /// @param path names of members, and indexes of lists, from the outermost in
  /// @return from 1; 0 if there is no such member or the text is not JSON
  public static int lineOf(byte[] bytes, String... path) {
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      parser.nextToken();
      for (int depth = 0; depth < path.length; depth++) {
        if (!enter(parser, path[depth], depth == path.length - 1)) {
          return 0;
        }
      }
      return parser.currentTokenLocation().getLineNr();
    } catch (IOException e) {
      return 0;
    }
  }

  /// Moves to the member or element of that name; for the last one to its name, else to its value.
  private static boolean enter(JsonParser parser, String name, boolean last) throws IOException {
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
        if (Integer.toString(index).equals(name)) {
          return true;
        }
        parser.skipChildren();
      }
      return false;
    }
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      return false;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean found = parser.currentName().equals(name);
      if (found && last) {
        return true;
      }
      parser.nextToken();
      if (found) {
        return true;
      }
      parser.skipChildren();
    }
    return false;
  }

  /// The object as compact UTF-8 JSON.
  public static byte[] bytes(JsonObject object) {
    return text(object).getBytes(StandardCharsets.UTF_8);
  }

  /// The object as compact JSON text.
  public static String text(JsonObject object) {
    return write(object, false);
  }

  /// The object as JSON text with one member a line, for people.
  public static String prettyText(JsonObject object) {
    return write(object, true);
  }

  private static String write(JsonObject object, boolean pretty) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(text)) {
      if (pretty) {
        generator.setPrettyPrinter(new DefaultPrettyPrinter());
      }
      write(generator, object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static JsonObject readObject(JsonParser parser, String location) throws IOException {
    JsonObject object = new JsonObject(location);
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      /* Only what has members tells their places, and most values are plain. */
      object.put(name, readValue(parser, token.isStructStart() ? object.locationOf(name) : ""));
    }
    return object;
  }

  private static Object readValue(JsonParser parser, String location) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> readObject(parser, location);
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          boolean nested = parser.currentToken().isStructStart();
          list.add(readValue(parser, nested ? location + "[" + list.size() + "]" : ""));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT ->
          switch (parser.getNumberType()) {
            case INT, LONG -> parser.getLongValue();
            default -> parser.getBigIntegerValue();
          };
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> Boolean.TRUE;
      case VALUE_FALSE -> Boolean.FALSE;
      case VALUE_NULL -> null;
      default -> throw new JsonException(location + ": unexpected end");
    };
  }

  /* Not a switch over types: each costs a cold JVM some milliseconds to link. */
  private static void write(JsonGenerator generator, Object value) throws IOException {
    if (value instanceof String string) {
      generator.writeString(string);
    } else if (value instanceof JsonObject object) {
      generator.writeStartObject();
      for (Map.Entry<String, Object> member : object.members().entrySet()) {
        generator.writeFieldName(member.getKey());
        write(generator, member.getValue());
      }
      generator.writeEndObject();
    } else if (value instanceof List<?> list) {
      generator.writeStartArray();
      for (Object element : list) {
        write(generator, element);
      }
      generator.writeEndArray();
    } else if (value instanceof Long number) {
      generator.writeNumber(number);
    } else if (value instanceof Boolean flag) {
      generator.writeBoolean(flag);
    } else if (value instanceof Double number) {
      generator.writeNumber(number);
    } else if (value instanceof JsonText text) {
      generator.writeRawValue(text.text());
    } else if (value == null) {
      generator.writeNull();
    } else if (value instanceof BigInteger number) {
      generator.writeNumber(number);
    } else {
      throw new IllegalArgumentException("not a JSON value: " + value.getClass());
    }
  }

  static String kind(Object value) {
    return switch (value) {
      case null -> "null";
      case JsonObject _ -> "an object";
      case List<?> _ -> "a list";
      case String _ -> "a string";
      case Boolean flag -> flag.toString();
      default -> "the number " + value;
    };
  }
}
