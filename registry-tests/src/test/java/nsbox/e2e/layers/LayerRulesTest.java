package nsbox.e2e.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import nsbox.e2e.layers.LayerCases.Case;
import nsbox.e2e.layers.LayersDocument.Cell;
import nsbox.e2e.layers.Outcome.Made;
import nsbox.e2e.layers.Outcome.Refused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each row of `LAYERS.md`: what nsbox, umoci, podman and docker make of a small crafted image.
///
/// The root directory itself is compared in its own case only: podman and docker give it what they
/// give any root, whatever the layers say.
final class LayerRulesTest extends ComparisonTests {
  private static final String ROOT_CASE = "entry for the root";

  private final Map<String, ImageLayout.Image> images = new HashMap<>();
  private LayersDocument document;

  @Override
  void addImages() throws Exception {
    document = LayersDocument.read();
    for (Case one : LayerCases.all()) {
      String tag = "case-" + images.size();
      /* A layout is imported as a whole or not at all. */
      ImageLayout to = isRefused(one) ? new ImageLayout(scratch.resolve("layout-" + tag)) : layout;
      images.put(one.name(), to.add(tag, one.layers()));
    }
  }

  private boolean isRefused(Case one) {
    Map<String, Cell> row = document.rows().get(one.name());
    return row == null || row.get("nsbox").refuses();
  }

  static Stream<Case> cases() throws Exception {
    return LayerCases.all().stream();
  }

  @Test
  void documentHasTheseCases() throws Exception {
    assertEquals(cases().map(Case::name).toList(), List.copyOf(document.rows().keySet()));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isAsTheDocumentSays(Case one) throws Exception {
    ImageLayout.Image image = images.get(one.name());
    Map<String, Cell> row = document.rows().getOrDefault(one.name(), Map.of());
    List<String> wrong = new ArrayList<>();
    List<Outcome> outcomes = unpack(one, image);
    Outcome here = outcomes.getFirst();
    List<String> made =
        switch (here) {
          case Made tree -> tree.tree().summary();
          case Refused refused -> List.of("refuses", refused.said());
        };
    check("nsbox", row, made, wrong);
    for (int i = 0; i < peers.size(); i++) {
      check(peers.get(i).name(), row, here.differences(outcomes.get(i + 1)), wrong);
    }
    assertTrue(wrong.isEmpty(), () -> one.name() + ":\n" + String.join("\n", wrong));
  }

  /// By all tools at once, since they mostly wait: ours first, then in the order of the peers.
  private List<Outcome> unpack(Case one, ImageLayout.Image image) throws Exception {
    List<Callable<Outcome>> all = new ArrayList<>();
    all.add(() -> compared(one, ours.unpack(image)));
    for (Unpacker peer : peers) {
      all.add(() -> compared(one, peer.unpack(image)));
    }
    List<Outcome> outcomes = new ArrayList<>();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      for (Future<Outcome> outcome : threads.invokeAll(all)) {
        outcomes.add(outcome.get());
      }
    }
    return outcomes;
  }

  private static Outcome compared(Case one, Outcome outcome) {
    return outcome instanceof Made made && !one.name().equals(ROOT_CASE)
        ? new Made(made.tree().without(Tree.ROOT))
        : outcome;
  }

  private static void check(
      String column, Map<String, Cell> row, List<String> measured, List<String> wrong) {
    Cell cell = row.getOrDefault(column, new Cell("nothing", List.of()));
    boolean refuses = !measured.isEmpty() && measured.getFirst().equals("refuses");
    boolean right =
        refuses
            ? cell.refuses()
                && !cell.code().isEmpty()
                && cell.code().stream().allMatch(measured.get(1)::contains)
            : !cell.refuses() && cell.code().equals(measured);
    if (!right) {
      wrong.add(column + " | " + String.join(" ~~ ", measured) + " | not: " + cell.text());
    }
  }
}
