package nsbox.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Arrays;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who may use whom, over all modules: what ARCHITECTURE.md says, held by the build.
class DirectionsTest {
  private static JavaClasses nsbox;

  @BeforeAll
  static void readClasses() {
    nsbox =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("nsbox");
  }

  /* A scan that found nothing would hold every rule. */
  @Test
  void seesEveryRoom() {
    TreeSet<String> rooms = new TreeSet<>();
    for (JavaClass type : nsbox) {
      rooms.add(type.getPackageName().split("\\.")[1]);
    }
    assertEquals(
        "[archive, bundle, cli, engine, hello, image, jib, json, linux, network, registry, runtime, snapshot,"
            + " transfer, trust]",
        rooms.toString());
    assertTrue(nsbox.contain("nsbox.cli.planner.Planner"));
    assertTrue(nsbox.get("nsbox.json.Json").getDirectDependenciesFromSelf().size() > 10);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().assignedFrom(new Packages()).should().beFreeOfCycles().check(nsbox);
  }

  /// Each room, and the rooms it may use beside itself.
  @ParameterizedTest(name = "{0} uses only {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          json     | -
          linux    | -
          jib      | -
          image    | json
          registry | json image jib
          archive  | json image
          trust    | json image registry
          transfer | json image registry trust
          snapshot | linux image
          runtime  | json
          network  | json runtime
          bundle   | json image
          hello    | json image
          engine   | json linux image registry archive trust transfer snapshot runtime network bundle
          """)
  void roomsUseOnlyWhatStandsBelowThem(String room, String below) {
    TreeSet<String> allowed = new TreeSet<>(Arrays.asList(below.split(" ")));
    allowed.add(room);
    noClasses()
        .that()
        .resideInAPackage("nsbox." + room + "..")
        .should()
        .dependOnClassesThat(otherRooms(allowed))
        .check(nsbox);
  }

  /// Each library, and the rooms that it serves.
  @ParameterizedTest(name = "{0} serves {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          picocli..                      | cli
          jnr..                          | linux
          com.kenai..                    | linux
          com.fasterxml.jackson..        | json
          org.apache.commons.compress..  | archive hello
          com.github.luben..             | snapshot archive transfer
          org.tukaani..                  | archive
          com.google..                   | jib
          org.bouncycastle..             | image registry trust
          com.github.benmanes..          | registry transfer
          org.tomlj..                    | registry
          """)
  void librariesStayInTheirRooms(String library, String rooms) {
    String[] packages =
        Arrays.stream(rooms.split(" ")).map(room -> "nsbox." + room + "..").toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage("nsbox..")
        .and()
        .resideOutsideOfPackages(packages)
        .should(
            com.tngtech.archunit.lang.conditions.ArchConditions.not(
                com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat(
                    JavaClass.Predicates.resideInAPackage(library))))
        .check(nsbox);
  }

  private static DescribedPredicate<JavaClass> otherRooms(TreeSet<String> allowed) {
    return DescribedPredicate.describe(
        "are of another room than " + allowed,
        type -> {
          String[] names = type.getPackageName().split("\\.");
          return names[0].equals("nsbox") && !allowed.contains(names[1]);
        });
  }

  /// Every package for itself.
  private static final class Packages implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      String name = type.getPackageName();
      if (!name.startsWith("nsbox.")) {
        return SliceIdentifier.ignore();
      }
      return SliceIdentifier.of(name);
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }
}
