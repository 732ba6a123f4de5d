package nsbox.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.json.JsonText;
import nsbox.runtime.plan.FilterCompiler.Filter;
import nsbox.runtime.spec.LinuxSpec;
import org.junit.jupiter.api.Test;

final class FilterCompilerTest {
  private static final LinuxSpec UNREADABLE =
      new LinuxSpec(
          List.of(),
          List.of(),
          List.of(),
          Map.of(),
          List.of(),
          Optional.empty(),
          "",
          List.of(),
          List.of(),
          Map.of(),
          Optional.empty(),
          Optional.empty(),
          "",
          Map.of(),
          Optional.empty(),
          new JsonObject().put("seccomp", new JsonText("{")));

  /* The default filter's text is 14 KB, and to read it takes longer than all the rest of a plan. */
  @Test
  void aReadyFilterIsTakenWithoutALookAtItsText() throws Exception {
    Filter filter = new Filter(0, new byte[8]);
    FilterCompiler ready = FilterCompiler.ready(filter);
    assertSame(filter, ready.compile(UNREADABLE));
    assertEquals(Optional.empty(), ready.listenerPath(UNREADABLE));
  }

  @Test
  void anyOtherIsRead() {
    FilterCompiler direct = FilterCompiler::direct;
    assertThrows(JsonException.class, () -> direct.compile(UNREADABLE));
    assertThrows(JsonException.class, () -> direct.listenerPath(UNREADABLE));
  }
}
